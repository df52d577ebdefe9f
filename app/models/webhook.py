"""Tables of webhooks: endpoints, and the deliveries to them."""

from flask_appbuilder import Model
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Line, Prose, Word, one_of
from app.core.encrypted_columns import SealedText

WEBHOOK_STATES = ("queued", "delivered", "parked")
DISABLED_FOR = ("by_hand", "gone", "failing")


class WebhookEndpoint(Model):
    """Table row: a receiver of change feed events by webhook; `position` is the last feed position that was read for
    it.

    `secret` signs the messages; `previous_secret` also signs until `previous_until`. After a failure of the receiver's
    whole server nothing is sent before `held_until`; `failing_since` is the first failure after the last success.
    `version` grows with each edit, to detect a stale form. Instants are aware UTC.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint(one_of("disabled_for", DISABLED_FOR), name="disabled_for"),
        CheckConstraint("active = (disabled_for IS NULL)", name="why_disabled"),
        CheckConstraint("(previous_secret IS NULL) = (previous_until IS NULL)", name="previous_secret"),
    )

    id: Mapped[BigKey]
    name: Mapped[Line] = mapped_column(unique=True)
    url: Mapped[Prose]
    event_types: Mapped[list[str]] = mapped_column(JSONB)
    secret: Mapped[str] = mapped_column(SealedText)
    secret_at: Mapped[Instant]
    previous_secret: Mapped[str | None] = mapped_column(SealedText)
    previous_until: Mapped[Instant | None]
    active: Mapped[bool] = mapped_column(default=True)
    disabled_for: Mapped[str | None]
    disabled_at: Mapped[Instant | None]
    position: Mapped[int] = mapped_column(BigInteger)
    succeeded_at: Mapped[Instant | None]
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[Instant | None]
    held_until: Mapped[Instant | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]


class WebhookDelivery(Model):
    """Table row: one message to one webhook endpoint; the unique key (endpoint, change) makes sure that a change is
    sent once.

    The row holds the whole body, because the change is deleted earlier; `change_id` None is a test message.
    `message_id` is constant over all retries, so that the receiver can recognise a repeat.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "change_id", name="uq_webhook_delivery_endpoint_change"),
        CheckConstraint(one_of("state", WEBHOOK_STATES), name="state"),
        CheckConstraint("(change_id IS NULL) = (complaint_id IS NULL)", name="of_a_change"),
        Index("ix_webhook_delivery_waiting", "next_try_at", postgresql_where=text("state = 'queued'")),
        Index(
            "ix_webhook_delivery_in_order",
            "endpoint_id",
            "complaint_id",
            "id",
            postgresql_where=text("state = 'queued'"),
        ),
        Index("ix_webhook_delivery_parked", "endpoint_id", postgresql_where=text("state = 'parked'")),
        Index("ix_webhook_delivery_endpoint", "endpoint_id", "id"),
        Index("ix_webhook_delivery_at", "at"),
    )

    id: Mapped[BigKey]
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"))
    change_id: Mapped[int | None] = mapped_column(BigInteger)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"))
    message_id: Mapped[Word] = mapped_column(unique=True)
    type: Mapped[Word]
    body: Mapped[Prose]
    at: Mapped[Instant]
    state: Mapped[Word] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[Instant]
    tried_at: Mapped[Instant | None]
    finished_at: Mapped[Instant | None]
    last_status: Mapped[int | None]
    last_fault: Mapped[str | None]
    last_answer: Mapped[str | None]

    endpoint: Mapped[WebhookEndpoint] = relationship()
