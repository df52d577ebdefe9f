"""Capacities of a user on a given day: offices held, delegations in force and the recipients of a step's notices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ScalarSelect, Select, Text, bindparam, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from app.access.process_rows import agency_actors
from app.core.clock import office_today
from app.core.definitions import VERSION, note_version, per_version
from app.core.extensions import db
from app.models import ActorRow, DelegationRow, OfficeRole, OfficerProfile, Role, RoleGrant, User, assoc_user_role
from app.models.role import ADMINISTRATOR, SUPERVISOR
from workflow_rules.process.actors import Capacity, DelegationKind, Organisation, Person
from workflow_rules.process.delegations import Delegation, capacities_on

Office = tuple[str, str | None]
"""An actor, and the code of the agency in which it is held (None if the actor belongs to no agency)."""


def person_of(user: User, now: datetime) -> Person:
    """Return the user account as a `Person` with every capacity held on the office date of `now` (aware UTC), in own
    right or by delegation. Takes one query.
    """
    day = office_today(now)
    return person_with(user, db.session.scalars(select(standing_of(user.id, day))).one(), day)


def standing_of(user_id: int | BindParameter[int], day: date | BindParameter[date]) -> ScalarSelect[Any]:
    """Return a scalar subquery for use in another statement. Its value is a JSON array: the delegations in force on
    `day` (office date), the roles of the user and of every giver of such a delegation, with agency code and what each
    is in the process, and the version of the office's definitions. `person_with` reads that JSON.
    """
    runs = (DelegationRow.starts_on <= day, DelegationRow.ends_on >= day)
    columns = (getattr(DelegationRow, name) for name in ("id", "kind", "giver_id", "holder_id", "starts_on", "ends_on"))
    running = select(func.json_agg(func.json_build_array(*columns))).where(*runs).scalar_subquery()
    owner = assoc_user_role.c.user_id
    in_process = (OfficeRole.actor, ActorRow.organisation, OfficeRole.acts, OfficeRole.standing)
    role = func.json_build_array(owner, Role.name, OfficerProfile.agency_code, *in_process)
    roles = (
        select(func.json_agg(aggregate_order_by(role, Role.id)))
        .select_from(assoc_user_role)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .outerjoin(OfficerProfile, OfficerProfile.user_id == owner)
        .join(OfficeRole, OfficeRole.name == Role.name)
        .outerjoin(ActorRow, ActorRow.code == OfficeRole.actor)
        .where(or_(owner == user_id, owner.in_(select(DelegationRow.giver_id).where(*runs))))
    )
    return select(func.json_build_array(running, roles.scalar_subquery(), literal_column(VERSION))).scalar_subquery()


def person_with(user: User, standing_json: list[Any], day: date) -> Person:
    """Return the `Person` of the account `user` on the office date `day`, built without a query from the JSON value
    that the subquery `standing_of` selects. The version of the definitions in it is noted for this request.
    """
    note_version(standing_json[2])
    running = [
        Delegation(key, DelegationKind(kind), giver, holder, date.fromisoformat(starts_on), date.fromisoformat(ends_on))
        for key, kind, giver, holder, starts_on, ends_on in standing_json[0] or ()
    ]
    own: dict[int, tuple[Capacity, ...]] = {}
    reads: tuple[Capacity, ...] = ()
    standings: set[str | None] = set()
    for owner, name, agency, actor, organisation, acts, standing in standing_json[1] or ():
        if owner == user.id:
            standings.add(standing)
        of_agency = organisation == Organisation.AGENCY
        if actor is None or (of_agency and agency is None):
            continue
        held = Capacity(actor, agency if of_agency else None, held_as=None if name == actor else name)
        if acts:
            own[owner] = (*own.get(owner, ()), held)
        elif owner == user.id:
            reads = (*reads, held)
    capacities = capacities_on(user.id, own, running, day)
    observes, administers = SUPERVISOR in standings, ADMINISTRATOR in standings
    return Person(user.id, user.get_full_name(), capacities, observes, administers, reads)


def as_delegation(row: DelegationRow) -> Delegation:
    """Return the `Delegation` (value of the rules, without database access) with the fields of a delegation's row."""
    return Delegation(row.id, DelegationKind(row.kind), row.giver_id, row.holder_id, row.starts_on, row.ends_on)


def holders_of(actor: str, agency: str | None) -> list[int]:
    """Return the ids of the active users who act as the role `actor` of the process, ordered by id; [] if nobody does.
    The agency code `agency` counts only for agency actors. Delegations are not considered.
    """
    held = _officers(User.id).where(OfficeRole.actor == actor, OfficeRole.acts)
    if actor in agency_actors():
        held = held.where(OfficerProfile.agency_code == agency)
    return list(db.session.scalars(held.distinct().order_by(User.id)))


def acting_roles() -> frozenset[str]:
    """Return the roles of the process as which an active user acts."""
    return frozenset(db.session.scalars(_officers(OfficeRole.actor).where(OfficeRole.acts).distinct()))


def _officers(*columns: Any) -> Select[Any]:
    """Return a statement that selects the given columns from the active users, joined with their roles (one row per
    role) and, where it exists, their officer profile.
    """
    return (
        select(*columns)
        .select_from(User)
        .join(assoc_user_role, assoc_user_role.c.user_id == User.id)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .join(OfficeRole, OfficeRole.name == Role.name)
        .outerjoin(OfficerProfile, OfficerProfile.user_id == User.id)
        .where(User.active.is_(True))
    )


def agency_officers(agency: str | None) -> Select[Any]:
    """Return a statement that selects the ids of the active users who hold an office of one agency or (None) of any."""
    belongs = OfficerProfile.agency_code.is_not(None) if agency is None else OfficerProfile.agency_code == agency
    of_agencies = select(ActorRow.code).where(ActorRow.organisation == Organisation.AGENCY.value)
    return _officers(User.id).where(OfficeRole.actor.in_(of_agencies), OfficeRole.acts, belongs)


def administrators() -> list[int]:
    """Return the ids of active users with the standing of an administrator, ordered by id."""
    return _with_standing(ADMINISTRATOR)


def supervisors() -> list[int]:
    """Return the ids of active users with the standing of a supervisor, ordered by id."""
    return _with_standing(SUPERVISOR)


def _with_standing(standing: str) -> list[int]:
    held = _officers(User.id).where(OfficeRole.standing == standing)
    return list(db.session.scalars(held.distinct().order_by(User.id)))


def hearing() -> Select[Any]:
    """Return a statement that selects the users to notify: active users who hold one of the given offices, or act for a
    holder by a delegation (also through a chain) on a day. Rows are (place of the office in the list, from 1; user id).
    Its bind parameters are made by `recipient_parameters`.
    """
    offices = func.unnest(bindparam("actors", type_=ARRAY(Text)), bindparam("agencies", type_=ARRAY(Text)))
    office = offices.table_valued("actor", "agency", with_ordinality="place").render_derived("office")
    of_agency = office.c.agency.is_(None) | (OfficerProfile.agency_code == office.c.agency)
    holders = _officers(office.c.place, User.id).join(
        office, (office.c.actor == OfficeRole.actor) & OfficeRole.acts & of_agency
    )
    notified = holders.cte("notified", recursive=True)
    runs = (DelegationRow.starts_on <= bindparam("day"), DelegationRow.ends_on >= bindparam("day"))
    acting = select(notified.c.place, DelegationRow.holder_id).join(notified, notified.c.id == DelegationRow.giver_id)
    everybody = notified.union(acting.where(*runs))
    return select(everybody.c.place, User.id).join(User, User.id == everybody.c.id).where(User.active.is_(True))


def recipient_parameters(offices: Iterable[Office], now: datetime) -> dict[str, Any]:
    """Return the bind parameters of the statement `hearing` as a dict (`actors`, `agencies`, `day`) for these offices
    on the office date of `now` (aware UTC). Raises ValueError when there are no offices.
    """
    # Only agency actors exist once per agency; for other actors the agency of the step does not matter.
    pairs = [(actor, (agency or "") if actor in agency_actors() else None) for actor, agency in offices]
    actors, agencies = zip(*pairs, strict=True)
    return {"actors": [*actors], "agencies": [*agencies], "day": office_today(now)}


_HEARING = hearing().order_by("place", User.id)


@dataclass(eq=False)
class RecipientLookup:
    """A lookup of the users to notify for an office, on the office date of `now` (aware UTC). Each office is queried
    once and cached, so use one instance per transaction.
    """

    now: datetime
    _found: dict[Office, list[int]] = field(default_factory=dict, init=False)

    def of(self, actor: str, agency: str | None) -> list[int]:
        """Return the ids of the active users to notify for an office (actor, agency code), ordered by id: its holders
        and those who act for them. [] if there is none.
        """
        self.read([(actor, agency)])
        return self._found[actor, agency]

    def read(self, offices: Iterable[Office]) -> None:
        """Query and cache the users to notify for those offices that are not cached yet, in one statement."""
        new = [office for office in dict.fromkeys(offices) if office not in self._found]
        if new:
            self._found |= {office: [] for office in new}
            for place, user in db.session.execute(_HEARING, recipient_parameters(new, self.now)):
                self._found[new[place - 1]].append(user)


def roles_with(permission: str, view: str) -> frozenset[str]:
    """Return the names of the roles that have a permission on a view."""
    return frozenset(_roles_by_right().get((permission, view), ()))


@per_version
def _roles_by_right() -> dict[tuple[str, str], Sequence[str]]:
    rights = select(RoleGrant.permission, RoleGrant.view, func.array_agg(RoleGrant.role)).where(RoleGrant.allowed)
    rows = db.session.execute(rights.group_by(RoleGrant.permission, RoleGrant.view)).all()
    return {(permission, view): roles for permission, view, roles in rows}


def names_of(users: Iterable[int | None]) -> dict[int, str]:
    """Return a dict from user id to full name, read in one statement; None and unknown ids are left out."""
    wanted = {user for user in users if user is not None}
    if not wanted:
        return {}
    statement = select(User.id, User.first_name, User.last_name).where(User.id.in_(wanted))
    return {row.id: f"{row.first_name} {row.last_name}".strip() for row in db.session.execute(statement)}
