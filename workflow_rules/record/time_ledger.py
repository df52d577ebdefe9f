"""The time ledger: entries that are only ever added, and the answer to "whose time was it" worked out from them.

Nothing here holds a running number: time used and time left are measured anew from the entries and the calendar.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from workflow_rules.process.actions import Action
from workflow_rules.process.actors import AGENCY_ACTORS
from workflow_rules.process.events import Event
from workflow_rules.process.evolve import begin, evolve
from workflow_rules.process.facts import ComplaintFacts, OpenStep
from workflow_rules.process.steps import Step
from workflow_rules.time.working_calendar import WorkingCalendar


class LedgerKind(StrEnum):
    """What an entry says of a step: it began, waited, went on, changed house, was taken on, or ended."""

    OPENED = "opened"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    PAUSED = "paused"
    RESUMED = "resumed"
    CLOSED = "closed"


@dataclass(frozen=True)
class LedgerEntry:
    """One line of the book; `house` is the organisation whose time runs (None: the office), `track` the agency that
    the step is about, and `officer` who caused it.
    """

    kind: LedgerKind
    at: datetime
    step: Step
    track: str | None
    house: str | None
    officer: int | None = None


@dataclass(frozen=True)
class Stretch:
    """Time between two entries: worked on by a house, or waited for the reporter; `ends` is None while it runs."""

    step: Step
    track: str | None
    house: str | None
    begins: datetime
    ends: datetime | None
    waited: bool
    officer: int | None = None


def ledger_of(number: str, log: Iterable[tuple[Event, int | None]]) -> tuple[LedgerEntry, ...]:
    """The whole book of a case from its events, each with the officer who acted."""
    facts: ComplaintFacts | None = None
    found: list[LedgerEntry] = []
    for event, officer in log:
        after = begin(number, event) if facts is None else evolve(facts, event)
        found += entries(facts, after, event, officer)
        facts = after
    return tuple(found)


def entries(
    before: ComplaintFacts | None, after: ComplaintFacts, event: Event, officer: int | None
) -> tuple[LedgerEntry, ...]:
    """What one event adds to the book: steps it closed, paused and resumed, then those it opened, in that order."""
    old = {_key(s): s for s in before.open_steps} if before is not None else {}
    new = {_key(s): s for s in after.open_steps}
    closed = [old[key] for key in old.keys() - new.keys()]
    opened = [new[key] for key in new if key not in old]
    lines = [*_closings(closed, event), *_turns(old, new), *_openings(opened, event)]
    return tuple(LedgerEntry(kind, event.at, s.step, s.agency, _house(s), officer) for kind, s in lines)


def stretches(book: Iterable[LedgerEntry]) -> tuple[Stretch, ...]:
    """The book as time: one stretch between each two entries of a step, the last one open while the step is."""
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
    """Office hours within a stretch, up to `now` while it runs."""
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
    """A step that opens in another house than the one that acted was handed over to it."""
    acting = event.agency if event.by.actor in AGENCY_ACTORS else None
    for step in opened:
        if _house(step) != acting:
            yield LedgerKind.HANDED_OVER, step
        yield LedgerKind.OPENED, step
