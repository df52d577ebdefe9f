"""Tables of notices: what officers and reporters are notified of, the outbox, and the claims to send."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Word, one_of
from app.core.encrypted_columns import SealedText
from app.models.account import PasswordLink
from app.models.complaint import NOTIFICATION_CHANNELS, Complaint, StepTask
from app.models.invariant import InvariantRun
from app.models.organisation import DelegationRow
from app.models.report import ReportJob

NOTICE_KINDS = (
    "step_opened",
    "step_near",
    "step_late",
    "step_overdue",
    "initial_asked",
    "information_added",
    "question_expired",
    "delegation_ended",
    "report_ready",
    "report_failed",
    "two_step_removed",
    "file_held",
    "paper_failed",
    "malware_found",
    "records_red",
    "records_green",
    "release_asked",
    "release_refused",
    "answer_extended",
    "left_case",
    "anonymity_wanted",
    "unit_disposed",
    "grant_asked",
    "grant_decided",
    "password_link_made",
    "delegation_made",
)
NOTICE_CAUSES = "task_id, delegation_id, report_job_id, journal_id, attachment_id, invariant_run_id"
OF_A_CASE = "(complaint_id IS NOT NULL) = ((task_id IS NOT NULL AND kind <> 'left_case') OR kind = 'file_held')"
"""A notice carries no case for a user without access to it: an administrator, or an agency that has left."""
RECORD_KINDS = ("records_red", "records_green")
"""Results of the nightly invariant check, notified to administrators and supervisors."""

DELIVERY_STATES = ("queued", "sent", "failed", "skipped")
ACCOUNT_NEWS = ("password_link", "password_changed", "sign_on_linked", "address_changed")
"""Account notices: sent by e-mail only and at once, regardless of the officer's notice preferences."""

TOLD_REPORTER = ("received", "code_replaced", "question", "answered", "ended")
"""Kinds of message to a reporter: case registered, new tracking code, question, answer, ended without answer."""


class Notice(Model):
    """Table row: one notice to one officer, shown at the bell; unique indexes allow one per cause, officer and kind.

    Exactly one of the cause columns is set. `read_at` is None while unread; `level` is the escalation level of a
    deadline alarm.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "uq_notice_task_user_kind_level_due",
            *("task_id", "user_id", "kind", "level", "due_at"),
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("task_id IS NOT NULL"),
        ),
        UniqueConstraint("delegation_id", "user_id", "kind", name="uq_notice_delegation_user_kind"),
        UniqueConstraint("report_job_id", name="uq_notice_report_job"),
        UniqueConstraint("journal_id", "user_id", name="uq_notice_journal_user"),
        UniqueConstraint("attachment_id", "user_id", "kind", name="uq_notice_attachment_user_kind"),
        CheckConstraint(one_of("kind", NOTICE_KINDS), name="kind"),
        CheckConstraint(OF_A_CASE, name="of_a_case"),
        CheckConstraint(f"num_nonnulls({NOTICE_CAUSES}) = 1", name="one_cause"),
        UniqueConstraint("invariant_run_id", "user_id", "kind", name="uq_notice_invariant_run_user_kind"),
        Index("ix_notice_user", "user_id", "id"),
        Index(
            "ix_notice_unread",
            "user_id",
            postgresql_include=["complaint_id"],
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[BigKey]
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("step_task.id"))
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    report_job_id: Mapped[int | None] = mapped_column(ForeignKey("report_job.id"))
    journal_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"))
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    invariant_run_id: Mapped[int | None] = mapped_column(ForeignKey("invariant_run.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    kind: Mapped[Word]
    level: Mapped[int] = mapped_column(default=0)
    # The deadline that an alarm is about (aware UTC); a changed deadline gets a new notice.
    due_at: Mapped[Instant | None]
    created_at: Mapped[Instant]
    read_at: Mapped[Instant | None]

    complaint: Mapped[Complaint | None] = relationship()
    task: Mapped[StepTask | None] = relationship()
    delegation: Mapped[DelegationRow | None] = relationship()
    report_job: Mapped[ReportJob | None] = relationship()
    invariant_run: Mapped[InvariantRun | None] = relationship()
    user: Mapped[User] = relationship(User)


@dataclass(frozen=True)
class AttachedFile:
    """A value object with a file attached to an e-mail, under a name chosen by the program."""

    name: str
    media_type: str
    content: bytes


class Delivery(Model):
    """Table row: one message in the outbox to one officer or one reporter on one channel, retried until it is sent or
    given up.

    `digest_on` is the office date of a morning digest; `report_job_id` marks a message with a report file and no
    notices; `told` with `cause_seq` names the kind of a reporter's message and the event that caused it; `account_news`
    marks an e-mail about the officer's own account. Unique columns make sure that each of these is sent once.
    `sealed_code` is an encrypted secret (tracking code, link token or former address), None once sent.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("user_id", "channel", "digest_on", name="uq_delivery_user_channel_digest"),
        UniqueConstraint("report_job_id", name="uq_delivery_report_job"),
        UniqueConstraint("complaint_id", "told", "cause_seq", "channel", name="uq_delivery_reporter"),
        CheckConstraint("num_nonnulls(user_id, complaint_id) = 1", name="one_recipient"),
        CheckConstraint("num_nulls(complaint_id, told, cause_seq) IN (0, 3)", name="of_a_reporter"),
        CheckConstraint("sealed_code IS NULL OR state IN ('queued', 'failed')", name="code_while_waiting"),
        CheckConstraint(one_of("told", TOLD_REPORTER), name="told"),
        CheckConstraint(one_of("account_news", ACCOUNT_NEWS), name="account_news"),
        CheckConstraint("account_news IS NULL OR user_id IS NOT NULL", name="news_of_an_account"),
        UniqueConstraint("password_link_id", name="uq_delivery_password_link"),
        CheckConstraint(one_of("state", DELIVERY_STATES), name="state"),
        CheckConstraint(one_of("channel", NOTIFICATION_CHANNELS), name="channel"),
        Index("ix_delivery_waiting", "next_try_at", postgresql_where=text("state = 'queued'")),
        Index("ix_delivery_untried", "user_id", "channel", postgresql_where=text("state = 'queued' AND attempts = 0")),
        Index("ix_delivery_failed", "id", postgresql_where=text("state = 'failed'")),
    )

    report_file: ClassVar[AttachedFile | None] = None
    """The report file, set only while sending, after the officer's permission to receive it was checked."""

    id: Mapped[BigKey]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"))
    told: Mapped[str | None]
    cause_seq: Mapped[int | None]
    sealed_code: Mapped[str | None] = mapped_column(SealedText)
    channel: Mapped[Word]
    digest_on: Mapped[date | None]
    report_job_id: Mapped[int | None] = mapped_column(ForeignKey("report_job.id"))
    account_news: Mapped[str | None]
    password_link_id: Mapped[int | None] = mapped_column(ForeignKey("password_link.id"))
    state: Mapped[Word] = mapped_column(default="queued")
    created_at: Mapped[Instant]
    next_try_at: Mapped[Instant]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[Instant | None]
    last_error: Mapped[str | None]

    user: Mapped[User | None] = relationship(User)
    complaint: Mapped[Complaint | None] = relationship()
    report_job: Mapped[ReportJob | None] = relationship()
    password_link: Mapped[PasswordLink | None] = relationship()
    items: Mapped[list["DeliveryItem"]] = relationship(order_by="DeliveryItem.notice_id", back_populates="delivery")


class DeliveryItem(Model):
    """Table row: one notice that is part of a delivery on one channel; the primary key makes sure that the notice is
    sent there once.
    """

    __tablename__ = "delivery_item"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), primary_key=True, autoincrement=False)
    channel: Mapped[Word] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)

    notice: Mapped[Notice] = relationship()
    delivery: Mapped[Delivery] = relationship(back_populates="items")


class NoticePreference(Model):
    """Table row: an officer's settings for notices; without a row the column defaults apply.

    `gateway_to` is the encrypted address at the messaging gateway (None: not used).
    """

    __tablename__ = "notice_preference"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    by_email: Mapped[bool] = mapped_column(default=True)
    gateway_to: Mapped[str | None] = mapped_column(SealedText)
    only_digest: Mapped[bool] = mapped_column(default=False)
    quiet: Mapped[bool] = mapped_column(default=True)
    limit_at_any_hour: Mapped[bool] = mapped_column(default=False)
    morning_digest: Mapped[bool] = mapped_column(default=True)

    user: Mapped[User] = relationship(User)


class GatewayState(Model):
    """Table row: the circuit breaker of one message channel, with consecutive failures, since when, and until when no
    message is tried.

    No row, or `failures` of 0, means that the channel works. Instants are aware UTC.
    """

    __tablename__ = "gateway_state"
    __table_args__ = (
        CheckConstraint(one_of("channel", NOTIFICATION_CHANNELS), name="channel"),
        CheckConstraint("(failures > 0) = (away_since IS NOT NULL AND held_until IS NOT NULL)", name="in_trouble"),
    )

    channel: Mapped[Word] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    away_since: Mapped[Instant | None]
    held_until: Mapped[Instant | None]
    last_error: Mapped[str | None]


class StepAlarm(Model):
    """Table row: a step passed an alarm level; the unique key (step, level, deadline) makes sure that officers are
    notified once.
    """

    __tablename__ = "step_alarm"
    __table_args__ = (
        Index("uq_step_alarm_task_level_due", "task_id", "level", "due_at", unique=True),
        CheckConstraint("level >= 0", name="level"),
    )

    id: Mapped[BigKey]
    task_id: Mapped[int] = mapped_column(ForeignKey("step_task.id"))
    level: Mapped[int]
    due_at: Mapped[Instant]
    raised_at: Mapped[Instant]

    task: Mapped[StepTask] = relationship()
