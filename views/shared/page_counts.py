"""The counts that stand on every page, beside the menu and at the bell: asked once a page."""

from flask import g

from app.access.current_person import current_person
from app.core.clock import utc_now
from app.worklists.work_counts import WorkCounts, count_badges


def page_counts() -> WorkCounts | None:
    """My steps, the late cases I may see and my notices; None for an account for which no step can wait."""
    person = current_person()
    if not (person.capacities or person.observes):
        return None
    if "worklist_counts" not in g:
        g.worklist_counts = count_badges(person, utc_now())
    counts: WorkCounts = g.worklist_counts
    return counts
