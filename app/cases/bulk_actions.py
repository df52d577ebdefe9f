"""One action on several cases: each is done or refused by itself, and each reports its outcome."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.cases.perform_action import lock_cases, perform_action
from app.core.extensions import db
from app.core.transaction import one_transaction
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused


@dataclass(frozen=True)
class ChosenCase:
    """A value object: a case that an officer chose from a list, with the version of the case seen then. `agency` is the
    code of the agency whose track the action concerns, or None.
    """

    complaint_id: int
    agency: str | None
    version: int


@dataclass(frozen=True)
class Outcome:
    """A value object: the result of a bulk action for one case. `refused` is the ActionRefused that the action raised,
    None where the action was done.
    """

    complaint_id: int
    refused: ActionRefused | None = None


def perform_together(
    chosen: Iterable[ChosenCase],
    action: Action,
    params: Mapping[str, Any],
    by: Person,
    *,
    now: datetime | None = None,
    address: str | None = None,
) -> list[Outcome]:
    """Perform the action on each case in one transaction and return a list of Outcome, ordered by case id. A refused
    case does not stop the others. Raises ActionRefused(busy) when the cases cannot be locked.

    All cases are locked before the first action, in the order of their keys, so that two bulk actions cannot deadlock.
    """
    cases = sorted(set(chosen), key=lambda c: (c.complaint_id, c.agency or ""))
    with one_transaction():
        lock_cases({case.complaint_id for case in cases}, action, params)
        outcomes = []
        for case in cases:
            request = ActionRequest(action, case.agency, params)
            try:
                with db.session.begin_nested():
                    perform_action(case.complaint_id, request, by, case.version, now=now, address=address)
            except ActionRefused as refused:
                outcomes.append(Outcome(case.complaint_id, refused))
            else:
                outcomes.append(Outcome(case.complaint_id))
        return outcomes
