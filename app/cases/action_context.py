"""The context of an action besides the rows of its case, read in one statement after the row is locked."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import BindParameter, Integer, Text, bindparam, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.casefile.facts import gets_messages
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent, Reporter
from app.reference.calendar import calendar_rows, calendar_with
from app.reference.sop import sop_with_text, steps_of_sop
from workflow_rules.process.identity import ReporterFacts
from workflow_rules.process.sop import Sop
from workflow_rules.record.hash_chain import GENESIS
from workflow_rules.time.working_calendar import WorkingCalendar

Link = tuple[int, str]
"""Number and hash of an event, which the next event of its case follows in the hash chain."""

Last = tuple[Link, int]
"""The link of the last event of a case, and the primary key for the event that follows."""

_TASK_KEY = func.nextval(func.pg_get_serial_sequence("step_task", "id"))

_PARTS: tuple[InstrumentedAttribute[str | None], ...] = (
    *(Reporter.name, Reporter.address, Reporter.phone, Reporter.email, Reporter.nik),
)


@dataclass(frozen=True)
class ActionContext:
    """A value object with what an action needs besides the rows of its case: the SOP version of the case, the working
    calendar as it is now, which identity parts of the reporter are stored, and the last event (`Last`).

    `task_key` is the primary key for a step that the action may open.
    """

    sop: Sop
    calendar: WorkingCalendar
    reporter: ReporterFacts
    last: Last
    task_key: int


_OF_CASE: BindParameter[int] = bindparam("complaint_id")
_LAST_EVENT = (
    select(func.json_build_array(ComplaintEvent.seq, ComplaintEvent.hash))
    .where(ComplaintEvent.complaint_id == _OF_CASE)
    .order_by(ComplaintEvent.seq.desc())
    .limit(1)
    .scalar_subquery(),
    func.nextval(func.pg_get_serial_sequence("complaint_event", "id")),
)
_LAST = select(*_LAST_EVENT).execution_options(unscoped=True)
_CONTEXT = select(
    cast(steps_of_sop(bindparam("sop_version_id")), Text),
    calendar_rows(),
    select(func.json_build_array(*(part.is_not(None) for part in _PARTS)))
    .where(Reporter.complaint_id == _OF_CASE)
    .scalar_subquery(),
    _TASK_KEY,
    *_LAST_EVENT,
).execution_options(unscoped=True)
_MORE_KEYS = select(_TASK_KEY).select_from(func.generate_series(1, bindparam("count", type_=Integer)))


def read_context(complaint: Complaint) -> ActionContext:
    """Read in one statement and return the ActionContext of a case whose row this transaction has locked.

    SOP and calendar are read as the text of their rows, which is the key of this process's cache: a change is seen by
    the next action in every process.
    """
    asked = {"complaint_id": complaint.id, "sop_version_id": complaint.sop_version_id}
    steps, calendar, parts, task_key, *last = db.session.execute(_CONTEXT, asked).one()
    sop, reporter = sop_with_text(complaint.sop_version, steps), ReporterFacts(*(parts or ()))
    reporter = replace(reporter, gets_messages=gets_messages(reporter.has_phone))
    return ActionContext(sop, calendar_with(calendar), reporter, _last(*last), task_key)


def read_last(complaint: Complaint) -> Last:
    """Return ((number, hash) of the last event of a case, new primary key for its next event); (0, GENESIS) for a case
    without events. Called after this transaction has written events.
    """
    return _last(*db.session.execute(_LAST, {"complaint_id": complaint.id}).one())


def more_task_keys(count: int) -> list[int]:
    """Return a list of `count` new primary keys for steps, taken from the table's sequence; [] for a count below 1."""
    return list(db.session.scalars(_MORE_KEYS, {"count": count})) if count > 0 else []


def _last(link: list[Any] | None, key: int) -> Last:
    seq, digest = link or (0, GENESIS)
    return (seq, digest), key
