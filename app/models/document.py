"""Papers and files of a case."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Line, Prose, Word, one_of
from app.models.complaint import Complaint
from app.models.organisation import Agency
from app.models.paper import Paper

LETTER_STATES = ("draft", "returned", "signed", "voided")
"""A signed letter that the agency takes back before it is sent is voided: its number stays in the book, explained."""
FILE_STATES = ("waiting", "clean", "quarantined", "failed")
"""A file is served once it is clean: looked into by the scanner where there is one, and written anew."""


class Letter(Model):
    """An agency's surat tanggapan: a draft until it is signed, then frozen on a paper with its number."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint(one_of("state", LETTER_STATES), name="state"),
        CheckConstraint(
            "(state IN ('signed', 'voided')) = (number IS NOT NULL AND paper_id IS NOT NULL)", name="signed"
        ),
        UniqueConstraint("agency_code", "number", name="uq_letter_agency_number"),
        Index(
            "uq_letter_one_draft",
            "complaint_id",
            "cycle",
            "agency_code",
            unique=True,
            postgresql_where=text("state = 'draft'"),
        ),
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
    verification_code: Mapped[str | None] = mapped_column(unique=True)
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"), index=True)

    complaint: Mapped[Complaint] = relationship()
    paper: Mapped[Paper | None] = relationship()
    agency: Mapped[Agency] = relationship()
    scan: Mapped["LetterScan | None"] = relationship(
        primaryjoin="and_(LetterScan.letter_id == Letter.id, LetterScan.replaced_at.is_(None))",
        viewonly=True,
        uselist=False,
    )

    @property
    def signed_with_ink(self) -> bool:
        """Whether a scan belongs to it; letters from before the choice were all signed with ink."""
        return self.paper is not None and self.paper.frozen.get("signing", "wet") == "wet"


class Attachment(Model):
    """A file that came with a complaint or was added to it; its name on disk is ours, never the sender's.

    `removed_at` is when a later revision of SP4N came without it; it stays, since somebody may have read it. What was
    sent is known by `sent_sha256` for good; `sha256` and `size` are those of the file that is kept, which is another
    one as soon as it was written anew.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint(one_of("state", FILE_STATES), name="state"),
        CheckConstraint("(state IN ('quarantined', 'failed')) = (state_reason <> '')", name="reason"),
        Index("ix_attachment_waiting", "id", postgresql_where=text("state = 'waiting'")),
    )

    id: Mapped[BigKey]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), index=True)
    filename: Mapped[Line]
    media_type: Mapped[Word]
    size: Mapped[int]
    sha256: Mapped[Word]
    path: Mapped[Line] = mapped_column(index=True)
    added_at: Mapped[Instant]
    added_by: Mapped[Word]
    removed_at: Mapped[Instant | None]
    state: Mapped[Word] = mapped_column(default="waiting")
    state_reason: Mapped[Word] = mapped_column(default="")
    sent_sha256: Mapped[Word]
    tried_at: Mapped[Instant | None]

    complaint: Mapped[Complaint] = relationship()

    @property
    def is_clean(self) -> bool:
        """Whether it may be served."""
        return self.state == "clean"


class LetterScan(Model):
    """The scan of a letter that was signed with ink; its file is one of the case's own. A replaced one stays."""

    __tablename__ = "letter_scan"
    __table_args__ = (
        Index("uq_letter_scan_current", "letter_id", unique=True, postgresql_where=text("replaced_at IS NULL")),
    )

    id: Mapped[BigKey]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), unique=True)
    pages: Mapped[int]
    added_at: Mapped[Instant]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    replaced_at: Mapped[Instant | None]
    reason: Mapped[Prose] = mapped_column(default="")

    letter: Mapped[Letter] = relationship()
    attachment: Mapped[Attachment] = relationship()
    added_by: Mapped[User] = relationship(User)


class NumberCounter(Model):
    """The last number given in a series and year; its row lock is what keeps numbers without gaps or doubles."""

    __tablename__ = "number_counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)
