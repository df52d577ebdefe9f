"""Endpoint that makes an officer in one step; officers are read through the resource `officer`."""

from flask import Response, g
from flask_appbuilder.api import BaseApi, expose
from flask_babel import lazy_gettext as _

from app.access.roles import permissions_on
from app.accounts.new_officer import PARTS, OfficerRefused, add_officer, as_typed
from app.core.clock import utc_now
from app.core.problem import Problem
from app.web.form_labels import REFUSED
from app.web.json_input import json_object
from views.api.cases.schemas import FLAG, TEXT, WHOLE, closed, enveloped
from views.api.http.access import needs
from views.api.http.contract import Answer, Contract, declared
from views.api.http.idempotency import idempotent
from views.api.http.responses import answer
from views.api.resources.contracts import schema_of
from views.api.resources.examples import example_of
from views.api.resources.read_only import OFFICER
from views.api.resources.routes import shown_row

_SHOWN = enveloped(schema_of(OFFICER, detail=True), id=WHOLE, invited=FLAG, needs_confirmation=FLAG)
MAKE = Contract(
    summary=_("Daftarkan petugas"),
    says=_(
        "Membuat akun, penempatan, dan peran dalam satu langkah. `invited`: undangan membuat kata sandi dikirim ke"
        " surelnya; bila tidak, tautannya dibuat di layar pengguna dan diserahkan. `needs_confirmation`: perannya"
        " membuka identitas pelapor dan menunggu keputusan pengawas."
    ),
    tag="officer",
    operation="make_officer",
    body=closed(dict.fromkeys(PARTS, TEXT), *(part for part in PARTS if part not in ("name", "role"))),
    example={"name": "Contoh Petugas", "role": "agency_admin", "agency": "dishub", "email": "petugas@contoh.go.id"},
    answers={
        201: Answer(
            _("Petugas yang dibuat"),
            _SHOWN,
            {"id": 2, "invited": True, "needs_confirmation": False, "result": example_of(OFFICER, detail=True)},
        )
    },
    problems={400: ("bad_request",), 422: ("missing_input",)},
)


class NewOfficerApi(BaseApi):
    """The endpoint by which administrators make officers."""

    resource_name = "officer"
    class_permission_name = "UserDBModelView"
    base_permissions = permissions_on("UserDBModelView")
    openapi_spec_tag = "officer"

    @expose("/", methods=["POST"])
    @declared(MAKE)
    @needs("can_add", "UserDBModelView")
    @idempotent
    def post(self) -> Response:
        """Make an officer; return a JSON response with the officer (201). A link that must be handed over is not made:
        an answer is kept for its repetition, and a link is never. Raises Problem 422 with each wrong part.
        """
        sent = json_object()
        wrong = {part: "unknown_part" for part in sent if part not in PARTS}
        wrong |= {part: "not_a_text" for part, said in sent.items() if part in PARTS and not isinstance(said, str)}
        if wrong:
            raise _refused(wrong)
        try:
            made = add_officer(as_typed(sent), g.user.id, utc_now(), hand_over=False)
        except OfficerRefused as refused:
            raise _refused(refused.faults) from refused
        said = {"invited": made.invited, "needs_confirmation": made.needs_confirmation}
        return answer(shown_row(OFFICER, made.profile, True), 201, id=made.profile.user_id, **said)


def _refused(faults: dict[str, str]) -> Problem:
    errors = [{"field": part, "message": str(REFUSED[reason])} for part, reason in faults.items()]
    return Problem(422, "missing_input", errors=errors)
