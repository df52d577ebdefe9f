"""Table of what an officer signs with."""

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import Instant, Line, Word
from app.core.encrypted_columns import SealedBytes, SealedText


class SigningMeans(Model):
    """An officer's certificate file and NIK, both sealed, with the certificate's public details in plain text.

    It is kept apart from the officer's profile, whose editors see the whole row.
    """

    __tablename__ = "signing_means"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    nik: Mapped[str | None] = mapped_column(SealedText)
    certificate: Mapped[bytes | None] = mapped_column(SealedBytes)
    subject: Mapped[Line] = mapped_column(default="")
    issuer: Mapped[Line] = mapped_column(default="")
    valid_until: Mapped[Instant | None]
    fingerprint: Mapped[Word] = mapped_column(default="")
    changed_at: Mapped[Instant]

    user: Mapped[User] = relationship(User)
