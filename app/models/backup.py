"""Tables of backup: runs of backup and restore drill, and the hold on sending in a restored copy."""

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_types import BigKey, Document, Instant, Word, one_of

RUN_KINDS = ("backup", "drill")


class SendingHold(Model):
    """Table row, the only one: it stops all sending from a restored copy, since the original database may still send.

    Every statement that claims a message checks this row. `since` is when the copy was restored, `taken_at` the moment
    of the data it holds; both are aware UTC.
    """

    __tablename__ = "sending_hold"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[Instant]
    taken_at: Mapped[Instant]


class BackupRun(Model):
    """Table row: one run of a backup or a restore drill, shown on the health page.

    `slot` names the night of a scheduled backup (None: not scheduled); the process that inserts this unique value makes
    that night's backup. `ended_at` is None while the run lasts; `taken_at` is the moment of the data (aware UTC).
    """

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
