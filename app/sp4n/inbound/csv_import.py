"""Import of reports from a CSV file, for days on which the SP4N peer is down.

A file is checked in a trial run that writes nothing, and then imported row by row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select

from app.core.after_commit import enqueue_after_commit
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.locks import IMPORT_LOCK, try_advisory_lock
from app.core.transaction import lock_row, one_transaction
from app.core.work_queue import WorkQueue
from app.models import Complaint, SyncImport
from app.sp4n.inbound.apply_revision import StaleRevision, apply_report
from app.sp4n.inbound.csv_file import Table, read_table
from app.sp4n.inbound.csv_reports import Own, guess, importable_fields, known_parts, report_of
from workflow_rules.process.refusals import ActionRefused

log = structlog.get_logger()

BATCH = 100
SILENT = timedelta(minutes=2)
UNFINISHED = timedelta(days=1)
GOOD = ("created", "updated")

IMPORTS = WorkQueue(
    SyncImport,
    JobName.WORK_ON_IMPORT,
    due=lambda now: SyncImport.state.in_(("checking", "importing")) & (SyncImport.alive_at < now - SILENT),
)
"""Files that wait for a worker. The claim is an advisory lock, since only one file is processed at a time."""


class AlreadyUploaded(Exception):
    """Raised when a file with the same bytes was uploaded before; `existing` is its SyncImport row."""

    def __init__(self, existing: SyncImport) -> None:
        super().__init__(str(existing.id))
        self.existing = existing


class TrialEnded(Exception):
    """Raised to end a trial run, so that its transaction is rolled back."""


@dataclass(frozen=True)
class Line:
    """A value object: the result of one row of the file, with its number (the header is row 1), its outcome, and the
    faults if it was rejected, each as [field, fault, limit].
    """

    row: int
    tracking_id: str
    outcome: str
    faults: list[list[str]]


def find_import(import_id: int) -> SyncImport | None:
    """Return the SyncImport row of the uploaded file with this id; None if there is none."""
    return db.session.get(SyncImport, import_id)


def last_imports(limit: int) -> Sequence[SyncImport]:
    """Return the SyncImport rows of the `limit` files uploaded last, newest first."""
    return db.session.scalars(select(SyncImport).order_by(SyncImport.id.desc()).limit(limit)).all()


def store_upload(content: bytes, filename: str, officer_id: int, now: datetime) -> SyncImport:
    """Store an uploaded file and return its SyncImport row, with the column mapping of the last file with the same
    header, or a guessed one; commits.

    Raises CsvRefused if it cannot be read as a table, AlreadyUploaded if the same bytes are stored already.
    """
    table, own = read_table(content), importable_fields()
    with one_transaction():
        existing = db.session.scalars(select(SyncImport).where(SyncImport.file_hash == table.digest)).first()
        if existing is not None:
            raise AlreadyUploaded(existing)
        earlier = select(SyncImport.mapping).where(SyncImport.header_hash == table.header_digest)
        earlier = earlier.where(SyncImport.state.in_(("checked", "importing", "done"))).order_by(SyncImport.id.desc())
        row = SyncImport(
            file_hash=table.digest,
            header_hash=table.header_digest,
            filename=filename[-200:],
            encoding=table.encoding,
            delimiter=table.delimiter,
            rows=len(table.rows),
            content=content,
            mapping=known_parts(db.session.scalars(earlier.limit(1)).first() or {}, own) or guess(table.header, own),
            outcomes=[],
            made_by_id=officer_id,
            made_at=now,
        )
        db.session.add(row)
        return row


def start_trial(row: SyncImport, mapping: dict[str, str], now: datetime) -> None:
    """Store this column mapping, enqueue a trial run of the file and commit; the run stores the outcome of each row,
    but imports nothing. Has no effect while the file is being checked or imported, or afterwards.
    """
    _hand_over(row, "checking", now, ("mapping", "checked"), mapping)


def start_import(row: SyncImport, now: datetime) -> None:
    """Enqueue the import of a file that has passed its trial run, and commit. Has no effect in any other state, so that
    a second call changes nothing.
    """
    _hand_over(row, "importing", now, ("checked",))


def _hand_over(
    row: SyncImport, state: str, now: datetime, from_states: tuple[str, ...], mapping: dict[str, str] | None = None
) -> None:
    with one_transaction():
        lock_row(row)
        if row.state not in from_states:
            return
        row.mapping = mapping or row.mapping
        row.state, row.outcomes, row.alive_at = state, [], now
        enqueue_after_commit(JobName.WORK_ON_IMPORT, row.id)


def drop(row: SyncImport) -> bool:
    """Delete an uploaded file that was not imported, commit, and return True; the file can then be uploaded again.
    Return False, and change nothing, in any other state.
    """
    with one_transaction():
        lock_row(row)
        if row.state not in ("mapping", "checking", "checked"):
            return False
        db.session.delete(row)
        return True


def work_on(import_id: int) -> str:
    """Check or import an uploaded file from where the last run stopped, commit after every 100 rows, and return the
    state reached: "checked", "done", or another state that a user set meanwhile.

    An advisory lock allows one file at a time: returns "elsewhere" if it is taken, "nothing to do" if the file waits
    for no run.
    """
    with try_advisory_lock(IMPORT_LOCK) as mine:
        if not mine:
            return "elsewhere"
        row = db.session.get(SyncImport, import_id)
        if row is None or row.content is None or row.state not in ("checking", "importing"):
            return "nothing to do"
        table, state = read_table(row.content), row.state
        while row.state == state and len(row.outcomes) < row.rows:
            _work_on_batch(row, table, state)
        return _finish(row, state)


def _work_on_batch(row: SyncImport, table: Table, state: str) -> None:
    begin = len(row.outcomes)
    earlier = {line[1]: line[0] for line in row.outcomes}
    lines, own = [], importable_fields()
    for place in range(begin, min(begin + BATCH, len(table.rows))):
        line = _line(place + 2, table, row.mapping, table.rows[place], earlier, own, state == "importing")
        earlier.setdefault(line.tracking_id, line.row)
        lines.append([line.row, line.tracking_id, line.outcome, line.faults])
    with one_transaction():
        lock_row(row)
        if row.state == state and len(row.outcomes) == begin:
            row.outcomes, row.alive_at = [*row.outcomes, *lines], utc_now()


def _finish(row: SyncImport, state: str) -> str:
    with one_transaction():
        lock_row(row)
        if row.state == state and len(row.outcomes) >= row.rows:
            row.state = "checked" if state == "checking" else "done"
            if row.state == "done":
                row.content, row.ended_at = None, utc_now()
        return row.state


def _line(
    number: int,
    table: Table,
    mapping: dict[str, str],
    cells: tuple[str, ...],
    earlier: dict[str, int],
    own: Own,
    really: bool,
) -> Line:
    tracking_id, payload = report_of(mapping, table.header, cells, own)
    shown = tracking_id[:40] if tracking_id.isprintable() else ""
    if len(cells) != len(table.header):
        return Line(number, shown, "refused", [["", "columns", str(len(cells))]])
    if tracking_id in earlier:
        return Line(number, shown, "refused", [["tracking_id", "repeated", str(earlier[tracking_id])]])
    if "revision" not in mapping and tracking_id.isprintable():
        known = select(Complaint.id).where(Complaint.sp4n_tracking_id == tracking_id)
        if db.session.execute(known.execution_options(unscoped=True)).first() is not None:
            return Line(number, shown, "known", [])
    outcome, faults = _apply(tracking_id, payload, really)
    return Line(number, shown, outcome, faults)


def _apply(tracking_id: str, payload: dict[str, Any], really: bool) -> tuple[str, list[list[str]]]:
    """Apply the report of one row, commit, and return (outcome, faults as [field, fault, limit]); raises nothing. A
    trial (`really` is False) does all the work and rolls it back.
    """
    outcome = ""
    try:
        with one_transaction():
            outcome = apply_report(tracking_id, payload).outcome
            if not really:
                raise TrialEnded
    except TrialEnded:
        return outcome, []
    except StaleRevision:
        return "older", []
    except ActionRefused as refused:
        return "refused", [[error.field, error.fault.value, error.limit] for error in refused.errors]
    except Exception as fault:
        # An unexpected fault of one row must not stop the rows after it.
        log.exception("row_not_taken")
        return "refused", [["", "unforeseen", type(fault).__name__]]
    return outcome, []


def relay_imports(now: datetime) -> int:
    """Enqueue again the files that no worker has touched for two minutes, commit, and return how many were enqueued.

    Also deletes uploaded files that were left unfinished for a day.
    """
    with one_transaction():
        left = delete(SyncImport).where(SyncImport.state.in_(("mapping", "checked")))
        left = left.where(SyncImport.made_at < now - UNFINISHED).execution_options(synchronize_session=False)
        db.session.execute(left)
        return IMPORTS.relay(now, 100)
