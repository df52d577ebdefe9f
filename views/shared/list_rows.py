"""Rows of the inbox and the list of complaints as shown on the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from flask_babel import gettext

from app.access.process_rows import STEPS, process_parts
from app.fields.filters import Fields
from app.fields.types import text_of
from app.models import Complaint
from app.reference.sop import last_numbers
from app.vocabulary.words import STATUSES
from app.web.formats import working_time
from app.worklists.complaint_lists import ComplaintRow
from app.worklists.inbox import Queue, WorkRow
from views.shared.list_labels import GROUPS, VERBS
from workflow_rules.process.actors import Person
from workflow_rules.time.deadlines import TimeState, span, time_state
from workflow_rules.time.working_calendar import WorkingCalendar


@dataclass(frozen=True)
class Limit:
    """A value object: the deadline of a step with its state (datetimes are aware UTC).

    `left` is the remaining or exceeded working time as text; `paused_at` is None unless the clock is paused.
    """

    state: TimeState
    due_at: datetime
    left: str
    paused_at: datetime | None = None


@dataclass(frozen=True)
class Line:
    """A value object: one row of the inbox or of the list of complaints.

    `task_id` is set only if the row can be ticked; `found` holds the highlighted search hits, or None. `own` are the
    values of fields of the office as text, by column.
    """

    case: Complaint
    task_id: int | None
    number: int | None
    late_numbers: tuple[int, ...]
    last_number: int
    words: str
    agencies: tuple[str, ...]
    limit: Limit | None
    action: str
    found: Any = None
    own: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """A value object: the list rows of one urgency on this page; `count` is their number on all pages."""

    state: str
    title: str
    count: int
    lines: list[Line]


class LimitWriter:
    """A formatter of deadlines relative to `now`, in working time of the given calendar."""

    def __init__(self, calendar: WorkingCalendar, now: datetime) -> None:
        self.calendar = calendar
        self.now = now

    def limit(self, due_at: datetime, warn_at: datetime, paused_at: datetime | None) -> Limit:
        state = time_state(self.now, due_at, warn_at, paused_at is not None)
        if state is TimeState.PAUSED:
            return Limit(state, due_at, gettext("menunggu pelapor"), paused_at)
        length = span(self.calendar, *sorted((self.now, due_at)))
        left = working_time(length)
        if length.days:
            left = gettext("%(length)s kerja", length=left)
        if state is not TimeState.LATE:
            left = gettext("sisa %(time)s", time=left)
        return Limit(state, due_at, left, paused_at)


def work_line(row: WorkRow, writer: LimitWriter, queue: Queue, person: Person) -> Line:
    """Return the inbox `Line` of a step; it can be ticked only if it waits for this officer, who acts there and does
    not only read, and is not paused.
    """
    task = row.task
    limit = writer.limit(task.due_at, task.warn_at, task.paused_at)
    # A step of the office may be about one agency; its officers have none.
    acts = any(c.actor == task.actor and c.agency in (None, task.agency_code) for c in person.capacities)
    mine = queue is Queue.MINE and acts
    if mine:
        action = gettext("Buka") if limit.state is TimeState.PAUSED else str(VERBS[process_parts().acts[task.step]])
    else:
        action = gettext("Paraf") if queue is Queue.INITIALS and person.capacities else gettext("Lihat")
    return Line(
        task.complaint,
        task.id if mine and task.paused_at is None else None,
        row.number,
        row.late_numbers,
        last_numbers()[task.complaint.sop_version_id],
        str(STEPS[task.step]),
        row.agencies,
        limit,
        action,
    )


def complaint_line(row: ComplaintRow, writer: LimitWriter, fields: Fields | None = None) -> Line:
    """Return the `Line` of the list of complaints for a case with its nearest deadline; `limit` is None if none is
    open. `fields` are those whose values are shown.
    """
    limit = None
    if row.due_at is not None and row.warn_at is not None:
        limit = writer.limit(row.due_at, row.warn_at, row.paused_at)
    status = str(STATUSES[row.complaint.status])
    values = row.complaint.field_values
    own = {name: text_of(one, values.get(one.code)) for name, one in (fields or {}).items()}
    last = last_numbers()[row.complaint.sop_version_id]
    return Line(row.complaint, None, row.number, (), last, status, row.agencies, limit, gettext("Lihat"), own=own)


def grouped(lines: list[Line], counts: dict[str, int], by_urgency: bool = True) -> list[Group]:
    """Return the lines, already sorted by urgency, as `Group`s under headings with the counts of all pages; [] for no
    line.

    With any other order all lines form one group without a heading.
    """
    if lines and not by_urgency:
        return [Group("", "", len(lines), lines)]
    groups = groupby(lines, key=lambda line: line.limit.state.value if line.limit else "")
    return [Group(state, str(GROUPS[state]), counts[state], list(found)) for state, found in groups]
