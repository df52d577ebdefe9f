"""Tables of a case's documents: letters, attachments, scans and number counters."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Line, Prose, Word, one_of
from app.models.complaint import Complaint
from app.models.organisation import Agency
from app.models.paper import Paper

LETTER_STATES = ("draft", "returned", "signed", "voided")
"""A signed letter that is withdrawn before it is sent is `voided`; its number stays used, with a reason."""
FILE_STATES = ("waiting", "clean", "quarantined", "failed")
"""Only a `clean` file is served: scanned where a scanner is configured, and rewritten to remove active content."""


class Letter(Model):
    """Table row: an agency's answer letter (surat tanggapan), a draft until it is signed, then a frozen paper with a
    number.

    `number`, `signed_at` and `paper_id` are None until the letter is signed.
    """

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
        """Whether the letter was signed with ink and so needs a scan; also True when a signed letter records no signing
        method. False for a draft.
        """
        return self.paper is not None and self.paper.frozen.get("signing", "wet") == "wet"


class Attachment(Model):
    """Table row: a file received with a complaint or added to its case; `path` is a generated name, never the sender's.

    `removed_at` is when a later revision of the SP4N report no longer listed the file (None: listed); the row stays
    because the file may have been read. `sent_sha256` is the digest of the file as received; `sha256` and `size`
    (bytes) describe the stored file, which differs after cleaning.
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
        """Whether the file may be served: its check has ended without a finding."""
        return self.state == "clean"


class LetterScan(Model):
    """Table row: the scan of a letter signed with ink, stored as an attachment of the case; a replaced scan keeps its
    row.

    `replaced_at` is None for the current scan; `reason` says why an earlier scan was replaced.
    """

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
    """Table row: the last number given in a series and year (`last`); a transaction that locks this row assigns the
    next number without gaps or duplicates.
    """

    __tablename__ = "number_counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)
