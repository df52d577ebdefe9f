"""Table of requests for a role that may open reporters' identities, confirmed or refused by a second person."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Prose, Word, one_of

GRANT_STATES = ("waiting", "confirmed", "refused")


class IdentityGrant(Model):
    """One request to give a user a role that may open identities; a database trigger rejects an unconfirmed role.

    `decided_at` and `decided_by_id` are None while it waits; the decider may be neither the requester nor the user.
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
