"""Attachments of a case, stored under generated names until a job has inspected them."""

import base64
import binascii
import hashlib
import unicodedata
from datetime import datetime

from flask import current_app
from sqlalchemy import func, select

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.storage import write_file
from app.files.inspection import ENDINGS, Unacceptable, inspect, kind_of
from app.models import Attachment, Complaint, StoreSweep
from workflow_rules.process.parameters import Text, check_fields
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

LARGEST = 10 * 1024 * 1024
MEGABYTE = 1_000_000
GIGABYTE = 1_000 * MEGABYTE
FILE_FIELDS = {"filename": Text(longest=200), "content_base64": Text(longest=LARGEST * 4 // 3 + 8)}


def decode_file(params: object) -> tuple[str, bytes]:
    """Return (file name, bytes) of a file sent as `filename` and `content_base64`. Raises ActionRefused(missing_input)
    that names the faulty field.
    """
    cleaned, errors = check_fields(FILE_FIELDS, params)
    if errors:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    try:
        return cleaned["filename"], base64.b64decode(cleaned["content_base64"], validate=True)
    except (binascii.Error, ValueError):
        raise _refused("content_base64", FieldFault.NOT_BASE64) from None


def file_facts(filename: str, content: bytes, field: str = "content_base64") -> dict[str, object]:
    """Inspect a file and return its facts for the record: a dict with `filename`, `sha256` (hex), `media_type` and
    `size` (bytes). Raises ActionRefused(missing_input) for `field` if the kind or size is not allowed.
    """
    if not 0 < len(content) <= LARGEST:
        raise _refused(field, FieldFault.FILE_NOT_ALLOWED)
    try:
        kind = inspect(content)
    except Unacceptable as problem:
        raise _refused(field, problem.fault) from None
    digest = hashlib.sha256(content).hexdigest()
    name = safe_name(filename)
    # The extension of the detected kind, so that a name cannot disguise the content.
    typed = name.rpartition(".")[2].lower()
    if typed != kind.ending and (kind.ending, typed) not in (("jpg", "jpeg"), ("jpg", "jpe")):
        name = f"{name[-110:]}.{kind.ending}"
    return {"filename": name, "sha256": digest, "media_type": kind.media_type, "size": len(content)}


def media_type_of(content: bytes) -> tuple[str, str] | None:
    """Return (media type, extension) of a file of an allowed kind, detected by its first bytes; None for any other."""
    kind = kind_of(content)
    return (kind.media_type, kind.ending) if kind else None


def safe_name(filename: str) -> str:
    """Return a file name for display: without path and control characters, at most 120 characters; "berkas" if nothing
    is left.
    """
    base = filename.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in base if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return shown.strip()[-120:] or "berkas"


def store_file(
    complaint: Complaint, filename: str, content: bytes, added_by: str, at: datetime, field: str = "content_base64"
) -> Attachment:
    """Store one file of a case, add its Attachment to the transaction and return it; its inspection is enqueued at the
    commit.

    Raises ActionRefused(missing_input) for `field` if the kind or size is not allowed or the case or the store is full;
    raises StoreAway if the store takes no file now.
    """
    facts = file_facts(filename, content, field)
    _refuse_without_room(complaint, len(content), field)
    path = write_file(f"attachments/{complaint.id}", ENDINGS[str(facts["media_type"])], content)
    row = Attachment(complaint_id=complaint.id, path=path, added_at=at, added_by=added_by, state="waiting", **facts)
    row.sent_sha256 = row.sha256
    db.session.add(row)
    enqueue_after_commit(JobName.CHECK_FILES, complaint.id)
    return row


def _refuse_without_room(complaint: Complaint, size: int, field: str) -> None:
    """Raise ActionRefused(missing_input) for `field` if one more file of `size` bytes does not fit the case or the
    store. For a case just being received only the store is checked, as its report limits its files. The store's size is
    that of the last sweep, hours ago at most: counting all files for each upload would be too slow.
    """
    with db.session.no_autoflush:
        if complaint not in db.session.new:
            own = Attachment.complaint_id == complaint.id
            stored = select(func.count(Attachment.id), func.coalesce(func.sum(Attachment.size), 0)).where(own)
            count, total = db.session.execute(stored.execution_options(unscoped=True)).one()
            most, megabytes = current_app.config["UPLOAD_FILES_PER_CASE"], current_app.config["UPLOAD_CASE_MB"]
            if count >= most:
                raise _refused(field, FieldFault.CASE_FULL, str(most))
            if total + size > megabytes * MEGABYTE:
                raise _refused(field, FieldFault.CASE_FULL, f"{megabytes} MB")
        stored_bytes = db.session.scalars(select(StoreSweep.stored_bytes)).first() or 0
        if stored_bytes >= current_app.config["UPLOAD_STORE_GB"] * GIGABYTE:
            raise _refused(field, FieldFault.STORE_FULL)


def _refused(field: str, fault: FieldFault, detail: str = "") -> ActionRefused:
    """Return (do not raise) ActionRefused(missing_input) for one field."""
    return ActionRefused(RefusalReason.MISSING_INPUT, errors=(FieldError(field, fault, detail),))
