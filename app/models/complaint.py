"""Tables of a case: the complaint, its reporter, its agency tracks and its steps."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from flask_appbuilder import Model
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    inspect,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship, validates

from app.core.column_types import BigKey, Document, Instant, Line, Prose, Word, one_of
from app.core.encrypted_columns import SealedText, identifier_digest, name_digests
from app.models.organisation import Agency
from app.models.reference import Category, District, Village
from app.models.sop import SopVersion
from workflow_rules.process.identity import Classification, Confidentiality
from workflow_rules.process.steps import AGENCY_KINDS, CaseStatus, Route, TrackState
from workflow_rules.time.deadlines import Unit

NOTIFICATION_CHANNELS = ("email", "gateway")
"""Names of the channels of `app/outbound/notification_channels.py`, for the checks of the tables."""

# Migration 0005 defines which words this SQL function returns and with which weight.
_WORDS = "complaint_words(number, sp4n_tracking_id, title, location_text, body, village_id, district_id)"


class Complaint(Model):
    """Table row: one citizen's complaint with the current state of its case; only the writers in `app/cases` change
    that state.

    `next_due_at` is the earliest deadline of an open step that is not paused, `closes_at` when an answered case closes
    by silence; all instants are aware UTC. `version` grows with each action and is the optimistic lock; `cycle` counts
    the rounds of processing from 1.
    """

    __tablename__ = "complaint"
    __table_args__ = (
        CheckConstraint(one_of("status", CaseStatus), name="status"),
        CheckConstraint(one_of("confidentiality", Confidentiality), name="confidentiality"),
        CheckConstraint(one_of("classification", Classification), name="classification"),
        CheckConstraint(one_of("route", Route), name="route"),
        CheckConstraint("version >= 1 AND cycle >= 1", name="counts"),
        CheckConstraint("(status = 'answered') = (answered_at IS NOT NULL AND ended_at IS NULL)", name="answered"),
        Index("ix_complaint_status_id", "status", "id"),
        Index("ix_complaint_next_due", "next_due_at", "id"),
        Index("ix_complaint_fast", "id", postgresql_where=text("route = 'fast' AND ended_at IS NULL")),
        Index("ix_complaint_closes", "closes_at", postgresql_where=text("closes_at IS NOT NULL")),
        Index("ix_complaint_received_at", "received_at"),
        Index(
            "uq_complaint_imported_key",
            "imported_key",
            unique=True,
            postgresql_where=text("imported_key IS NOT NULL"),
        ),
        Index("ix_complaint_search_words", "search_words", "sent_to", postgresql_using="gin"),
        Index(
            "ix_complaint_field_values",
            "field_values",
            postgresql_using="gin",
            postgresql_ops={"field_values": "jsonb_path_ops"},
        ),
        Index(
            "ix_complaint_field_words",
            text("(search_words || field_words)"),
            "sent_to",
            postgresql_using="gin",
            postgresql_where=text("field_words IS NOT NULL"),
        ),
        Index(
            "ix_complaint_trigrams",
            "title",
            "location_text",
            postgresql_using="gin",
            postgresql_ops={"title": "gin_trgm_ops", "location_text": "gin_trgm_ops"},
        ),
    )

    # The computed search column need not be read back after each write.
    __mapper_args__: ClassVar[dict[str, Any]] = {"eager_defaults": False}

    id: Mapped[BigKey]
    number: Mapped[Word] = mapped_column(unique=True)
    sp4n_tracking_id: Mapped[str | None] = mapped_column(unique=True)
    sp4n_revision: Mapped[int | None] = mapped_column(BigInteger)
    sp4n_hash: Mapped[str | None]
    title: Mapped[Line]
    body: Mapped[Prose]
    classification: Mapped[Word]
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    confidentiality: Mapped[Word]
    channel: Mapped[Word]
    location_text: Mapped[Line] = mapped_column(default="")
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"), index=True)
    village_id: Mapped[int | None] = mapped_column(ForeignKey("village.id"), index=True)
    latitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    longitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    occurred_on: Mapped[date | None]
    status: Mapped[Word]
    cycle: Mapped[int] = mapped_column(default=1)
    route: Mapped[str | None]
    paused: Mapped[bool] = mapped_column(default=False)
    field_visit: Mapped[bool] = mapped_column(default=False)
    rated: Mapped[bool] = mapped_column(default=False)
    urgency: Mapped[Word] = mapped_column(default="normal")
    version: Mapped[int] = mapped_column(default=1)
    sop_version_id: Mapped[int] = mapped_column(ForeignKey("sop_version.id"), index=True)
    received_at: Mapped[Instant]
    # When it was imported from the records that the office had before (None: received here), and its number there.
    imported_at: Mapped[Instant | None]
    old_number: Mapped[str | None]
    # Digest by which the same old complaint is recognised, so that it is imported once.
    imported_key: Mapped[str | None] = mapped_column(String(80))
    # When the reporter sent it, where the sender states that; the national clock starts then.
    submitted_at: Mapped[Instant | None]
    answered_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    next_due_at: Mapped[Instant | None]
    closes_at: Mapped[Instant | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    tracking_code_hash: Mapped[str | None]
    redacted: Mapped[bool] = mapped_column(default=False)
    anonymity_confirmed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # The report's original values of columns that an officer corrected; identity values only as a keyed digest.
    corrected: Mapped[Document] = mapped_column(server_default=text("'{}'"))
    # Values of the office's own fields by code; personal ones are in `personal_value`.
    field_values: Mapped[Document] = mapped_column(server_default=text("'{}'"), default=dict)
    search_words: Mapped[Any] = mapped_column(TSVECTOR, Computed(_WORDS, persisted=True), nullable=True, deferred=True)
    # A database trigger writes the words of `field_values` (migration 0044); None without any.
    field_words: Mapped[Any] = mapped_column(TSVECTOR, nullable=True, deferred=True)
    # A database trigger keeps this list in step with `AgencyTrackRow.sent_at` and `sight_ended`.
    sent_to: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"), deferred=True)

    category: Mapped[Category | None] = relationship()
    district: Mapped[District | None] = relationship()
    village: Mapped[Village | None] = relationship()
    sop_version: Mapped[SopVersion] = relationship()
    tracks: Mapped[list["AgencyTrackRow"]] = relationship(back_populates="complaint", order_by="AgencyTrackRow.id")
    tasks: Mapped[list["StepTask"]] = relationship(back_populates="complaint", order_by="StepTask.id")

    @validates("category_id", "district_id", "village_id")
    def _forget_related(self, column: str, key: int | None) -> int | None:
        """Called when the foreign key in `column` is set: return the key, and expire the loaded related row, so that
        the next access reads the new one.
        """
        session = object_session(self)
        if session is not None and inspect(self).persistent:
            session.expire(self, [column.removesuffix("_id")])
        return key

    def __repr__(self) -> str:
        return self.number


class OriginalText(Model):
    """Table row: the text of a complaint before personal data was redacted; `Complaint` holds the redacted text. All
    text is encrypted.

    `files` holds the original names of renamed attachments by attachment id. `redacted_at` is when an officer last
    redacted; `changed_at` is when the complaint changed after that, so that it must be reviewed (None: nothing to
    review).
    """

    __tablename__ = "original_text"

    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(SealedText(tolerant=True))
    body: Mapped[str] = mapped_column(SealedText(tolerant=True))
    files: Mapped[str | None] = mapped_column(SealedText(tolerant=True))
    redacted_at: Mapped[Instant]
    changed_at: Mapped[Instant | None]


class Reporter(Model):
    """Table row: the identity of a case's reporter, encrypted and apart from the case; an anonymous reporter has no
    row.

    `told_by` is the channel for notices to the reporter (None: no notices). `name_words` are keyed hashes of the words
    of the name, for search without plain text. The `*_mark` columns are keyed hashes of the whole normalised value, ""
    for a value that is not a valid number or address, None for no value.
    """

    __tablename__ = "reporter"
    __table_args__ = (
        CheckConstraint(one_of("told_by", NOTIFICATION_CHANNELS), name="told_by"),
        Index("ix_reporter_name_words", "name_words", postgresql_using="gin"),
    )

    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), primary_key=True, autoincrement=False)
    name: Mapped[str | None] = mapped_column(SealedText(tolerant=True))
    phone: Mapped[str | None] = mapped_column(SealedText(tolerant=True))
    email: Mapped[str | None] = mapped_column(SealedText(tolerant=True))
    address: Mapped[str | None] = mapped_column(SealedText(tolerant=True))
    nik: Mapped[str | None] = mapped_column(SealedText(tolerant=True))
    told_by: Mapped[str | None]
    name_words: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    phone_mark: Mapped[str | None] = mapped_column(String(20), index=True)
    email_mark: Mapped[str | None] = mapped_column(String(20), index=True)
    nik_mark: Mapped[str | None] = mapped_column(String(20), index=True)

    @validates("name", "phone", "email", "nik")
    def _store_digests(self, column: str, text: str | None) -> str | None:
        """Called when the identity value in `column` is set: return the text unchanged, and set on this row the keyed
        hashes by which the value is searched.
        """
        if column == "name":
            self.name_words = name_digests(text) if text else None
        else:
            setattr(self, f"{column}_mark", identifier_digest(column, text) if text else None)
        return text


class AgencyTrackRow(Model):
    """Table row: the work of one agency on a case in one cycle (its track).

    `sent_at` is None until the case was forwarded to the agency; `replaces` is the code of the agency it took over
    from; `awaits` lists the actors whose initials the draft answer still needs; `more_days` are extra working days for
    step 7.
    """

    __tablename__ = "agency_track"
    __table_args__ = (
        UniqueConstraint("complaint_id", "cycle", "agency_code", name="uq_agency_track_case_cycle_agency"),
        CheckConstraint(one_of("state", TrackState), name="state"),
        Index(
            "uq_agency_track_one_lead",
            "complaint_id",
            "cycle",
            unique=True,
            postgresql_where=text("lead AND state NOT IN ('declined', 'dropped')"),
        ),
        Index(
            "ix_agency_track_agency_case",
            "agency_code",
            "complaint_id",
            postgresql_include=["sent_at", "sight_ended"],
        ),
    )

    id: Mapped[BigKey]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    cycle: Mapped[int]
    position: Mapped[int]
    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    lead: Mapped[bool]
    state: Mapped[Word]
    sent_at: Mapped[Instant | None]
    replaces: Mapped[str | None]
    field_visit: Mapped[bool] = mapped_column(default=False)
    cross_agency: Mapped[bool] = mapped_column(default=False)
    awaits: Mapped[list[str]] = mapped_column(JSONB, default=list)
    more_days: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    release_asked: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # True when the agency has left the case; this row no longer grants it access.
    sight_ended: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    complaint: Mapped[Complaint] = relationship(back_populates="tracks")
    agency: Mapped[Agency] = relationship()


_IN_AGENCY = f"({one_of('step', tuple(sorted(AGENCY_KINDS)))})"


class StepTask(Model):
    """Table row: one opening of one step of a case, with its own deadline; partial unique indexes allow one open step
    per track.

    `status` is that of a case whose office is at this step, None for a step of an agency. All instants are aware UTC.
    `clock_from` is when the allowance starts to count; `closed_at` is None while the step
    is open, `paused_at` None while its clock runs.
    """

    __tablename__ = "step_task"
    __table_args__ = (
        CheckConstraint(one_of("allowance_unit", Unit), name="allowance_unit"),
        CheckConstraint("closed_at >= opened_at", name="closed_after_opened"),
        CheckConstraint(f"agency_code IS NOT NULL OR NOT {_IN_AGENCY}", name="agency_steps"),
        Index(
            "uq_step_task_one_open_of_office",
            "complaint_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL AND agency_code IS NULL"),
        ),
        Index(
            "uq_step_task_one_open_of_agency",
            "complaint_id",
            "agency_code",
            unique=True,
            postgresql_where=text(f"closed_at IS NULL AND {_IN_AGENCY}"),
        ),
        Index(
            "uq_step_task_one_open_redirection",
            "complaint_id",
            "agency_code",
            unique=True,
            postgresql_where=text(f"closed_at IS NULL AND NOT {_IN_AGENCY}"),
        ),
        Index("ix_step_task_open_alarm", "next_alarm_at", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_step_task_open_actor",
            "actor",
            "agency_code",
            "due_at",
            postgresql_include=["id", "complaint_id", "cycle", "step", "warn_at", "paused_at"],
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index(
            "ix_step_task_open_case",
            "complaint_id",
            postgresql_include=["actor", "agency_code"],
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_step_task_complaint", "complaint_id", "id"),
    )

    id: Mapped[BigKey]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    cycle: Mapped[int]
    step: Mapped[Word] = mapped_column(ForeignKey("process_step.code"))
    status: Mapped[str | None] = mapped_column(String(80))
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"))
    actor: Mapped[Word] = mapped_column(ForeignKey("actor.code"))
    opened_at: Mapped[Instant]
    clock_from: Mapped[Instant]
    closed_at: Mapped[Instant | None]
    closed_by: Mapped[str | None]
    allowance_value: Mapped[int]
    allowance_unit: Mapped[Word]
    due_at: Mapped[Instant]
    warn_at: Mapped[Instant]
    next_alarm_at: Mapped[Instant | None]
    paused_at: Mapped[Instant | None]

    complaint: Mapped[Complaint] = relationship(back_populates="tasks")
    agency: Mapped[Agency | None] = relationship()
    pauses: Mapped[list["StepPause"]] = relationship(order_by="StepPause.id")


class StepPause(Model):
    """Table row: a time span in which a step waited for the reporter's answer to `question`; `ended_at` is None while
    it waits.
    """

    __tablename__ = "step_pause"
    __table_args__ = (
        CheckConstraint("ended_at >= began_at", name="ends_after_start"),
        Index("uq_step_pause_one_open", "task_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[BigKey]
    task_id: Mapped[int] = mapped_column(ForeignKey("step_task.id"), index=True)
    began_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    question: Mapped[Prose]
