"""The citizen's card after intake: number and tracking code, shown to the officer once, to hand over or to print."""

import json
from typing import Any

import segno
from flask import current_app, render_template, session
from flask_appbuilder import BaseView, expose
from flask_babel import gettext

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.casefile.case import find_complaint
from app.cases.record_intake import Intake, seal, unseal
from app.vocabulary.words import STEPS
from app.web.formats import moment
from views.shared.form_once import Landing
from views.shared.screen_access import for_officers

_CARD = "card"


class IntakeCardView(BaseView):
    """One page of the Admin's, with the code only right after the intake."""

    route_base = "/aduan"
    default_view = "show"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/<int:complaint_id>/kartu", methods=["GET"])
    @for_officers("can_receive", "Complaint")
    def show(self, complaint_id: int) -> str:
        """Number and code, this once; afterwards the number and how the reporter gets a new code."""
        complaint = find_complaint(complaint_id, current_person())
        kept = session.pop(_CARD, None)
        card: dict[str, Any] = json.loads(unseal(kept)) if isinstance(kept, str) else {}
        address = f"{current_app.config['PUBLIC_BASE_URL']}/lacak"
        page: str = render_template(
            "intake/card.html",
            title=gettext("Aduan %(number)s tercatat", number=complaint.number),
            complaint=complaint,
            card=card if card.get("id") == complaint_id else {},
            address=address,
            qr=segno.make(address, error="m").svg_data_uri(scale=4, border=4, light="#fff"),
        )
        return page


def card_landing(intake: Intake) -> Landing:
    """Where an intake leads, with what its card says, sealed."""
    following = gettext("Berikutnya: %(step)s, batas %(due)s.", step=STEPS[intake.step], due=moment(intake.due_at))
    card = {"id": intake.complaint_id, "code": intake.tracking_code, "next": following}
    return Landing(f"/aduan/{intake.complaint_id}/kartu", seal(json.dumps(card)))


def keep_card(landing: Landing) -> None:
    """Give the sealed card to this browser for the one time that it is shown."""
    session[_CARD] = landing.notice
