"""The outbox and the rights to send: rows written with the event that causes them."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import BigKey, Instant, Word, one_of
from app.models.complaint import Complaint, StepTask

NOTICE_STATES = ("queued", "sent", "failed", "skipped")
NOTICE_KINDS = ("step_opened", "step_late")


class Notice(Model):
    """One message to one officer about one step; unique, so that nothing is ever sent for the same cause twice."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("task_id", "user_id", "kind", name="uq_notice_task_user_kind"),
        CheckConstraint(one_of("state", NOTICE_STATES), name="state"),
        CheckConstraint(one_of("kind", NOTICE_KINDS), name="kind"),
        Index("ix_notice_waiting", "next_try_at", postgresql_where=text("state = 'queued'")),
    )

    id: Mapped[BigKey]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), index=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("step_task.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    kind: Mapped[Word]
    state: Mapped[Word] = mapped_column(default="queued")
    created_at: Mapped[Instant]
    next_try_at: Mapped[Instant]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[Instant | None]
    last_error: Mapped[str | None]

    complaint: Mapped[Complaint] = relationship()
    task: Mapped[StepTask] = relationship()
    user: Mapped[User] = relationship(User)


class StepAlarm(Model):
    """That a step's limit was seen to pass: the unique row is the right to record and to notify."""

    __tablename__ = "step_alarm"
    __table_args__ = (UniqueConstraint("task_id", "level", name="uq_step_alarm_task_level"),)

    id: Mapped[BigKey]
    task_id: Mapped[int] = mapped_column(ForeignKey("step_task.id"))
    level: Mapped[Word]
    due_at: Mapped[Instant]
    raised_at: Mapped[Instant]

    task: Mapped[StepTask] = relationship()
