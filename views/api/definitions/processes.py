"""Endpoints of drafts of the SOP: made, changed, checked and activated by administrators."""

from typing import Any

from flask import Response, url_for
from flask_appbuilder.api import BaseApi, expose

from app.access.current_person import current_person
from app.access.roles import permissions_on
from app.core.clock import utc_now
from app.core.problem import Problem
from app.core.transaction import one_transaction
from app.models import SopVersion
from app.reference.process_body import ProcessBody, change_draft, read_process
from app.reference.process_check import check_version
from app.reference.process_steps import StepRefused
from app.reference.sop import active_sop_version
from app.reference.sop_versions import SopFault, SopRefused, activate_sop, copy_as_draft, find_sop_version
from app.vocabulary.refusals import field_sentences
from app.web.form_labels import REFUSED
from app.web.json_input import json_object
from views.api.definitions import process_contracts as contracts
from views.api.definitions.activation import decree_of_body
from views.api.http.access import needs
from views.api.http.contract import declared
from views.api.http.idempotency import idempotent
from views.api.http.responses import answer
from views.api.resources.read_only import PROCESS
from views.api.resources.routes import shown_row

_ADMINISTRATORS = needs("can_write", "Reference")


class ProcessDraftApi(BaseApi):
    """Endpoints that change versions of the process; those that read are generated from the resource `process`."""

    resource_name = "process"
    class_permission_name = "Reference"
    base_permissions = permissions_on("Reference")
    openapi_spec_tag = "process"

    @expose("/", methods=["POST"])
    @declared(contracts.MAKE)
    @_ADMINISTRATORS
    @idempotent
    def post(self) -> Response:
        """Store a draft: a copy of the active version with what the body gives; return a response with status 201, the
        draft, and its URL in `Location`. Raises Problem(422) for a body that cannot be stored.
        """
        body = _sent()
        with one_transaction():
            draft = copy_as_draft(active_sop_version().id)
            change_draft(draft, body)
        response = _one(draft, 201)
        response.headers["Location"] = url_for("ProcessApi.get", number=draft.id)
        return response

    @expose("/<int:number>", methods=["PUT"])
    @declared(contracts.CHANGE)
    @_ADMINISTRATORS
    @idempotent
    def put(self, number: int) -> Response:
        """Change a draft; return a JSON response with it. Raises Problem: 404 for an unknown version, 409 for one that
        is no draft, 422 for a body that cannot be stored.
        """
        row, body = _found(number), _sent()
        try:
            change_draft(row, body)
        except StepRefused as refused:
            raise Problem(409, "cannot_change", detail=str(REFUSED[refused.reason])) from refused
        return _one(row)

    @expose("/<int:number>/check", methods=["POST"])
    @declared(contracts.CHECK)
    @_ADMINISTRATORS
    def check(self, number: int) -> Response:
        """Return a JSON response with every fault of a version, and how many open steps it would change."""
        found = check_version(_found(number))
        faults = [{"path": one.path, "reason": one.reason, "message": one.message} for one in found.faults]
        return answer({"faults": faults, "affects": found.affects})

    @expose("/<int:number>/activate", methods=["POST"])
    @declared(contracts.ACTIVATE)
    @_ADMINISTRATORS
    @idempotent
    def activate(self, number: int) -> Response:
        """Make a draft the active version by its decree; return a JSON response with it. Raises Problem: 404 for an
        unknown version, 409 for one that is no draft, 422 with its faults, or without reason and decree.
        """
        row, (reason, decree, day) = _found(number), decree_of_body()
        try:
            return _one(activate_sop(row.id, decree, day, utc_now(), current_person().id, reason))
        except SopRefused as refused:
            if refused.fault is SopFault.NOT_A_DRAFT:
                raise Problem(409, "cannot_change", detail=str(REFUSED[refused.fault.value])) from refused
            errors = [{"field": one.path, "message": one.message} for one in check_version(row).faults]
            at = "decree_date" if refused.field == "decided_on" else refused.field
            errors = [{"field": at, "message": str(REFUSED[refused.fault.value])}] if refused.field else errors
            raise Problem(422, "missing_input", errors=errors) from refused


def _found(number: int) -> SopVersion:
    row = find_sop_version(number)
    if row is None:
        raise Problem(404)
    return row


def _sent() -> ProcessBody:
    body, faults = read_process(json_object())
    if body is None:
        raise Problem(422, "missing_input", errors=field_sentences(faults))
    return body


def _one(row: SopVersion, status: int = 200) -> Response:
    shown: dict[str, Any] = shown_row(PROCESS, row, detail=True)
    return answer(shown, status, id=row.id)
