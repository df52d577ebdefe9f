"""Tables of SOP versions and their steps; a case stays with the version under which it was registered."""

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Document, Instant, Line, Prose, Word, one_of
from workflow_rules.process.actors import DelegationKind, Organisation
from workflow_rules.time.deadlines import Unit

SOP_STATES = ("draft", "active", "retired")
MOST_DAYS, MOST_ALARM_DAYS = 365, 30
"""The longest times of a version, and the most days between two levels of its alarms (working days)."""


class ActorRow(Model):
    """Table row: one officer role of the process. Its code is never changed, since versions and events name it.

    `superior` is the code of the role to which its late steps are escalated; `seeded` rows came with the program.
    """

    __tablename__ = "actor"
    __table_args__ = (
        CheckConstraint(one_of("organisation", Organisation), name="organisation"),
        CheckConstraint("code ~ '^[a-z][a-z0-9_]*$' AND code NOT IN ('reporter', 'system')", name="code"),
        CheckConstraint("superior <> code", name="superior"),
    )

    id: Mapped[BigKey]
    code: Mapped[Word] = mapped_column(unique=True)
    label_id: Mapped[Line]
    label_en: Mapped[Line] = mapped_column(default="")
    organisation: Mapped[Word]
    superior: Mapped[str | None] = mapped_column(ForeignKey("actor.code"))
    order: Mapped[int] = mapped_column(default=100)
    seeded: Mapped[bool] = mapped_column(default=False)

    def __repr__(self) -> str:
        return self.label_id


class ProcessStep(Model):
    """Table row: the id of a step that some version of the SOP has or had; cases and their ledgers refer to it.

    `act` is the action that completes the step in every version, `order` its place among all ids.
    """

    __tablename__ = "process_step"
    __table_args__ = (
        CheckConstraint("code ~ '^[a-z][a-z0-9_]*$'", name="code"),
        CheckConstraint("label_id <> ''", name="label_id"),
    )

    id: Mapped[BigKey]
    code: Mapped[Word] = mapped_column(unique=True)
    act: Mapped[Word] = mapped_column(default="approve")
    label_id: Mapped[Line]
    label_en: Mapped[Line] = mapped_column(default="")
    order: Mapped[int]

    def __repr__(self) -> str:
        return self.label_id


class SopVersion(Model):
    """Table row: one decreed version of the SOP; one is active at a time, only a draft is edited, and activation needs
    its decree.

    The columns from `sheet_number` on are printed on the sheet beside the rules. `approver_capacity` is empty, `plt`,
    `plh` or `an`; `actor_headings` has one line for each of the seven actor columns. The `*_days` are working days.
    """

    __tablename__ = "sop_version"
    __table_args__ = (
        CheckConstraint(one_of("status", SOP_STATES), name="status"),
        CheckConstraint(one_of("approver_capacity", ("", *DelegationKind)), name="approver_capacity"),
        CheckConstraint("extended_draft_days > 0 AND silence_days > 0 AND question_days > 0", name="days_positive"),
        Index("uq_sop_version_one_active", "status", unique=True, postgresql_where=text("status = 'active'")),
    )

    id: Mapped[BigKey]
    number: Mapped[Word] = mapped_column(unique=True)
    title: Mapped[Line]
    status: Mapped[Word] = mapped_column(default="draft")
    approved_by: Mapped[Line] = mapped_column(default="")
    decree_number: Mapped[Line] = mapped_column(default="")
    decided_on: Mapped[date | None]
    activated_at: Mapped[Instant | None]
    extended_draft_days: Mapped[int] = mapped_column(default=14)
    silence_days: Mapped[int] = mapped_column(default=10)
    question_days: Mapped[int] = mapped_column(default=10)
    most_more_days: Mapped[int] = mapped_column(default=14, server_default=text("14"))
    powers: Mapped[Document] = mapped_column(default=dict)
    warning_percent: Mapped[int] = mapped_column(default=80, server_default=text("80"))
    alarm_days: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    fast_track_actor: Mapped[Word]
    fast_track_from: Mapped[list[str]] = mapped_column(JSONB)
    nik_channels: Mapped[list[str]] = mapped_column(JSONB, default=list)
    legal_basis: Mapped[Prose] = mapped_column(default="")
    qualifications: Mapped[Prose] = mapped_column(default="")
    related: Mapped[Prose] = mapped_column(default="")
    equipment: Mapped[Prose] = mapped_column(default="")
    warnings: Mapped[Prose] = mapped_column(default="")
    records: Mapped[Prose] = mapped_column(default="")
    sheet_number: Mapped[Line] = mapped_column(default="")
    created_on: Mapped[date | None]
    revised_on: Mapped[date | None]
    ratified_on: Mapped[date | None]
    approver_capacity: Mapped[Word] = mapped_column(default="")
    approver_name: Mapped[Line] = mapped_column(default="")
    approver_rank: Mapped[Line] = mapped_column(default="")
    approver_nip: Mapped[Word] = mapped_column(default="")
    flow_heading: Mapped[Line] = mapped_column(default="")
    office_heading: Mapped[Line] = mapped_column(default="")
    agency_heading: Mapped[Line] = mapped_column(default="")
    actor_headings: Mapped[Prose] = mapped_column(default="")
    legend: Mapped[Line] = mapped_column(default="")

    steps: Mapped[list["SopStepRow"]] = relationship(
        back_populates="sop_version", order_by="SopStepRow.position", cascade="all, delete-orphan"
    )

    def __repr__(self) -> str:
        return f"SOP {self.number}"


class SopStepRow(Model):
    """Table row: one step of an SOP version, including its actor, since a later SOP may assign another actor.

    `status`, that of a case at this step, is given for a review only. `back_to` is the step to which it returns a case,
    `side_actions` what else it allows. `allowance_value` None means that the step has no allowance of its own.
    """

    __tablename__ = "sop_step"
    __table_args__ = (
        UniqueConstraint("sop_version_id", "step", name="uq_sop_step_version_step"),
        CheckConstraint(one_of("allowance_unit", Unit), name="allowance_unit"),
        CheckConstraint("allowance_value > 0", name="allowance_positive"),
    )

    id: Mapped[BigKey]
    sop_version_id: Mapped[int] = mapped_column(ForeignKey("sop_version.id"))
    step: Mapped[Word] = mapped_column(ForeignKey("process_step.code"))
    position: Mapped[int]
    number: Mapped[int]
    actor: Mapped[Word] = mapped_column(ForeignKey("actor.code"))
    status: Mapped[str | None] = mapped_column(String(80))
    back_to: Mapped[str | None] = mapped_column(String(80))
    side_actions: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default=text("'[]'"))
    allowance_value: Mapped[int | None]
    allowance_unit: Mapped[str | None] = mapped_column()
    procedure: Mapped[Prose] = mapped_column(default="")
    inputs: Mapped[Line] = mapped_column(default="")
    output: Mapped[Line] = mapped_column(default="")
    remark: Mapped[Prose] = mapped_column(default="")

    sop_version: Mapped[SopVersion] = relationship(back_populates="steps")
    named: Mapped[ProcessStep] = relationship()

    def __repr__(self) -> str:
        return f"{self.number}. {self.procedure}"
