"""The roles of accounts as the office maintains them: their names, and what each is in the process."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.access.process_rows import RowNames, process_parts
from app.core.definitions import per_version
from app.core.extensions import db
from app.models import OfficeRole, Role, User


@dataclass(frozen=True)
class RoleFacts:
    """What a role is: its own name and its description (Indonesian, English), the role of the process that it has,
    whether it acts in it, and its standing outside the process.
    """

    label: tuple[str, str]
    description: tuple[str, str]
    actor: str | None
    acts: bool
    standing: str | None


@per_version
def office_roles() -> Mapping[str, RoleFacts]:
    """Return the roles by name: those of the process in its order, each followed by its copies, then the others."""
    rows = db.session.scalars(select(OfficeRole).order_by(OfficeRole.id)).all()
    places = {actor: place for place, actor in enumerate(process_parts().actor_names)}
    rows = sorted(rows, key=lambda row: (places.get(row.actor or "", len(places)), row.name != row.actor, row.id))
    return {row.name: _facts(row) for row in rows}


def _facts(row: OfficeRole) -> RoleFacts:
    description = (row.description_id, row.description_en)
    return RoleFacts((row.label_id, row.label_en), description, row.actor, row.acts, row.standing)


def role_labels() -> dict[str, tuple[str, str]]:
    """Return the names of the roles (Indonesian, English) by their codes; a role without its own is named like its
    actor.
    """
    actors = process_parts().actor_names
    return {name: role.label if role.label[0] else actors[role.actor or ""] for name, role in office_roles().items()}


ROLES = RowNames(role_labels, {})
"""Names of the roles in the current locale."""
DESCRIPTIONS = RowNames(lambda: {name: role.description for name, role in office_roles().items()}, {})
"""What each role is for, in one line; "" where the office wrote none."""


def role_names(roles: Iterable[Role]) -> str:
    """Return the names of the roles of an account as one text, separated by commas; "" for no roles."""
    return ", ".join(ROLES.get(role.name, role.name) for role in roles)


def actors_of_roles(names: Iterable[str]) -> list[str]:
    """Return the sorted codes of the roles of the process in which these roles of an account act."""
    roles = office_roles()
    return sorted(
        {str(roles[name].actor) for name in names if name in roles and roles[name].actor and roles[name].acts}
    )


def has_standing(user: User, standing: str) -> bool:
    """Return whether a user account has a role with this standing: supervisor or administrator."""
    roles = office_roles()
    return any(role.name in roles and roles[role.name].standing == standing for role in user.roles)
