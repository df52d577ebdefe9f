"""What a report itself says, where other words of it are shown: `Complaint` holds what everybody reads.

So that every list, letter, feed and search shows the chosen words without knowing of it, and only these few places
reach past them.
"""

import json
from datetime import datetime
from typing import Any

from app.extensions import db
from app.models import Complaint, OriginalText
from app.models.sealed import readable

REDACTABLE = ("title", "body")


def original_of(complaint: Complaint) -> OriginalText | None:
    """The row of a redacted case; nothing is read for any other."""
    return db.session.get(OriginalText, complaint.id) if complaint.redacted else None


def said_by_report(complaint: Complaint, name: str) -> Any:
    """What the report says in a column, as it came; raises KeyMissing where it cannot be opened."""
    row = original_of(complaint) if name in REDACTABLE else None
    return readable(getattr(row, name)) if row is not None else getattr(complaint, name)


def write_said(complaint: Complaint, name: str, value: Any, at: datetime) -> None:
    """Take over what the report says now; the words that are shown stay until an officer has looked at it."""
    row = original_of(complaint) if name in REDACTABLE else None
    if row is None:
        setattr(complaint, name, value)
        return
    setattr(row, name, value)
    row.changed_at = at


def names_before(row: OriginalText | None) -> dict[int, str]:
    """The first names of the attachments that were renamed."""
    held = readable(row.files) if row is not None else None
    return {int(key): name for key, name in json.loads(held).items()} if held else {}
