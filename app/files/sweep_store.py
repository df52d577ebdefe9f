"""Removal of files from the store by mark and sweep.

No request deletes a file, and no file is deleted that a row still names.
"""

from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core.extensions import db
from app.core.storage import remove_file, stored_files
from app.core.transaction import one_transaction
from app.models import Attachment, FileToRemove, Paper, ReportJob, StoreSweep

log = structlog.get_logger()

FOLDERS = ("attachments", "papers", "reports")
OWNERS: tuple[Any, ...] = (Attachment.path, Paper.path, ReportJob.path)
"""Every column that names a stored file; a file in none of them is an orphan."""

ORPHAN_AGE = timedelta(hours=24)
"""Age from which an unnamed file is an orphan: files are written before their row is committed."""

FEW = 100
BATCH = 500


def mark_for_removal(path: str, due_at: datetime) -> None:
    """Register a stored file to be deleted from `due_at` (aware) on, in the current transaction and without a commit;
    does nothing if the file is registered already.
    """
    mark = insert(FileToRemove).values(path=path, marked_at=due_at, due_at=due_at)
    db.session.execute(mark.on_conflict_do_nothing())


def remove_marked(now: datetime, batch: int = 100) -> int:
    """Delete one batch of stored files whose removal is due, commit, and return the number of registered removals
    processed.

    A file that a row still names is not deleted, only its registration.
    """
    with one_transaction():
        due = select(FileToRemove).where(FileToRemove.due_at <= now).order_by(FileToRemove.due_at).limit(batch)
        marks = list(db.session.scalars(due.with_for_update(skip_locked=True)))
        named = _named([mark.path for mark in marks])
        for mark in marks:
            if mark.path not in named:
                remove_file(mark.path)
            db.session.delete(mark)
        return len(marks)


def sweep_store(now: datetime) -> int:
    """Delete stored files that are over a day old and that no row names, record the state of the store in StoreSweep,
    and return how many files were deleted.

    If there are more orphans than rollbacks explain, none is deleted and 0 returned: the database may have been
    restored or configured wrongly, and a full disk is better than lost files.
    """
    files, total, orphans = 0, 0, []
    walk = chain.from_iterable(map(stored_files, FOLDERS))
    while group := list(islice(walk, BATCH)):
        files += len(group)
        total += sum(file.size for file in group)
        old = [file for file in group if file.written_at < now - ORPHAN_AGE]
        paths = [file.path for file in old]
        with one_transaction():
            marked = select(FileToRemove.path).where(FileToRemove.path.in_(paths))
            known = _named(paths) | set(db.session.scalars(marked))
        orphans += [file for file in old if file.path not in known]
    doubtful = len(orphans) > max(FEW, files // 10)
    if doubtful:
        log.error("sweep_held_back", files=files, orphans=len(orphans))
    for file in [] if doubtful else orphans:
        remove_file(file.path)
        total -= file.size
    removed, held_back = (0, len(orphans)) if doubtful else (len(orphans), 0)
    seen = {"at": now, "files": files - removed, "stored_bytes": total, "removed": removed, "held_back": held_back}
    with one_transaction():
        row = insert(StoreSweep).values(id=1, **seen)
        db.session.execute(row.on_conflict_do_update(index_elements=["id"], set_=seen))
    return removed


def _named(paths: list[str]) -> set[str]:
    """Return the set of those of the given paths that an attachment, paper or export report names, in cases of any
    agency.
    """
    found: set[str] = set()
    for owner in OWNERS:
        found.update(db.session.scalars(select(owner).where(owner.in_(paths)).execution_options(unscoped=True)))
    return found
