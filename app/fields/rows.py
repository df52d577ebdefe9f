"""Reading the versions of fields, drafts included."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from app.core.extensions import db
from app.models import FieldDefinition

STATES = ("draft", "active", "ended")


def field_rows(code: str | None = None, state: str | None = None, now: datetime | None = None) -> Select[Any]:
    """Return a select of all versions of the fields, limited to a code or to a state (`STATES`) at `now`."""
    wanted = select(FieldDefinition)
    begins, ends = FieldDefinition.active_from, FieldDefinition.active_until
    if code is not None:
        wanted = wanted.where(FieldDefinition.code == code)
    if state == "draft":
        wanted = wanted.where(begins.is_(None))
    if state == "active":
        wanted = wanted.where(begins <= now, ends.is_(None) | (ends > now))
    if state == "ended":
        wanted = wanted.where(ends <= now)
    return wanted


def all_fields() -> list[FieldDefinition]:
    """Return all versions of all fields in the order of the forms, drafts included."""
    order = FieldDefinition.order, FieldDefinition.code, FieldDefinition.id
    return list(db.session.scalars(select(FieldDefinition).order_by(*order)))


def state_of(row: FieldDefinition, now: datetime) -> str:
    """Return the state (`STATES`) of a version at `now`."""
    if row.active_from is None:
        return "draft"
    return "ended" if row.active_until is not None and row.active_until <= now else "active"
