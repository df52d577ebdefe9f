"""Tables of passwords: age, former hashes, links that set a password, and accounts linked at a sign-on provider."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Line, Word, one_of

LINK_KINDS = ("invitation", "reset", "forgotten")


class PasswordAge(Model):
    """When an account's present password was set; a `demonstration` password never expires."""

    __tablename__ = "password_age"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    changed_at: Mapped[Instant]
    demonstration: Mapped[bool] = mapped_column(default=False)


class FormerPassword(Model):
    """The hash of a former password, which may not be reused for a while."""

    __tablename__ = "former_password"
    __table_args__ = (Index("ix_former_password_user", "user_id", "id"),)

    id: Mapped[BigKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    hash: Mapped[str]
    ended_at: Mapped[Instant]


class PasswordLink(Model):
    """A link by which an officer sets a password once; only the hash of its token is stored.

    A partial unique index allows one open link per account and kind. `ended_at` is None while the link is open.
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
    """An account at an OpenID Connect provider (`issuer`, `subject`) that is linked to an officer."""

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
