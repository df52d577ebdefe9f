"""The roles that take part in a case, and the capacities in which a person acts."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Organisation(StrEnum):
    """An enum of the two organisations that work on a case: the office, which leads it, and an agency."""

    OFFICE = "office"
    AGENCY = "agency"


@dataclass(frozen=True)
class Actor:
    """One officer role of the SOP; an office may add others. `superior` is the code of the role to which its late steps
    are escalated, None at the top.
    """

    code: str
    organisation: Organisation
    superior: str | None = None


BY_REPORTER = "reporter"
BY_SYSTEM = "system"
"""Codes of the two parties of a case that are no officers: its reporter, and the scheduled jobs."""


class DelegationKind(StrEnum):
    """The ways to act for an officer (Permendagri 1/2023): Plt. (vacancy), Plh. (absence), a.n. (in their name)."""

    PLT = "plt"
    PLH = "plh"
    AN = "an"


@dataclass(frozen=True)
class Capacity:
    """One role in which a person may act. `agency` is the agency code, None for every role outside the agencies.
    For a delegated role `on_behalf_of` (the giver's user id), `kind` and `delegation` (its id) are set. `held_as` is
    the role of the account that gives the capacity, if it has another name.
    """

    actor: str
    agency: str | None = None
    on_behalf_of: int | None = None
    kind: DelegationKind | None = None
    delegation: int | None = None
    held_as: str | None = None


@dataclass(frozen=True)
class Person:
    """The person who requests an action, with all capacities of that day, own ones first, and those in which a clerk
    only `reads`. `observes` marks a supervisor, who sees every case but cannot act; `administers` an administrator.
    """

    id: int | None
    name: str
    capacities: tuple[Capacity, ...] = ()
    observes: bool = False
    administers: bool = False
    reads: tuple[Capacity, ...] = ()

    @property
    def agencies(self) -> frozenset[str]:
        return frozenset(c.agency for c in self.capacities + self.reads if c.agency is not None)

    def capacity_as(self, actors: Collection[str]) -> Capacity | None:
        """Return the person's first `Capacity` in one of these roles, an own one before a delegated one; else None."""
        return next((held for held in self.capacities if held.actor in actors), None)

    @property
    def sees_every_case(self) -> bool:
        """Whether the person may see all cases: a supervisor, or anyone with a capacity outside the agencies."""
        return self.observes or any(c.agency is None for c in self.capacities + self.reads)


REPORTER = Person(None, "reporter", (Capacity(BY_REPORTER),))
SYSTEM = Person(None, "system", (Capacity(BY_SYSTEM),))
