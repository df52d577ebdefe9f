"""Checks of uploaded files: each is inspected, scanned and rewritten before anyone can download it."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update

from app.casefile.facts import get_for_update
from app.cases.append_event import note_events
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.storage import read_file, write_file
from app.core.transaction import one_transaction
from app.files.cleaning import CleanFault, NotCleaned, clean
from app.files.inspection import ENDINGS
from app.files.sweep_store import mark_for_removal
from app.models import Attachment, FileCheck
from app.notices.notify import Notifier
from app.outbound import clamav
from app.reference.calendar import load_working_calendar
from workflow_rules.process.actors import BY_SYSTEM, SYSTEM, Capacity
from workflow_rules.process.events import Event, SystemEvent

log = structlog.get_logger()

PATIENCE = 60.0
"""Seconds after which one job leaves the remaining files to the next, since a job may take two minutes."""

LEFT_TO_ITS_JOB = timedelta(seconds=30)
BATCH = 50


@dataclass(frozen=True)
class Verdict:
    """A value object: the result of a check of a file. `outcome` is the new state of the attachment (clean, quarantined
    or failed), `reason` the cause of the last two, `found` the malware that the scanner named, `scanned` whether a
    scanner ran, `content` the rewritten file of a clean one, else None.
    """

    outcome: str
    reason: str = ""
    found: str = ""
    scanned: bool = False
    content: bytes | None = None


def check_case(complaint_id: int, now: datetime) -> int:
    """Check the waiting files of one case, at most 50 and for at most a minute, and commit after each; return how many
    verdicts were stored. Does not raise when the scanner does not answer: the files wait for the next job.
    """
    waiting = select(Attachment.id).where(Attachment.complaint_id == complaint_id, Attachment.state == "waiting")
    return _check_each(_ids(waiting.order_by(Attachment.id).limit(BATCH)), now)


def check_waiting(now: datetime) -> int:
    """Check waiting files of all cases whose job or scanner was lost, the longest untried first, at most 50 and for at
    most a minute; commit after each and return how many verdicts were stored.
    """
    waiting = (Attachment.state == "waiting", Attachment.added_at < now - LEFT_TO_ITS_JOB)
    order = (Attachment.tried_at.asc().nulls_first(), Attachment.id)
    return _check_each(_ids(select(Attachment.id).where(*waiting).order_by(*order).limit(BATCH)), now)


def verdict_on(content: bytes) -> Verdict:
    """Return the Verdict on the bytes of a file; nothing is stored. Raises ScannerAway while the scanner does not
    answer.
    """
    scanned = clamav.is_set_up()
    found = clamav.found_in(content) if scanned else None
    if found is not None:
        return Verdict("quarantined", "virus", found[:300], scanned)
    try:
        return Verdict("clean", scanned=scanned, content=clean(content))
    except NotCleaned as problem:
        outcome = "quarantined" if problem.fault is CleanFault.ACTIVE else "failed"
        return Verdict(outcome, problem.fault.value, scanned=scanned)


def _ids(statement: object) -> list[int]:
    with one_transaction():
        return list(db.session.scalars(statement))  # type: ignore[call-overload]


def _check_each(ids: Iterable[int], now: datetime) -> int:
    began, settled = time.monotonic(), 0
    for attachment_id in ids:
        if time.monotonic() - began > PATIENCE:
            break
        try:
            settled += _check(attachment_id, now)
        except clamav.ScannerAway as away:
            log.warning("scanner_away", said=str(away))
            break
        except Exception:
            # Unexpected: the file goes to the end of the queue, so that it does not delay others.
            log.exception("file_not_checked", attachment=attachment_id)
            db.session.rollback()
            with one_transaction():
                db.session.execute(update(Attachment).where(Attachment.id == attachment_id).values(tried_at=now))
    return settled


def _check(attachment_id: int, now: datetime) -> bool:
    """Check one waiting file and return True when its verdict was stored; False when the file no longer waits. Raises
    ScannerAway.

    The check runs without a lock, because a slow subprocess must not block actions on the case.
    """
    with one_transaction():
        waiting = select(Attachment.path).where(Attachment.id == attachment_id, Attachment.state == "waiting")
        path = db.session.scalars(waiting).first()
    if path is None:
        return False
    try:
        verdict = verdict_on(read_file(path))
    except FileNotFoundError:
        verdict = Verdict("failed", "gone")
    return _settle(attachment_id, verdict, now)


def _settle(attachment_id: int, verdict: Verdict, now: datetime) -> bool:
    """Store a verdict with its event and commit; return True, or False without a change when another check stored one
    before. A quarantined file is also reported to the complaint admins by a notice.

    The case is locked first, as by every action on it. The event holds the digests of the file that was sent and of the
    one that is stored.
    """
    with one_transaction():
        case_of = select(Attachment.complaint_id).where(Attachment.id == attachment_id)
        complaint = get_for_update(db.session.scalars(case_of).one(), unscoped=True)
        assert complaint is not None
        waiting = select(Attachment).where(Attachment.id == attachment_id, Attachment.state == "waiting")
        row = db.session.scalars(waiting.with_for_update()).first()
        if row is None:
            return False
        if verdict.content is not None:
            _replace(row, verdict.content, now)
        row.state, row.state_reason, row.tried_at = verdict.outcome, verdict.reason, now
        hashes = {"sent_sha256": row.sent_sha256, "sha256": row.sha256}
        result = {"outcome": verdict.outcome, "reason": verdict.reason, "found": verdict.found}
        db.session.add(FileCheck(attachment_id=row.id, at=now, scanned=verdict.scanned, **result, **hashes))
        data = {"outcome": row.state, **hashes}
        event = Event(SystemEvent.FILE_CHECKED, utc_now(), Capacity(BY_SYSTEM), None, None, data)
        note_events([(complaint, event)], SYSTEM)
        if verdict.outcome == "quarantined":
            Notifier(load_working_calendar(), now).file_held(row)
        return True


def _replace(row: Attachment, content: bytes, now: datetime) -> None:
    """Write the rewritten file to the store, set its path, SHA-256 and size in the attachment's row, and mark the file
    that was sent for deletion; does nothing when both are equal.
    """
    digest = hashlib.sha256(content).hexdigest()
    if digest == row.sha256:
        return
    mark_for_removal(row.path, now)
    row.path = write_file(f"attachments/{row.complaint_id}", ENDINGS[row.media_type], content)
    row.sha256, row.size = digest, len(content)
