"""Who takes part in a complaint, and in which capacity a person acts."""

from dataclasses import dataclass
from enum import StrEnum


class Actor(StrEnum):
    """The seven officers of the SOP, and the two who act without an office: the reporter and the clock."""

    COMPLAINT_ADMIN = "complaint_admin"
    SECTION_HEAD = "section_head"
    DIVISION_HEAD = "division_head"
    OFFICE_HEAD = "office_head"
    AGENCY_ADMIN = "agency_admin"
    AGENCY_SECRETARY = "agency_secretary"
    AGENCY_HEAD = "agency_head"
    REPORTER = "reporter"
    SYSTEM = "system"


OFFICE_ACTORS = frozenset({Actor.COMPLAINT_ADMIN, Actor.SECTION_HEAD, Actor.DIVISION_HEAD, Actor.OFFICE_HEAD})
AGENCY_ACTORS = frozenset({Actor.AGENCY_ADMIN, Actor.AGENCY_SECRETARY, Actor.AGENCY_HEAD})
OFFICERS = OFFICE_ACTORS | AGENCY_ACTORS


class DelegationKind(StrEnum):
    """How an officer stands in for another (Permendagri 1/2023): vacancy, short absence, or in the name of."""

    PLT = "plt"
    PLH = "plh"
    AN = "an"


@dataclass(frozen=True)
class Capacity:
    """One office a person may act in: their own, or another officer's under a delegation."""

    actor: Actor
    agency: str | None = None
    on_behalf_of: int | None = None
    kind: DelegationKind | None = None
    delegation: int | None = None


@dataclass(frozen=True)
class Person:
    """Whoever asks for an action, with all capacities held that day, own ones first; a supervisor only observes, and
    who administers the program sees no case by that.
    """

    id: int | None
    name: str
    capacities: tuple[Capacity, ...] = ()
    observes: bool = False
    administers: bool = False

    @property
    def agencies(self) -> frozenset[str]:
        return frozenset(c.agency for c in self.capacities if c.agency is not None)

    def capacity_as(self, actor: Actor) -> Capacity | None:
        """Return the first capacity of that office, the person's own before one of a delegation; None without one."""
        return next((held for held in self.capacities if held.actor is actor), None)

    @property
    def sees_every_case(self) -> bool:
        return self.observes or any(c.actor not in AGENCY_ACTORS for c in self.capacities)


REPORTER = Person(None, "reporter", (Capacity(Actor.REPORTER),))
SYSTEM = Person(None, "system", (Capacity(Actor.SYSTEM),))
