"""The backup of each night."""

from app.backup import nightly as nightly
from app.core.clock import utc_now
from jobs.context import in_app


@in_app
def hand_out_backup() -> str:
    return nightly.hand_out_backup(utc_now())


@in_app
def write_backup(run_id: int) -> str:
    return nightly.write_backup(run_id)
