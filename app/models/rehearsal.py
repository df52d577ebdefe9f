"""Table of rehearsals: past cases recomputed under other SOP rules, with their progress and result."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Document, Instant, Word, one_of

REHEARSAL_STATES = ("queued", "running", "ready", "failed")


class RehearsalRow(Model):
    """One rehearsal of a past period (`begins` to `ends`, aware UTC) under an SOP version changed by `what_if`.

    `done` of `total` cases are computed; `result` is None until it is ready.
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
    touched_at: Mapped[Instant]
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[Document | None]

    asked_by: Mapped[User] = relationship(User)
