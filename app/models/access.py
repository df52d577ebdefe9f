"""Tables of access from outside: API keys, idempotency keys, and the sign-ins of officers."""

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.column_types import BigKey, Instant, Line, Word, one_of


class ApiKey(Model):
    """The key of one client program: the hash of the key, and the scopes it grants.

    After a rotation the former key (`previous_hash`) is also accepted until `previous_until` (aware UTC). `expires_at`
    is None for a key without an end; `revoked_at` is None while the key is not revoked.
    """

    __tablename__ = "api_key"

    id: Mapped[BigKey]
    name: Mapped[Line]
    key_hash: Mapped[Word] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSONB)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant | None]
    last_used_at: Mapped[Instant | None]
    previous_hash: Mapped[str | None] = mapped_column(unique=True)
    previous_until: Mapped[Instant | None]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    revoked_at: Mapped[Instant | None]

    def __repr__(self) -> str:
        return self.name


class IdempotencyKey(Model):
    """The stored response to the first write with an idempotency key; a repeat by the same caller gets this response.

    `request_hash` is the digest of the first request, to recognise a different request under the same key.
    """

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("caller", "key", name="uq_idempotency_key_caller_key"),)

    id: Mapped[BigKey]
    caller: Mapped[Word]
    key: Mapped[Line]
    request_hash: Mapped[Word]
    status: Mapped[int]
    body: Mapped[str]
    etag: Mapped[str | None]
    location: Mapped[str | None]
    created_at: Mapped[Instant] = mapped_column(index=True)


SIGN_IN_DOORS = ("form", "api")


class SignIn(Model):
    """One sign-in of an officer by form or API; its cookie or token is valid only while `ended_at` is None.

    A database trigger ends the rows of an account whose roles, agency or state change, so that no code
    path can forget it. `mark` is the token of the sign-in; `refresh_mark` names the one refresh token still valid
    (None: none).
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        Index("ix_sign_in_user", "user_id", "began_at"),
        CheckConstraint(one_of("door", SIGN_IN_DOORS), name="door"),
    )

    id: Mapped[BigKey]
    mark: Mapped[Word] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    began_at: Mapped[Instant] = mapped_column(index=True)
    seen_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    address: Mapped[str | None]
    browser: Mapped[Line]
    door: Mapped[Word] = mapped_column(default="form")
    refresh_mark: Mapped[str | None]
