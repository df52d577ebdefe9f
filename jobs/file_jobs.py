"""Files looked into in the background, and those that nobody needs taken away."""

from app.cases import check_attachments as checking
from app.core.clock import utc_now
from app.files import sweep_store as sweeping
from jobs.context import in_app


@in_app
def check_files(complaint_id: int) -> int:
    return checking.check_case(complaint_id, utc_now())


@in_app
def sweep_files() -> int:
    """Look into what was left waiting, and take away what is marked."""
    settled = checking.check_waiting(utc_now())
    while sweeping.remove_marked(utc_now()):
        pass
    return settled


@in_app
def sweep_store() -> int:
    return sweeping.sweep_store(utc_now())
