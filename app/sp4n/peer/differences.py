"""How two ledgers of one report differ, and which difference may be mended without asking anybody."""

from dataclasses import dataclass
from enum import StrEnum

from app.models.peer import Drift
from workflow_rules.process.steps import ENDED, CaseStatus

QUARANTINED = "quarantined"
"""The status of a report that waits for the Admin and is no complaint yet."""

_TOLD_TO_THE_REPORTER = frozenset(ENDED) | {CaseStatus.ANSWERED}


class Repair(StrEnum):
    """What brings both sides together: their report read again, or our state told again."""

    FETCH = "fetch"
    SEND = "send"


@dataclass(frozen=True)
class Side:
    """What one side holds of a report: the revision of its text, and version and status of our work on it."""

    revision: int | None
    version: int | None
    status: str | None


def drift_of(ours: Side | None, theirs: Side | None) -> Drift | None:
    """How a report differs between both sides; None where they agree, or where neither knows it.

    Of one that is in quarantine here they can know nothing but its text.
    """
    if ours is None:
        return None if theirs is None else Drift.MISSING_HERE
    if theirs is None:
        return Drift.MISSING_THERE
    if _less(ours.revision, theirs.revision):
        return Drift.WE_BEHIND
    if ours.status == QUARANTINED:
        return None
    if _less(theirs.revision, ours.revision) or _less(theirs.version, ours.version):
        return Drift.THEY_BEHIND
    if ours.status != theirs.status:
        return Drift.STATUS
    return Drift.THEY_BEHIND if ours.version != theirs.version else None


def repair_of(drift: Drift, ours: Side | None, theirs: Side | None) -> Repair | None:
    """What mends a difference by itself; None where a person has to look.

    A report that the peer does not know cannot be told of. And what the reporter has read as answered or ended is not
    taken back by a program, although our record (a restored one, perhaps) does not know of it.
    """
    if drift in (Drift.MISSING_HERE, Drift.WE_BEHIND):
        return Repair.FETCH
    if drift is Drift.MISSING_THERE or _would_take_back(ours, theirs):
        return None
    return Repair.SEND


def _would_take_back(ours: Side | None, theirs: Side | None) -> bool:
    if ours is None or theirs is None or ours.status == theirs.status:
        return False
    return theirs.status in _TOLD_TO_THE_REPORTER and _less(ours.version, theirs.version)


def _less(one: int | None, other: int | None) -> bool:
    return (-1 if one is None else one) < (-1 if other is None else other)
