"""Tables of rendered papers, issued letter numbers, and emblems."""

from enum import StrEnum

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Document, Instant, Line, Prose, Word, one_of
from app.models.complaint import Complaint

PAPER_STATES = ("queued", "ready", "failed")


class PaperKind(StrEnum):
    """An enum of the kinds of rendered papers; the template and the data reader of a paper are found by this name."""

    ANSWER_LETTER = "answer_letter"
    DRAFT_LETTER = "draft_letter"
    RECEIPT = "receipt"
    DISPOSITION = "disposition"
    REPORTER_ANSWER = "reporter_answer"
    SOP_SHEET = "sop_sheet"
    DAILY_REGISTER = "daily_register"
    MONTHLY_REGISTER = "monthly_register"
    FREE_REPORT = "free_report"


class Paper(Model):
    """Table row: one paper, with its frozen content and a hash of that, and the PDF that a worker renders from it.

    `key` names the cause ("disposition:812") and is unique, so that each paper is made once. `path` and `file_hash` are
    None until `state` is "ready".
    """

    __tablename__ = "paper"
    __table_args__ = (
        CheckConstraint(one_of("kind", PaperKind), name="kind"),
        CheckConstraint(one_of("state", PAPER_STATES), name="state"),
        CheckConstraint("(state = 'ready') = (path IS NOT NULL AND file_hash IS NOT NULL)", name="ready"),
        Index("ix_paper_queued", "id", postgresql_where=text("state = 'queued'")),
        Index("ix_paper_error", "id", postgresql_where=text("error IS NOT NULL")),
    )

    id: Mapped[BigKey]
    kind: Mapped[Word]
    key: Mapped[Line] = mapped_column(unique=True)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"), index=True)
    frozen: Mapped[Document]
    content_hash: Mapped[Word]
    state: Mapped[Word] = mapped_column(default="queued")
    tries: Mapped[int] = mapped_column(default=0)
    path: Mapped[str | None] = mapped_column(index=True)
    file_hash: Mapped[str | None] = mapped_column(index=True)
    pages: Mapped[int | None]
    error: Mapped[str | None]
    made_at: Mapped[Instant]
    drawn_at: Mapped[Instant | None]

    complaint: Mapped[Complaint | None] = relationship()


class IssuedNumber(Model):
    """Table row: one letter number of an agency in a year, with the paper that carries it, or the reason why it is
    unused.

    Every number up to the last one has a row, so that a gap in the sequence is always explained.
    """

    __tablename__ = "issued_number"
    __table_args__ = (CheckConstraint("(paper_id IS NULL) = (reason <> '')", name="used_or_explained"),)

    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    running: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[Line]
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"), unique=True)
    reason: Mapped[Prose] = mapped_column(default="")
    issued_at: Mapped[Instant]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    voided_at: Mapped[Instant | None]
    void_reason: Mapped[str | None] = mapped_column(Text)
    voided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    paper: Mapped[Paper | None] = relationship()
    officer: Mapped[User | None] = relationship(User, foreign_keys=[officer_id])


class Emblem(Model):
    """Table row: a coat of arms for letters, uploaded by an administrator, re-encoded as PNG and keyed by its SHA-256;
    the program has none of its own.
    """

    __tablename__ = "emblem"

    sha256: Mapped[Word] = mapped_column(primary_key=True)
    png: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[Instant]
