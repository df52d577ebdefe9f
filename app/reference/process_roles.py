"""Rules for the roles of the process: the line of superiors, and which roles must stay."""

from sqlalchemy import Text, cast, or_, select

from app.access.process_rows import process_actors
from app.core.extensions import db
from app.models import ActorRow, OfficeRole, Role, SopStepRow, SopVersion, StepTask, assoc_user_role
from workflow_rules.process.actors import Organisation


def line_goes_down(row: ActorRow) -> bool:
    """Return whether the superior of a role is itself, stands below it, or is of an agency above one of the office."""
    by_code = {actor.code: actor for actor in process_actors()}
    above = row.superior
    if above and row.organisation == Organisation.OFFICE and by_code[above].organisation is Organisation.AGENCY:
        return True
    while above is not None and above != row.code:
        above = by_code[above].superior
    return above is not None


def order_below(superior: str | None) -> int:
    """Return the order of a new role: just below its superior, as the last one without a superior."""
    orders = dict(db.session.execute(select(ActorRow.code, ActorRow.order)).all())
    return max(orders[superior] - 1, 1) if superior else max(orders.values()) + 10


def is_named(code: str) -> bool:
    """Return whether a version of the SOP, an officer's account or another role has the role of the process, or a step
    was ever open for it.
    """
    in_version = or_(SopVersion.fast_track_actor == code, cast(SopVersion.powers, Text).contains(f'"{code}"'))
    found = (
        select(SopStepRow.id).where(SopStepRow.actor == code),
        select(SopVersion.id).where(in_version),
        select(StepTask.id).where(StepTask.actor == code),
        select(assoc_user_role.c.id).join(Role, Role.id == assoc_user_role.c.role_id).where(Role.name == code),
        select(OfficeRole.id).where(OfficeRole.actor == code, OfficeRole.name != code),
    )
    return any(db.session.execute(query.limit(1)).first() is not None for query in found)
