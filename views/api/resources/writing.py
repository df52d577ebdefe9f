"""Writing of reference data over the API, by the rules and journal of the screens."""

from collections.abc import Mapping
from typing import Any

from flask import request
from sqlalchemy.exc import IntegrityError

from app.access.current_person import current_person
from app.calendar.change import ChangedMeanwhile, Consequence, NeverOpens, ReasonNeeded, apply_change
from app.core.clock import utc_now
from app.core.problem import Problem
from app.core.transaction import lock_row
from app.vocabulary.refusals import field_sentences
from app.web.form_labels import REFUSED
from views.api.resources.forms import LONGEST_REASON, filled_form, member_of, screen_of
from views.api.resources.resource import Resource
from views.shared.reference_screen import ChangeRefused, broken_rule, row_digest
from workflow_rules.process.parameters import clean_text
from workflow_rules.process.refusals import FieldError, FieldFault

Faults = list[dict[str, str]]


class Foreseen(Exception):
    """Exception by which a dry run ends its transaction; `moved` is the number of deadlines the change would move."""

    def __init__(self, moved: int) -> None:
        super().__init__("foreseen")
        self.moved = moved


def create(resource: Resource, body: Mapping[str, Any]) -> tuple[Any, int | None]:
    """Create a row and return (row, number of deadlines moved); the number is None if the row is not part of the
    calendar. The caller opens the transaction. Raises Problem: 422 for faulty input, 409 if the row exists. Raises
    Foreseen in a dry run.
    """
    return _save(resource, body, screen_of(resource).datamodel.obj(), "")


def change(resource: Resource, item: Any, body: Mapping[str, Any]) -> tuple[Any, int | None]:
    """Change a row and return (row, number of deadlines moved); the number is None if the row is not part of the
    calendar.

    Raises Problem: 428 without If-Match, 412 if the row has changed, 409 if it may not change, 422 for faulty input.
    Raises Foreseen in a dry run.
    """
    return _save(resource, body, item, _seen(item), new=False)


def remove(resource: Resource, item: Any, reason: str | None) -> None:
    """Delete a row of a resource; a row of the calendar needs a reason, which is written to the journal. Raises
    Problem: 428 without If-Match, 412 if the row has changed, 409 if other rows refer to it, 422 without a reason.
    Raises Foreseen in a dry run.
    """
    screen, (reason_given, faults) = screen_of(resource), _reason(resource, reason)
    if faults:
        raise Problem(422, "missing_input", errors=faults)
    lock_row(item)
    _seen(item)
    try:
        screen.remove_row(item)
    except ReasonNeeded as asked:
        _make(asked, reason_given)
    except ChangeRefused as refused:
        raise Problem(409, "cannot_change", detail=str(refused.sentence)) from refused
    except IntegrityError as error:
        raise Problem(409, "cannot_change", detail=str(REFUSED["still_named"])) from error


def _seen(item: Any) -> str:
    """Return the row's current ETag (text). Raises Problem: 428 without `If-Match`, 412 if `If-Match` names another
    ETag.
    """
    if "If-Match" not in request.headers:
        raise Problem(428)
    tag = row_digest(item)
    wanted = request.if_match
    if not (wanted.star_tag or wanted.contains(tag)):
        raise Problem(412, headers={"ETag": f'"{tag}"'})
    return tag


def _save(
    resource: Resource, body: Mapping[str, Any], item: Any, seen: str, new: bool = True
) -> tuple[Any, int | None]:
    screen = screen_of(resource)
    if not new and (fixed := screen.why_fixed(item)):
        raise Problem(409, "cannot_change", detail=str(REFUSED[fixed]))
    form, faults = filled_form(resource, body, None if new else item, seen)
    reason, reason_faults = _reason(resource, body.get("reason"))
    faults += reason_faults
    if not new:
        form._id = screen.datamodel.get_pk_value(item)
    if not form.validate() or faults:
        raise Problem(422, "missing_input", errors=[*faults, *_faults_of(resource, form, faults)])
    try:
        screen.write_row(form, item, new)
    except ReasonNeeded as asked:
        found = _make(asked, reason)
        return found.rows[0], len(found.moves)
    except ChangeRefused as refused:
        if refused.sentence is REFUSED["changed_meanwhile"]:
            raise Problem(412) from refused
        errors = [{"field": member_of(resource, refused.field), "message": str(refused.sentence)}]
        raise Problem(422, "missing_input", errors=errors) from refused
    except IntegrityError as error:
        raise _collision(resource, form, error) from error
    return item, None


def _make(asked: ReasonNeeded, reason: str) -> Consequence:
    """Apply a calendar change, journal its reason, and return its `Consequence`. Raises Foreseen in a dry run.

    Raises Problem: 412 if the row changed meanwhile, 422 if no working time would be left, 409 if the row exists.
    """
    if request.args.get("dry_run") == "true":
        raise Foreseen(len(asked.found.moves))
    try:
        return apply_change(asked.change, reason, current_person().id, utc_now())
    except ChangedMeanwhile as meanwhile:
        raise Problem(412) from meanwhile
    except NeverOpens as never:
        raise Problem(422, "missing_input", detail=str(REFUSED["never_opens"])) from never
    except IntegrityError as error:
        raise Problem(409, detail=str(REFUSED["already_exists"])) from error


def _reason(resource: Resource, given: Any) -> tuple[str, Faults]:
    """Return (reason of a change, error entries): ("", []) for a resource whose changes need no reason."""
    if not resource.asks_reason:
        return "", []
    if given is None:
        return "", field_sentences((FieldError("reason", FieldFault.REQUIRED),))
    reason, fault = clean_text("reason", given, LONGEST_REASON)
    return reason, [] if fault is None else field_sentences((fault,))


def _faults_of(resource: Resource, form: Any, known_faults: Faults) -> Faults:
    """Return a list of the form's error entries (`field`, `message`) for fields that are not in `known_faults`."""
    known = {fault["field"] for fault in known_faults}
    return [
        {"field": member_of(resource, name or ""), "message": str(messages[0])}
        for name, messages in form.errors.items()
        if messages and member_of(resource, name or "") not in known
    ]


def _collision(resource: Resource, form: Any, error: IntegrityError) -> Problem:
    """Return (not raise) the Problem for a violated database constraint.

    Its status is 409 for a duplicate row, else 422 with the faulty field.
    """
    field, sentence = broken_rule(form, error)
    errors = [{"field": member_of(resource, field), "message": str(sentence)}]
    if sentence is REFUSED["already_exists"]:
        return Problem(409, detail=str(sentence), errors=errors)
    return Problem(422, "missing_input", errors=errors)
