"""Append-only tables: case events chained by hash, the time ledger, and the journal of settings.

The database itself rejects an update or delete of these rows.
"""

from uuid import UUID

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Document, Instant, Prose, Word, one_of
from app.models.complaint import Complaint
from workflow_rules.record.time_ledger import LedgerKind

JOURNAL_KINDS = (
    *("bundle_made", "calendar_changed", "delegation_ended", "key_made", "key_revoked", "key_rotated"),
    *("limit_changed", "password_changed", "password_link_made", "sign_on_linked", "sop_activated", "webhook_changed"),
    *("identity_keys_rotated", "identity_searched", "sign_ins_ended", "subject_reported", "two_step_removed"),
    *("copy_released", "copy_restored", "row_changed", "grant_asked", "grant_decided", "definition_activated"),
    "profile_applied",
)
ROW_CHANGED = "row_changed"

ABOUT_PERSONS = ("identity_searched", "subject_reported")
"""Entries about a person's identity: shown only to supervisors on their own page, never to API clients or
administrators."""


class ComplaintEvent(Model):
    """Table row: one event of a case, with who acted, in which role, on whose behalf, when (aware UTC) and from which
    IP address.

    `seq` counts from 1 within the case; `previous_hash` and `hash` chain the events. `seed` salts each field in the
    hash (`workflow_rules/record/hash_chain.py`); None for an event of format 1.
    """

    __tablename__ = "complaint_event"
    __table_args__ = (
        UniqueConstraint("complaint_id", "seq", name="uq_complaint_event_case_seq"),
        CheckConstraint("seq >= 1", name="seq"),
        Index("ix_complaint_event_at", "at"),
        Index("ix_complaint_event_identity", "at", postgresql_where=text("kind = 'identity_opened'")),
    )

    id: Mapped[BigKey]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[Word]
    step: Mapped[str | None]
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"), index=True)
    actor: Mapped[Word]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    on_behalf_of_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"), index=True)
    delegation_kind: Mapped[str | None]
    at: Mapped[Instant]
    address: Mapped[str | None]
    data: Mapped[Document]
    previous_hash: Mapped[Word]
    hash: Mapped[Word]
    seed: Mapped[str | None] = mapped_column(String(64))

    complaint: Mapped[Complaint] = relationship()
    officer: Mapped[User | None] = relationship(User, foreign_keys=[officer_id])
    on_behalf_of: Mapped[User | None] = relationship(User, foreign_keys=[on_behalf_of_id])


class LedgerRow(Model):
    """Table row: one entry of the time ledger, that is, what an event did to the clock of a step, and which agency the
    time is charged to.

    `house` is the code of the agency charged (None: the office); `track` is the code of the agency that the step
    concerns (None: none).
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint(one_of("kind", LedgerKind), name="kind"),
        Index("ix_ledger_entry_house", "house", "at"),
        Index("ix_ledger_entry_closed_at", "at", postgresql_where=text("kind = 'closed'")),
    )

    id: Mapped[BigKey]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), index=True)
    kind: Mapped[Word]
    at: Mapped[Instant]
    step: Mapped[Word] = mapped_column(ForeignKey("process_step.code"))
    track: Mapped[str | None] = mapped_column(ForeignKey("agency.code"))
    house: Mapped[str | None] = mapped_column(ForeignKey("agency.code"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)

    officer: Mapped[User | None] = relationship(User)


class JournalEntry(Model):
    """Table row: one journal entry, that is, an act or change of settings outside the events of a case, with who
    (`officer_id`, None: the system), when, why, and its effects (`data`).

    Database triggers write a `row_changed` entry for every changed row; all entries of one transaction share `change`.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (
        CheckConstraint(one_of("kind", JOURNAL_KINDS), name="kind"),
        Index("ix_journal_entry_change", "change"),
    )

    id: Mapped[BigKey]
    kind: Mapped[Word]
    at: Mapped[Instant]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    reason: Mapped[Prose] = mapped_column(default="")
    data: Mapped[Document]
    change: Mapped[UUID | None] = mapped_column(server_default=text("change_of_transaction()"))

    officer: Mapped[User | None] = relationship(User)
