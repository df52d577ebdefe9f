"""How the tests fill in the forms of the reference data, and read what comes back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.core.extensions import db
from app.models import Complaint, OfficerProfile, StepTask
from app.web.form_labels import REFUSED
from tests.office_zone import OFFICE_ZONE

HOLIDAY = {"day": "2026-11-24", "name": "Libur setempat", "kind": "local"}
Freeze = Callable[[str], Any]
SignIn = Callable[[str], FlaskClient]


def office(text: str) -> datetime:
    """A time such as `2026-11-24 10:00` on the office's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=OFFICE_ZONE)


def due(app: Flask, case_id: int) -> tuple[datetime, datetime]:
    """The limit of the one open step, and the next limit of its case."""
    with app.app_context():
        open_step = select(StepTask).where(StepTask.complaint_id == case_id, StepTask.closed_at.is_(None))
        return db.session.scalars(open_step).one().due_at, db.session.get(Complaint, case_id).next_due_at


def save(screen: FlaskClient, path: str, **form: Any) -> str | None:
    """Save a form that is first opened; None when accepted, else the page that came back."""
    seen = screen.get(path).text.partition('name="seen" type="hidden" value="')[2].partition('"')[0]
    answer = screen.post(path, data={**form, "seen": seen})
    assert answer.status_code in (200, 302), answer.status_code
    return None if answer.status_code == 302 else answer.text


def change(screen: FlaskClient, path: str, reason: str = "Surat edaran bupati", **form: Any) -> str | None:
    """Save a form of the calendar and give the reason on the page that follows; None when made, else the page."""
    page = save(screen, path, **form)
    return with_reason(screen, page, reason) if page and 'name="usul"' in page else page


def with_reason(screen: FlaskClient, page: str, reason: str = "Surat edaran bupati") -> str | None:
    """Send the page that shows what moves; None when the change was made, else what came back."""
    answer = screen.post("/perubahan-kalender/", data={"usul": sealed(page), "reason": reason})
    assert answer.status_code in (200, 303), answer.status_code
    return None if answer.status_code == 303 else answer.text


def sealed(page: str) -> str:
    """The change that a page carries."""
    return page.partition('name="usul" value="')[2].partition('"')[0]


def refused(page: str | None, reason: str, field: str) -> bool:
    """Whether the sentence of a refusal stands beside a field."""
    assert page is not None, "it was accepted"
    beside = page.partition(f'id="{field}-galat"')[2].partition("</p>")[0]
    return str(REFUSED[reason]) in beside


def key_of(app: Flask, model: Any, **wanted: Any) -> int:
    with app.app_context():
        row = db.session.scalars(select(model).filter_by(**wanted)).one()
        return row.user_id if model is OfficerProfile else row.id


def officer(app: Flask, username: str) -> int:
    return key_of(app, User, username=username)
