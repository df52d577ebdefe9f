"""Rules for differences between our state of a report and the peer's, and which may be repaired automatically."""

from dataclasses import dataclass
from enum import StrEnum

from app.models.peer import Drift
from workflow_rules.process.steps import ENDED, CaseStatus

QUARANTINED = "quarantined"
"""Status of a report that waits for the Admin and has no case yet."""

_KNOWN_TO_THE_REPORTER = frozenset(ENDED) | {CaseStatus.ANSWERED}


class Repair(StrEnum):
    """An enum of the automatic repairs of a difference: fetch the report from the peer (`FETCH`), or send our state to
    the peer (`SEND`).
    """

    FETCH = "fetch"
    SEND = "send"


@dataclass(frozen=True)
class Side:
    """A value object: the state of a report on one side, ours or the peer's: revision of its text, version and status
    of its case. None means unknown.
    """

    revision: int | None
    version: int | None
    status: str | None


def drift_of(ours: Side | None, theirs: Side | None) -> Drift | None:
    """Return how a report differs between us and the peer (a Drift); None if both agree or neither has it.

    For a report in quarantine here only the revision is compared, because the peer knows nothing else of it.
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
    """Return the Repair of a difference, or None if a person must decide.

    A report missing at the peer cannot be sent. A status `answered` or ended that the peer holds in a newer version is
    not reverted automatically: the reporter has seen it, and our database may be a restored older one.
    """
    if drift in (Drift.MISSING_HERE, Drift.WE_BEHIND):
        return Repair.FETCH
    if drift is Drift.MISSING_THERE:
        return None
    if ours is None or theirs is None or ours.status == theirs.status:
        return Repair.SEND
    would_revert = theirs.status in _KNOWN_TO_THE_REPORTER and _less(ours.version, theirs.version)
    return None if would_revert else Repair.SEND


def _less(one: int | None, other: int | None) -> bool:
    return (-1 if one is None else one) < (-1 if other is None else other)
