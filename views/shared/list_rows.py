"""What one line of a list shows: chip, place, flags, and the working time that is left in words."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from flask_babel import gettext

from app.models import Complaint
from app.vocabulary.words import STATUSES, STEPS
from app.web.formats import working_time
from app.worklists.complaint_lists import ComplaintRow
from app.worklists.inbox import Queue, WorkRow
from views.shared.list_labels import GROUPS, VERBS
from workflow_rules.time.deadlines import TimeState, span, time_state
from workflow_rules.time.working_calendar import WorkingCalendar


@dataclass(frozen=True)
class Limit:
    """A limit with its state and the time left or passed in words."""

    state: TimeState
    due_at: datetime
    left: str
    paused_at: datetime | None = None


@dataclass(frozen=True)
class Line:
    """One row of the inbox or of the list of all complaints; `task_id` is there where the row can be ticked, `found` is
    what a search has hit in it.
    """

    case: Complaint
    task_id: int | None
    number: int | None
    late_numbers: tuple[int, ...]
    words: str
    agencies: tuple[str, ...]
    limit: Limit | None
    action: str
    found: Any = None


@dataclass(frozen=True)
class Group:
    """Rows of one urgency on this page, and how many there are on all pages."""

    state: str
    title: str
    count: int
    lines: list[Line]


class LimitWriter:
    """Writes limits as seen at one moment, with the office's calendar."""

    def __init__(self, calendar: WorkingCalendar, now: datetime) -> None:
        self.calendar = calendar
        self.now = now

    def limit(self, due_at: datetime, warn_at: datetime, paused_at: datetime | None) -> Limit:
        state = time_state(self.now, due_at, warn_at, paused_at is not None)
        return Limit(state, due_at, self._left(state, due_at), paused_at)

    def _left(self, state: TimeState, due_at: datetime) -> str:
        if state is TimeState.PAUSED:
            return gettext("menunggu pelapor")
        length = span(self.calendar, *sorted((self.now, due_at)))
        words = working_time(length)
        in_words = gettext("%(length)s kerja", length=words) if length.days else words
        return in_words if state is TimeState.LATE else gettext("sisa %(time)s", time=in_words)


def work_line(row: WorkRow, writer: LimitWriter, queue: Queue) -> Line:
    """A line whose button is the verb of its step; what waits for others, or for the reporter, is only looked at."""
    task = row.task
    limit = writer.limit(task.due_at, task.warn_at, task.paused_at)
    return Line(
        task.complaint,
        task.id if queue is Queue.MINE and task.paused_at is None else None,
        row.number,
        row.late_numbers,
        str(STEPS[task.step]),
        row.agencies,
        limit,
        _verb(task.step, limit, queue),
    )


def _verb(step: str, limit: Limit, queue: Queue) -> str:
    if queue is Queue.INITIALS:
        return gettext("Paraf")
    if queue is not Queue.MINE:
        return gettext("Lihat")
    return gettext("Buka") if limit.state is TimeState.PAUSED else str(VERBS[step])


def complaint_line(row: ComplaintRow, writer: LimitWriter) -> Line:
    """A line of the list of all complaints: where the case stands, and its nearest limit while it runs."""
    limit = None
    if row.due_at is not None and row.warn_at is not None:
        limit = writer.limit(row.due_at, row.warn_at, row.paused_at)
    status = str(STATUSES[row.complaint.status])
    return Line(row.complaint, None, row.number, (), status, row.agencies, limit, gettext("Lihat"))


def grouped(lines: list[Line], counts: dict[str, int], by_urgency: bool = True) -> list[Group]:
    """Lines that stand in order of urgency, under a heading each with the count over all pages; in any other order they
    stand together under none.
    """
    if lines and not by_urgency:
        return [Group("", "", len(lines), lines)]
    groups = groupby(lines, key=lambda line: line.limit.state.value if line.limit else "")
    return [Group(state, str(GROUPS[state]), counts[state], list(found)) for state, found in groups]
