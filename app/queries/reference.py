"""Reference rows as the values the rules take: the SOP of a version, the working calendar."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from flask import g
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.extensions import db
from app.models import Agency, Category, District, Holiday, SopStepRow, SopVersion, Village, WorkingWeek
from app.models.reference import WEEKDAYS
from workflow_rules.actors import Actor
from workflow_rules.deadlines import Allowance, Unit
from workflow_rules.identity import Channel
from workflow_rules.sop import FastTrack, Sop, SopStep
from workflow_rules.steps import Step
from workflow_rules.working_calendar import WorkingCalendar

ZONE = "Asia/Makassar"
WARNED_FROM_MONTH = 10


def load_sop(version: SopVersion) -> Sop:
    """The version as a value; ValueError when its rows do not make an SOP."""
    return sop_with(version, [[getattr(row, name) for name in OF_A_STEP] for row in version.steps])


def steps_of_sop(version_id: int | InstrumentedAttribute[int] | BindParameter[int]) -> ScalarSelect[Any]:
    """The steps of a version in their order, as part of another query; `sop_with` makes an SOP of them."""
    step = func.json_build_array(*(getattr(SopStepRow, name) for name in OF_A_STEP))
    steps = select(func.json_agg(aggregate_order_by(step, SopStepRow.position)))
    return steps.where(SopStepRow.sop_version_id == version_id).scalar_subquery()


def sop_with(version: SopVersion, steps: list[Any]) -> Sop:
    """The version with its steps as a value; ValueError when they do not make an SOP."""
    return _sop(json.dumps(steps), *_exceptions(version))


def sop_with_text(version: SopVersion, steps: str) -> Sop:
    """The same of the steps as the JSON text that the database made of them."""
    return _sop(steps, *_exceptions(version))


def _exceptions(version: SopVersion) -> tuple[Any, ...]:
    days = version.extended_draft_days, version.silence_days, version.question_days
    early, channels = tuple(version.fast_track_from), tuple(version.nik_channels)
    return version.number, *days, version.fast_track_actor, early, channels, version.most_more_days


@lru_cache(maxsize=16)
def _sop(
    steps: str,
    number: str,
    draft: int,
    silence: int,
    question: int,
    fast: str,
    early: tuple[str],
    nik: tuple[str],
    more: int,
) -> Sop:
    """The SOP of these very rows: the same ones give the same object, changed ones never."""
    return Sop(
        number,
        tuple(_step(*row) for row in json.loads(steps)),
        Allowance(draft, Unit.WORKING_DAYS),
        FastTrack(Actor(fast), frozenset(Step(step) for step in early)),
        Allowance(silence, Unit.WORKING_DAYS),
        Allowance(question, Unit.WORKING_DAYS),
        frozenset(Channel(channel) for channel in nik),
        more,
    )


OF_A_STEP = (
    "step",
    "number",
    "actor",
    "allowance_value",
    "allowance_unit",
    "procedure",
    "inputs",
    "output",
    "remark",
)


def _step(step: str, number: int, actor: str, value: int | None, unit: str | None, *words: str) -> SopStep:
    allowance = Allowance(value, Unit(unit)) if value is not None and unit is not None else None
    return SopStep(Step(step), number, Actor(actor), allowance, *words)


def active_sop_version() -> SopVersion:
    """The version under which complaints are registered today."""
    return db.session.scalars(select(SopVersion).where(SopVersion.status == "active")).one()


def active_sop_and_calendar(version: SopVersion, steps: str, calendar: str) -> tuple[SopVersion, Sop, WorkingCalendar]:
    """Of the row of `ACTIVE`: the version, as row and as value, and the office's working time."""
    return version, sop_with_text(version, steps), calendar_with(calendar)


def parse_hours(text: str) -> list[list[str]]:
    """`07:30-12:00 13:00-16:00` as pairs; ValueError for anything else."""
    periods = [part.split("-") for part in text.replace(",", " ").split()]
    if any(len(pair) != 2 for pair in periods):
        raise ValueError("a period is <open>-<close>")
    return periods


def calendar_as_dict() -> dict[str, object]:
    """The calendar tables in the form `WorkingCalendar.from_dict` takes."""
    return calendar_data(_calendar_rows())


def load_working_calendar() -> WorkingCalendar:
    """The office's working time as it stands now."""
    return calendar_with(_calendar_rows())


def _calendar_rows() -> str:
    return db.session.scalars(_calendar_asked()).one()


@cache
def _calendar_asked() -> Select[Any]:
    return select(calendar_rows())


@cache
def calendar_rows() -> ColumnElement[str]:
    """Weeks and closed days as one JSON text, as part of a query: every act and most pages need it."""
    hours = [part for day in WEEKDAYS for part in (literal(day), getattr(WorkingWeek, day))]
    week = func.json_build_array(WorkingWeek.starts_on, WorkingWeek.ends_on, func.json_build_object(*hours))
    weeks = select(func.json_agg(aggregate_order_by(week, WorkingWeek.id))).scalar_subquery()
    day = func.json_build_array(Holiday.day, Holiday.name)
    days = select(func.json_agg(aggregate_order_by(day, Holiday.day, Holiday.id))).scalar_subquery()
    return cast(func.json_build_array(weeks, days), Text)


@lru_cache(maxsize=4)
def calendar_with(rows: str) -> WorkingCalendar:
    """The calendar of these rows; the same rows give the same object, which keeps its sums."""
    return WorkingCalendar.from_dict(calendar_data(rows))


def calendar_data(rows: str) -> dict[str, object]:
    """Weeks and closed days, as `calendar_rows` gives them, in the form `WorkingCalendar.from_dict` takes."""
    weeks, days = json.loads(rows)
    closed: dict[str, str] = {}
    for day, name in days or ():
        closed[day] = f"{closed[day]}; {name}" if day in closed else name
    return {"zone": ZONE, "weeks": [_week(*week) for week in weeks or ()], "closed_days": closed}


def _week(starts_on: str | None, ends_on: str | None, hours: dict[str, str | None]) -> dict[str, object]:
    open_on = {day: parse_hours(text) for day, text in hours.items() if text}
    return {"from": starts_on, "to": ends_on, "hours": open_on}


ACTIVE = select(SopVersion, cast(steps_of_sop(SopVersion.id), Text), calendar_rows()).where(
    SopVersion.status == "active"
)
"""The version under which complaints are registered today; `active_sop_and_calendar` takes its row."""


def missing_holiday_year(today: date) -> int | None:
    """The next year while no national holiday of it is known, from October of this year on."""
    if today.month < WARNED_FROM_MONTH:
        return None
    year = today.year + 1
    known = select(Holiday.id).where(Holiday.day.between(date(year, 1, 1), date(year, 12, 31)), Holiday.kind != "local")
    return None if db.session.execute(known.limit(1)).first() else year


def agencies_in_service() -> frozenset[str]:
    """Codes of every agency that may be given a complaint."""
    return frozenset(db.session.scalars(select(Agency.code).where(Agency.active.is_(True))))


@contextmanager
def names_remembered() -> Iterator[None]:
    """While many reports are read one after the other, the same names are looked up once."""
    g.names_found = {}
    try:
        yield
    finally:
        g.pop("names_found", None)


@dataclass(frozen=True)
class Named:
    """Keys of what a report names; None where nothing is named or nothing has that name."""

    category: int | None
    district: int | None
    village: int | None
    rows: tuple[Any, ...]
    """The rows themselves: as long as they are held, whoever shows the new case finds them in the session."""


Texts = tuple[str | None, str | None, str | None]
"""What a report says of its category, district and village."""


def find_named(texts: Texts) -> Named:
    """A category in use, a district and a village, each by code or name, in one statement; the village is looked for
    in the district where that is known, and tells its own where none is named.
    """
    if not any(texts):
        return Named(None, None, None, ())
    known: dict[Texts, Named] = g.get("names_found", {})
    if texts not in known:
        known[texts] = _find_named(texts)
    return known[texts]


def _find_named(texts: Texts) -> Named:
    asked = dict(zip(("category", "district", "village"), texts, strict=True))
    asked |= {f"{name}_like": text and _literal(text) for name, text in asked.items()}
    category, district, village = rows = db.session.execute(_NAMED, asked).one()
    of_village = village.district_id if village else None
    return Named(
        category.id if category else None,
        district.id if district else of_village,
        village.id if village else None,
        tuple(rows),
    )


def _named() -> Select[Category, District, Village]:
    in_use = select(Category).where(_called(Category, "category"), Category.active.is_(True))
    by_code = Category.code != bindparam("category", type_=Text)
    category = aliased(Category, in_use.order_by(by_code, Category.id).limit(1).subquery("named_category"))
    districts = select(District).where(_called(District, "district")).order_by(District.id).limit(1)
    district = aliased(District, districts.subquery("named_district"))
    there = district.id.is_(None) | (Village.district_id == district.id)
    villages = select(Village).where(_called(Village, "village"), there).order_by(Village.id).limit(1)
    village = aliased(Village, villages.lateral("named_village"))
    nothing = select(literal(1)).subquery("nothing")
    found = select(category, district, village).select_from(nothing)
    return found.outerjoin(category, true()).outerjoin(district, true()).outerjoin(village, true())


def _called(kind: type[Category | District | Village], name: str) -> ColumnElement[bool]:
    return (kind.code == bindparam(name, type_=Text)) | kind.name.ilike(bindparam(f"{name}_like", type_=Text))


_NAMED = _named()


def find_category(text: str) -> Category | None:
    """A category in use, by its code or its name."""
    found: Category | None = find_named((text, None, None)).rows[0]
    return found


def _literal(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
