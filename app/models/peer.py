"""Tables of the synchronisation with SP4N: the peer's state, each report, each nightly comparison, each import file."""

from datetime import date
from enum import StrEnum
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Document, Instant, Line, Word, one_of
from app.core.encrypted_columns import SealedBytes, SealedText

LEDGER_STATES = ("in_step", "behind", "failed", "parked")
IMPORT_STATES = ("mapping", "checking", "checked", "importing", "done", "dropped")


class Drift(StrEnum):
    """An enum of the kinds of difference between our data of a report and the data at SP4N (the peer); the first one
    that applies, in this order, is recorded.
    """

    MISSING_HERE = "missing_here"
    MISSING_THERE = "missing_there"
    WE_BEHIND = "we_behind"
    THEY_BEHIND = "they_behind"
    STATUS = "status"


class SyncPeer(Model):
    """Table row, the only one: the state of the synchronisation with SP4N (the peer), with the cursors of reading and
    pushing, failures, and since when SP4N is unreachable.

    `away_since` is None while the peer answers; instants are aware UTC.
    """

    __tablename__ = "sync_peer"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[BigKey]
    poll_cursor: Mapped[str] = mapped_column(default="")
    polled_at: Mapped[Instant | None]
    next_poll_at: Mapped[Instant | None]
    poll_failures: Mapped[int] = mapped_column(default=0)
    push_cursor: Mapped[str] = mapped_column(default="")
    pushed_at: Mapped[Instant | None]
    next_push_at: Mapped[Instant | None]
    push_failures: Mapped[int] = mapped_column(default=0)
    away_since: Mapped[Instant | None]
    last_error: Mapped[str | None] = mapped_column(String(300))


class SyncLedger(Model):
    """Table row: the synchronisation state of one SP4N report, that is, what the peer has acknowledged, what is still
    to be sent, and what is wrong.

    `acked_position` is the last change feed position that the peer acknowledged, `wanted_position` the last that
    exists; `resend_key` asks to send the present state once more, `fetch_wanted` to read the peer's again. `refused` is
    a report of the peer that could not be taken, encrypted because it names a person.
    """

    __tablename__ = "sync_ledger"
    __table_args__ = (
        CheckConstraint(one_of("state", LEDGER_STATES), name="state"),
        CheckConstraint(one_of("drift", Drift), name="drift"),
        Index("ix_sync_ledger_due", "next_try_at", postgresql_where=text("next_try_at IS NOT NULL")),
        Index("ix_sync_ledger_fetch", "id", postgresql_where=text("fetch_wanted")),
        Index("ix_sync_ledger_drift", "id", postgresql_where=text("drift IS NOT NULL")),
        Index("ix_sync_ledger_refused", "id", postgresql_where=text("refused_at IS NOT NULL")),
        Index("ix_sync_ledger_troubled", "id", postgresql_where=text("state <> 'in_step'")),
    )

    id: Mapped[BigKey]
    tracking_id: Mapped[Word] = mapped_column(unique=True)
    state: Mapped[Word] = mapped_column(default="in_step")
    their_revision: Mapped[int | None] = mapped_column(BigInteger)
    seen_at: Mapped[Instant | None]
    acked_position: Mapped[int] = mapped_column(BigInteger, default=0)
    acked_version: Mapped[int | None]
    acked_status: Mapped[str | None] = mapped_column(String(80))
    acked_key: Mapped[str | None] = mapped_column(String(80))
    acked_at: Mapped[Instant | None]
    wanted_position: Mapped[int] = mapped_column(BigInteger, default=0)
    resend_key: Mapped[str | None] = mapped_column(String(80))
    sent_at: Mapped[Instant | None]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[Instant | None]
    last_error: Mapped[str | None] = mapped_column(String(300))
    fetch_wanted: Mapped[bool] = mapped_column(default=False)
    refused: Mapped[str | None] = mapped_column(SealedText)
    refused_reason: Mapped[str | None] = mapped_column(String(300))
    refused_at: Mapped[Instant | None]
    drift: Mapped[str | None] = mapped_column(String(80))
    drift_detail: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    drift_at: Mapped[Instant | None]


class SyncComparison(Model):
    """Table row: one nightly comparison of our data with SP4N; the process that inserts the unique office date `day`
    makes the comparison.
    """

    __tablename__ = "sync_comparison"

    id: Mapped[BigKey]
    day: Mapped[date] = mapped_column(unique=True)
    began_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    compared: Mapped[int] = mapped_column(default=0)
    drifted: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(String(300))


class SyncImport(Model):
    """Table row: one uploaded file of SP4N reports, imported while the peer is unreachable; its unique hash makes sure
    that the file is imported once.

    `content` is the encrypted file, None when the import is done. `outcomes` has an entry for each row of the file: its
    number, tracking id, result and reason.
    """

    __tablename__ = "sync_import"
    __table_args__ = (
        UniqueConstraint("file_hash", name="uq_sync_import_file_hash"),
        CheckConstraint(one_of("state", IMPORT_STATES), name="state"),
        Index("ix_sync_import_header", "header_hash", "id"),
        Index("ix_sync_import_open", "id", postgresql_where=text("state IN ('checking', 'importing')")),
    )

    id: Mapped[BigKey]
    file_hash: Mapped[Word]
    header_hash: Mapped[Word]
    filename: Mapped[Line]
    encoding: Mapped[Word]
    delimiter: Mapped[Word]
    rows: Mapped[int]
    state: Mapped[Word] = mapped_column(default="mapping")
    content: Mapped[bytes | None] = mapped_column(SealedBytes)
    mapping: Mapped[Document] = mapped_column(default=dict)
    outcomes: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    made_at: Mapped[Instant]
    alive_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]

    made_by: Mapped[User] = relationship(User)
