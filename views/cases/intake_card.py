"""The reporter's card with case number and tracking code, shown once after intake for printing."""

import json
from typing import Any

import segno
from flask import current_app, render_template, session
from flask_appbuilder import BaseView, expose
from flask_babel import gettext

from app.access.current_person import current_person
from app.access.process_rows import STEPS
from app.access.roles import permissions_on
from app.casefile.rows import find_complaint
from app.cases.record_intake import Intake, seal, unseal
from app.web.formats import moment
from views.shared.form_once import Landing
from views.shared.screen_access import for_officers

_CARD = "card"


class IntakeCardView(BaseView):
    """The page of the reporter's card, for officers who receive complaints."""

    route_base = "/aduan"
    default_view = "show"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/<int:complaint_id>/kartu", methods=["GET"])
    @for_officers("can_receive", "Complaint")
    def show(self, complaint_id: int) -> str:
        """Show the page of the reporter's card with case number and, only the first time after intake, the tracking
        code.

        Later it says how the reporter can get a new code. Raises ActionRefused(not_visible).
        """
        complaint = find_complaint(complaint_id, current_person())
        stored = session.get(_CARD)
        card: dict[str, Any] = json.loads(unseal(stored)) if isinstance(stored, str) else {}
        if card.get("id") == complaint_id:
            session.pop(_CARD)
        else:  # the stored card is of another case, whose own page shows it
            card = {}
        address = f"{current_app.config['PUBLIC_BASE_URL']}/lacak"
        page: str = render_template(
            "cases/intake_card.html",
            title=gettext("Aduan %(number)s tercatat", number=complaint.number),
            complaint=complaint,
            card=card,
            address=address,
            qr=segno.make(address, error="m").svg_data_uri(scale=4, border=4, light="#fff"),
        )
        return page


def card_landing(intake: Intake) -> Landing:
    """Return a `Landing` that redirects to the reporter's card; its notice is the card's encrypted content."""
    following = gettext("Berikutnya: %(step)s, batas %(due)s.", step=STEPS[intake.step], due=moment(intake.due_at))
    card = {"id": intake.complaint_id, "code": intake.tracking_code, "next": following}
    return Landing(f"/aduan/{intake.complaint_id}/kartu", seal(json.dumps(card)))


def store_card(landing: Landing) -> None:
    """Store the encrypted content of the reporter's card in the session; its own card page removes it when shown."""
    session[_CARD] = landing.notice
