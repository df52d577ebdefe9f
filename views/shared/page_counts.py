"""Counts shown on every page beside the menu and at the bell, queried once per request."""

from flask import g

from app.access.current_person import current_person
from app.core.clock import utc_now
from app.worklists.work_counts import WorkCounts, count_badges


def page_counts() -> WorkCounts | None:
    """Return the officer's open steps, visible late cases and notices; None for a user without capacity or observer
    role.
    """
    person = current_person()
    if not (person.capacities or person.observes):
        return None
    if "worklist_counts" not in g:
        g.worklist_counts = count_badges(person, utc_now())
    counts: WorkCounts = g.worklist_counts
    return counts
