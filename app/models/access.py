"""Programs that may call us and what they were answered, and the sign-ins of officers."""

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import BigKey, Instant, Line, Word


class ApiKey(Model):
    """A program's key: only its hash is kept, and it opens just its scopes."""

    __tablename__ = "api_key"

    id: Mapped[BigKey]
    name: Mapped[Line]
    key_hash: Mapped[Word] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSONB)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant | None]

    def __repr__(self) -> str:
        return self.name


class IdempotencyKey(Model):
    """The first answer to a repeated write, kept so that every repeat gets the same one."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("caller", "key", name="uq_idempotency_key_caller_key"),)

    id: Mapped[BigKey]
    caller: Mapped[Word]
    key: Mapped[Line]
    request_hash: Mapped[Word]
    status: Mapped[int]
    body: Mapped[str]
    etag: Mapped[str | None]
    created_at: Mapped[Instant]


class SignIn(Model):
    """One sign-in by the form: where, with which browser, and until when; a cookie whose row is gone opens nothing."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_user", "user_id", "began_at"),)

    id: Mapped[BigKey]
    mark: Mapped[Word] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    began_at: Mapped[Instant] = mapped_column(index=True)
    seen_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    address: Mapped[str | None]
    browser: Mapped[Line]
