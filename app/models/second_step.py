"""Tables of two-factor sign-in: secrets, recovery codes, pending sign-ins, and counted attempts."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Word
from app.core.encrypted_columns import SealedText


class TwoStep(Model):
    """An officer's sealed secret for one-time codes (RFC 6238), in force once `confirmed_at` is set.

    `last_step` is the time step of the last accepted code; codes of it and of earlier steps are rejected.
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
    """The hash of one recovery code, usable once instead of a one-time code; `used_at` is None while unused."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "code_hash", name="uq_recovery_code_user_hash"),)

    id: Mapped[BigKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("two_step.user_id", ondelete="CASCADE"))
    code_hash: Mapped[Word]
    used_at: Mapped[Instant | None]


class HalfSignIn(Model):
    """A sign-in whose password was right and whose one-time code is awaited.

    Deleting the row is the claim to finish it. `mark` is the digest of the browser's token; `seal` is a digest of the
    account, so that a changed account invalidates it.
    """

    __tablename__ = "half_sign_in"

    id: Mapped[BigKey]
    mark: Mapped[Word] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    seal: Mapped[Word]
    began_at: Mapped[Instant] = mapped_column(index=True)


class LoginCount(Model):
    """Number of sign-in attempts in one window.

    `mark` is a keyed hash of the account or address, which reveals neither.
    """

    __tablename__ = "login_count"
    __table_args__ = (CheckConstraint("tries >= 0", name="tries"),)

    mark: Mapped[Word] = mapped_column(primary_key=True)
    began_at: Mapped[Instant] = mapped_column(index=True)
    tries: Mapped[int]
