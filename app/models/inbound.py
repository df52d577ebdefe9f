"""What came in from SP4N and could not be carried out at once: kept until the Admin has decided, never dropped."""

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
    """One thing that waits for the Admin: a report that names what we do not know, another content of a revision that
    we hold, a wish for less secrecy, a reporter's message that was not possible.

    `content` is what came, as JSON and sealed, for it may hold an identity; it is wiped once it is settled.
    `other_hash` is what we held when a conflict came, so that neither of the two contents opens it again.
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
    """One message of a reporter by way of SP4N: its row is the right to carry it out, its answer the one every repeat
    gets.
    """

    __tablename__ = "inbound_message"
    __table_args__ = (UniqueConstraint("tracking_id", "message_id", name="uq_inbound_message_report_id"),)

    id: Mapped[BigKey]
    tracking_id: Mapped[Word]
    message_id: Mapped[Word]
    kind: Mapped[Word]
    content_hash: Mapped[Word]
    answer: Mapped[Document]
    # When the reporter said it, where the sender says so.
    said_at: Mapped[Instant | None]
    received_at: Mapped[Instant]
