"""Files of a case: kind found by inspection, name and place of our own choosing; each waits to be looked into."""

import base64
import binascii
import hashlib
import unicodedata
from datetime import datetime

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.storage import write_file
from app.files.file_room import refuse_without_room
from app.files.inspection import ENDINGS, Unacceptable, inspect, kind_of
from app.models import Attachment, Complaint
from workflow_rules.process.parameters import Text, check_fields
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

LARGEST = 10 * 1024 * 1024
FILE_FIELDS = {"filename": Text(longest=200), "content_base64": Text(longest=LARGEST * 4 // 3 + 8)}


def decode_file(params: object) -> tuple[str, bytes]:
    """Name and bytes of a file sent as base64; raises ActionRefused(missing_input) naming the field."""
    cleaned, errors = check_fields(FILE_FIELDS, params)
    if errors:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    try:
        return cleaned["filename"], base64.b64decode(cleaned["content_base64"], validate=True)
    except (binascii.Error, ValueError):
        raise _faulty("content_base64", FieldFault.NOT_BASE64) from None


def file_facts(filename: str, content: bytes) -> dict[str, object]:
    """What the record keeps of a file; raises ActionRefused for a kind or size that is not taken."""
    if not 0 < len(content) <= LARGEST:
        raise _faulty("content_base64", FieldFault.FILE_NOT_ALLOWED)
    try:
        kind = inspect(content)
    except Unacceptable as problem:
        raise _faulty("content_base64", problem.fault) from None
    digest = hashlib.sha256(content).hexdigest()
    name = with_ending(safe_name(filename), kind.ending)
    return {"filename": name, "sha256": digest, "media_type": kind.media_type, "size": len(content)}


def _faulty(field: str, fault: FieldFault) -> ActionRefused:
    return ActionRefused(RefusalReason.MISSING_INPUT, errors=(FieldError(field, fault),))


def media_type_of(content: bytes) -> tuple[str, str] | None:
    """Media type and ending of an allowed file, by its first bytes; None for anything else."""
    kind = kind_of(content)
    return (kind.media_type, kind.ending) if kind else None


def with_ending(name: str, ending: str) -> str:
    """The name with the ending of what is really in the file: nobody is to take a picture for a program."""
    told = name.rpartition(".")[2].lower()
    same = told == ending or (ending, told) in (("jpg", "jpeg"), ("jpg", "jpe"))
    return name if same else f"{name[-110:]}.{ending}"


def safe_name(filename: str) -> str:
    """A name to show: no path, no control or direction characters, at most 120 characters."""
    base = filename.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in base if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return shown.strip()[-120:] or "berkas"


def store_file(
    complaint: Complaint, filename: str, content: bytes, added_by: str, at: datetime, field: str = "content_base64"
) -> Attachment:
    """Keep one file of a case until it is looked into; raises ActionRefused for a kind or size that is not taken, and
    where case or store have no room, naming `field`.
    """
    facts = file_facts(filename, content)
    refuse_without_room(complaint, len(content), field)
    path = write_file(f"attachments/{complaint.id}", ENDINGS[str(facts["media_type"])], content)
    row = Attachment(complaint_id=complaint.id, path=path, added_at=at, added_by=added_by, state="waiting", **facts)
    row.sent_sha256 = row.sha256
    db.session.add(row)
    enqueue_after_commit(JobName.CHECK_FILES, complaint.id)
    return row
