"""Standing in: Plt., Plh. and a.n. resolved by date, through a chain, never in a loop."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from workflow_rules.process.actors import Capacity, DelegationKind


@dataclass(frozen=True)
class Delegation:
    """One officer standing in for another, both dates inclusive in the office's zone."""

    id: int
    kind: DelegationKind
    giver: int
    holder: int
    starts_on: date
    ends_on: date

    def runs_on(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def meets(self, other: "Delegation") -> bool:
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


def office_day(now: datetime, zone: str) -> date:
    """The calendar day at the office; ValueError for a naive instant."""
    if now.tzinfo is None:
        raise ValueError("naive datetime")
    return now.astimezone(ZoneInfo(zone)).date()


def capacities_on(
    officer: int, own: Mapping[int, tuple[Capacity, ...]], delegations: Iterable[Delegation], day: date
) -> tuple[Capacity, ...]:
    """Every capacity an officer holds that day: their own first, then those given to them, also through a chain."""
    running = [d for d in delegations if d.runs_on(day)]
    held = list(own.get(officer, ()))
    seen = {officer}
    wave: list[tuple[int, Delegation | None]] = [(officer, None)]
    while wave:
        holder, first = wave.pop(0)
        for given in (d for d in running if d.holder == holder and d.giver not in seen):
            seen.add(given.giver)
            through = first or given
            wave.append((given.giver, through))
            held += [
                replace(c, on_behalf_of=given.giver, kind=through.kind, delegation=through.id)
                for c in own.get(given.giver, ())
            ]
    return tuple(held)


def closes_a_loop(new: Delegation, existing: Iterable[Delegation]) -> bool:
    """Whether the new delegation would, on some day, hand a power back to the one who gave it."""
    if new.giver == new.holder:
        return True
    others = list(existing)
    wave: list[tuple[int, date, date]] = [(new.giver, new.starts_on, new.ends_on)]
    seen: set[tuple[int, date, date]] = set()
    while wave:
        holder, since, until = wave.pop()
        if holder == new.holder:
            return True
        for given in (d for d in others if d.holder == holder):
            span = (given.giver, max(since, given.starts_on), min(until, given.ends_on))
            if span[1] <= span[2] and span not in seen:
                seen.add(span)
                wave.append(span)
    return False
