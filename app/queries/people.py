"""Who a user is on a given day: offices held, delegations running, and who must hear of an opened step."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from sqlalchemy import BindParameter, ScalarSelect, Select, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.clock import office_today
from app.extensions import db
from app.models import DelegationRow, OfficerProfile
from workflow_rules.actors import AGENCY_ACTORS, OFFICERS, Actor, Capacity, DelegationKind, Person
from workflow_rules.delegations import Delegation, capacities_on

SUPERVISOR_ROLE = "supervisor"
ADMINISTRATOR_ROLE = "administrator"


def person_of(user: User, now: datetime) -> Person:
    """The user with every capacity held on the office's day of `now`."""
    day = office_today(now)
    return person_with(user, db.session.scalars(select(standing_of(user.id, day))).one(), day)


def standing_of(user_id: int | BindParameter[int], day: date | BindParameter[date]) -> ScalarSelect[Any]:
    """What makes an account the person it is on a day, as part of another query: the delegations that run, and the
    roles with their agencies of the account and of every giver.
    """
    runs = (DelegationRow.starts_on <= day, DelegationRow.ends_on >= day)
    columns = (getattr(DelegationRow, name) for name in ("id", "kind", "giver_id", "holder_id", "starts_on", "ends_on"))
    running = select(func.json_agg(func.json_build_array(*columns))).where(*runs).scalar_subquery()
    return select(func.json_build_array(running, _roles_among(user_id, *runs))).scalar_subquery()


def _roles_among(user_id: int | BindParameter[int], *runs: Any) -> ScalarSelect[Any]:
    """Role names with the agency of each user."""
    role = func.json_build_array(assoc_user_role.c.user_id, Role.name, OfficerProfile.agency_code)
    owner = assoc_user_role.c.user_id
    return (
        select(func.json_agg(aggregate_order_by(role, Role.id)))
        .select_from(assoc_user_role)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .outerjoin(OfficerProfile, OfficerProfile.user_id == owner)
        .where(or_(owner == user_id, owner.in_(select(DelegationRow.giver_id).where(*runs))))
        .scalar_subquery()
    )


def person_with(user: User, standing: list[Any], day: date) -> Person:
    """The person that `standing_of` tells of."""
    running = [_delegation(*row) for row in standing[0] or ()]
    roles: dict[int, list[tuple[str, str | None]]] = {}
    for owner, name, agency in standing[1] or ():
        roles.setdefault(owner, []).append((name, agency))
    own = {officer: _capacities(names) for officer, names in roles.items()}
    names = {name for name, _ in roles.get(user.id, ())}
    held = capacities_on(user.id, own, running, day)
    return Person(user.id, user.get_full_name(), held, SUPERVISOR_ROLE in names, ADMINISTRATOR_ROLE in names)


def _delegation(key: int, kind: str, giver: int, holder: int, starts_on: str, ends_on: str) -> Delegation:
    first, last = date.fromisoformat(starts_on), date.fromisoformat(ends_on)
    return Delegation(key, DelegationKind(kind), giver, holder, first, last)


def as_delegation(row: DelegationRow) -> Delegation:
    return Delegation(row.id, DelegationKind(row.kind), row.giver_id, row.holder_id, row.starts_on, row.ends_on)


def _capacities(roles: list[tuple[str, str | None]]) -> tuple[Capacity, ...]:
    actors = [(Actor(name), agency) for name, agency in roles if name in OFFICERS]
    held = (Capacity(actor, agency if actor in AGENCY_ACTORS else None) for actor, agency in actors)
    return tuple(c for c in held if c.actor not in AGENCY_ACTORS or c.agency is not None)


def holders_of(actor: str, agency: str | None) -> list[int]:
    """Active users who hold an office, by role and agency: those an open step waits for."""
    return list(db.session.scalars(_holders(actor, agency).order_by(User.id)))


def _holders(actor: str, agency: str | None) -> Select[tuple[int]]:
    statement = (
        select(User.id)
        .join(assoc_user_role, assoc_user_role.c.user_id == User.id)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .outerjoin(OfficerProfile, OfficerProfile.user_id == User.id)
        .where(Role.name == actor, User.active.is_(True))
    )
    return statement.where(OfficerProfile.agency_code == agency) if actor in AGENCY_ACTORS else statement


def administrators() -> list[int]:
    """Active users who look after the system."""
    held = select(assoc_user_role.c.user_id).join(Role, Role.id == assoc_user_role.c.role_id)
    wanted = User.id.in_(held.where(Role.name == ADMINISTRATOR_ROLE))
    return list(db.session.scalars(select(User.id).where(wanted, User.active.is_(True)).order_by(User.id)))


def hearers_of(actor: str, agency: str | None, day: date) -> list[int]:
    """Active users who hold an office or, also through a chain of delegations, stand in for its holders on a day; in
    the order of their keys.
    """
    told = _holders(actor, agency).cte("told", recursive=True)
    runs = (DelegationRow.starts_on <= day, DelegationRow.ends_on >= day)
    stands_in = select(DelegationRow.holder_id).join(told, told.c.id == DelegationRow.giver_id).where(*runs)
    everybody = select(told.union(stands_in).c.id)
    return list(
        db.session.scalars(select(User.id).where(User.id.in_(everybody), User.active.is_(True)).order_by(User.id))
    )


class Hearers:
    """Who is told of an office's work on the day of `now`. Each office is read once, so one object serves one
    transaction.
    """

    def __init__(self, now: datetime) -> None:
        self._day = office_today(now)
        self._found: dict[tuple[str, str | None], list[int]] = {}

    def of(self, actor: str, agency: str | None) -> list[int]:
        """Active users in the order of their keys."""
        office = (actor, agency)
        if office not in self._found:
            self._found[office] = hearers_of(actor, agency, self._day)
        return self._found[office]


def names_of(users: Iterable[int | None]) -> dict[int, str]:
    """Full names by key, in one statement."""
    wanted = {user for user in users if user is not None}
    if not wanted:
        return {}
    statement = select(User.id, User.first_name, User.last_name).where(User.id.in_(wanted))
    return {row.id: f"{row.first_name} {row.last_name}".strip() for row in db.session.execute(statement)}
