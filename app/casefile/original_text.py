"""What a report itself says, where an officer redacted or corrected it: `Complaint` holds what everybody reads.

Lists, letters, feed and search show the chosen words without a case of their own; only these functions read the
report's own.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import current_app

from app.core.encrypted_columns import readable
from app.core.extensions import db
from app.models import Complaint, OriginalText
from workflow_rules.process.parameters import IDENTITY_PARTS

REDACTABLE = ("title", "body")


def original_of(complaint: Complaint) -> OriginalText | None:
    """The row of a redacted case; nothing is read for any other."""
    return db.session.get(OriginalText, complaint.id) if complaint.redacted else None


def said_by_report(complaint: Complaint, name: str) -> Any:
    """What the report says in a column, as it came; raises KeyMissing where it cannot be opened."""
    row = original_of(complaint) if name in REDACTABLE else None
    if row is not None:
        return readable(getattr(row, name))
    if name not in complaint.corrected:
        return getattr(complaint, name)
    value = complaint.corrected[name]
    return Decimal(value) if name in ("latitude", "longitude") and value is not None else value


def identity_said_again(complaint: Complaint, identity: Mapping[str, str | None]) -> bool:
    """Whether the report gives the same identity as before it was corrected here."""
    return complaint.corrected.get("reporter") == identity_digest(identity)


def identity_digest(identity: Mapping[str, str | None]) -> str:
    """A keyed digest of an identity: equal for equal ones, and nothing can be read or guessed from it."""
    body = json.dumps({name: identity.get(name) or "" for name in IDENTITY_PARTS}, sort_keys=True)
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"identity " + body.encode(), hashlib.sha256).hexdigest()


def forget_correction(complaint: Complaint, name: str) -> None:
    """The report says something new in this column, which holds from now on."""
    if name in complaint.corrected:
        complaint.corrected = {held: value for held, value in complaint.corrected.items() if held != name}


def write_said(complaint: Complaint, name: str, value: Any, at: datetime) -> None:
    """Take over what the report says now; the words that are shown stay until an officer has looked at it."""
    row = original_of(complaint) if name in REDACTABLE else None
    forget_correction(complaint, name)
    if row is None:
        setattr(complaint, name, value)
        return
    setattr(row, name, value)
    row.changed_at = at


def names_before(row: OriginalText | None) -> dict[int, str]:
    """The first names of the attachments that were renamed."""
    held = readable(row.files) if row is not None else None
    return {int(key): name for key, name in json.loads(held).items()} if held else {}
