"""Reference rows as the values the rules take: the SOP of a version, the working calendar."""

import json
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

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
    return Sop(
        version.number,
        tuple(_step(row) for row in version.steps),
        Allowance(version.extended_draft_days, Unit.WORKING_DAYS),
        FastTrack(Actor(version.fast_track_actor), frozenset(Step(s) for s in version.fast_track_from)),
        Allowance(version.silence_days, Unit.WORKING_DAYS),
        Allowance(version.question_days, Unit.WORKING_DAYS),
        frozenset(Channel(c) for c in version.nik_channels),
    )


def _step(row: SopStepRow) -> SopStep:
    allowance = None
    if row.allowance_value is not None and row.allowance_unit is not None:
        allowance = Allowance(row.allowance_value, Unit(row.allowance_unit))
    return SopStep(
        Step(row.step), row.number, Actor(row.actor), allowance, row.procedure, row.inputs, row.output, row.remark
    )


def active_sop_version() -> SopVersion:
    """The version under which complaints are registered today."""
    return db.session.scalars(select(SopVersion).where(SopVersion.status == "active")).one()


def parse_hours(text: str) -> list[list[str]]:
    """`07:30-12:00 13:00-16:00` as pairs; ValueError for anything else."""
    periods = [part.split("-") for part in text.replace(",", " ").split()]
    if any(len(pair) != 2 for pair in periods):
        raise ValueError("a period is <open>-<close>")
    return periods


def calendar_as_dict() -> dict[str, object]:
    """The calendar tables in the form `WorkingCalendar.from_dict` takes; read in one statement, as every page does."""
    weeks, holidays = db.session.execute(select(_all_weeks(), _all_holidays())).one()
    closed: dict[str, str] = {}
    for day, name in holidays or ():
        closed[day] = f"{closed[day]}; {name}" if day in closed else name
    return {"zone": ZONE, "weeks": [_week(*week) for week in weeks or ()], "closed_days": closed}


def _week(starts_on: str | None, ends_on: str | None, *hours: str) -> dict[str, object]:
    periods = {day: parse_hours(text) for day, text in zip(WEEKDAYS, hours, strict=True) if text}
    return {"from": starts_on, "to": ends_on, "hours": periods}


def _all_weeks() -> ScalarSelect[Any]:
    columns = [WorkingWeek.starts_on, WorkingWeek.ends_on, *(getattr(WorkingWeek, day) for day in WEEKDAYS)]
    return select(func.json_agg(aggregate_order_by(func.json_build_array(*columns), WorkingWeek.id))).scalar_subquery()


def _all_holidays() -> ScalarSelect[Any]:
    pair = func.json_build_array(Holiday.day, Holiday.name)
    return select(func.json_agg(aggregate_order_by(pair, Holiday.day, Holiday.id))).scalar_subquery()


def load_working_calendar() -> WorkingCalendar:
    """The office's working time as it stands now; the same rows give the same object, which keeps its sums."""
    return _calendar_of(json.dumps(calendar_as_dict()))


@lru_cache(maxsize=4)
def _calendar_of(text: str) -> WorkingCalendar:
    return WorkingCalendar.from_dict(json.loads(text))


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


def find_category(text: str) -> Category | None:
    """A category in use, by its code or its name."""
    either = (Category.code == text) | (Category.name.ilike(_literal(text)))
    statement = select(Category).where(either, Category.active.is_(True))
    return db.session.scalars(statement.order_by(Category.code != text, Category.id).limit(1)).first()


def find_district(text: str) -> District | None:
    either = (District.code == text) | (District.name.ilike(_literal(text)))
    return db.session.scalars(select(District).where(either).order_by(District.id).limit(1)).first()


def find_village(text: str, district: District | None) -> Village | None:
    """A village by code or name; within a district where one is given."""
    statement = select(Village).where((Village.code == text) | (Village.name.ilike(_literal(text))))
    if district is not None:
        statement = statement.where(Village.district_id == district.id)
    return db.session.scalars(statement.order_by(Village.id).limit(1)).first()


def _literal(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
