"""By when a citizen is promised an answer."""

from dataclasses import dataclass
from datetime import datetime

from app.casefile.time_ledger import national_clocks_of, whole_limit
from app.models import Complaint
from app.reference.national_limits import load_national_limits
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.sop import Sop
from workflow_rules.time.national_clock import NationalLimit, NationalStage
from workflow_rules.time.working_calendar import WorkingCalendar

SOP, NATIONAL = "sop", "national"


@dataclass(frozen=True)
class Promise:
    """The limit that is promised and by which rule; `other` is the later limit of the other rule (aware instants)."""

    due_at: datetime
    rule: str
    other: datetime | None
    passed: bool
    paused: bool


def promise_of(
    complaint: Complaint,
    facts: ComplaintFacts,
    sop: Sop,
    calendar: WorkingCalendar,
    now: datetime,
    limits: tuple[NationalLimit, ...] | None = None,
) -> Promise | None:
    """The earlier of the two limits that bind the office as a whole; None for a case that was answered or has ended.

    Design section 5 gives a case two clocks. The SOP's whole time is the office's own word, pinned to the case; the
    national time to finish is what the rules of SP4N-LAPOR! grant every citizen. Both are owed, and only the earlier
    one keeps both, so the citizen is promised that one and told of the other. A reopened case is promised anew from
    its reopening by the SOP alone: time spent closed does not count, and the national clock has stopped at the answer.
    `limits` are the national ones where the caller has read them already.
    """
    if facts.ended is not None or facts.answered_at is not None:
        return None
    sop_due = whole_limit(complaint, sop, calendar)
    known = load_national_limits() if limits is None else limits
    national_due = _national(complaint, known, calendar, now) if complaint.cycle == 1 else None
    by_sop = national_due is None or sop_due <= national_due
    due, other = (sop_due, national_due) if by_sop or national_due is None else (national_due, sop_due)
    return Promise(due, SOP if by_sop else NATIONAL, other, now > due, facts.waiting)


def _national(
    complaint: Complaint, limits: tuple[NationalLimit, ...], calendar: WorkingCalendar, now: datetime
) -> datetime | None:
    """The national limit to finish, the same that officers see."""
    clocks = national_clocks_of(complaint, limits, calendar, now)
    return next((clock.due_at for clock in clocks if clock.limit.stage is NationalStage.FINISH), None)
