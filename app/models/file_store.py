"""Tables of the file store: check results, files to remove, and the last sweep."""

from flask_appbuilder import Model
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_types import BigKey, Instant, Line, Word, one_of
from app.models.document import FILE_STATES


class FileCheck(Model):
    """Table row: the result of one check of an attachment's file; append-only, so that served files can be audited
    against the results.
    """

    __tablename__ = "file_check"
    __table_args__ = (CheckConstraint(one_of("outcome", FILE_STATES[1:]), name="outcome"),)

    id: Mapped[BigKey]
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    at: Mapped[Instant]
    outcome: Mapped[Word]
    reason: Mapped[Word] = mapped_column(default="")
    found: Mapped[Line] = mapped_column(default="")
    scanned: Mapped[bool]
    sent_sha256: Mapped[Word]
    sha256: Mapped[Word]


class FileToRemove(Model):
    """Table row: a file in the store to which no record refers any more; the sweep may delete it after `due_at` (aware
    UTC).
    """

    __tablename__ = "file_to_remove"
    __table_args__ = (Index("ix_file_to_remove_due_at", "due_at"),)

    path: Mapped[Line] = mapped_column(primary_key=True)
    marked_at: Mapped[Instant]
    due_at: Mapped[Instant]


class StoreSweep(Model):
    """Table row, the only one: the results of the last sweep of the file store, which deletes files that no record
    refers to.
    """

    __tablename__ = "store_sweep"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[Instant]
    files: Mapped[int]
    stored_bytes: Mapped[int] = mapped_column(BigInteger)
    removed: Mapped[int]
    held_back: Mapped[int]
