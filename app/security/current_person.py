"""Who is asking: the request's user as a `Person`, worked out once a request."""

from flask import current_app, g, has_request_context, request
from flask_appbuilder.security.sqla.models import User

from app.clock import utc_now
from app.queries.people import person_of
from workflow_rules.actors import Person

NOBODY = Person(None, "")


def current_person() -> Person:
    """The signed-in officer with every capacity held today; nobody for an anonymous visitor.

    While the visitor is still being made out nobody is answered, but not remembered.
    """
    if "person" not in g:
        if "user" not in g:
            return NOBODY
        user = g.get("user")
        known = isinstance(user, User) or (user is not None and getattr(user, "is_authenticated", False))
        g.person = person_of(user, utc_now()) if known and user.is_active else NOBODY
    person: Person = g.person
    return person


def act_as(person: Person) -> None:
    """Let the rest of this request be somebody else than its cookie says: a token's owner or a program."""
    g.person = person


def source_address() -> str | None:
    """Where the request came from, for the record; None outside a request."""
    return request.remote_addr if has_request_context() else None


def may(permission: str, view: str) -> bool:
    """Whether the signed-in user has a permission on a door."""
    return bool(current_app.appbuilder.sm.has_access(permission, view))  # type: ignore[attr-defined]
