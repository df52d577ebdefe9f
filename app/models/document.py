"""Papers and files of a case."""

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import BigKey, Document, Instant, Line, Prose, Word, one_of
from app.models.complaint import Complaint
from app.models.organisation import Agency

LETTER_STATES = ("draft", "returned", "signed")
PDF_STATES = ("none", "queued", "ready", "failed")


class Letter(Model):
    """An agency's surat tanggapan: a draft until it is signed, then frozen with its number and content hash."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint(one_of("state", LETTER_STATES), name="state"),
        CheckConstraint(one_of("pdf_state", PDF_STATES), name="pdf_state"),
        CheckConstraint("(state = 'signed') = (number IS NOT NULL AND content_hash IS NOT NULL)", name="signed"),
        UniqueConstraint("agency_code", "number", name="uq_letter_agency_number"),
        Index(
            "uq_letter_one_draft",
            "complaint_id",
            "cycle",
            "agency_code",
            unique=True,
            postgresql_where=text("state = 'draft'"),
        ),
        Index("ix_letter_pdf_queued", "id", postgresql_where=text("pdf_state = 'queued'")),
    )

    id: Mapped[BigKey]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), index=True)
    cycle: Mapped[int]
    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    revision: Mapped[int]
    subject: Mapped[Line]
    body: Mapped[Prose]
    state: Mapped[Word] = mapped_column(default="draft")
    drafted_at: Mapped[Instant]
    number: Mapped[str | None]
    signed_at: Mapped[Instant | None]
    frozen: Mapped[Document | None]
    content_hash: Mapped[str | None]
    verification_code: Mapped[str | None] = mapped_column(unique=True)
    pdf_state: Mapped[Word] = mapped_column(default="none")
    pdf_path: Mapped[str | None]
    pdf_hash: Mapped[str | None]
    pdf_error: Mapped[str | None]

    complaint: Mapped[Complaint] = relationship()
    agency: Mapped[Agency] = relationship()


class Attachment(Model):
    """A file that came with a complaint or was added to it; its name on disk is ours, never the sender's."""

    __tablename__ = "attachment"

    id: Mapped[BigKey]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), index=True)
    filename: Mapped[Line]
    media_type: Mapped[Word]
    size: Mapped[int]
    sha256: Mapped[Word]
    path: Mapped[Line]
    added_at: Mapped[Instant]
    added_by: Mapped[Word]

    complaint: Mapped[Complaint] = relationship()


class NumberCounter(Model):
    """The last number given in a series and year; its row lock is what keeps numbers without gaps or doubles."""

    __tablename__ = "number_counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)
