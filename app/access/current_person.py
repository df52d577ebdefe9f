"""Who is asking: the request's user as a `Person`, worked out once a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app, g, has_request_context, request
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user
from werkzeug.local import LocalProxy

from app.access.people import person_of
from app.core.clock import utc_now
from workflow_rules.process.actors import Person

NOBODY = Person(None, "")


def current_person() -> Person:
    """The signed-in officer with every capacity held today; nobody for an anonymous visitor.

    Remembered for the visitor it was worked out for: a generated API makes its caller out only after the cookie's, and
    nobody is never remembered.
    """
    if "acting" in g:
        acting: Person = g.acting
        return acting
    visitor = g.get("user")
    visitor = visitor._get_current_object() if isinstance(visitor, LocalProxy) else visitor
    if not isinstance(visitor, User):
        return NOBODY
    if "person" not in g or g.person[0] is not visitor:
        with finding_person():
            remember_person(visitor, person_of(visitor, utc_now()) if visitor.is_active else NOBODY)
    person: Person = g.person[1]
    return person


def known_person() -> Person:
    """The same as far as it has been worked out already, without asking the database: nobody until then."""
    if "acting" in g:
        acting: Person = g.acting
        return acting
    visitor = _known_visitor()
    known: Person = g.person[1] if "person" in g and g.person[0] is visitor else NOBODY
    return known


def _known_visitor() -> Any:
    """The account asking, unless its cookie has yet to be read."""
    visitor = g.get("user")
    if visitor is current_user:
        return g.get("_login_user")
    return visitor._get_current_object() if isinstance(visitor, LocalProxy) else visitor


def remember_person(visitor: User, person: Person) -> None:
    """Keep for this request who an account is today; it counts only while that account is the one asking."""
    g.person = visitor, person


@contextmanager
def finding_person() -> Iterator[None]:
    """While it is read who is asking, nobody asks who is asking."""
    before = g.get("finding_person", False)
    g.finding_person = True
    try:
        yield
    finally:
        g.finding_person = before


def act_as(person: Person) -> None:
    """Let the rest of this request be somebody else than its cookie says: a program."""
    g.acting = person


def source_address() -> str | None:
    """Where the request came from, for the record; None outside a request."""
    return request.remote_addr if has_request_context() else None


def may(permission: str, view: str) -> bool:
    """Whether the signed-in user has a permission on a door."""
    return bool(current_app.appbuilder.sm.has_access(permission, view))  # type: ignore[attr-defined]
