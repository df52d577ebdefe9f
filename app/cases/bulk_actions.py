"""One action on several cases at once: each is done wholly or left as it was, and every one says how it went."""

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
    """A case as it was seen when it was chosen."""

    complaint_id: int
    agency: str | None
    version: int


@dataclass(frozen=True)
class Outcome:
    """How it went with one case; without a refusal it was done."""

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
    """Do the action on each case through the one door; what is refused is skipped and keeps nobody else up.

    All cases are locked before the first act, in the order of their keys: who waits for one of them holds nothing yet
    that another act would wait for.
    """
    cases = sorted(set(chosen), key=lambda c: (c.complaint_id, c.agency or ""))
    with one_transaction():
        lock_cases({case.complaint_id for case in cases}, action, params)
        return [_one(case, ActionRequest(action, case.agency, params), by, now, address) for case in cases]


def _one(case: ChosenCase, request: ActionRequest, by: Person, now: datetime | None, address: str | None) -> Outcome:
    try:
        with db.session.begin_nested():
            perform_action(case.complaint_id, request, by, case.version, now=now, address=address)
    except ActionRefused as refused:
        return Outcome(case.complaint_id, refused)
    return Outcome(case.complaint_id)
