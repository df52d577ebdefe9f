"""The date by which a reporter is promised an answer."""

from dataclasses import dataclass
from datetime import datetime

from app.casefile.time_ledger import national_clocks_of, whole_clock_of
from app.models import Complaint
from app.reference.national_limits import load_national_limits
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.sop import Sop
from workflow_rules.time.national_clock import NationalLimit, NationalStage
from workflow_rules.time.working_calendar import WorkingCalendar

SOP, NATIONAL = "sop", "national"


@dataclass(frozen=True)
class Promise:
    """A value object with the date by which an answer is promised: `due_at` (aware, in the calendar's zone) and its
    `rule`, "sop" or "national"; `other` is the later limit of the other rule, if any. `passed`: it lies before now.
    `paused`: the case waits for the reporter.
    """

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
    """Return as `Promise` the date by which the reporter is promised an answer: the earlier of the SOP limit and the
    national limit. None if the case is answered or has ended.

    Design section 5 gives a case two clocks: the whole time of its SOP version, and the national time to finish under
    the SP4N-LAPOR! rules. Both bind the office, and only the earlier one keeps both. A reopened case is promised the
    SOP limit from its reopening: time spent closed does not count, and the national clock stopped at the answer. Pass
    `limits` if the national limits are read already.
    """
    if facts.ended is not None or facts.answered_at is not None:
        return None
    sop_due = whole_clock_of(complaint).due_at(sop, calendar)
    known = load_national_limits() if limits is None else limits
    clocks = national_clocks_of(complaint, known, calendar, now) if complaint.cycle == 1 else ()
    national_due = next((clock.due_at for clock in clocks if clock.limit.stage is NationalStage.FINISH), None)
    by_sop = national_due is None or sop_due <= national_due
    due, other = (sop_due, national_due) if by_sop or national_due is None else (national_due, sop_due)
    return Promise(due, SOP if by_sop else NATIONAL, other, now > due, facts.waiting)
