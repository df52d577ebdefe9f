"""What the figures of dashboard, registers, lists, exports and the public page count: one meaning each, in one place.

* Open: a step of the case is open, so it is neither answered nor ended. An answered case waits to be closed and is not
  open; a reopened one is open again.
* Answered: the reply was given. Archived, merged and withdrawn cases ended without an answer.
* In time: of the steps that closed in a period, and of those that stood open past their limit at its end, the part that
  closed by its limit. A step that waits for the reporter is not past its limit.
* Slowest: the step that took most of its allowance by the median, among those that were not always in time.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.core.extensions import db
from app.models import Complaint, StepPause, StepTask
from app.reporting.figures.measures import Grouping, Measure
from app.reporting.figures.punctuality import Scope
from workflow_rules.process.actions import Action
from workflow_rules.process.steps import AGENCY_STEPS, OPEN, Step

TARGET = 90
"""Percent of the steps that are to be in time: the target that the office has set itself, drawn in every bar."""


def is_open() -> ColumnElement[bool]:
    """Whether a case is open now."""
    return Complaint.status.in_(sorted(OPEN))


def was_open(moment: datetime) -> ColumnElement[bool]:
    """Whether a step was open just before a moment; its case was open then."""
    return (StepTask.opened_at < moment) & or_(StepTask.closed_at.is_(None), StepTask.closed_at >= moment)


def was_answer() -> ColumnElement[bool]:
    """Whether a step closed by the reply to the reporter; it did so at `StepTask.closed_at`."""
    return StepTask.closed_by == Action.REPLY.value


def count_open_cases(moment: datetime) -> int:
    """How many cases were open just before a moment."""
    return db.session.execute(select(func.count(StepTask.complaint_id.distinct())).where(was_open(moment))).scalar_one()


@dataclass(frozen=True)
class Timeliness:
    """Steps of one group: `within` of the `closed` ones were in time; `overdue` ones are open past their limit."""

    within: int
    closed: int
    overdue: int

    @property
    def counted(self) -> int:
        return self.closed + self.overdue

    @property
    def share(self) -> float | None:
        """The part that was in time, from 0 to 1; None where there was no step."""
        return self.within / self.counted if self.counted else None

    @property
    def percent(self) -> float | None:
        """The same in percent with one decimal; 100 only where every step was in time."""
        if self.share is None:
            return None
        return min(round(100 * self.share, 1), 100.0 if self.within == self.counted else 99.9)


@dataclass(frozen=True)
class OverdueStep:
    """A step that stood open past its limit; `agency` is the one whose time it was, None for the office."""

    step: Step
    actor: str
    agency: str | None


def overdue_steps(
    moment: datetime, *, agencies: Collection[str] | None = None, among: Scope | None = None
) -> list[OverdueStep]:
    """Steps that stood open past their limit just before a moment; one still open counts by today's limit.

    `agencies` keeps the steps that are those agencies' own time, `among` (a select of complaint ids) those of some
    cases.
    """
    pause = aliased(StepPause)
    ended_later = or_(pause.ended_at.is_(None), pause.ended_at >= moment)
    waited = exists().where(pause.task_id == StepTask.id, pause.began_at < moment, ended_later)
    wanted = and_(was_open(moment), StepTask.due_at < moment, ~waited)
    statement = select(StepTask.step, StepTask.actor, StepTask.agency_code).where(wanted)
    if among is not None:
        statement = statement.where(StepTask.complaint_id.in_(among))
    rows = db.session.execute(statement)
    found = [OverdueStep(Step(step), actor, whose_time(Step(step), code)) for step, actor, code in rows]
    return found if agencies is None else [one for one in found if one.agency in agencies]


def whose_time(step: Step, track: str | None) -> str | None:
    """The agency whose time a step is; None for the office, also where its step concerns one agency."""
    return track if step in AGENCY_STEPS else None


def timeliness_of(measures: Sequence[Measure], overdue: Sequence[OverdueStep]) -> Timeliness:
    """Of all steps together; `measures` are those of one grouping."""
    return Timeliness(sum(m.within for m in measures), sum(m.count for m in measures), len(overdue))


def timeliness_by(
    by: Grouping, measures: Iterable[Measure], overdue: Iterable[OverdueStep]
) -> dict[tuple[str | None, ...], Timeliness]:
    """By the values of a grouping, also those of which nothing closed; `measures` are grouped by it."""
    known = {group_of(by, measure): measure for measure in measures}
    late = Counter(group_of(by, one) for one in overdue)
    return {
        key: Timeliness(known[key].within if key in known else 0, known[key].count if key in known else 0, late[key])
        for key in known.keys() | late.keys()
    }


def group_of(by: Grouping, one: Measure | OverdueStep) -> tuple[str | None, ...]:
    """The values of a grouping."""
    return tuple(getattr(one, name) for name in by)


def slowest(measures: Iterable[Measure]) -> Measure | None:
    """The group that took most of its allowance by the median; None where every group was always in time."""
    not_always = (measure for measure in measures if measure.within < measure.count)
    return max(not_always, key=lambda measure: measure.median_percent, default=None)
