"""The second step of a sign-in: secrets, recovery codes, sign-ins half done, and tries that were counted."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Word
from app.core.encrypted_columns import SealedText


class TwoStep(Model):
    """An officer's secret for one-time codes (RFC 6238); it counts from `confirmed_at` on.

    `last_step` is the time step of the last code that was taken: it and every earlier one are used up.
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
    """One code for the day on which the phone is lost: only its hash is kept, and it opens once."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash", name="uq_recovery_code_user_hash"),)

    id: Mapped[BigKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("two_step.user_id", ondelete="CASCADE"))
    code_hash: Mapped[Word]
    used_at: Mapped[Instant | None]


class HalfSignIn(Model):
    """A sign-in whose password was right and whose code is awaited; taking the row away is the right to finish it."""

    __tablename__ = "half_sign_in"

    id: Mapped[BigKey]
    mark: Mapped[Word] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    seal: Mapped[Word]
    began_at: Mapped[Instant] = mapped_column(index=True)


class LoginCount(Model):
    """Tries within one window by a keyed mark of what they have in common; the mark tells no name and no address."""

    __tablename__ = "login_count"
    __table_args__ = (CheckConstraint("tries >= 0", name="tries"),)

    mark: Mapped[Word] = mapped_column(primary_key=True)
    began_at: Mapped[Instant] = mapped_column(index=True)
    tries: Mapped[int]
