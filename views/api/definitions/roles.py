"""Endpoint of the rights of a role; the roles themselves are generated from the resource `role`."""

from typing import Any

from flask import Response, g
from flask_appbuilder.api import BaseApi, expose
from flask_babel import lazy_gettext as _

from app.access.role_rights import RightRefused, change_rights, find_role
from app.access.roles import RIGHTS, permissions_on
from app.core.problem import Problem
from app.core.transaction import one_transaction
from app.web.form_labels import REFUSED
from app.web.json_input import json_object
from views.api.cases.schemas import WHOLE, closed, enveloped, many, word
from views.api.http.access import needs
from views.api.http.contract import Answer, Contract, declared
from views.api.http.idempotency import idempotent
from views.api.http.responses import answer
from views.api.resources.contracts import schema_of
from views.api.resources.examples import example_of
from views.api.resources.reference import ROLE
from views.api.resources.routes import shown_row

_SHOWN = enveloped(schema_of(ROLE, detail=True), id=WHOLE)
CHANGE = Contract(
    summary=_("Tetapkan hak sebuah peran"),
    says=_("Persis hak yang disebut; yang lain dicabut dan berhenti pada permintaan berikutnya."),
    tag="role",
    operation="set_rights_of_role",
    body=closed({"rights": many(word(RIGHTS))}),
    example={"rights": ["read_cases", "late_cases"]},
    answers={200: Answer(_("Peran dengan haknya"), _SHOWN, {"id": 2, "result": example_of(ROLE, detail=True)})},
    problems={
        400: ("bad_request",),
        404: ("not_found",),
        409: ("conflict", "cannot_change"),
        422: ("missing_input",),
    },
)


class RoleRightsApi(BaseApi):
    """The endpoint by which administrators decide the rights of a role."""

    resource_name = "role"
    class_permission_name = "OfficeRole"
    base_permissions = permissions_on("OfficeRole")
    openapi_spec_tag = "role"

    @expose("/<int:number>/rights", methods=["PUT"])
    @declared(CHANGE)
    @needs("can_write", "OfficeRole")
    @idempotent
    def put(self, number: int) -> Response:
        """Give a role exactly the rights of the body; return a JSON response with it. Raises Problem: 404 for an
        unknown role, 409 for a role that the caller has, 422 for a right that it may not have.
        """
        role, sent = find_role(number), json_object().get("rights")
        if role is None:
            raise Problem(404)
        if not isinstance(sent, list) or not all(isinstance(code, str) for code in sent):
            raise _refused("unknown_right", "rights")
        try:
            with one_transaction():
                change_rights(role, sent, g.user)
        except RightRefused as refused:
            if not refused.right:
                raise Problem(409, "cannot_change", detail=str(REFUSED[refused.reason])) from refused
            place = sent.index(refused.right) if refused.right in sent else None
            raise _refused(refused.reason, "rights" if place is None else f"rights[{place}]") from refused
        shown: dict[str, Any] = shown_row(ROLE, role, detail=True)
        return answer(shown, id=role.id)


def _refused(reason: str, field: str) -> Problem:
    return Problem(422, "missing_input", errors=[{"field": field, "message": str(REFUSED[reason])}])
