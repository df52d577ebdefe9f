"""Backups and rehearsals of a restore that were made, and whether this database is a copy that must not send."""

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_types import BigKey, Document, Instant, Word, one_of

RUN_KINDS = ("backup", "drill")


class SendingHold(Model):
    """While its one row stands, nothing leaves this database: it is a restored copy, and the original may still send.

    Whoever takes the right to send asks for it in the same statement. `since` is when the copy was made, `taken_at` the
    moment it shows.
    """

    __tablename__ = "sending_hold"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[Instant]
    taken_at: Mapped[Instant]


class BackupRun(Model):
    """One backup or one drill, kept for the health page; `slot` is the right to the backup of a night."""

    __tablename__ = "backup_run"
    __table_args__ = (
        CheckConstraint(one_of("kind", RUN_KINDS), name="kind"),
        Index("ix_backup_run_last", "kind", "ended_at", postgresql_where=text("ok")),
    )

    id: Mapped[BigKey]
    kind: Mapped[Word]
    slot: Mapped[str | None] = mapped_column(unique=True)
    began_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    taken_at: Mapped[Instant | None]
    ok: Mapped[bool] = mapped_column(default=False)
    detail: Mapped[Document]
