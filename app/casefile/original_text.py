"""The original text of a redacted or corrected report; `Complaint` holds the text shown everywhere.

Lists, letters, feed and search show the replacement without special handling; only these functions read the original.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.core.encrypted_columns import readable
from app.core.extensions import db
from app.core.hashing import keyed_digest
from app.models import Complaint, OriginalText
from workflow_rules.process.parameters import IDENTITY_PARTS

REDACTABLE = ("title", "body")


def original_of(complaint: Complaint) -> OriginalText | None:
    """Return the `OriginalText` row of a redacted case, or None if the case is not redacted."""
    return db.session.get(OriginalText, complaint.id) if complaint.redacted else None


def reported_value(complaint: Complaint, name: str) -> Any:
    """Return the value of a column as the report states it, whether or not an officer corrected or redacted it. Raises
    KeyMissing if it cannot be decrypted.
    """
    row = original_of(complaint) if name in REDACTABLE else None
    if row is not None:
        return readable(getattr(row, name))
    if name not in complaint.corrected:
        return getattr(complaint, name)
    value = complaint.corrected[name]
    return Decimal(value) if name in ("latitude", "longitude") and value is not None else value


def identity_unchanged(complaint: Complaint, identity: Mapping[str, str | None]) -> bool:
    """Return whether the report gives the same identity as before an officer corrected it here; False if none was
    corrected.
    """
    return complaint.corrected.get("reporter") == identity_digest(identity)


def identity_digest(identity: Mapping[str, str | None]) -> str:
    """Return an HMAC (hex) of an identity: equal for equal identities, and not guessable without the key."""
    body = json.dumps({name: identity.get(name) or "" for name in IDENTITY_PARTS}, sort_keys=True)
    return keyed_digest(f"identity {body}")


def drop_correction(complaint: Complaint, name: str) -> None:
    """Forget on the complaint, without flushing, that an officer corrected a column, because the report now says
    something new. The column itself is not changed.
    """
    if name in complaint.corrected:
        complaint.corrected = {stored: value for stored, value in complaint.corrected.items() if stored != name}


def write_reported(complaint: Complaint, name: str, value: Any, at: datetime) -> None:
    """Set the report's new value of a column on the complaint, without flushing. For a redacted text, the redacted
    version stays shown until an officer reviews it, and the new text is stored in `OriginalText`.
    """
    row = original_of(complaint) if name in REDACTABLE else None
    drop_correction(complaint, name)
    if row is None:
        setattr(complaint, name, value)
        return
    setattr(row, name, value)
    row.changed_at = at


def names_before(row: OriginalText | None) -> dict[int, str]:
    """Return a dict from attachment id to original file name of renamed attachments; {} if there is none. Raises
    KeyMissing if the names cannot be decrypted.
    """
    stored = readable(row.files) if row is not None else None
    return {int(key): name for key, name in json.loads(stored).items()} if stored else {}
