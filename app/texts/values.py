"""Values of placeholders: instants and dates in the current locale, and what a standard text may say of a case."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from flask import current_app
from flask_babel import gettext
from sqlalchemy import select

from app.access.process_rows import STEPS
from app.core.clock import office_time, office_today, utc_now, zone_name
from app.core.extensions import db
from app.fields.definitions import DefinedField, known_fields
from app.fields.types import text_of
from app.models import Complaint
from app.models.definition import AUDIENCES
from app.texts.field_names import PREFIX, Readers, field_names, is_shown
from app.texts.names import Name
from app.texts.placeholders import FORMATS, Values, ValueType
from app.web.formats import day, moment
from workflow_rules.process.steps import StepKind

SAMPLE_NUMBER, SAMPLE_LETTER = "LB-2026-000123", "500.12/001/DINAS/2026"


def instant(at: datetime | None) -> str | Callable[[str], str]:
    """Return the value of a placeholder of the type `moment` for an aware datetime; "" for None."""
    return partial(_written, at) if at is not None else ""


def on_day(of: date) -> Callable[[str], str]:
    """Return the value of a placeholder of the type `date`."""
    return partial(_written_day, of)


def _written(at: datetime, form: str) -> str:
    if form == "time":
        return f"{office_time(at):%H.%M} {zone_name()}"
    return _written_day(at, form) if form else moment(at)


def _written_day(of: date, form: str) -> str:
    return day(of, "pendek" if form == "short" else "sedang")


def case_values(complaint: Complaint, readers: Readers) -> Values:
    """Return what a text may say of a case: number, receipt, SP4N number, category and place, and the values of the
    office's fields that the readers of the text may see.
    """
    return {
        "complaint.number": complaint.number,
        "complaint.received": instant(complaint.received_at),
        "sp4n.number": complaint.sp4n_tracking_id or "",
        "category.name": complaint.category.name if complaint.category is not None else "",
        "place.name": ", ".join(place.name for place in (complaint.village, complaint.district) if place is not None),
        **field_values(complaint, readers),
    }


def field_values(complaint: Complaint, readers: Readers) -> Values:
    """Return the values of a case's fields that the readers of a text may see, by the name of their placeholder; an
    ended field has the value that the case was given. They are written in the locale in which the text is rendered.
    """
    known, stored = known_fields(), complaint.field_values
    return {
        PREFIX + code: partial(_written_field, known[code], value)
        for code, value in stored.items()
        if code in known and is_shown(known[code], readers)
    }


def _written_field(field: DefinedField, value: Any, form: str) -> str:
    return _written_day(date.fromisoformat(value), form) if field.type == "date" else text_of(field, value)


def sample_fields(readers: Readers) -> Values:
    """Return an invented value for each field that a text for these readers may hold: its label, or today."""
    today = on_day(office_today(utc_now()))
    return {n.name: today if n.type is ValueType.DATE else f"({n.says})" for n in field_names(readers)}


def visible_case(number: str) -> Complaint | None:
    """Return the case with this number; None if there is none, or the requesting person may not see it."""
    return db.session.scalars(select(Complaint).where(Complaint.number == number)).first()


def tracking_address() -> str:
    """Return the URL of the page on which reporters track their case."""
    return f"{current_app.config['PUBLIC_BASE_URL']}/lacak"


def sample_values() -> Values:
    """Return invented values of all placeholders, for a preview without a case."""
    at = utc_now()
    return {
        "complaint.number": SAMPLE_NUMBER,
        "complaint.received": instant(at),
        "sp4n.number": "",
        "category.name": gettext("Jalan dan jembatan"),
        "place.name": "Paringin",
        "step.name": str(STEPS[StepKind.DRAFT_ANSWER]),
        "step.overdue_days": "2",
        "deadline": instant(at + timedelta(days=2)),
        "today": on_day(office_today(at)),
        "agency.name": gettext("Dinas Contoh"),
        "office.name": gettext("Dinas Pengelola Aduan"),
        "officer.name": gettext("Nama Petugas"),
        "delegation.decree": "800/123/2026",
        "report.title": gettext("Laporan bulanan"),
        "visit.asked": gettext("ya"),
        "letter.numbers": SAMPLE_LETTER,
        "site.address": current_app.config["PUBLIC_BASE_URL"],
        "tracking.address": tracking_address(),
    }


def examples_of(names: Iterable[Name]) -> dict[str, str]:
    """Return what each way of writing a date or a moment makes of an invented value, by that way of writing."""
    values: dict[str, Any] = {**sample_values(), **sample_fields(frozenset(AUDIENCES))}
    return {
        written: values[name.name](written.strip("{}").partition("|")[2])
        for name in names
        for written in name.written
        if FORMATS[name.type] and name.name in values
    }
