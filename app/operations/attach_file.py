"""Files of a case: kind found by inspection, name and place of our own choosing."""

import base64
import binascii
import hashlib
import unicodedata
from datetime import datetime

from app.documents.storage import write_file
from app.extensions import db
from app.models import Attachment, Complaint
from workflow_rules.parameters import Text, check_fields
from workflow_rules.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

LARGEST = 10 * 1024 * 1024
_BEGINNINGS = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
}


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
    kind = media_type_of(content)
    if kind is None or not 0 < len(content) <= LARGEST:
        raise _faulty("content_base64", FieldFault.FILE_NOT_ALLOWED)
    digest = hashlib.sha256(content).hexdigest()
    return {"filename": safe_name(filename), "sha256": digest, "media_type": kind[0], "size": len(content)}


def _faulty(field: str, fault: FieldFault) -> ActionRefused:
    return ActionRefused(RefusalReason.MISSING_INPUT, errors=(FieldError(field, fault),))


def media_type_of(content: bytes) -> tuple[str, str] | None:
    """Media type and ending of an allowed file, by its first bytes; None for anything else."""
    return next((kind for magic, kind in _BEGINNINGS.items() if content.startswith(magic)), None)


def safe_name(filename: str) -> str:
    """A name to show: no path, no control or direction characters, at most 120 characters."""
    base = filename.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c for c in base if unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return shown.strip()[-120:] or "berkas"


def store_file(complaint: Complaint, filename: str, content: bytes, added_by: str, at: datetime) -> Attachment:
    """Keep one file of a case; raises ActionRefused for a kind or size that is not taken."""
    facts = file_facts(filename, content)
    ending = (media_type_of(content) or ("", "bin"))[1]
    path = write_file(f"attachments/{complaint.id}", ending, content)
    row = Attachment(complaint_id=complaint.id, path=path, added_at=at, added_by=added_by, **facts)
    db.session.add(row)
    return row
