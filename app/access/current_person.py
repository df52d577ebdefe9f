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
    """Return the person set by `act_as`, else the signed-in officer with every capacity held today; `NOBODY` for an
    anonymous visitor or an inactive account.

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
    """Return the person that this request has already computed, without a query; `NOBODY` if none has been computed
    yet.
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
    """Cache in this request which person an account is; valid only while that account is the requesting one."""
    request_context().person = visitor, person


@contextmanager
def finding_person() -> Iterator[None]:
    """Context manager: switch off the visibility filters while the requesting user is being loaded, to prevent
    recursion.
    """
    context = request_context()
    before, context.finding_person = context.finding_person, True
    try:
        yield
    finally:
        context.finding_person = before


def act_as(person: Person) -> None:
    """Run the rest of this request as the given person, whatever the session cookie says (API keys, jobs)."""
    request_context().acting = person


def source_address() -> str | None:
    """Return the client IP address of the request; None outside a request."""
    return request.remote_addr if has_request_context() else None


def may(permission: str, view: str) -> bool:
    """Return whether the signed-in user has a FAB permission on a view."""
    return bool(current_app.appbuilder.sm.has_access(permission, view))  # type: ignore[attr-defined]
