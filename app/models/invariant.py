"""What the program found when it looked at itself: each look, what each invariant came to, and what did not hold."""

from datetime import date
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Document, Instant, Line, Word, one_of

INVARIANTS = tuple(f"I{n}" for n in range(1, 17))
"""I1 to I16 of the reliability goals; what each of them says stands in `app/audit/invariants/labels.py`."""


class InvariantRun(Model):
    """One look at the invariants; of a night (`night`, whose unique row is the right to look) or asked for by command.

    `alive_at` is the last sign of life of whoever looks: a look that fell silent may be taken up again.
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
    """What one invariant came to: how much was looked at, how long it took, and what the next look has to remember."""

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
    """One thing that does not hold: about what, by which sentence, with which particulars; never a reporter's data."""

    __tablename__ = "invariant_finding"

    id: Mapped[BigKey]
    result_id: Mapped[int] = mapped_column(ForeignKey("invariant_result.id", ondelete="CASCADE"), index=True)
    subject: Mapped[Line]
    sentence: Mapped[Word]
    particulars: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
