"""Endpoints for the integration that synchronises SP4N; our own interface, not SP4N's."""

from typing import Any

from flask import Response
from flask_appbuilder.api import BaseApi, expose

from app.access.current_person import source_address
from app.casefile.facts import CaseRows, rows_of
from app.core.clock import utc_now
from app.core.identifiers import is_tracking_id
from app.core.problem import Problem
from app.core.transaction import one_transaction
from app.models import Complaint, InboundHold
from app.reference.named_rows import cached_names
from app.sp4n.inbound.apply_batch import MOST_REPORTS, apply_batch, reports_of
from app.sp4n.inbound.apply_message import UnknownReport, apply_message
from app.sp4n.inbound.apply_revision import StaleRevision, apply_report
from app.sp4n.inbound.read_revision import read_tracking_id
from app.sp4n.peer.report_state import find_report, quarantined_state, state_of, waiting_report
from app.vocabulary.refusals import field_sentences
from app.web.json_input import json_object
from views.api.cases import representation as show
from views.api.http.access import answer, idempotent, needs_scope
from workflow_rules.process.refusals import FieldError, FieldFault

STATUS_OF = {
    "created": 201,
    "updated": 200,
    "unchanged": 200,
    "quarantined": 202,
    "conflict": 200,
    "stale_revision": 409,
    "refused": 422,
}
REASON_OF = {
    "quarantined": "quarantined",
    "conflict": "revision_conflict",
    "stale_revision": "stale_revision",
    "refused": "missing_input",
}


class Sp4nApi(BaseApi):
    """Endpoints by which the integration writes SP4N's reports and messages, addressed by tracking id."""

    resource_name = "sp4n"
    class_permission_name = "Sp4n"
    openapi_spec_tag = "SP4N"

    @expose("/reports/<tracking_id>", methods=["PUT"])
    @needs_scope("sp4n")
    @idempotent
    def put_report(self, tracking_id: str) -> Response:
        """Create (201) or update (200) the case of an SP4N report by revision; return a JSON response with its state.

        The current revision changes nothing; if its content differs, `outcome` is `conflict`, and the content is stored
        for the Admin to decide. With a category, classification or place that is unknown here the response is 202: the
        report is stored until the Admin resolves it, and `errors` names it. Raises Problem(409, stale_revision) for an
        older revision, ActionRefused(missing_input) with every fault of shape.
        """
        try:
            with one_transaction(), cached_names():
                applied = apply_report(tracking_id, json_object(), address=source_address())
                row = applied.complaint
                if row is None or applied.outcome == "quarantined":
                    hold = waiting_report(tracking_id)
                    assert hold is not None
                    return _quarantined(hold, 202, outcome=applied.outcome)
                shown = _report(row, applied.rows)
                return answer(shown, STATUS_OF[applied.outcome], row.version, outcome=applied.outcome)
        except StaleRevision as error:
            raise Problem(409, "stale_revision") from error

    @expose("/reports/<tracking_id>", methods=["GET"])
    @needs_scope("sp4n")
    def get_report(self, tracking_id: str) -> Response:
        """Return a JSON response with the state of an SP4N report held here. Raises Problem(404) if it is unknown.

        A report that waits for the Admin and has no case yet has the status `quarantined` and `errors`; for a case,
        `waiting` names the later revision that waits, with its `errors`.
        """
        tracking_id = read_tracking_id(tracking_id)
        if not is_tracking_id(tracking_id):
            raise Problem(404)
        row, hold = find_report(tracking_id), waiting_report(tracking_id)
        if row is not None:
            waits: dict[str, Any] = (
                {"waiting": {"revision": hold.revision, "errors": _errors_of(hold)}} if hold is not None else {}
            )
            return answer(_report(row), version=row.version, **waits)
        if hold is None:
            raise Problem(404)
        return _quarantined(hold)

    @expose("/reports/batch", methods=["POST"])
    @needs_scope("sp4n")
    @idempotent
    def put_reports(self) -> Response:
        """Apply up to 1,000 SP4N reports, `{"reports": [{"tracking_id", ...report}]}`; return a JSON response with one
        object for each, in order: `status` is what its PUT would have been answered, `outcome` the word for it,
        `reason` and `errors` say why a report was not applied. Each report is independent of the others. Raises
        Problem(413) for more reports, ActionRefused(missing_input) for a malformed body.
        """
        reports = reports_of(json_object())
        if len(reports) > MOST_REPORTS:
            raise Problem(413)
        lines: list[dict[str, Any]] = []
        for item in apply_batch(reports, address=source_address()):
            line = {"tracking_id": item.tracking_id, "status": STATUS_OF[item.outcome], "outcome": item.outcome}
            if item.outcome in REASON_OF:
                line["reason"] = REASON_OF[item.outcome]
            if item.faults:
                line["errors"] = field_sentences(item.faults)
            lines.append(line)
        return answer(lines)

    @expose("/reports/<tracking_id>/messages", methods=["POST"])
    @needs_scope("sp4n")
    @idempotent
    def post_message(self, tracking_id: str) -> Response:
        """Apply a message that the reporter left at SP4N; return a JSON response: 200 if carried out, 202 if the Admin
        decides.

        The body is `{"message_id", "kind", "text"?, "score"?, "agency"?, "at"?}`. `kind` is `answer` (to our question;
        `agency` if several have asked), `comment`, `rating` (`score` 1 to 5), `reopening` or `withdrawal`. A repeated
        `message_id` gets the first answer. Raises Problem(404) for an unknown report, ActionRefused(missing_input).
        """
        try:
            taken = apply_message(tracking_id, json_object(), address=source_address())
        except UnknownReport as error:
            raise Problem(404) from error
        return answer(taken.answer, 202 if taken.held else 200, outcome=taken.answer["outcome"])


def _quarantined(hold: InboundHold, status: int = 200, **more: Any) -> Response:
    errors = _errors_of(hold)
    response = answer({**quarantined_state(hold), "errors": errors}, status, errors=errors, **more)
    response.headers["ETag"] = f'"q{hold.id}"'
    return response


def _errors_of(hold: InboundHold) -> list[dict[str, str]]:
    """Return the faults of a waiting report as error entries (`field` and `message`) for its sender."""
    return field_sentences(tuple(FieldError(fault["field"], FieldFault(fault["fault"])) for fault in hold.faults))


def _report(row: Complaint, known: CaseRows | None = None) -> dict[str, object]:
    rows = known or rows_of(row)
    return {**show.complaint(row, utc_now(), rows), **state_of(row, rows)}
