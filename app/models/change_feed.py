"""Table of the change feed: one row for each change of a report that SP4N knows, read by the feed and by webhooks."""

from flask_appbuilder import Model
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_types import BigKey, Instant, Word, one_of
from workflow_rules.process.steps import CaseStatus

ORIGINS = ("office", "sp4n")
LINKED, REMOVED = "linked", "removed"


class SyncChange(Model):
    """Table row: one change of an SP4N report, written in the transaction that made the change, with all that the
    change feed serialises.

    `position` is assigned in order after the commit (None before); readers page by `position` and not by `id`, because
    a transaction that commits late may hold an early id. `origin` says whether the office or SP4N made the change.
    `mark` is the token that a cursor stores of its row, so that a database restored to an earlier state is noticed.
    """

    __tablename__ = "sync_change"
    __table_args__ = (
        CheckConstraint(one_of("origin", ORIGINS), name="origin"),
        CheckConstraint(one_of("status", CaseStatus), name="status"),
        Index("ix_sync_change_unnumbered", "id", postgresql_where=text("position IS NULL")),
        Index("ix_sync_change_at", "at"),
    )

    id: Mapped[BigKey]
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    tracking_id: Mapped[Word]
    number: Mapped[Word]
    revision: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int]
    kind: Mapped[Word]
    status: Mapped[Word]
    at: Mapped[Instant]
    origin: Mapped[Word]
    tombstone: Mapped[bool] = mapped_column(default=False)
    mark: Mapped[Word]
