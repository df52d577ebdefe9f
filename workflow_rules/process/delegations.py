"""Delegations (Plt., Plh., a.n.): which capacities an officer holds on a day, through chains and without loops."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from workflow_rules.process.actors import Capacity, DelegationKind


@dataclass(frozen=True)
class Delegation:
    """A period in which the officer `holder` acts for `giver` (user ids); both dates are inclusive office dates."""

    id: int
    kind: DelegationKind
    giver: int
    holder: int
    starts_on: date
    ends_on: date

    def meets(self, other: "Delegation") -> bool:
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on


def capacities_on(
    officer: int, own: Mapping[int, tuple[Capacity, ...]], delegations: Iterable[Delegation], day: date
) -> tuple[Capacity, ...]:
    """Return a tuple of every `Capacity` of an officer (user id) on an office date: own ones first, then delegated
    ones, also through a chain; those carry the kind and id of its last delegation, made to this officer.
    """
    running = [d for d in delegations if d.starts_on <= day <= d.ends_on]
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
    """Return whether the new delegation, alone or with existing ones, would some day return a power to its giver."""
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
