"""Table of the spreadsheets from which an office imports the complaints of its older records."""

from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Line, Word, one_of
from app.core.encrypted_columns import SealedBytes, SealedText

MOVE_IN_STATES = ("mapping", "meaning", "checking", "checked", "importing", "done")


class MoveInFile(Model):
    """Table row: one uploaded spreadsheet of old complaints; its unique hash makes sure that it is stored once.

    `content` is the encrypted file, None when it is done. `plan` is JSON with the headings and what an officer said of
    them (`app/move_in/plan.py`), encrypted since a sheet without headings has a complaint in their place. `outcomes`
    has an entry for each row that was checked, without its cells. `chosen` are the numbers of the rows to be imported
    (None: all); `started_by` confirmed that.
    """

    __tablename__ = "move_in_file"
    __table_args__ = (
        UniqueConstraint("file_hash", name="uq_move_in_file_file_hash"),
        CheckConstraint(one_of("state", MOVE_IN_STATES), name="state"),
        CheckConstraint("state <> 'done' OR content IS NULL", name="emptied"),
    )

    id: Mapped[BigKey]
    file_hash: Mapped[Word]
    header_hash: Mapped[Word]
    filename: Mapped[Line]
    rows: Mapped[int]
    state: Mapped[Word] = mapped_column(default="mapping")
    content: Mapped[bytes | None] = mapped_column(SealedBytes, deferred=True)
    plan: Mapped[str] = mapped_column(SealedText)
    outcomes: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    chosen: Mapped[list[int] | None] = mapped_column(JSONB(none_as_null=True))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    made_at: Mapped[Instant]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    alive_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]

    made_by: Mapped[User] = relationship(User, foreign_keys=[made_by_id])
