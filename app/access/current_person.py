"""The user of the current request as a `Person`, computed once per request."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, g, has_request_context, request
from flask_login import current_user
from werkzeug.local import LocalProxy

from app.access.people import person_of
from app.core.clock import utc_now
from app.core.request_context import request_context
from app.models import User
from workflow_rules.process.actors import Person

NOBODY = Person(None, "")


def current_person() -> Person:
    """Return the `Person` who acts in this request: the one set by `act_as`, else the signed-in officer with every
    capacity held today. Return `NOBODY` (id None) for an anonymous visitor or an inactive account.

    Cached per account, because an API authenticates a token only after the session cookie was read; `NOBODY` of an
    anonymous visitor is not cached.
    """
    context = request_context()
    if context.acting is not None:
        return context.acting
    visitor = g.get("user")
    visitor = visitor._get_current_object() if isinstance(visitor, LocalProxy) else visitor
    if not isinstance(visitor, User):
        return NOBODY
    if context.person is None or context.person[0] is not visitor:
        with finding_person():
            context.person = visitor, person_of(visitor, utc_now()) if visitor.is_active else NOBODY
    return context.person[1]


def known_person() -> Person:
    """Return the `Person` of this request if `act_as` has set or `current_person` has already computed one, without a
    query; otherwise `NOBODY` (id None).
    """
    context = request_context()
    if context.acting is not None:
        return context.acting
    visitor = g.get("user")
    if visitor is current_user:
        # None if the session cookie has not been read yet.
        visitor = g.get("_login_user")
    elif isinstance(visitor, LocalProxy):
        visitor = visitor._get_current_object()
    return context.person[1] if context.person is not None and context.person[0] is visitor else NOBODY


def remember_person(visitor: User, person: Person) -> None:
    """Store in the request context the `Person` of a user account, which `current_person` then returns without a query
    as long as this account is the signed-in one.
    """
    request_context().person = visitor, person


@contextmanager
def finding_person() -> Iterator[None]:
    """Context manager: within the block, ORM reads are not limited to visible cases and the database role stays
    unchanged. Used while the requesting user is loaded, to prevent recursion.
    """
    context = request_context()
    before, context.finding_person = context.finding_person, True
    try:
        yield
    finally:
        context.finding_person = before


def act_as(person: Person) -> None:
    """Make `current_person` return the given person for the rest of this request, whatever the session cookie says (API
    keys, jobs).
    """
    request_context().acting = person


def source_address() -> str | None:
    """Return the client IP address of the current request as text; None outside a request."""
    return request.remote_addr if has_request_context() else None


def may(permission: str, view: str) -> bool:
    """Return whether the signed-in user has a FAB permission (such as `can_read`) on a view, given by its permission
    name; False for an anonymous visitor.
    """
    return bool(current_app.appbuilder.sm.has_access(permission, view))  # type: ignore[attr-defined]
