"""Tables of reports: jobs that build a file, schedules that send it, registers of the SOP, rehearsals."""

from datetime import date
from enum import StrEnum

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Document, Instant, Line, Word, one_of
from app.models.paper import Paper

REPORT_STATES = ("queued", "running", "done", "failed", "cancelled", "expired")
REPORT_FORMATS = ("xlsx", "csv", "pdf")


class Rhythm(StrEnum):
    """An enum of how often an export report is sent: daily for the day before, on Mondays for the week before, or on
    each first day of a month for the month before.
    """

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class ReportSchedule(Model):
    """Table row: an export report that is sent to named supervisors by e-mail each day, week or month at `hour` (0 to
    23, office time).
    """

    __tablename__ = "report_schedule"
    __table_args__ = (
        CheckConstraint(one_of("rhythm", Rhythm), name="rhythm"),
        CheckConstraint(one_of("format", REPORT_FORMATS), name="format"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
    )

    id: Mapped[BigKey]
    name: Mapped[str] = mapped_column(String(100))
    wanted: Mapped[Document]
    format: Mapped[Word]
    rhythm: Mapped[Word]
    hour: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    created_at: Mapped[Instant]

    made_by: Mapped[User] = relationship(User)
    recipients: Mapped[list["ReportRecipient"]] = relationship(
        order_by="ReportRecipient.user_id", cascade="all, delete-orphan"
    )


class ReportRecipient(Model):
    """Table row: one supervisor who receives the export reports of a schedule."""

    __tablename__ = "report_recipient"

    schedule_id: Mapped[int] = mapped_column(ForeignKey("report_schedule.id"), primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)

    user: Mapped[User] = relationship(User)


class ReportJob(Model):
    """Table row: one export report for one user, with the requested content (`wanted`), the progress, and the report
    file until `expires_at`.

    `scope` is what the user could see when asking. `attempts` is also the claim token of the worker: a worker that was
    presumed dead cannot finish a job that another has taken over. The unique key (schedule, user, first day of the
    period) makes sure that a scheduled report is sent once.
    """

    __tablename__ = "report_job"
    __table_args__ = (
        UniqueConstraint("schedule_id", "user_id", "period_on", name="uq_report_job_schedule_user_period"),
        CheckConstraint(one_of("state", REPORT_STATES), name="state"),
        CheckConstraint(one_of("format", REPORT_FORMATS), name="format"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        CheckConstraint("state <> 'done' OR (path IS NOT NULL AND file_hash IS NOT NULL)", name="has_file"),
        Index("ix_report_job_user", "user_id", "id"),
        Index("ix_report_job_open", "id", postgresql_where=text("state IN ('queued', 'running')")),
        Index("ix_report_job_expires", "expires_at", postgresql_where=text("state = 'done'")),
    )

    id: Mapped[BigKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    wanted: Mapped[Document]
    format: Mapped[Word]
    scope: Mapped[str]
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("report_schedule.id", ondelete="SET NULL"))
    period_on: Mapped[date | None]
    state: Mapped[Word] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    percent: Mapped[int] = mapped_column(default=0)
    rows: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    asked_at: Mapped[Instant]
    handed_at: Mapped[Instant]
    began_at: Mapped[Instant | None]
    alive_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    path: Mapped[str | None] = mapped_column(index=True)
    file_hash: Mapped[str | None]
    size: Mapped[int | None]
    error: Mapped[Word | None]
    expires_at: Mapped[Instant | None]

    user: Mapped[User] = relationship(User)
    schedule: Mapped[ReportSchedule | None] = relationship()


class RegisterKind(StrEnum):
    """An enum of the kinds of SOP register: the daily monitoring register, and the monthly register of identified
    problems.
    """

    DAILY = "daily"
    MONTHLY = "monthly"


class Register(Model):
    """Table row: one SOP register of a day, or of the month that begins on `day`, with its number and its frozen paper.

    `made_by_id` is None when the schedule made the register.
    """

    __tablename__ = "register"
    __table_args__ = (
        UniqueConstraint("kind", "day", name="uq_register_kind_day"),
        CheckConstraint(one_of("kind", RegisterKind), name="kind"),
        CheckConstraint("kind = 'daily' OR extract(day from day) = 1", name="month_by_its_first_day"),
    )

    id: Mapped[BigKey]
    kind: Mapped[Word]
    day: Mapped[date]
    number: Mapped[Line] = mapped_column(unique=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"), unique=True)
    content_hash: Mapped[Word]
    made_at: Mapped[Instant]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)

    paper: Mapped[Paper] = relationship()
    made_by: Mapped[User | None] = relationship(User)


REHEARSAL_STATES = ("queued", "running", "ready", "failed")


class RehearsalRow(Model):
    """Table row: one rehearsal, in which the cases of a past period (`begins` to `ends`, aware UTC) are computed under
    an SOP version changed by `what_if`.

    `done` of `total` cases are computed; `result` is None until `state` is "ready", `error` until it is "failed".
    `attempts` is also the claim token of the worker.
    """

    __tablename__ = "rehearsal"
    __table_args__ = (
        CheckConstraint(one_of("state", REHEARSAL_STATES), name="state"),
        CheckConstraint("ends >= begins", name="ends_after_start"),
        CheckConstraint("(state = 'ready') = (result IS NOT NULL)", name="result"),
        Index("ix_rehearsal_unfinished", "touched_at", postgresql_where=text("state IN ('queued', 'running')")),
    )

    id: Mapped[BigKey]
    sop_version_id: Mapped[int | None] = mapped_column(ForeignKey("sop_version.id", ondelete="SET NULL"), index=True)
    sop_number: Mapped[Word]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    asked_at: Mapped[Instant]
    begins: Mapped[Instant]
    ends: Mapped[Instant]
    what_if: Mapped[Document]
    state: Mapped[Word] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    touched_at: Mapped[Instant]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[Document | None]
    error: Mapped[Word | None]

    asked_by: Mapped[User] = relationship(User)
