"""Scans of letters signed with ink: an attachment of the case that is marked as the letter's scan."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.cases.perform_action import Performed, perform_action
from app.core.extensions import db
from app.core.storage import read_file
from app.core.transaction import one_transaction
from app.files.attachments import LARGEST, file_facts, media_type_of, store_file
from app.files.inspection import Unacceptable, inspect
from app.files.scan_pages import UnreadableScan, scan_facts
from app.models import Letter, LetterScan
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import Person


class ScanRefused(Exception):
    """Raised when the scan of a signed letter is refused; `fault` is a key of `SCAN_FAULTS`, `numbers` holds the page
    counts `letter` and `scan` where they differ.
    """

    def __init__(self, fault: str, letter: int = 0, scan: int = 0) -> None:
        super().__init__(fault)
        self.fault = fault
        self.numbers = {"letter": letter, "scan": scan}


def current_scan(letter_id: int) -> LetterScan | None:
    """Return the LetterScan row of a letter that is in use, with its attachment loaded, or None when the letter has no
    scan.
    """
    statement = select(LetterScan).where(LetterScan.letter_id == letter_id, LetterScan.replaced_at.is_(None))
    return db.session.scalars(statement.options(joinedload(LetterScan.attachment))).first()


def keep_scan(
    letter: Letter,
    content: bytes,
    reason: str,
    by: Person,
    expected_version: int,
    *,
    now: datetime | None = None,
    address: str | None = None,
) -> Performed:
    """Attach a scan to its letter, commit, and return the Performed of the action `attach`; a replaced scan stays among
    the files of the case. The event stores the scan's SHA-256. Raises ScanRefused for a file that cannot be this
    letter's scan and for a replacement without a reason, and ActionRefused as `perform_action` does.
    """
    pages = _checked_pages(letter, content)
    with one_transaction():
        before = current_scan(letter.id)
        if before is not None and not reason:
            raise ScanRefused("no_reason")
        version = expected_version
        if before is not None:
            note = f"Pindaian surat {letter.number} diganti: {reason}"
            request = ActionRequest(Action.NOTE, letter.agency_code, {"text": note})
            version = perform_action(
                letter.complaint_id, request, by, version, now=now, address=address
            ).complaint.version
        ending = (media_type_of(content) or ("", "bin"))[1]
        name = f"Pindaian surat {(letter.number or '').replace('/', '-')}.{ending}"
        request = ActionRequest(Action.ATTACH, letter.agency_code, file_facts(name, content))
        done = perform_action(letter.complaint_id, request, by, version, now=now, address=address)
        event = done.decision.event
        file = store_file(done.complaint, name, content, event.by.actor, event.at)
        if before is not None:
            before.replaced_at, before.reason = event.at, reason
        db.session.flush()
        scan = LetterScan(letter_id=letter.id, attachment_id=file.id, pages=pages, added_at=event.at, added_by_id=by.id)
        db.session.add(scan)
        db.session.flush()
        return done


def _checked_pages(letter: Letter, content: bytes) -> int:
    """Return the number of pages of the scan, which equals that of the letter. Raises ScanRefused when the file is
    unfit or unreadable, or the letter's PDF is not drawn yet, lost or unreadable, or has another number of pages.
    """
    if not content:
        raise ScanRefused("missing")
    if media_type_of(content) is None or len(content) > LARGEST:
        raise ScanRefused("not_taken")
    try:
        inspect(content)
    except Unacceptable:
        raise ScanRefused("unreadable") from None
    paper = letter.paper
    if paper is None or paper.state != "ready" or paper.path is None:
        raise ScanRefused("not_drawn_yet")
    try:
        found = scan_facts(content)
    except UnreadableScan:
        raise ScanRefused("unreadable") from None
    if found.active:
        raise ScanRefused("active")
    try:
        wanted = scan_facts(read_file(paper.path)).pages
    except (FileNotFoundError, UnreadableScan):
        raise ScanRefused("letter_lost") from None
    if found.pages != wanted:
        raise ScanRefused("other_pages", wanted, found.pages)
    return found.pages
