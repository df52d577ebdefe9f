"""REST resource of the office's own fields: drafts, their check, activation and end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, request, url_for
from flask_appbuilder.api import BaseApi, expose

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.problem import Problem
from app.core.rows import Keyset, find_row
from app.core.transaction import lock_row, one_transaction
from app.fields.body import read_body
from app.fields.change import FieldRefused, activate, body_of, check, delete_draft, end, save_draft
from app.fields.check import Fault
from app.fields.labels import fault_text
from app.fields.rows import field_rows
from app.models import FieldDefinition
from app.web.json_input import json_object
from views.api.cases.representation import instant
from views.api.definitions import field_contracts as contracts
from views.api.definitions.activation import reason_of_body
from views.api.http.access import answer, idempotent, needs
from views.api.http.contract import declared
from views.api.http.keyset import link_next, requested_page
from views.shared.reference_screen import row_digest

_BY_ID = Keyset(FieldDefinition.id, FieldDefinition.id)


class FieldDefinitionApi(BaseApi):
    """Endpoints under `/api/v1/field_definition/`: officers read, administrators write."""

    resource_name = "field_definition"
    class_permission_name = "Reference"
    base_permissions = permissions_on("Reference")
    openapi_spec_tag = "field_definition"

    @expose("/", methods=["GET"])
    @declared(contracts.LIST)
    @needs("can_read", "Reference", scope="read")
    def get_list(self) -> Response:
        """Return a JSON response with a page of all versions of all fields. Raises Problem(400) for a wrong cursor."""
        wanted = field_rows(request.args.get("code"), request.args.get("state"), utc_now())
        rows, after = requested_page(_BY_ID, wanted)
        response = answer([shown(row) for row in rows])
        link_next(response, after)
        return response

    @expose("/<int:number>", methods=["GET"])
    @declared(contracts.READ)
    @needs("can_read", "Reference", scope="read")
    def get(self, number: int) -> Response:
        return _one(_find(number))

    @expose("/", methods=["POST"])
    @declared(contracts.MAKE)
    @needs("can_write", "Reference")
    @idempotent
    def post(self) -> Response:
        """Create a draft from the JSON body; return it with status 201. Raises Problem(422) with every fault."""
        body = _body()
        with _transaction():
            row = FieldDefinition()
            save_draft(row, body)
        response = _one(row, 201)
        response.headers["Location"] = url_for(f"{self.endpoint}.get", number=row.id)
        return response

    @expose("/<int:number>", methods=["PUT"])
    @declared(contracts.CHANGE)
    @needs("can_write", "Reference")
    @idempotent
    def put(self, number: int) -> Response:
        """Replace a draft, or the labels, hints and order of an active field, and end it with `active_until`.

        Raises Problem: 404, 412 if it has changed, 422 with every fault, 428 without If-Match.
        """
        given = json_object()
        body = _body(given)
        with _transaction():
            row = _find(number)
            _refuse_stale(row)
            save_draft(row, body)
            if given.get("active_until") is not None and row.active_from is not None:
                end(row, utc_now())
        return _one(row)

    @expose("/<int:number>", methods=["DELETE"])
    @declared(contracts.REMOVE)
    @needs("can_write", "Reference")
    @idempotent
    def delete(self, number: int) -> Response:
        """Delete a draft. Raises Problem: 404, 412 if it has changed, 428 without If-Match, 409 for an active field."""
        try:
            with one_transaction():
                row = _find(number)
                _refuse_stale(row)
                delete_draft(row)
        except FieldRefused as refused:
            raise Problem(409, "cannot_change", detail=fault_text(refused.faults[0])) from refused
        return Response(status=204)

    @expose("/<int:number>/check", methods=["POST"])
    @declared(contracts.CHECK)
    @needs("can_write", "Reference")
    def check(self, number: int) -> Response:
        """Return a JSON response with the faults of a draft and the number of open cases that would have the field."""
        faults, affects = check(_find(number))
        shown_faults = [{"path": f.path, "reason": f.reason, "message": fault_text(f)} for f in faults]
        return answer({"faults": shown_faults, "affects": affects})

    @expose("/<int:number>/activate", methods=["POST"])
    @declared(contracts.ACTIVATE)
    @needs("can_write", "Reference")
    @idempotent
    def activate(self, number: int) -> Response:
        """Activate a draft for the reason in the JSON body; return it. Raises Problem: 404, 422 with every fault."""
        reason = reason_of_body()
        with _transaction():
            row = _find(number)
            activate(row, reason, utc_now(), current_person().id)
        return _one(row)


def _find(number: int) -> FieldDefinition:
    row: FieldDefinition | None = find_row(field_rows(), FieldDefinition.id, number)
    if row is None:
        raise Problem(404)
    return row


def _body(given: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the field of the JSON body. Raises Problem(422) if members are missing, unknown or of a wrong type."""
    body, faults = read_body(json_object() if given is None else given)
    if faults:
        raise _refused(faults)
    return body


@contextmanager
def _transaction() -> Iterator[None]:
    """Context manager: one transaction, whose refusal becomes a Problem(422)."""
    try:
        with one_transaction():
            yield
    except FieldRefused as refused:
        raise _refused(refused.faults) from refused


def _refused(faults: list[Fault]) -> Problem:
    return Problem(422, "missing_input", errors=[{"field": f.path, "message": fault_text(f)} for f in faults])


def _refuse_stale(row: FieldDefinition) -> None:
    """Lock the row; raise Problem: 428 without `If-Match`, 412 if it names another state of the row."""
    if "If-Match" not in request.headers:
        raise Problem(428)
    lock_row(row)
    if not (request.if_match.star_tag or request.if_match.contains(row_digest(row))):
        raise Problem(412, headers={"ETag": f'"{row_digest(row)}"'})


def shown(row: FieldDefinition) -> dict[str, Any]:
    """Return the JSON object (dict) of one version of a field."""
    dates = {"active_from": instant(row.active_from), "active_until": instant(row.active_until)}
    return {"id": row.id, **body_of(row), **dates}


def _one(row: FieldDefinition, status: int = 200) -> Response:
    response = answer(shown(row), status, id=row.id)
    response.headers["ETag"] = f'"{row_digest(row)}"'
    return response
