"""Tables of what SP4N sent: entries held for the Admin's decision, and reporters' messages with their answers."""

from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Document, Instant, Prose, Word, one_of
from app.core.encrypted_columns import SealedText
from app.models.complaint import Complaint

HOLD_KINDS = ("report", "conflict", "loosening", "message")
HOLD_STATES = ("waiting", "applied", "kept", "dismissed", "superseded")


class InboundHold(Model):
    """Table row: one entry received from SP4N that waits for a decision of the Admin Layanan Aduan.

    Kinds: `report` (names unknown values), `conflict` (other content for a known revision), `loosening` (asks for less
    confidentiality), `message` (a reporter's message that could not be applied). `content` is the encrypted JSON as
    received, None once settled. `other_hash` is the digest of the content held when a conflict arrived, so that neither
    content reopens it.
    """

    __tablename__ = "inbound_hold"
    __table_args__ = (
        CheckConstraint(one_of("kind", HOLD_KINDS), name="kind"),
        CheckConstraint(one_of("state", HOLD_STATES), name="state"),
        CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled"),
        Index(
            "uq_inbound_hold_waiting",
            "tracking_id",
            "kind",
            "content_hash",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_inbound_hold_page", "kind", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_inbound_hold_tracking", "tracking_id", "revision"),
    )

    id: Mapped[BigKey]
    kind: Mapped[Word]
    tracking_id: Mapped[Word]
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"), index=True)
    revision: Mapped[int | None] = mapped_column(BigInteger)
    confidentiality: Mapped[str | None]
    content: Mapped[str | None] = mapped_column(SealedText, deferred=True)
    content_hash: Mapped[Word]
    other_hash: Mapped[str | None]
    faults: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    first_at: Mapped[Instant]
    last_at: Mapped[Instant]
    times: Mapped[int] = mapped_column(default=1)
    state: Mapped[Word] = mapped_column(default="waiting")
    settled_at: Mapped[Instant | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    reason: Mapped[Prose] = mapped_column(default="")

    complaint: Mapped[Complaint | None] = relationship()
    settled_by: Mapped[User | None] = relationship(User)


class InboundMessage(Model):
    """Table row: one message of a reporter received through SP4N; its unique key makes sure that the message is applied
    once.

    `answer` is the response that every repeat of the message receives.
    """

    __tablename__ = "inbound_message"
    __table_args__ = (UniqueConstraint("tracking_id", "message_id", name="uq_inbound_message_report_id"),)

    id: Mapped[BigKey]
    tracking_id: Mapped[Word]
    message_id: Mapped[Word]
    kind: Mapped[Word]
    content_hash: Mapped[Word]
    answer: Mapped[Document]
    # When the reporter wrote it, where the sender states that (aware UTC).
    said_at: Mapped[Instant | None]
    received_at: Mapped[Instant]
