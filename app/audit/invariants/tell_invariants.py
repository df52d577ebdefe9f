"""Who looks after the program, and who oversees it, hear once a night that the records do not hold, and once that they
do again.
"""

from datetime import datetime

from flask_appbuilder.security.sqla.models import Role, User, assoc_user_role
from sqlalchemy import select

from app.access.people import ADMINISTRATOR_ROLE, SUPERVISOR_ROLE
from app.core.extensions import db
from app.models import InvariantRun
from app.notices.notify import Notifier
from app.reference.calendar import load_working_calendar

HEARERS = (ADMINISTRATOR_ROLE, SUPERVISOR_ROLE)


def tell_of_run(run: InvariantRun, now: datetime) -> None:
    """Within the transaction that ends a night's look; the unique notice is the right to tell, so never twice."""
    if run.red:
        kind = "records_red"
    elif _red_before(run):
        kind = "records_green"
    else:
        return
    Notifier(load_working_calendar(), now).records_looked_at(run.id, kind, _hearers())


def _red_before(run: InvariantRun) -> bool:
    """Whether the night before this one found something."""
    earlier = (InvariantRun.id != run.id, InvariantRun.night < run.night, InvariantRun.ended_at.is_not(None))
    statement = select(InvariantRun.red).where(*earlier).order_by(InvariantRun.night.desc()).limit(1)
    return bool(db.session.scalars(statement).first())


def _hearers() -> list[int]:
    statement = select(User.id).join(assoc_user_role, assoc_user_role.c.user_id == User.id)
    statement = statement.join(Role, Role.id == assoc_user_role.c.role_id)
    statement = statement.where(Role.name.in_(HEARERS), User.active.is_(True)).distinct().order_by(User.id)
    return list(db.session.scalars(statement))
