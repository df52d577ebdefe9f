"""Tables of accounts: passwords, second step, sign-ins, API keys, grants of roles that open identities."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Line, Prose, Word, one_of
from app.core.encrypted_columns import SealedText

ACCOUNTS = User.__table__
ACCOUNTS.constraints -= {
    rule for rule in ACCOUNTS.constraints if isinstance(rule, UniqueConstraint) and "email" in rule.columns
}
Index("uq_ab_user_email_given", User.email, unique=True, postgresql_where=text("email <> ''"))
"""Officers without e-mail sign in by user name; Flask-AppBuilder's own table wants a different address of each."""

LINK_KINDS = ("invitation", "reset", "forgotten")


class PasswordAge(Model):
    """Table row: when a user account's present password was set (`changed_at`, aware UTC); a `demonstration` password
    never expires.
    """

    __tablename__ = "password_age"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    changed_at: Mapped[Instant]
    demonstration: Mapped[bool] = mapped_column(default=False)


class FormerPassword(Model):
    """Table row: the hash of a user account's former password, which may not be reused for a while; `ended_at` is when
    it was replaced (aware UTC).
    """

    __tablename__ = "former_password"
    __table_args__ = (Index("ix_former_password_user", "user_id", "id"),)

    id: Mapped[BigKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    hash: Mapped[str]
    ended_at: Mapped[Instant]


class PasswordLink(Model):
    """Table row: a single-use link by which an officer sets a password; only the hash of its token is stored.

    A partial unique index allows one open link per user account and kind. `ended_at` is None while the link is open;
    `made_by_id` is None if no administrator made the link.
    """

    __tablename__ = "password_link"
    __table_args__ = (
        CheckConstraint(one_of("kind", LINK_KINDS), name="kind"),
        Index("uq_password_link_living", "user_id", "kind", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[BigKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    kind: Mapped[Word]
    token_hash: Mapped[Word] = mapped_column(unique=True)
    made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)

    user: Mapped[User] = relationship(User, foreign_keys=[user_id])


class LinkedSubject(Model):
    """Table row: a user's identity at an OpenID Connect provider (`issuer`, `subject`) that is linked to an officer's
    user account.
    """

    __tablename__ = "linked_subject"
    __table_args__ = (
        UniqueConstraint("issuer", "subject", name="uq_linked_subject_issuer_subject"),
        UniqueConstraint("issuer", "user_id", name="uq_linked_subject_issuer_user"),
    )

    id: Mapped[BigKey]
    issuer: Mapped[Line]
    subject: Mapped[Line]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    linked_at: Mapped[Instant]
    used_at: Mapped[Instant | None]

    user: Mapped[User] = relationship(User)


class TwoStep(Model):
    """Table row: an officer's encrypted secret for one-time codes (RFC 6238), in force once `confirmed_at` is set
    (None: not confirmed).

    `last_step` is the time step of the last accepted code; codes of this and of earlier time steps are rejected. `salt`
    is that of the recovery codes' hashes.
    """

    __tablename__ = "two_step"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(SealedText)
    salt: Mapped[Word]
    made_at: Mapped[Instant]
    confirmed_at: Mapped[Instant | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)

    user: Mapped[User] = relationship(User)


class RecoveryCode(Model):
    """Table row: the hash of a recovery code, usable once instead of a one-time code; `used_at` is None until then."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash", name="uq_recovery_code_user_hash"),)

    id: Mapped[BigKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("two_step.user_id", ondelete="CASCADE"))
    code_hash: Mapped[Word]
    used_at: Mapped[Instant | None]


class HalfSignIn(Model):
    """Table row: a sign-in with the right password that waits for the one-time code.

    The request that deletes the row may finish the sign-in. `mark` is the digest of the browser's token; `seal` is a
    digest of the account and its password, so that a changed password invalidates the row.
    """

    __tablename__ = "half_sign_in"

    id: Mapped[BigKey]
    mark: Mapped[Word] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    seal: Mapped[Word]
    began_at: Mapped[Instant] = mapped_column(index=True)


class LoginCount(Model):
    """Table row: the number of attempts (`tries`) counted for one subject, such as an account or address, since
    `began_at`.

    `mark` is a keyed digest of the subject, which reveals neither account nor address.
    """

    __tablename__ = "login_count"
    __table_args__ = (CheckConstraint("tries >= 0", name="tries"),)

    mark: Mapped[Word] = mapped_column(primary_key=True)
    began_at: Mapped[Instant] = mapped_column(index=True)
    tries: Mapped[int]


class ApiKey(Model):
    """Table row: the API key of one client program, with the hash of the key and the scopes it grants.

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
    """Table row: the stored response to the first write with an idempotency key; a repeat by the same caller gets this
    response.

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
    """Table row: one sign-in of an officer by form or API (`door`); its cookie or token is valid only while `ended_at`
    is None.

    A database trigger ends the sign-ins of a user account when its roles, agency or state change, so that no code path
    can forget it. `mark` is the token of the sign-in; `refresh_mark` is the id of the one refresh token still valid
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


GRANT_STATES = ("waiting", "confirmed", "refused")


class IdentityGrant(Model):
    """Table row: one request to give a user a role that may open reporters' identities; a database trigger rejects an
    unconfirmed role.

    `decided_at` and `decided_by_id` are None while the request waits; the decider may be neither the requester nor the
    user.
    """

    __tablename__ = "identity_grant"
    __table_args__ = (
        CheckConstraint(one_of("state", GRANT_STATES), name="state"),
        CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("decided_by_id NOT IN (asked_by_id, user_id)", name="second_person"),
        UniqueConstraint(
            "user_id",
            "role_id",
            "decided_at",
            name="uq_identity_grant_waiting",
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[BigKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    role_id: Mapped[int] = mapped_column(ForeignKey("ab_role.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    asked_at: Mapped[Instant]
    state: Mapped[Word] = mapped_column(default="waiting")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[Instant | None]
    reason: Mapped[Prose] = mapped_column(default="")

    user: Mapped[User] = relationship(User, foreign_keys=[user_id])
    role: Mapped[Role] = relationship(Role)
    asked_by: Mapped[User] = relationship(User, foreign_keys=[asked_by_id])
