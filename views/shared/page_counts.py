"""Counts shown on every page beside the menu and at the bell, queried once per request."""

from app.access.current_person import current_person
from app.core.clock import utc_now
from app.core.request_context import PageCounts, request_context
from app.worklists.waiting import offices_of
from app.worklists.work_counts import count_badges


def page_counts() -> PageCounts | None:
    """Return the `PageCounts` of the officer's open steps, visible late cases and unread notices.

    None for a user who has no capacity and is no supervisor. They are queried once per request.
    """
    person = current_person()
    if not (offices_of(person) or person.observes):
        return None
    context = request_context()
    if context.worklist_counts is None:
        context.worklist_counts = count_badges(person, utc_now())
    return context.worklist_counts
