"""Reads whole cases in batches: rows, events, time ledger and reporter, for checks case by case.

Memory is bounded by one batch, since the session refers to loaded rows only weakly.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from app.casefile.facts import facts_from, reporter_facts
from app.casefile.time_ledger import entry_of
from app.core.extensions import db
from app.models import AgencyTrackRow, Complaint, ComplaintEvent, LedgerRow, PersonalValue, Reporter, StepTask
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.record.time_ledger import LedgerEntry

AT_ONCE = 200
_AS_STORED = {"unscoped": True, "populate_existing": True}


@dataclass(frozen=True)
class WholeCase:
    """A value object with a case and all rows that its events determine.

    `tasks` are its open steps only; `reporter` is None when the case has none; `personal` are the values of personal
    fields.
    """

    complaint: Complaint
    events: Sequence[ComplaintEvent]
    tracks: Sequence[AgencyTrackRow]
    tasks: Sequence[StepTask]
    reporter: Reporter | None
    ledger: tuple[LedgerEntry, ...]
    personal: Sequence[PersonalValue]

    @property
    def number(self) -> str:
        return self.complaint.number

    @property
    def facts(self) -> ComplaintFacts:
        """The state of the case as its rows give it, as the `ComplaintFacts` that the rules work with."""
        return facts_from(self.complaint, reporter_facts(self.reporter), self.tracks, self.tasks)


def whole_cases(wanted: Select[Any] | None = None, at_once: int = AT_ONCE) -> Iterator[WholeCase]:
    """Yield every case as a `WholeCase` in order of id, reading `at_once` cases per batch and bypassing agency
    isolation.

    `wanted` is a select of the complaint ids to read, None for all.
    """
    every = select(Complaint.id).order_by(Complaint.id).limit(at_once).execution_options(unscoped=True)
    if wanted is not None:
        every = every.where(Complaint.id.in_(wanted))
    last = 0
    while ids := db.session.scalars(every.where(Complaint.id > last)).all():
        last = ids[-1]
        yield from _batch(ids)


def _batch(ids: Sequence[int]) -> list[WholeCase]:
    cases = _rows(select(Complaint).where(Complaint.id.in_(ids)).order_by(Complaint.id))
    events = _by_case(ComplaintEvent, ids, ComplaintEvent.seq)
    tracks = _by_case(AgencyTrackRow, ids, AgencyTrackRow.cycle, AgencyTrackRow.position)
    open_steps = select(StepTask).where(StepTask.closed_at.is_(None)).options(selectinload(StepTask.pauses))
    tasks = _by_case(StepTask, ids, StepTask.id, statement=open_steps)
    ledgers = _by_case(LedgerRow, ids, LedgerRow.id)
    personal = _by_case(PersonalValue, ids, PersonalValue.id)
    reporters = {row.complaint_id: row for row in _rows(select(Reporter).where(Reporter.complaint_id.in_(ids)))}
    return [
        WholeCase(
            case,
            events.get(case.id, []),
            tracks.get(case.id, []),
            tasks.get(case.id, []),
            reporters.get(case.id),
            tuple(map(entry_of, ledgers.get(case.id, []))),
            personal.get(case.id, []),
        )
        for case in cases
    ]


def _by_case(table: Any, ids: Iterable[int], *order: Any, statement: Select[Any] | None = None) -> dict[int, list[Any]]:
    wanted = select(table) if statement is None else statement
    rows = _rows(wanted.where(table.complaint_id.in_(ids)).order_by(table.complaint_id, *order))
    return {case: list(own) for case, own in groupby(rows, key=lambda row: row.complaint_id)}


def _rows(statement: Select[Any]) -> Sequence[Any]:
    return db.session.scalars(statement.execution_options(**_AS_STORED)).all()
