"""What is kept of officers' passwords beside the present hash, the links that set one, and accounts at a provider."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Line, Word, one_of

LINK_KINDS = ("invitation", "reset", "forgotten")


class PasswordAge(Model):
    """Since when an account has its present password; one of the demonstration never ends by age."""

    __tablename__ = "password_age"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    changed_at: Mapped[Instant]
    demonstration: Mapped[bool] = mapped_column(default=False)


class FormerPassword(Model):
    """The hash of a password that was given up: it may not be taken again for a while."""

    __tablename__ = "former_password"
    __table_args__ = (Index("ix_former_password_user", "user_id", "id"),)

    id: Mapped[BigKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    hash: Mapped[str]
    ended_at: Mapped[Instant]


class PasswordLink(Model):
    """A link by which an officer sets a password, once; only a hash of what stands in it is kept.

    One of a kind lives for an account at a time: the partial unique index is the right to make one.
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
    """An account at the single sign-on's provider that is an officer of ours: its subject, never a name."""

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
