"""The time ledger: append-only entries from which each organisation's working time on a case is always computed with
the calendar; no totals are stored.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from workflow_rules.process.actions import Action
from workflow_rules.process.events import Event
from workflow_rules.process.evolve import fold
from workflow_rules.process.facts import ComplaintFacts, OpenStep
from workflow_rules.process.sop import Sop
from workflow_rules.time.working_calendar import WorkingCalendar


class LedgerKind(StrEnum):
    """An enum of a step's ledger entries; `handed_over` is to another organisation, `accepted` by that organisation."""

    OPENED = "opened"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    PAUSED = "paused"
    RESUMED = "resumed"
    CLOSED = "closed"


@dataclass(frozen=True)
class LedgerEntry:
    """A value object: one entry of the time ledger. The time of `organisation` runs (None: the office); `track` is the
    agency that the step concerns, and `officer` the user id of the person who caused the entry (None: not an officer).
    """

    kind: LedgerKind
    at: datetime
    step: str
    track: str | None
    organisation: str | None
    officer: int | None = None


@dataclass(frozen=True)
class Stretch:
    """The time between two ledger entries of a step, spent by `organisation` (None: the office) or waited for the
    reporter (`waited`). `ends` is None while it runs; `officer` is the user id of the person who ended it.
    """

    step: str
    track: str | None
    organisation: str | None
    begins: datetime
    ends: datetime | None
    waited: bool
    officer: int | None = None


def ledger_of(number: str, log: Iterable[tuple[Event, int | None]], sop: Sop) -> tuple[LedgerEntry, ...]:
    """Return a tuple of a case's `LedgerEntry` values, in order, from its (event, officer's user id or None) pairs."""
    pairs = list(log)
    replayed = fold(number, (event for event, _ in pairs), sop)
    lines = (
        entries(one.before, one.after, one.event, officer, sop)
        for one, (_, officer) in zip(replayed, pairs, strict=True)
    )
    return tuple(entry for found in lines for entry in found)


def entries(
    before: ComplaintFacts | None, after: ComplaintFacts, event: Event, officer: int | None, sop: Sop
) -> tuple[LedgerEntry, ...]:
    """Return a tuple of the `LedgerEntry` values of one event: of the steps that it closed, then paused or resumed,
    then opened; () if none. `before` is None for the reception.
    """
    old, new = (
        {(s.step, s.agency, s.opened_at): s for s in (facts.open_steps if facts is not None else ())}
        for facts in (before, after)
    )
    lines: list[tuple[LedgerKind, OpenStep]] = []
    for step in sorted((old[key] for key in old.keys() - new.keys()), key=lambda s: (s.step, s.agency or "")):
        accepted = [(LedgerKind.ACCEPTED, step)] if event.kind is Action.ACCEPT else []
        lines += [*accepted, (LedgerKind.CLOSED, step)]
    for key in (k for k in new if k in old):
        was, now = old[key].paused_at is not None, new[key].paused_at is not None
        if was != now:
            lines.append((LedgerKind.PAUSED if now else LedgerKind.RESUMED, new[key]))
    acting = event.agency if event.by.actor in sop.agency_actors else None
    for step in (new[key] for key in new if key not in old):
        # A step in another organisation than the one that acted is also handed over.
        handed = [(LedgerKind.HANDED_OVER, step)] if _organisation(step) != acting else []
        lines += [*handed, (LedgerKind.OPENED, step)]
    return tuple(LedgerEntry(kind, event.at, s.step, s.agency, _organisation(s), officer) for kind, s in lines)


def stretches(ledger: Iterable[LedgerEntry]) -> tuple[Stretch, ...]:
    """Return a `Stretch` for each time between a step's entries, ended ones first; a running one has `ends` None."""
    running: dict[tuple[str, str | None], Stretch] = {}
    done: list[Stretch] = []
    for entry in ledger:
        key = (entry.step, entry.track)
        if entry.kind in (LedgerKind.HANDED_OVER, LedgerKind.ACCEPTED):
            continue
        if key in running:
            done.append(replace(running.pop(key), ends=entry.at, officer=entry.officer))
        if entry.kind is not LedgerKind.CLOSED:
            waited = entry.kind is LedgerKind.PAUSED
            running[key] = Stretch(entry.step, entry.track, entry.organisation, entry.at, None, waited)
    return (*done, *running.values())


def working_time(stretch: Stretch, calendar: WorkingCalendar, now: datetime) -> timedelta:
    """Return the working time within a stretch as a timedelta, up to `now` while the stretch runs."""
    return calendar.elapsed(stretch.begins, stretch.ends or now)


def _organisation(step: OpenStep) -> str | None:
    return step.agency if step.of_agency else None
