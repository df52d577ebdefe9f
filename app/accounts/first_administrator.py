"""The first administrator's account, made on the command line only."""

import re
from datetime import datetime

from flask import current_app
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import func, select

from app.access.people import administrators
from app.accounts.password_links import make_link
from app.accounts.password_reset import LINK_PATH
from app.accounts.passwords import PasswordRefused, change_password, faults_in, unknown_password_hash
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models.role import ADMINISTRATOR

LONGEST = 64
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,63}")


class FirstAdministratorRefused(Exception):
    """Raised when the account of the first administrator may not be made; the message says why, and what to do
    instead.
    """


def refuse_unless_first(name: str) -> None:
    """Raise FirstAdministratorRefused for an invalid or taken name, missing roles, or an active administrator."""
    if not NAME.fullmatch(name):
        raise FirstAdministratorRefused("Choose a user name of 2 to 64 letters, digits, dots, dashes and underscores.")
    role = db.session.scalars(select(Role).where(Role.name == ADMINISTRATOR)).first()
    if role is None:
        raise FirstAdministratorRefused("There are no roles yet: run `python run.py migrate` first.")
    if known := administrators():
        username = db.session.get_one(User, known[0]).username
        raise FirstAdministratorRefused(
            f"There is an administrator already: {username}. Further accounts are made on screen, by an administrator:"
            " Data induk, Petugas. A forgotten password is set by the link that the login page sends."
        )
    if db.session.scalars(select(User.id).where(func.lower(User.username) == name.lower())).first() is not None:
        raise FirstAdministratorRefused(
            f"An account {name} is there without the role {ADMINISTRATOR}. (The framework's role Admin gives no"
            " rights here.) Choose another name."
        )


def make_first_administrator(
    username: str, password: str | None, now: datetime, name: str = "", email: str = ""
) -> str:
    """Create and commit the first administrator's user account; return the URL of the link that sets its password, or
    "" if a password was given.

    Raises FirstAdministratorRefused, or PasswordRefused with the faults of the password.
    """
    with one_transaction():
        refuse_unless_first(username)
        first, _, last = (name or username).partition(" ")
        user = User(username=username, first_name=first[:LONGEST], last_name=last[:LONGEST], email=email, active=True)
        user.password = unknown_password_hash()
        user.roles = list(db.session.scalars(select(Role).where(Role.name == ADMINISTRATOR)))
        db.session.add(user)
        db.session.flush()
        if password is None:
            token = make_link(user, "invitation", None, now, by_mail=False)
            return f"{current_app.config['PUBLIC_BASE_URL']}{LINK_PATH}{token}"
        if faults := faults_in(password, user):
            raise PasswordRefused(faults)
        change_password(user, password, "command", user.id, now)
        return ""
