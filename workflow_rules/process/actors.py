"""The roles that take part in a case, and the capacities in which a person acts."""

from dataclasses import dataclass
from enum import StrEnum


class Actor(StrEnum):
    """An enum of the roles in a case: the SOP's seven officer roles, the reporter and the system (scheduled jobs)."""

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
    """The ways to act for an officer (Permendagri 1/2023): Plt. (vacancy), Plh. (absence), a.n. (in their name)."""

    PLT = "plt"
    PLH = "plh"
    AN = "an"


@dataclass(frozen=True)
class Capacity:
    """One role in which a person may act. `agency` is the agency code, None for roles of the office. For a delegated
    role `on_behalf_of` is the giver's user id, and `kind` and `delegation` (its id) are set; else they are None.
    """

    actor: Actor
    agency: str | None = None
    on_behalf_of: int | None = None
    kind: DelegationKind | None = None
    delegation: int | None = None


@dataclass(frozen=True)
class Person:
    """The person who requests an action, with all capacities of that day, own ones first. `observes` marks a
    supervisor, who sees every case but cannot act; `administers` an administrator, which gives no sight of cases.
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
        """Return the person's first `Capacity` in a role, an own one before a delegated one; None without one."""
        return next((held for held in self.capacities if held.actor is actor), None)

    @property
    def sees_every_case(self) -> bool:
        """Whether the person may see all cases: a supervisor, or anyone with a capacity outside the agencies."""
        return self.observes or any(c.actor not in AGENCY_ACTORS for c in self.capacities)


REPORTER = Person(None, "reporter", (Capacity(Actor.REPORTER),))
SYSTEM = Person(None, "system", (Capacity(Actor.SYSTEM),))
