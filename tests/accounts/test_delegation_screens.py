"""Standing in for another officer: decreed on its screen, acted under on the page of a complaint."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.accounts.delegations import end_delegation
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent, DelegationRow
from app.web.form_labels import CHOOSE, REFUSED
from tests.factories import a_complaint
from tests.office_zone import office_today
from tests.reference.reference_forms import key_of, officer, refused, save

pytestmark = [pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")]


def _delegation(app: Flask, giver: str, holder: str, start: int = 0, end: int = 7, **more: Any) -> dict[str, str]:
    today = office_today()
    return {
        "kind": "plh",
        "giver": str(officer(app, giver)),
        "holder": str(officer(app, holder)),
        "decree_number": "800/1/2026",
        "starts_on": str(today + timedelta(days=start)),
        "ends_on": str(today + timedelta(days=end)),
        **more,
    }


def test_a_delegation_is_refused_where_it_goes_in_a_circle_or_overlaps(app: Flask, screen: FlaskClient) -> None:
    add = "/delegasi/add"
    assert save(screen, add, **_delegation(app, "kadis", "kabid")) is None
    assert refused(save(screen, add, **_delegation(app, "kabid", "kadis", 3)), "loop", "holder")
    assert refused(save(screen, add, **_delegation(app, "kadis", "kabid", 7, 9)), "overlap", "starts_on")
    assert refused(save(screen, add, **_delegation(app, "kadis", "kadis")), "to_oneself", "holder")
    assert refused(save(screen, add, **_delegation(app, "kadis", "kasi", 5, 4)), "ends_before_start", "ends_on")
    assert refused(save(screen, add, **_delegation(app, "kadis", "kasi", -5, -4)), "already_over", "ends_on")
    assert save(screen, add, **_delegation(app, "kadis", "kabid", 8, 9)) is None
    assert save(screen, add, **_delegation(app, "kabid", "kasi")) is None
    assert refused(save(screen, add, **_delegation(app, "kasi", "kadis")), "loop", "holder")


def test_the_officers_of_a_delegation_are_chosen_and_never_taken_from_the_top(app: Flask, screen: FlaskClient) -> None:
    form = screen.get("/delegasi/add").text
    for name in ("giver", "holder"):
        assert re.search(rf'name="{name}"[^>]*><option selected value="__None">{re.escape(str(CHOOSE))}<', form)
        page = save(screen, "/delegasi/add", **{**_delegation(app, "kadis", "kabid"), name: "__None"})
        assert f'id="{name}-galat"' in (page or "")


def test_a_delegation_that_is_over_stays_as_it_was(app: Flask, screen: FlaskClient) -> None:
    assert save(screen, "/delegasi/add", **_delegation(app, "kadis", "kabid")) is None
    key = key_of(app, DelegationRow)
    with app.app_context():
        row = db.session.get(DelegationRow, key)
        row.starts_on, row.ends_on = date(2026, 1, 1), date(2026, 1, 2)
        db.session.commit()
    assert screen.post(f"/delegasi/edit/{key}", data=_delegation(app, "kadis", "kasi")).status_code == 302
    assert str(REFUSED["over"]) in screen.get(f"/delegasi/show/{key}").text
    assert key_of(app, DelegationRow, ends_on=date(2026, 1, 2)) == key


def test_what_was_acted_under_cannot_be_deleted_or_rewritten_but_ended(app: Flask, screen: FlaskClient) -> None:
    form = _delegation(app, "kasi", "kabid")
    assert save(screen, "/delegasi/add", **form) is None
    key = key_of(app, DelegationRow)
    with app.app_context():
        case = a_complaint(at="check")
        case.act("division_head", "approve_check")
    assert screen.post(f"/delegasi/delete/{key}").status_code == 404
    changed = save(screen, f"/delegasi/edit/{key}", **{**form, "decree_number": "800/2/2026"})
    assert refused(changed, "used", "decree_number")
    longer = _delegation(app, "kasi", "kabid", end=9)
    assert save(screen, f"/delegasi/edit/{key}", **longer) is None
    assert screen.post(f"/delegasi/action/end_now/{key}").status_code == 302
    assert key_of(app, DelegationRow, ends_on=office_today()) == key


def test_ending_a_delegation_takes_it_back_from_yesterday_on(context: Flask) -> None:
    users = dict(db.session.execute(select(User.username, User.id)).all())
    today = office_today()
    row = DelegationRow(kind="plt", giver_id=users["kadis"], holder_id=users["kabid"], decree_number="1")
    row.starts_on, row.ends_on = today - timedelta(days=3), today + timedelta(days=3)
    row.created_at = a_complaint().complaint.received_at
    db.session.add(row)
    db.session.commit()
    assert end_delegation(row, today) == today - timedelta(days=1)


TUESDAY = "2026-11-24 10:00"


def _offered(officer: FlaskClient, case_id: int) -> bool:
    return 'name="action" value="approve_check"' in officer.get(f"/aduan/{case_id}").text


def _approve(app: Flask, officer: FlaskClient, case_id: int) -> int:
    with app.app_context():
        version = db.session.get(Complaint, case_id).version
    token = officer.get(f"/aduan/{case_id}").text.partition('name="token" value="')[2].partition('"')[0]
    form = {"action": "approve_check", "expected_version": str(version), "token": token}
    return officer.post(f"/aduan/{case_id}/tindakan", data=form).status_code


def test_a_delegate_acts_in_the_browser_and_the_trail_names_both(
    app: Flask, freeze: Callable[[str], Any], as_user: Callable[[str], FlaskClient]
) -> None:
    freeze(TUESDAY)
    with app.app_context():
        case_id = a_complaint(at="check").id
    delegate = as_user("kabid")
    assert not _offered(delegate, case_id)
    assert save(as_user("administrator"), "/delegasi/add", **_delegation(app, "kasi", "kabid", kind="plh")) is None
    assert _offered(delegate, case_id)
    assert _approve(app, delegate, case_id) == 303
    with app.app_context():
        event = db.session.scalars(select(ComplaintEvent).where(ComplaintEvent.kind == "approve_check")).one()
        names = (event.officer.username, event.on_behalf_of.username, event.actor, event.delegation_kind)
        assert names == ("kabid", "kasi", "section_head", "plh")
        assert event.delegation_id == key_of(app, DelegationRow)
    trail = as_user("pengawas").get(f"/aduan/{case_id}").text.partition('id="linimasa"')[2]
    assert "Ratna Flamboyan" in trail
    assert "Bayu Kenanga" in trail


def test_a_delegation_through_a_chain_counts_by_the_office_s_day_and_ends_by_itself(
    app: Flask, freeze: Callable[[str], Any], as_user: Callable[[str], FlaskClient]
) -> None:
    freeze("2026-11-23 10:00")
    with app.app_context():
        case_id = a_complaint(at="check").id
    screen = as_user("administrator")
    assert save(screen, "/delegasi/add", **_delegation(app, "kasi", "kabid", 1, 1, kind="plt")) is None
    assert save(screen, "/delegasi/add", **_delegation(app, "kabid", "kadis", 0, 9, kind="an")) is None
    seen = {}
    for moment in ("2026-11-23 23:59", "2026-11-24 00:01", "2026-11-24 23:59", "2026-11-25 00:01"):
        freeze(moment)
        seen[moment[5:]] = _offered(as_user("kadis"), case_id)
    assert seen == {"11-23 23:59": False, "11-24 00:01": True, "11-24 23:59": True, "11-25 00:01": False}
    assert _approve(app, as_user("kadis"), case_id) == 403
    freeze(TUESDAY)
    assert _approve(app, as_user("kadis"), case_id) == 303
