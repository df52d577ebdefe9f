"""Roles that an office made, and accounts that have them."""

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.access.role_rights import add_role
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.demo.accounts import PASSWORD
from app.models import OfficeRole, OfficerProfile


def a_role(name: str, source: str | None, acts: bool = True, actor: str | None = None) -> OfficeRole:
    """A copy of a role, made as the screen makes it."""
    row = OfficeRole(name=name, label_id=name.replace("_", " ").title())
    known = db.session.scalars(select(OfficeRole).where(OfficeRole.name == (source or ""))).one_or_none()
    row.actor, row.standing = (known.actor, known.standing) if known else (actor, None)
    row.acts = acts and row.actor is not None
    with one_transaction():
        add_role(row, source)
    return row


def an_account(username: str, *roles: str, agency: str | None = None) -> User:
    row = User(username=username, first_name="Uji", last_name=username, email=f"{username}@balangan.example")
    row.active, row.password = True, generate_password_hash(PASSWORD)
    row.roles = list(db.session.scalars(select(Role).where(Role.name.in_(roles))))
    assert len(row.roles) == len(roles)
    db.session.add(row)
    db.session.flush()
    db.session.add(OfficerProfile(user_id=row.id, agency_code=agency, position="Uji"))
    db.session.commit()
    return row
