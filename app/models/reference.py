"""Tables of reference data that administrators maintain: categories, places, the working calendar, national limits."""

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.column_types import BigKey, Line, Word, one_of
from app.models.organisation import Agency
from workflow_rules.time.national_clock import NationalClass, NationalStage

HOLIDAY_KINDS = ("public", "collective_leave", "local")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Category(Model):
    """Table row: the topic of a complaint, in two levels (`parent_id` is None at the first).

    `default_agency_code` is the code of the agency that usually answers, None for none.
    """

    __tablename__ = "category"
    __table_args__ = (CheckConstraint(one_of("national_class", NationalClass), name="national_class"),)

    id: Mapped[BigKey]
    code: Mapped[Word] = mapped_column(unique=True)
    name: Mapped[Line]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    default_agency_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"), index=True)
    national_class: Mapped[Word] = mapped_column(default="no_oversight")
    active: Mapped[bool] = mapped_column(default=True)

    parent: Mapped["Category | None"] = relationship(remote_side="Category.id")
    default_agency: Mapped[Agency | None] = relationship()

    def __repr__(self) -> str:
        return self.name


class District(Model):
    """Table row: a district (kecamatan) with its official code."""

    __tablename__ = "district"

    id: Mapped[BigKey]
    code: Mapped[Word] = mapped_column(unique=True)
    name: Mapped[Line]

    def __repr__(self) -> str:
        return self.name


class Village(Model):
    """Table row: a village (desa or kelurahan) in its district."""

    __tablename__ = "village"

    id: Mapped[BigKey]
    code: Mapped[Word] = mapped_column(unique=True)
    name: Mapped[Line]
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)

    district: Mapped[District] = relationship()

    def __repr__(self) -> str:
        return self.name


class Holiday(Model):
    """Table row: an office date (`day`) on which the office is closed, regardless of the working week."""

    __tablename__ = "holiday"
    __table_args__ = (
        UniqueConstraint("day", "name", name="uq_holiday_day_name"),
        CheckConstraint(one_of("kind", HOLIDAY_KINDS), name="kind"),
    )

    id: Mapped[BigKey]
    day: Mapped[date] = mapped_column(index=True)
    name: Mapped[Line]
    kind: Mapped[Word] = mapped_column(default="local")

    def __repr__(self) -> str:
        return self.name


class NationalLimitRow(Model):
    """Table row: a time limit of the national system in working days (`days`), with its legal source.

    It applies from the office date `valid_from` to every class of complaint, or to `of_class` only.
    """

    __tablename__ = "national_limit"
    __table_args__ = (
        UniqueConstraint(
            "stage", "of_class", "valid_from", name="uq_national_limit_stage", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint(one_of("stage", NationalStage), name="stage"),
        CheckConstraint(one_of("of_class", NationalClass), name="of_class"),
        CheckConstraint("days BETWEEN 1 AND 365", name="days"),
    )

    id: Mapped[BigKey]
    stage: Mapped[Word]
    of_class: Mapped[str | None]
    days: Mapped[int]
    source: Mapped[Line]
    valid_from: Mapped[date]

    def __repr__(self) -> str:
        return f"{self.stage} {self.days}"


class WorkingWeek(Model):
    """Table row: the office hours of each weekday over a span of office dates; where two rows overlap, the later row
    applies.

    A weekday is text like `07:30-12:00 13:00-16:00`, empty when closed; `starts_on` or `ends_on` None is unbounded.
    """

    __tablename__ = "working_week"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="ends_after_start"),)

    id: Mapped[BigKey]
    name: Mapped[Line]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    mon: Mapped[Line] = mapped_column(default="")
    tue: Mapped[Line] = mapped_column(default="")
    wed: Mapped[Line] = mapped_column(default="")
    thu: Mapped[Line] = mapped_column(default="")
    fri: Mapped[Line] = mapped_column(default="")
    sat: Mapped[Line] = mapped_column(default="")
    sun: Mapped[Line] = mapped_column(default="")

    def __repr__(self) -> str:
        return self.name
