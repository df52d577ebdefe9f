"""The one definition of each figure that dashboard, registers, lists, exports and the public page count.

* Open: a step of the case is open, so it is neither answered nor ended. An answered case waits to be closed and is not
  open; a reopened one is open again.
* Answered: the reply was given. Archived, merged and withdrawn cases ended without an answer.
* In time: the share of steps that closed by their deadline, among those that closed in a period and those that were
  open past their deadline at its end. A step that waits for the reporter is not overdue.
* Imported: a complaint of the records that the office had before. It is counted apart, and is in no figure of time: the
  time until its answer says nothing about the steps here. Its steps since the import are counted like all others.
* Slowest: the step with the highest median share of its allowance used, among those that were not always in time.
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
from workflow_rules.process.steps import AGENCY_KINDS, OPEN

TARGET = 90
"""Percentage of steps that should be in time: the office's own target, drawn in every bar."""


def is_open() -> ColumnElement[bool]:
    """Return the SQL criterion that a case is open now."""
    return Complaint.status.in_(sorted(OPEN))


def received_here() -> ColumnElement[bool]:
    """Return the SQL criterion that a case was received here, not imported."""
    return Complaint.imported_at.is_(None)


def was_open(moment: datetime) -> ColumnElement[bool]:
    """Return the SQL criterion that a step was open just before an aware UTC instant; its case was open then."""
    return (StepTask.opened_at < moment) & or_(StepTask.closed_at.is_(None), StepTask.closed_at >= moment)


def was_answer() -> ColumnElement[bool]:
    """Return the SQL criterion that a step was closed by the reply to the reporter, at `StepTask.closed_at`."""
    return StepTask.closed_by == Action.REPLY.value


def count_open_cases(moment: datetime) -> int:
    """Return how many cases had an open step just before the aware UTC instant."""
    return db.session.execute(select(func.count(StepTask.complaint_id.distinct())).where(was_open(moment))).scalar_one()


@dataclass(frozen=True)
class Timeliness:
    """A value object: the punctuality of a group of steps.

    `within` of the `closed` steps closed by their deadline; `overdue` further steps are open past it.
    """

    within: int
    closed: int
    overdue: int

    @property
    def counted(self) -> int:
        return self.closed + self.overdue

    @property
    def share(self) -> float | None:
        """The share of steps in time, from 0 to 1; None when there are no steps."""
        return self.within / self.counted if self.counted else None

    @property
    def percent(self) -> float | None:
        """The percentage of steps in time with one decimal, None when there are no steps.

        It is 100 only if all were in time.
        """
        if self.share is None:
            return None
        return min(round(100 * self.share, 1), 100.0 if self.within == self.counted else 99.9)


@dataclass(frozen=True)
class OverdueStep:
    """A value object: a step that was open past its deadline; `agency` is the agency charged with the time, None for
    the office.
    """

    step: str
    actor: str
    agency: str | None


def overdue_steps(
    moment: datetime, *, agencies: Collection[str] | None = None, among: Scope | None = None
) -> list[OverdueStep]:
    """Return a list of OverdueStep for the steps that were open, not paused and past their deadline just before an
    aware UTC instant; a step that is still open uses today's deadline. `agencies` limits the result to steps charged to
    these agencies, `among` (a select of complaint ids) to the steps of these cases; None does not limit it.
    """
    pause = aliased(StepPause)
    ended_later = or_(pause.ended_at.is_(None), pause.ended_at >= moment)
    waited = exists().where(pause.task_id == StepTask.id, pause.began_at < moment, ended_later)
    wanted = and_(was_open(moment), StepTask.due_at < moment, ~waited)
    statement = select(StepTask.step, StepTask.actor, StepTask.agency_code).where(wanted)
    if among is not None:
        statement = statement.where(StepTask.complaint_id.in_(among))
    rows = db.session.execute(statement)
    found = [OverdueStep(step, actor, charged_agency(step, code)) for step, actor, code in rows]
    return found if agencies is None else [one for one in found if one.agency in agencies]


def charged_agency(step: str, track: str | None) -> str | None:
    """Return the code of the agency to which a step's time is charged, None for the office.

    It is `track`, the agency of the step's track, for a step of an agency.
    """
    return track if step in AGENCY_KINDS else None


def timeliness_of(measures: Sequence[Measure], overdue: Sequence[OverdueStep]) -> Timeliness:
    """Return the Timeliness of all steps together: the closed ones of `measures` and the overdue ones.

    `measures` must come from one grouping.
    """
    return Timeliness(sum(m.within for m in measures), sum(m.count for m in measures), len(overdue))


def timeliness_by(
    by: Grouping, measures: Iterable[Measure], overdue: Iterable[OverdueStep]
) -> dict[tuple[str | None, ...], Timeliness]:
    """Return a dict from the values of the grouping (a tuple) to Timeliness, including groups in which no step closed.

    `measures` must have been grouped by `by`.
    """
    known = {group_of(by, measure): measure for measure in measures}
    late = Counter(group_of(by, one) for one in overdue)
    return {
        key: Timeliness(known[key].within if key in known else 0, known[key].count if key in known else 0, late[key])
        for key in known.keys() | late.keys()
    }


def group_of(by: Grouping, one: Measure | OverdueStep) -> tuple[str | None, ...]:
    """Return the values of a measure or step in the dimensions of a grouping, as a tuple in order."""
    return tuple(getattr(one, name) for name in by)


def slowest(measures: Iterable[Measure]) -> Measure | None:
    """Return the Measure with the highest median share of its allowance used.

    Groups that were always in time are skipped; returns None when no other is left.
    """
    not_always = (measure for measure in measures if measure.within < measure.count)
    return max(not_always, key=lambda measure: measure.median_percent, default=None)
