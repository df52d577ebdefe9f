"""REST resource of complaints: create, read, timeline, deadlines, allowed actions, and acting."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response
from flask_appbuilder.api import BaseApi, expose

from app.access.current_person import current_person, source_address
from app.casefile.facts import facts_of, open_tasks_of
from app.casefile.rows import events_of, find_complaint, tasks_of
from app.cases.perform_action import attach_to_case, perform_action
from app.cases.receive_complaint import may_receive, receive_complaint
from app.cases.report_input import clean_report
from app.choices.lists import json_schema
from app.core.clock import utc_now
from app.core.problem import Problem
from app.core.request_context import request_context
from app.core.transaction import one_transaction, roll_back
from app.fields.types import parameter_of
from app.fields.values import fields_asked
from app.fields.visibility import event_data_shown
from app.files.attachments import FILE_FIELDS, decode_file
from app.models import Complaint
from app.privacy.open_identity import open_identity
from app.reference.calendar import load_working_calendar
from app.reference.named_rows import cached_names
from app.reference.sop import load_sop
from app.web.json_input import json_object
from views.api.cases import contracts as contracts
from views.api.cases import representation as show
from views.api.cases.clock_representation import clocks
from views.api.cases.filters import complaint_list, wanted_complaints
from views.api.http.access import answer, expected_version, id_in_range, idempotent, needs
from views.api.http.contract import declared
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.decide import AllowedAction, allowed_actions
from workflow_rules.process.parameters import schema_of
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason


class ComplaintsApi(BaseApi):
    """Case endpoints under `/api/v1/complaint/`; there is no generic update, every change is an action."""

    resource_name = "complaint"
    class_permission_name = "Complaint"
    openapi_spec_tag = "Complaint"

    @expose("/", methods=["GET"])
    @declared(contracts.LIST)
    @needs("can_read", scope="read")
    def get_list(self) -> Response:
        """Return a JSON response with a page of the complaints that the caller may see, newest first.

        The query filters them. Raises Problem(400) for an invalid cursor, or if both `page` and `after` are given.
        """
        now = utc_now()
        return complaint_list(wanted_complaints(now), now)

    @expose("/", methods=["POST"])
    @declared(contracts.TAKE_IN)
    @needs("can_read")
    @idempotent
    def post(self) -> Response:
        """Create a complaint from the JSON body, with its step `register` open; return a JSON response (201) with the
        complaint and its tracking code. Raises ActionRefused: not_your_step if the caller may not receive complaints,
        missing_input with every faulty field. Raises Problem(400, 415) for a body that is no JSON object.
        """
        may_receive(current_person())
        with one_transaction(), cached_names():
            received = receive_complaint(clean_report(json_object()), current_person(), address=source_address())
            row = received.complaint
            body = {**show.complaint(row, utc_now(), received.rows), "tracking_code": received.tracking_code}
        return answer(body, 201, body["version"], id=body["id"])

    @expose("/<int:number>", methods=["GET"])
    @declared(contracts.READ)
    @needs("can_read", scope="read")
    def get(self, number: int) -> Response:
        row = _find(number)
        return answer(show.complaint(row, utc_now()), version=row.version, id=row.id)

    @expose("/<int:number>/timeline", methods=["GET"])
    @declared(contracts.TIMELINE)
    @needs("can_read", scope="read")
    def timeline(self, number: int) -> Response:
        row = _find(number)
        events = [show.event(e, event_data_shown(e, row, current_person())) for e in events_of(row)]
        return answer(events, version=row.version, files=show.files(row))

    @expose("/<int:number>/deadlines", methods=["GET"])
    @declared(contracts.DEADLINES)
    @needs("can_read", scope="read")
    def deadlines(self, number: int) -> Response:
        row = _find(number)
        calendar, now = load_working_calendar(), utc_now()
        steps = [show.deadline(task, calendar, now) for task in tasks_of(row)]
        return answer(steps, version=row.version, **clocks(row, calendar, now))

    @expose("/<int:number>/actions", methods=["GET"])
    @declared(contracts.ALLOWED)
    @needs("can_read")
    def actions(self, number: int) -> Response:
        row = _find(number)
        allowed = allowed_actions(facts_of(row), current_person(), load_sop(row.sop_version))
        shown = [
            {
                "action": one.action.value,
                "step": one.step,
                "agency": one.agency,
                "params": schema_of(FILE_FIELDS) if one.action is Action.ATTACH else _params_schema(row, one),
            }
            for one in allowed
        ]
        return answer(shown, version=row.version)

    @expose("/<int:number>/actions", methods=["POST"])
    @declared(contracts.ACT)
    @needs("can_act")
    @idempotent
    def act(self, number: int) -> Response:
        """Perform one action on a case, commit, and return a JSON response with complaint, open steps and the event
        written. Raises ActionRefused with the reason of the rules (not_visible for a hidden case), Problem(428) without
        a version.
        """
        with _naming_open_steps(number), one_transaction():
            body = json_object()
            case_id, request, version = id_in_range(number), _request(body), expected_version(body)
            by, address = current_person(), source_address()
            if request.action is Action.ATTACH:
                name, content = decode_file(request.params)
                done = attach_to_case(case_id, name, content, by, version, agency=request.agency, address=address)
            else:
                done = perform_action(case_id, request, by, version, address=address)
            shown = show.complaint(done.complaint, utc_now(), done.rows)
            events = [show.event(done.event, done.event.data)]
        return answer({**shown, "events": events}, version=shown["version"])

    @expose("/<int:number>/identity", methods=["POST"])
    @declared(contracts.OPEN_IDENTITY)
    @needs("can_act")
    def open_identity(self, number: int) -> Response:
        """Return a JSON response with the reporter's identity, never cacheable, and write an event of the opening.

        Raises ActionRefused: not_visible, not_your_step, no_identity, or missing_input without a reason.
        """
        row = _find(number)
        found = open_identity(row.id, json_object(), current_person(), address=source_address())
        shown = answer(found.parts)
        shown.headers["Cache-Control"] = "no-store"
        return shown


@contextmanager
def _naming_open_steps(number: int) -> Iterator[None]:
    """Return a context manager that adds the open steps to the error response when the action in it is refused.

    They are added only if the caller may see the case. Rolls back and re-raises ActionRefused or Problem; raises
    ActionRefused(not_visible) for a hidden case.
    """
    try:
        yield
    except (ActionRefused, Problem):
        roll_back()
        opened = open_tasks_of(_find(number))
        request_context().current_step = "/".join(dict.fromkeys(task.step for task in opened)) or None
        raise


def _params_schema(row: Complaint, one: AllowedAction) -> dict[str, Any]:
    """Return the JSON Schema of an action's parameters on this case, with the fields of the office that it asks for;
    `register` and `correct` take `fields` also while there are none.
    """
    schema = json_schema(one.action, one.again)
    if "fields" not in schema["properties"]:
        return schema
    asked = fields_asked(row, one.action)
    parts = {own.code: {**parameter_of(own).schema(), "title": own.label} for own in asked}
    properties = {name: part for name, part in schema["properties"].items() if name != "fields"}
    if asked or one.action in (Action.REGISTER, Action.CORRECT):
        properties["fields"] = {"type": "object", "properties": parts, "additionalProperties": False}
    return {**schema, "properties": properties}


def _find(number: int) -> Complaint:
    """Return the complaint (ORM object) with this id.

    Raises Problem(404) if it is larger than any id, ActionRefused(not_visible) if it does not exist or the caller may
    not see it.
    """
    return find_complaint(id_in_range(number), current_person())


def _request(body: dict[str, Any]) -> ActionRequest:
    """Return the `ActionRequest` in a JSON body. Raises ActionRefused(missing_input) with every faulty field."""
    errors = [FieldError(str(n), FieldFault.UNKNOWN_FIELD) for n in body.keys() - _BODY_FIELDS]
    action, agency = body.get("action"), body.get("agency")
    if not isinstance(action, str) or action not in _ACTIONS:
        fault = FieldFault.REQUIRED if action is None else FieldFault.NOT_ALLOWED
        errors.append(FieldError("action", fault, ", ".join(sorted(_ACTIONS))))
    if agency is not None and not isinstance(agency, str):
        errors.append(FieldError("agency", FieldFault.WRONG_TYPE))
    params = body.get("params", {})
    if not isinstance(params, dict):
        errors.append(FieldError("params", FieldFault.WRONG_TYPE))
    if errors:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=tuple(errors))
    return ActionRequest(Action(str(action)), agency, params)


_BODY_FIELDS = {"action", "agency", "params", "expected_version"}
_ACTIONS = frozenset(a.value for a in Action) - {Action.EXPIRE_QUESTION.value}
