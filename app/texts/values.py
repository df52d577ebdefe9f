"""Values of placeholders: instants and dates in the current locale, and what a standard text may say of a case."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from flask import current_app
from flask_babel import gettext
from sqlalchemy import select

from app.core.clock import office_time, office_today, utc_now
from app.core.extensions import db
from app.models import Complaint
from app.texts.placeholders import Values
from app.vocabulary.words import STEPS
from app.web.formats import ZONE_NAME, day, moment
from workflow_rules.process.steps import Step

SAMPLE_NUMBER = "LB-2026-000123"


def instant(at: datetime | None) -> str | Callable[[str], str]:
    """Return the value of a placeholder of the type `moment` for an aware datetime; "" for None."""
    return partial(_written, at) if at is not None else ""


def on_day(of: date) -> Callable[[str], str]:
    """Return the value of a placeholder of the type `date`."""
    return partial(_written_day, of)


def _written(at: datetime, form: str) -> str:
    if form == "time":
        return f"{office_time(at):%H.%M} {ZONE_NAME}"
    return _written_day(at, form) if form else moment(at)


def _written_day(of: date, form: str) -> str:
    return day(of, "pendek" if form == "short" else "sedang")


def visible_case(number: str) -> Complaint | None:
    """Return the case with this number; None if there is none, or the requesting person may not see it."""
    return db.session.scalars(select(Complaint).where(Complaint.number == number)).first()


def sample_values() -> Values:
    """Return invented values of all placeholders, for a preview without a case."""
    at = utc_now()
    return {
        "complaint.number": SAMPLE_NUMBER,
        "complaint.received": instant(at),
        "category.name": gettext("Jalan dan jembatan"),
        "place.name": "Paringin",
        "step.name": str(STEPS[Step.DRAFT_ANSWER]),
        "step.overdue_days": "2",
        "deadline": instant(at + timedelta(days=2)),
        "today": on_day(office_today(at)),
        "agency.name": gettext("Dinas Contoh"),
        "office.name": gettext("Dinas Pengelola Aduan"),
        "officer.name": gettext("Nama Petugas"),
        "delegation.decree": "800/123/2026",
        "report.title": gettext("Laporan bulanan"),
        "site.address": current_app.config["PUBLIC_BASE_URL"],
    }
