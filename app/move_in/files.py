"""Uploaded spreadsheets of old complaints: stored encrypted for a week, with what an officer said of them."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.transaction import lock_row, one_transaction
from app.core.work_queue import WorkQueue
from app.files.spreadsheet import Spreadsheet, read_spreadsheet
from app.models import MoveInFile
from app.move_in.plan import LONGEST_SOURCE, Plan, named, plan_of, remembered
from app.move_in.rows import Sheet
from app.move_in.vocabulary import ask_for_unknown, read_vocabulary

MOST_ROWS = 10_000
SILENT = timedelta(minutes=2)
STORED_FOR = timedelta(days=7)
"""How long an uploaded file is stored, unless everything in it is imported before."""

READY = ("closed", "open")
"""Outcomes of rows that may be imported: as an ended case, and as one that goes on."""

_ROWS = re.compile(r"(\d{1,7})(?:\s*-\s*(\d{1,7}))?")

FILES = WorkQueue(
    MoveInFile,
    JobName.WORK_ON_MOVE_IN,
    due=lambda now: MoveInFile.state.in_(("checking", "importing")) & (MoveInFile.alive_at < now - SILENT),
)
"""Files that wait for a worker. The claim is an advisory lock, since only one file is processed at a time."""


class AlreadyUploaded(Exception):
    """Raised when a file with the same bytes is stored already; `existing` is its MoveInFile row."""

    def __init__(self, existing: MoveInFile) -> None:
        super().__init__(str(existing.id))
        self.existing = existing


def find_file(file_id: int) -> MoveInFile | None:
    return db.session.get(MoveInFile, file_id)


def last_files(limit: int) -> Sequence[MoveInFile]:
    """Return the rows of the `limit` files uploaded last, newest first."""
    return db.session.scalars(select(MoveInFile).order_by(MoveInFile.id.desc()).limit(limit)).all()


def sheet_of(row: MoveInFile) -> Spreadsheet:
    """Return the table of a stored file. Raises SpreadsheetRefused when this release cannot read it any more."""
    return read_spreadsheet(row.content or b"", row.filename, MOST_ROWS)


def store_upload(content: bytes, filename: str, officer_id: int, now: datetime) -> MoveInFile:
    """Store an uploaded spreadsheet and return its row, with the plan of the last file with the same headings, or a
    guess; commits. A file that is done may be uploaded again, to import rows that were left.

    Raises SpreadsheetRefused, and AlreadyUploaded if the same bytes are stored already.
    """
    table = read_spreadsheet(content, filename, MOST_ROWS)
    headings, digest = named(table.headings), hashlib.sha256(content).hexdigest()
    header = hashlib.sha256("\x1f".join(headings).encode()).hexdigest()
    with one_transaction():
        row = db.session.scalars(select(MoveInFile).where(MoveInFile.file_hash == digest)).first()
        if row is not None and row.state != "done":
            raise AlreadyUploaded(row)
        earlier = select(MoveInFile.plan).where(MoveInFile.header_hash == header, MoveInFile.state != "mapping")
        last = db.session.scalars(earlier.order_by(MoveInFile.id.desc()).limit(1)).first()
        if row is None:
            row = MoveInFile(file_hash=digest, header_hash=header)
            db.session.add(row)
        row.plan = remembered(plan_of(last) if last else None, headings).as_text()
        row.filename, row.rows, row.content = filename[-200:], len(table.rows), content
        row.state, row.outcomes, row.chosen, row.ended_at = "mapping", [], None, None
        row.made_by_id, row.made_at = officer_id, now
        return row


def set_columns(row: MoveInFile, mapping: dict[str, str], source: str, now: datetime) -> None:
    """Store which column holds what, find the words without a known meaning, and commit; start the trial run when there
    are none. Has no effect while the file is being checked or imported, or afterwards.
    """
    with one_transaction():
        lock_row(row)
        if row.state not in ("mapping", "meaning", "checked"):
            return
        plan = plan_of(row.plan)
        plan.mapping, plan.source = mapping, source[:LONGEST_SOURCE]
        sheet = plan_sheet(row, plan, now)
        ask_for_unknown(plan, (sheet.cells_of(cells) for _, cells in sheet_of(row).rows), sheet.known)
        row.plan, row.state, row.outcomes = plan.as_text(), "meaning", []
        if not plan.unsaid:
            _hand_over(row, "checking", now)


def set_meanings(row: MoveInFile, meanings: dict[str, dict[str, str]], now: datetime) -> None:
    """Store the codes of words by part ("": left out), start the trial run and commit; words without one stay unsaid,
    and their rows will be refused. Has no effect unless the file waits for it.
    """
    with one_transaction():
        lock_row(row)
        if row.state not in ("meaning", "checked"):
            return
        plan = plan_of(row.plan)
        for part, words in plan.meanings.items():
            words |= {word: code for word, code in meanings.get(part, {}).items() if word in words}
        row.plan, row.outcomes = plan.as_text(), []
        _hand_over(row, "checking", now)


def chosen_rows(row: MoveInFile, text: str) -> list[int]:
    """Return the numbers of the rows of a checked file that are ready and named in a text such as `2-300, 412`; [] when
    none is, or the text is no such list.
    """
    named_rows = [_ROWS.fullmatch(part.strip()) for part in text.replace(";", ",").split(",") if part.strip()]
    if None in named_rows:
        return []
    spans = [(int(found[1]), int(found[2] or found[1])) for found in named_rows if found is not None]
    ready = (outcome[0] for outcome in row.outcomes if outcome[1] in READY)
    return [number for number in ready if any(first <= number <= last for first, last in spans)]


def start_import(row: MoveInFile, chosen: list[int] | None, officer_id: int, now: datetime) -> None:
    """Start the import of the right rows of a checked file, or of the chosen ones among them, and commit. Has no effect
    in any other state, so that a second call changes nothing.
    """
    with one_transaction():
        lock_row(row)
        if row.state == "checked":
            row.chosen, row.started_by_id = chosen, officer_id
            _hand_over(row, "importing", now)


def _hand_over(row: MoveInFile, state: str, now: datetime) -> None:
    row.state, row.alive_at = state, now
    enqueue_after_commit(JobName.WORK_ON_MOVE_IN, row.id)


def finish(row: MoveInFile, now: datetime) -> bool:
    """Remove the content of a file on which nothing runs, commit, and return True; a file of which nothing was imported
    is deleted. Return False, and change nothing, while it is being imported.
    """
    with one_transaction():
        lock_row(row)
        if row.state in ("importing", "done"):
            return False
        empty_file(row, now)
        return True


def empty_file(row: MoveInFile, now: datetime) -> None:
    """Remove the content of a file, or the file if nothing of it was imported. Does not commit."""
    if any(outcome[1] == "moved" for outcome in row.outcomes):
        row.content, row.state, row.ended_at = None, "done", now
    else:
        db.session.delete(row)


def plan_sheet(row: MoveInFile, plan: Plan, now: datetime) -> Sheet:
    """Return what the rows of a file have in common under a plan, with the office's codes as they are now."""
    years = current_app.config["IDENTITY_RETENTION_YEARS"]
    return Sheet(plan, read_vocabulary(), row.file_hash, now, years)


def relay_files(now: datetime) -> int:
    """Enqueue again the files that no worker has touched for two minutes, commit, and return how many were enqueued.

    Also removes the content of files that were uploaded a week ago.
    """
    left = MoveInFile.content.is_not(None), MoveInFile.made_at < now - STORED_FOR, MoveInFile.state != "importing"
    with one_transaction():
        for row in db.session.scalars(select(MoveInFile).where(*left).with_for_update(skip_locked=True)):
            empty_file(row, now)
    return FILES.relay(now, 100)
