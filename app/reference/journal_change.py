"""A change of a row that cases run by, kept in the journal in the transaction of the change itself."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect

from app.core.extensions import db
from app.models import JournalEntry

Values = dict[str, Any] | None


def row_values(item: Any) -> dict[str, Any]:
    """What a row holds, as JSON keeps it."""
    held = {column.key: getattr(item, column.key) for column in inspect(type(item)).column_attrs}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in held.items()}


def journal_change(kind: str, before: Values, after: Values, officer_id: int | None, now: datetime) -> None:
    """Note what the row held before and after (None where it was not there); nothing where nothing changed."""
    if before != after:
        data = {"before": before, "after": after}
        db.session.add(JournalEntry(kind=kind, at=now, officer_id=officer_id, data=data))
