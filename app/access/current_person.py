"""The user of the current request as a `Person`, computed once per request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app, g, has_request_context, request
from flask_login import current_user
from werkzeug.local import LocalProxy

from app.access.people import person_of
from app.core.clock import utc_now
from app.models import User
from workflow_rules.process.actors import Person

NOBODY = Person(None, "")


def current_person() -> Person:
    """Return the person set by `act_as`, else the signed-in officer with every capacity held today; `NOBODY` for an
    anonymous visitor or an inactive account.

    Cached per account, because an API authenticates a token only after the session cookie was read; `NOBODY` of an
    anonymous visitor is not cached.
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
    """Return the person that this request has already computed, without a query; `NOBODY` if none has been computed
    yet.
    """
    if "acting" in g:
        acting: Person = g.acting
        return acting
    visitor = _known_visitor()
    known: Person = g.person[1] if "person" in g and g.person[0] is visitor else NOBODY
    return known


def _known_visitor() -> Any:
    """Return the requesting account; None if the session cookie has not been read yet."""
    visitor = g.get("user")
    if visitor is current_user:
        return g.get("_login_user")
    return visitor._get_current_object() if isinstance(visitor, LocalProxy) else visitor


def remember_person(visitor: User, person: Person) -> None:
    """Cache in this request which person an account is; valid only while that account is the requesting one."""
    g.person = visitor, person


@contextmanager
def finding_person() -> Iterator[None]:
    """Context manager: switch off the visibility filters while the requesting user is being loaded, to prevent
    recursion.
    """
    before = g.get("finding_person", False)
    g.finding_person = True
    try:
        yield
    finally:
        g.finding_person = before


def act_as(person: Person) -> None:
    """Run the rest of this request as the given person, whatever the session cookie says (API keys, jobs)."""
    g.acting = person


def source_address() -> str | None:
    """Return the client IP address of the request; None outside a request."""
    return request.remote_addr if has_request_context() else None


def may(permission: str, view: str) -> bool:
    """Return whether the signed-in user has a FAB permission on a view."""
    return bool(current_app.appbuilder.sm.has_access(permission, view))  # type: ignore[attr-defined]
