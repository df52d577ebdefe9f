"""Table of the two registers of the SOP, each made once per day or month; the database rejects later changes."""

from datetime import date
from enum import StrEnum

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Instant, Line, Word, one_of
from app.models.paper import Paper


class RegisterKind(StrEnum):
    """The daily monitoring register, or the monthly register of identified problems."""

    DAILY = "daily"
    MONTHLY = "monthly"


class Register(Model):
    """One register of a day, or of the month that begins on `day`, with its number and its frozen paper.

    `made_by_id` is None when the schedule made it.
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
