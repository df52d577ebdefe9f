"""Figures of the daily register (Laporan Monitoring Permasalahan Harian), replayed from the events up to its end.

Only title, category and place are read as they are now, since no event holds them. Rows carry codes, instants in ISO
8601 UTC, and whole working minutes.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.casefile.event_history import CaseLog, Logged, not_ended_at, sops_by_version, touched_cases
from app.core.periods import Period
from app.reference.calendar import load_working_calendar
from app.reporting.figures.imported_cases import imported_rows
from workflow_rules.process.actions import Action
from workflow_rules.process.events import SystemEvent
from workflow_rules.process.evolve import Replayed, fold
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import ENDED
from workflow_rules.record.past_state import MINUTE, Standing, WholeClock, standings, whole_clock
from workflow_rules.record.time_ledger import LedgerKind, entries
from workflow_rules.time.working_calendar import WorkingCalendar

MOST_ROWS = 300
"""Most rows per table, as many as a paper can hold; the counts cover all rows."""

Row = dict[str, Any]
Tables = dict[str, list[Row]]
COUNTS = ("received", "moved", "answered", "ended", "open", "overdue", "paused", "closing")
TABLES = ("received", "moved", "answered", "overdue", "open")


@dataclass
class Figures:
    """A value object: the figures of a register, with counts by name, tables of rows (dicts) by name, and the number of
    cases that were read.

    Each row has a `key` that is unique in its table.
    """

    counts: dict[str, Any]
    tables: Tables
    cases: int


@dataclass
class _Day:
    """An object that holds the sums of one daily register while its cases are counted."""

    period: Period
    calendar: WorkingCalendar
    cases: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    tables: Tables = field(default_factory=lambda: {name: [] for name in TABLES})


def daily_figures(period: Period) -> Figures:
    """Compute and return the Figures of a daily register: what happened in the period, and the state of every case at
    its end. Nothing is stored.

    Tables hold at most 300 rows; the counts cover all. Cases imported from older records are in a table of their own,
    by the day on which they were received; it is left out without any.
    """
    sops = sops_by_version()
    day = _Day(period, load_working_calendar())
    for case in touched_cases(period):
        day.cases += 1
        sop = sops[case.sop_version]
        turns = list(fold(case.number, case.events, sop))
        for count, (logged, turn) in enumerate(zip(case.log, turns, strict=True), 1):
            if period.holds(turn.event.at):
                _count_event(day, case, logged, turn, sop)
                if turn.event.kind is Action.REPLY:
                    _count_answer(day, case, turn, whole_clock(turns[:count]), sop)
        _count_open_steps(day, case, turns[-1].after, sop)
    not_ended, imported = imported_rows(period, beside=not_ended_at(period.ends))
    # A case that has not ended and has no open step was answered and waits to be closed.
    day.counts["closing"] = not_ended - day.counts["open"]
    for name, order in _ORDERS.items():
        day.tables[name] = sorted(day.tables[name], key=order)[:MOST_ROWS]
    if imported:
        day.counts["imported"] = len(imported)
        day.tables["imported"] = [{**row, "at": instant(row["at"])} for row in imported[:MOST_ROWS]]
    return Figures(dict(day.counts), day.tables, day.cases)


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _count_event(day: _Day, case: CaseLog, logged: Logged, turn: Replayed, sop: Sop) -> None:
    event = turn.event
    if event.kind is SystemEvent.IMPORTED:
        return
    if event.kind is SystemEvent.RECEIVED:
        _add(day, "received", {**_about(case, turn.after), "key": case.number, "at": instant(event.at)})
        return
    lines = entries(turn.before, turn.after, event, logged.officer, sop)
    if lines:
        opened = [line for line in lines if line.kind is LedgerKind.OPENED]
        tracks = {line.track for line in opened if line.track}
        row = {
            "key": f"{case.number} {logged.seq}",
            "at": instant(event.at),
            "number": case.number,
            "action": event.kind.value,
            "step": event.step if event.step else "",
            "to": sorted({line.step for line in opened}),
            "agencies": sorted(tracks | ({event.agency} if event.agency else set())),
            "actor": event.by.actor,
            "officer": logged.officer,
        }
        _add(day, "moved", row)
    was_over = turn.before is not None and turn.before.status in ENDED
    day.counts["ended"] += turn.after.status in ENDED and not was_over


def _add(day: _Day, table: str, row: Row) -> None:
    day.tables[table].append(row)
    day.counts[table] += 1


def _about(case: CaseLog, facts: ComplaintFacts) -> Row:
    """Return a dict of the case's columns without its reporter: `number`, `title`, `confidentiality`, `category`,
    `district`, `channel` and `classification`.

    The title is "" unless the confidentiality is `open`.
    """
    is_open = facts.confidentiality is Confidentiality.OPEN
    return {
        "number": case.number,
        "title": case.title if is_open else "",
        "confidentiality": facts.confidentiality.value,
        "category": case.category,
        "district": case.district,
        "channel": facts.channel,
        "classification": facts.classification.value,
    }


def _count_answer(day: _Day, case: CaseLog, turn: Replayed, whole: WholeClock, sop: Sop) -> None:
    due_at = whole.due_at(sop, day.calendar)
    row = {
        "key": f"{case.number} {turn.after.cycle}",
        "number": case.number,
        "at": instant(turn.event.at),
        "category": case.category,
        "agencies": sorted(track.agency for track in turn.after.active_tracks),
        "used": day.calendar.elapsed(whole.begins, turn.event.at, whole.pauses) // MINUTE,
        "due_at": instant(due_at),
        "late": turn.event.at > due_at,
    }
    _add(day, "answered", row)


def _count_open_steps(day: _Day, case: CaseLog, facts: ComplaintFacts, sop: Sop) -> None:
    """Add a row to the table `overdue` for each overdue step, and one to the table `open` for the case.

    The case is represented by the step due next; by a paused step only if all are paused.
    """
    if not facts.open_steps:
        return
    about, found = _about(case, facts), standings(facts, sop, day.calendar, day.period.ends)
    for one in found:
        if one.late:
            key = f"{case.number} {one.step} {one.track or ''}".strip()
            _add(day, "overdue", {**about, **_step(one), "key": key})
    day.counts["paused"] += facts.waiting
    first = min(found, key=lambda one: (one.paused, one.due_at, one.track or ""))
    more = {"status": facts.status.value, "steps": len(found), "late": first.late, "paused": first.paused}
    _add(day, "open", {**about, **_step(first), **more, "key": case.number})


def _step(one: Standing) -> Row:
    return {
        "step": one.step,
        "actor": one.actor,
        "agency": one.track or "",
        "opened_at": instant(one.opened_at),
        "due_at": instant(one.due_at),
        "used": one.used_minutes,
        "over": one.over_minutes,
    }


def _by(*columns: str) -> Any:
    return lambda row: tuple(row[column] for column in columns)


_ORDERS = {
    "received": _by("at", "number"),
    "moved": _by("at", "key"),
    "answered": _by("at", "number"),
    "overdue": _by("due_at", "key"),
    "open": _by("paused", "due_at", "number"),
}
