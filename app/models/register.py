"""The two registers of the SOP, each made once a day or month and never changed; the database refuses it too."""

from datetime import date
from enum import StrEnum

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Line, Word, one_of
from app.models.paper import Paper


class RegisterKind(StrEnum):
    """Monitoring of a day, or identification of a month's problems."""

    DAILY = "daily"
    MONTHLY = "monthly"


class Register(Model):
    """One register: its day (for a month the first of it), its number in the office's book, the paper with all that it
    says, and who made it (None: the schedule).
    """

    __tablename__ = "register"
    __table_args__ = (
        UniqueConstraint("kind", "day", name="uq_register_kind_day"),
        CheckConstraint(one_of("kind", RegisterKind), name="kind"),
        CheckConstraint("kind = 'daily' OR extract(day from day) = 1", name="month_by_its_first_day"),
    )

    id: Mapped[BigKey]
    kind: Mapped[Word]
    day: Mapped[date]
    number: Mapped[Line] = mapped_column(unique=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("paper.id"), unique=True)
    content_hash: Mapped[Word]
    made_at: Mapped[Instant]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)

    paper: Mapped[Paper] = relationship()
    made_by: Mapped[User | None] = relationship(User)
