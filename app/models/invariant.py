"""Tables of the invariant checks: each run, the result of each invariant, and each violation found."""

from datetime import date
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Document, Instant, Line, Word, one_of

INVARIANTS = tuple(f"I{n}" for n in range(1, 17))
"""I1 to I16 of the reliability goals; `app/audit/invariants/labels.py` holds the text of each."""


class InvariantRun(Model):
    """Table row: one run of the invariant checks, nightly or by command.

    `night` is the office date of a nightly run (None: by command); the process that inserts this unique value makes the
    run. `alive_at` is the worker's last heartbeat (aware UTC); a run without recent heartbeat may be taken over. `red`
    counts the invariants that failed.
    """

    __tablename__ = "invariant_run"
    __table_args__ = (
        CheckConstraint("red >= 0", name="red"),
        Index("ix_invariant_run_ended_at", "ended_at"),
    )

    id: Mapped[BigKey]
    night: Mapped[date | None] = mapped_column(unique=True)
    began_at: Mapped[Instant]
    alive_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    red: Mapped[int] = mapped_column(default=0)

    results: Mapped[list["InvariantResult"]] = relationship(order_by="InvariantResult.id")


class InvariantResult(Model):
    """Table row: the result of one invariant in one run; `looked_at` is the number of rows checked, `red` whether the
    invariant failed.

    `marks` is the JSON from which the next run continues.
    """

    __tablename__ = "invariant_result"
    __table_args__ = (
        UniqueConstraint("run_id", "invariant", name="uq_invariant_result_run_invariant"),
        CheckConstraint(one_of("invariant", INVARIANTS), name="invariant"),
    )

    id: Mapped[BigKey]
    run_id: Mapped[int] = mapped_column(ForeignKey("invariant_run.id", ondelete="CASCADE"))
    invariant: Mapped[Word]
    looked_at: Mapped[int]
    milliseconds: Mapped[int]
    red: Mapped[bool]
    marks: Mapped[Document] = mapped_column(default=dict, server_default=text("'{}'"))

    findings: Mapped[list["InvariantFinding"]] = relationship(order_by="InvariantFinding.id")


class InvariantFinding(Model):
    """Table row: one violation of an invariant, with its subject (for example a case number), the key of its sentence,
    and the sentence's values (`particulars`).

    The row never holds a reporter's data.
    """

    __tablename__ = "invariant_finding"

    id: Mapped[BigKey]
    result_id: Mapped[int] = mapped_column(ForeignKey("invariant_result.id", ondelete="CASCADE"), index=True)
    subject: Mapped[Line]
    sentence: Mapped[Word]
    particulars: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
