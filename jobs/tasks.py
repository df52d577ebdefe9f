"""SP4N as a peer: what it has is fetched, what we did is told, and each night both sides are compared."""

from app.core.clock import utc_now
from app.sp4n.inbound import csv_import as importing
from app.sp4n.peer import compare as comparing
from app.sp4n.peer import poll as polling
from app.sp4n.peer import push as telling
from jobs.context import in_app


@in_app
def poll_peer() -> int:
    return polling.poll_peer(utc_now())


@in_app
def push_peer() -> int:
    return telling.push_peer(utc_now())


@in_app
def compare_peer() -> str:
    """Compare, and at once do what that showed to be needed."""
    outcome = comparing.compare_peer(utc_now())
    if outcome == "compared":
        polling.poll_peer(utc_now())
        telling.push_peer(utc_now())
    return outcome


@in_app
def work_on_import(import_id: int) -> str:
    return importing.work_on(import_id)


@in_app
def relay_imports() -> int:
    return importing.relay_imports(utc_now())
