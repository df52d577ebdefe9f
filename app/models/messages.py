"""What officers are told: notices, their way out of the house, and the rights to send."""

from datetime import date

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import BigKey, Instant, Word, one_of
from app.models.complaint import Complaint, StepTask
from app.models.organisation import DelegationRow
from app.models.sealed import SealedText

NOTICE_KINDS = (
    "step_opened",
    "step_near",
    "step_late",
    "step_overdue",
    "information_added",
    "question_expired",
    "delegation_ended",
)
DELIVERY_STATES = ("queued", "sent", "failed", "skipped")
CHANNELS = ("email", "gateway")


class Notice(Model):
    """One thing one officer is to know, shown at the bell; unique, so that nothing is told twice for the same cause."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("task_id", "user_id", "kind", "level", name="uq_notice_task_user_kind_level"),
        UniqueConstraint("delegation_id", "user_id", "kind", name="uq_notice_delegation_user_kind"),
        CheckConstraint(one_of("kind", NOTICE_KINDS), name="kind"),
        CheckConstraint("(task_id IS NULL) = (complaint_id IS NULL)", name="of_a_case"),
        CheckConstraint("num_nonnulls(task_id, delegation_id) = 1", name="one_cause"),
        Index("ix_notice_user", "user_id", "id"),
        Index("ix_notice_unread", "user_id", postgresql_where=text("read_at IS NULL")),
    )

    id: Mapped[BigKey]
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("step_task.id"))
    delegation_id: Mapped[int | None] = mapped_column(ForeignKey("delegation.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    kind: Mapped[Word]
    level: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Instant]
    read_at: Mapped[Instant | None]

    complaint: Mapped[Complaint | None] = relationship()
    task: Mapped[StepTask | None] = relationship()
    delegation: Mapped[DelegationRow | None] = relationship()
    user: Mapped[User] = relationship(User)


class Delivery(Model):
    """One message to one officer on one channel: the outbox, tried until it is sent or given up.

    It carries one notice or several; `digest_on` marks the one that goes out in the morning of that day.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("user_id", "channel", "digest_on", name="uq_delivery_user_channel_digest"),
        CheckConstraint(one_of("state", DELIVERY_STATES), name="state"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
        Index("ix_delivery_waiting", "next_try_at", postgresql_where=text("state = 'queued'")),
        Index("ix_delivery_untried", "user_id", "channel", postgresql_where=text("state = 'queued' AND attempts = 0")),
        Index("ix_delivery_failed", "id", postgresql_where=text("state = 'failed'")),
    )

    id: Mapped[BigKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    channel: Mapped[Word]
    digest_on: Mapped[date | None]
    state: Mapped[Word] = mapped_column(default="queued")
    created_at: Mapped[Instant]
    next_try_at: Mapped[Instant]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[Instant | None]
    last_error: Mapped[str | None]

    user: Mapped[User] = relationship(User)
    items: Mapped[list["DeliveryItem"]] = relationship(order_by="DeliveryItem.notice_id", back_populates="delivery")


class DeliveryItem(Model):
    """That a notice goes out on a channel with this message: its key is the right to send it there, once."""

    __tablename__ = "delivery_item"

    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), primary_key=True, autoincrement=False)
    channel: Mapped[Word] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), index=True)

    notice: Mapped[Notice] = relationship()
    delivery: Mapped[Delivery] = relationship(back_populates="items")


class NoticePreference(Model):
    """How an officer wishes to hear of things; without a row the defaults hold."""

    __tablename__ = "notice_preference"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    by_email: Mapped[bool] = mapped_column(default=True)
    gateway_to: Mapped[str | None] = mapped_column(SealedText)
    only_digest: Mapped[bool] = mapped_column(default=False)
    quiet: Mapped[bool] = mapped_column(default=True)
    limit_at_any_hour: Mapped[bool] = mapped_column(default=False)
    morning_digest: Mapped[bool] = mapped_column(default=True)

    user: Mapped[User] = relationship(User)


class StepAlarm(Model):
    """That a level of a step's limit was seen to pass: the unique row is the right to record and to notify."""

    __tablename__ = "step_alarm"
    __table_args__ = (
        UniqueConstraint("task_id", "level", name="uq_step_alarm_task_level"),
        CheckConstraint("level >= 0", name="level"),
    )

    id: Mapped[BigKey]
    task_id: Mapped[int] = mapped_column(ForeignKey("step_task.id"))
    level: Mapped[int]
    due_at: Mapped[Instant]
    raised_at: Mapped[Instant]

    task: Mapped[StepTask] = relationship()
