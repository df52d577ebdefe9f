"""The time ledger: append-only entries from which each organisation's working time on a case is computed.

No totals are stored: time used and time left are always computed from the entries and the calendar.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from workflow_rules.process.actions import Action
from workflow_rules.process.actors import AGENCY_ACTORS
from workflow_rules.process.events import Event
from workflow_rules.process.evolve import fold
from workflow_rules.process.facts import ComplaintFacts, OpenStep
from workflow_rules.process.steps import Step
from workflow_rules.time.working_calendar import WorkingCalendar


class LedgerKind(StrEnum):
    """What an entry records of a step: opened, handed to another organisation, accepted by it, paused, resumed or
    closed.
    """

    OPENED = "opened"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    PAUSED = "paused"
    RESUMED = "resumed"
    CLOSED = "closed"


@dataclass(frozen=True)
class LedgerEntry:
    """One entry. `house` is the organisation whose time runs (None: the office), `track` the agency that the step
    concerns, and `officer` the user id of the person who caused it (None: not an officer).
    """

    kind: LedgerKind
    at: datetime
    step: Step
    track: str | None
    house: str | None
    officer: int | None = None


@dataclass(frozen=True)
class Stretch:
    """Time between two entries of a step, worked by `house` (None: the office) or waited for the reporter (`waited`).
    `ends` is None while it runs; `officer` is the user id of the person who ended it.
    """

    step: Step
    track: str | None
    house: str | None
    begins: datetime
    ends: datetime | None
    waited: bool
    officer: int | None = None


def ledger_of(number: str, log: Iterable[tuple[Event, int | None]]) -> tuple[LedgerEntry, ...]:
    """Return the whole ledger of a case from its events, each paired with the user id of the officer who acted (or
    None).
    """
    pairs = list(log)
    replayed = fold(number, (event for event, _ in pairs))
    lines = (
        entries(one.before, one.after, one.event, officer) for one, (_, officer) in zip(replayed, pairs, strict=True)
    )
    return tuple(entry for found in lines for entry in found)


def entries(
    before: ComplaintFacts | None, after: ComplaintFacts, event: Event, officer: int | None
) -> tuple[LedgerEntry, ...]:
    """Return the ledger entries of one event: steps that it closed, then paused or resumed, then opened."""
    old = {_key(s): s for s in before.open_steps} if before is not None else {}
    new = {_key(s): s for s in after.open_steps}
    closed = [old[key] for key in old.keys() - new.keys()]
    opened = [new[key] for key in new if key not in old]
    lines = [*_closings(closed, event), *_turns(old, new), *_openings(opened, event)]
    return tuple(LedgerEntry(kind, event.at, s.step, s.agency, _house(s), officer) for kind, s in lines)


def stretches(book: Iterable[LedgerEntry]) -> tuple[Stretch, ...]:
    """Return the ledger as time spans: one between every two entries of a step; the last has `ends` None while the step
    is open.
    """
    running: dict[tuple[Step, str | None], Stretch] = {}
    done: list[Stretch] = []
    for entry in book:
        key = (entry.step, entry.track)
        if entry.kind in (LedgerKind.HANDED_OVER, LedgerKind.ACCEPTED):
            continue
        if key in running:
            done.append(replace(running.pop(key), ends=entry.at, officer=entry.officer))
        if entry.kind is not LedgerKind.CLOSED:
            waited = entry.kind is LedgerKind.PAUSED
            running[key] = Stretch(entry.step, entry.track, entry.house, entry.at, None, waited)
    return (*done, *running.values())


def working_time(stretch: Stretch, calendar: WorkingCalendar, now: datetime) -> timedelta:
    """Return the working time within a stretch, up to `now` while it runs."""
    return calendar.elapsed(stretch.begins, stretch.ends or now)


def _key(step: OpenStep) -> tuple[Step, str | None, datetime]:
    return step.step, step.agency, step.opened_at


def _house(step: OpenStep) -> str | None:
    return step.agency if step.of_agency else None


Line = tuple[LedgerKind, OpenStep]


def _closings(closed: Iterable[OpenStep], event: Event) -> Iterator[Line]:
    for step in sorted(closed, key=lambda s: (s.step, s.agency or "")):
        if event.kind is Action.ACCEPT:
            yield LedgerKind.ACCEPTED, step
        yield LedgerKind.CLOSED, step


def _turns(
    old: dict[tuple[Step, str | None, datetime], OpenStep], new: dict[tuple[Step, str | None, datetime], OpenStep]
) -> Iterator[Line]:
    for key in (k for k in new if k in old):
        was, now = old[key].paused_at is not None, new[key].paused_at is not None
        if was != now:
            yield (LedgerKind.PAUSED if now else LedgerKind.RESUMED), new[key]


def _openings(opened: Iterable[OpenStep], event: Event) -> Iterator[Line]:
    """Yield the entries of opened steps; a step in another organisation than the one that acted is also handed over."""
    acting = event.agency if event.by.actor in AGENCY_ACTORS else None
    for step in opened:
        if _house(step) != acting:
            yield LedgerKind.HANDED_OVER, step
        yield LedgerKind.OPENED, step
