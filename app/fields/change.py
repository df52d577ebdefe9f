"""Drafts of fields: written, activated in place of an earlier version, and ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.core.definitions import forget_version
from app.core.extensions import db
from app.core.transaction import lock_row
from app.fields.check import Fault, faults_beside, faults_of_body
from app.models import Category, Complaint, FieldDefinition, JournalEntry
from workflow_rules.process.steps import OPEN

FREE_WHEN_ACTIVE = ("label", "hint", "order", "active_until")
"""Members of the body that may still change once a field is active."""


class FieldRefused(Exception):
    """Raised when a draft cannot be saved or activated, with every fault."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(f"{fault.path}: {fault.reason}" for fault in faults))
        self.faults = faults


def body_of(row: FieldDefinition) -> dict[str, Any]:
    """Return a definition as the body of the API, without its id and dates."""
    return {
        "code": row.code,
        "label": {"id": row.label_id, "en": row.label_en},
        "hint": {"id": row.hint_id, "en": row.hint_en},
        **{name: getattr(row, name) for name in _PLAIN},
    }


_PLAIN = (
    *("type", "options", "bounds", "pattern", "categories", "classifications", "moments", "required", "only_if"),
    *("visible_to", "personal", "order"),
)


def fill(row: FieldDefinition, body: Mapping[str, Any]) -> None:
    """Copy the body of the API, whose members have the right types, to a row."""
    row.code = body["code"]
    row.label_id, row.label_en = body["label"]["id"], body["label"]["en"]
    row.hint_id, row.hint_en = body["hint"]["id"], body["hint"]["en"]
    for name in _PLAIN:
        setattr(row, name, body[name])


def save_draft(row: FieldDefinition, body: Mapping[str, Any]) -> None:
    """Write a new or changed draft, or what may still change of an active field, and flush; does not commit. Raises
    FieldRefused for a fault of the body, or for a change of an active field's other members.
    """
    if row.active_from is not None:
        before = body_of(row)
        fixed = [name for name in before if name not in FREE_WHEN_ACTIVE and before[name] != body[name]]
        if fixed:
            raise FieldRefused([Fault(name, "already_active") for name in fixed])
    if faults := faults_of_body(body):
        raise FieldRefused(faults)
    fill(row, body)
    db.session.add(row)
    db.session.flush()
    forget_version()


def check(row: FieldDefinition) -> tuple[list[Fault], int]:
    """Return (faults of a draft by itself and beside others, number of open cases that would have the field)."""
    return [*faults_of_body(body_of(row)), *faults_beside(row)], _affected(row)


def activate(row: FieldDefinition, reason: str, now: datetime, officer_id: int | None) -> None:
    """Activate a draft from `now` (aware UTC) on, end the version that it replaces, and write a journal entry; does not
    commit. Raises FieldRefused if it is no draft or has faults.
    """
    lock_row(row)
    if row.active_from is not None:
        raise FieldRefused([Fault("active_from", "already_active")])
    if faults := check(row)[0]:
        raise FieldRefused(faults)
    same = (FieldDefinition.code == row.code, FieldDefinition.active_from.is_not(None))
    replaced = select(FieldDefinition).where(*same, FieldDefinition.active_until.is_(None)).with_for_update()
    for earlier in db.session.scalars(replaced):
        earlier.active_until = now
    db.session.flush()
    row.active_from = now
    data = {"kind": "field", "code": row.code, "id": row.id}
    db.session.add(JournalEntry(kind="definition_activated", at=now, officer_id=officer_id, reason=reason, data=data))
    db.session.flush()
    forget_version()


def end(row: FieldDefinition, now: datetime) -> None:
    """End an active field at `now` (aware UTC); its values stay. Does not commit. Raises FieldRefused for a draft."""
    lock_row(row)
    if row.active_from is None:
        raise FieldRefused([Fault("active_until", "not_active")])
    row.active_until = row.active_until or now
    db.session.flush()
    forget_version()


def delete_draft(row: FieldDefinition) -> None:
    """Delete a draft; does not commit. Raises FieldRefused for a field that was ever active."""
    lock_row(row)
    if row.active_from is not None:
        raise FieldRefused([Fault("active_from", "already_active")])
    db.session.delete(row)
    db.session.flush()


def _affected(row: FieldDefinition) -> int:
    cases = select(func.count()).select_from(Complaint).where(Complaint.status.in_(sorted(OPEN)))
    if row.categories:
        named = select(Category.id).where(Category.code.in_(row.categories))
        below = select(Category.id).where(Category.id.in_(named) | Category.parent_id.in_(named))
        cases = cases.where(Complaint.category_id.in_(below))
    if row.classifications:
        cases = cases.where(Complaint.classification.in_(row.classifications))
    # An administrator sees no case, but is told how many there are.
    return db.session.execute(cases, execution_options={"unscoped": True}).scalar_one()
