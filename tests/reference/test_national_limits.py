"""National limits on their screen: what is refused beside which field, and which row holds for a case of which day."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.casefile.time_ledger import national_clocks_of
from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Complaint, JournalEntry, NationalLimitRow
from app.reference.calendar import load_working_calendar
from app.reference.national_limits import load_national_limits
from app.web.form_labels import REFUSED
from tests.factories import a_complaint
from tests.reference.reference_forms import Freeze, key_of, office, refused, save

pytestmark = [pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning")]
ADD = "/batas-nasional/add"
LIMIT = {"stage": "verify", "of_class": "", "days": "1", "source": "Permen Uji 1/2026", "valid_from": "2026-11-24"}


def rows(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(func.count()).select_from(NationalLimitRow)).one()


def beside(page: str | None, field: str) -> str:
    """What stands beside a field of the form that came back."""
    assert page is not None, "it was accepted"
    return page.partition(f'id="{field}-galat"')[2].partition("</p>")[0]


def clock(app: Flask, case_id: int, stage: str = "verify") -> tuple[int, Any]:
    """Days and limit of a stage of a case, as its pages show them."""
    with app.app_context():
        complaint = db.session.get_one(Complaint, case_id)
        clocks = national_clocks_of(complaint, load_national_limits(), load_working_calendar(), utc_now())
        found = next(c for c in clocks if c.limit.stage.value == stage)
        return found.limit.days, found.due_at


def received(app: Flask, freeze: Freeze, moment: str) -> int:
    freeze(moment)
    with app.app_context():
        return a_complaint().id


def test_a_new_limit_is_kept_and_shown_in_words(app: Flask, screen: FlaskClient) -> None:
    before = rows(app)
    assert save(screen, ADD, **LIMIT) is None
    assert rows(app) == before + 1
    page = screen.get("/batas-nasional/list/").text
    for part in ("Verifikasi dan penerusan", "Permen Uji 1/2026", "24 Nov 2026"):
        assert part in page, part


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("source", ""),
        ("source", "   "),
        ("source", "x" * 301),
        ("valid_from", ""),
        ("valid_from", "2026-02-30"),
        ("valid_from", "besok"),
        ("days", ""),
        ("days", "0"),
        ("days", "-3"),
        ("days", "366"),
        ("days", "tiga"),
        ("days", "1.5"),
        ("stage", ""),
        ("stage", "selesai"),
        ("of_class", "semua"),
    ],
)
def test_what_is_no_limit_is_refused_beside_its_field(app: Flask, screen: FlaskClient, field: str, typed: str) -> None:
    before = rows(app)
    page = save(screen, ADD, **{**LIMIT, field: typed})
    assert beside(page, field).strip()
    others = [name for name in LIMIT if name != field and beside(page, name)]
    assert others == []
    assert rows(app) == before
    if field != "source":
        assert 'value="Permen Uji 1/2026"' in (page or "")


@pytest.mark.parametrize("of_class", ["", "oversight"])
def test_two_limits_from_the_same_day_are_refused_and_what_was_typed_is_kept(
    app: Flask, screen: FlaskClient, of_class: str
) -> None:
    form = {**LIMIT, "stage": "finish", "of_class": of_class}
    assert save(screen, ADD, **form) is None
    page = save(screen, ADD, **{**form, "days": "9", "source": "Permen Lain"})
    assert refused(page, "already_exists", "stage")
    assert 'value="Permen Lain"' in (page or "")
    key = key_of(app, NationalLimitRow, source="Permen Uji 1/2026")
    assert save(screen, ADD, **{**form, "valid_from": "2026-11-25", "source": "Permen Lain"}) is None
    other = key_of(app, NationalLimitRow, source="Permen Lain")
    assert refused(save(screen, f"/batas-nasional/edit/{other}", **form), "already_exists", "stage")
    assert save(screen, f"/batas-nasional/edit/{key}", **{**form, "days": "7"}) is None


def test_a_stale_form_is_told_so(app: Flask, screen: FlaskClient) -> None:
    assert save(screen, ADD, **LIMIT) is None
    path = f"/batas-nasional/edit/{key_of(app, NationalLimitRow, source='Permen Uji 1/2026')}"
    seen = screen.get(path).text.partition('name="seen" type="hidden" value="')[2].partition('"')[0]
    assert save(screen, path, **{**LIMIT, "days": "2"}) is None
    back = screen.post(path, data={**LIMIT, "days": "9", "seen": seen})
    assert str(REFUSED["changed_meanwhile"]) in back.text
    with app.app_context():
        assert db.session.scalars(select(NationalLimitRow.days).where(NationalLimitRow.days.in_((2, 9)))).all() == [2]


def test_the_row_of_the_day_of_reception_holds_on_the_offices_clock(
    app: Flask, freeze: Freeze, screen: FlaskClient
) -> None:
    assert save(screen, ADD, **LIMIT) is None
    last_of_old = received(app, freeze, "2026-11-23 23:59")
    first_of_new = received(app, freeze, "2026-11-24 00:01")
    at_ten = received(app, freeze, "2026-11-24 10:00")
    assert clock(app, last_of_old) == (3, office("2026-11-27 07:30"))
    assert clock(app, first_of_new) == (1, office("2026-11-25 07:30"))
    assert clock(app, at_ten) == (1, office("2026-11-25 10:00"))


def test_a_later_row_does_not_touch_earlier_cases_and_a_deleted_one_gives_way(
    app: Flask, freeze: Freeze, as_user: Callable[[str], FlaskClient]
) -> None:
    case = received(app, freeze, "2026-11-24 10:00")
    screen = as_user("administrator")
    assert save(screen, ADD, **{**LIMIT, "valid_from": "2026-11-25"}) is None
    assert clock(app, case)[0] == 3
    assert save(screen, ADD, **{**LIMIT, "days": "2", "source": "Berlaku surut"}) is None
    assert clock(app, case) == (2, office("2026-11-26 10:00"))
    assert "Berlaku surut" in as_user("admin.aduan").get(f"/aduan/{case}/batas").text
    key = key_of(app, NationalLimitRow, source="Berlaku surut")
    assert screen.post(f"/batas-nasional/delete/{key}").status_code == 302
    assert clock(app, case)[0] == 3


def test_a_row_for_a_class_goes_before_a_newer_one_for_all(app: Flask, freeze: Freeze, screen: FlaskClient) -> None:
    all_classes = {**LIMIT, "stage": "finish", "days": "30", "valid_from": "2026-11-01"}
    assert save(screen, ADD, **all_classes) is None
    case = received(app, freeze, "2026-11-24 10:00")
    assert clock(app, case, "finish")[0] == 14
    with app.app_context():
        of_class = select(NationalLimitRow).where(NationalLimitRow.of_class == "no_oversight")
        db.session.delete(db.session.scalars(of_class).one())
        db.session.commit()
    assert clock(app, case, "finish")[0] == 30


@pytest.mark.parametrize("name", ["admin.aduan", "kadis", "pengawas", "kepala.dishub"])
def test_officers_read_the_limits_and_only_the_administrator_writes(
    app: Flask, as_user: Callable[[str], FlaskClient], name: str
) -> None:
    client, before = as_user(name), rows(app)
    key = key_of(app, NationalLimitRow, stage="verify")
    assert client.get("/batas-nasional/list/").status_code == 200
    for path in (ADD, f"/batas-nasional/edit/{key}", f"/batas-nasional/delete/{key}"):
        assert client.post(path, data=LIMIT).status_code == 403
    assert rows(app) == before
    assert date(2025, 5, 1) == _valid_from(app, key)


def _valid_from(app: Flask, key: int) -> date:
    with app.app_context():
        return db.session.get_one(NationalLimitRow, key).valid_from


def test_each_change_stands_in_the_journal_with_what_was_there_before(app: Flask, screen: FlaskClient) -> None:
    save(screen, ADD, **LIMIT)
    with app.app_context():
        key = db.session.scalars(select(NationalLimitRow.id).where(NationalLimitRow.source == LIMIT["source"])).one()
    save(screen, f"/batas-nasional/edit/{key}", **{**LIMIT, "days": "2"})
    screen.post(f"/batas-nasional/delete/{key}")
    with app.app_context():
        entries = db.session.scalars(
            select(JournalEntry).where(JournalEntry.kind != "row_changed").order_by(JournalEntry.id)
        ).all()
        days = [tuple(side and side["days"] for side in (e.data["before"], e.data["after"])) for e in entries]
        assert days == [(None, 1), (1, 2), (2, None)]
        assert {(e.kind, e.officer.username) for e in entries} == {("limit_changed", "administrator")}
    page = screen.get("/jurnal/").text
    assert "Semula: Verifikasi dan penerusan, 1 hari kerja, Permen Uji 1/2026, berlaku sejak 24 November 2026" in page
    assert "Menjadi: Verifikasi dan penerusan, 2 hari kerja" in page
    assert "Menjadi: tidak ada" in page


def test_a_save_that_changes_nothing_or_is_refused_leaves_no_entry(app: Flask, screen: FlaskClient) -> None:
    save(screen, ADD, **LIMIT)
    with app.app_context():
        key = db.session.scalars(select(NationalLimitRow.id).where(NationalLimitRow.source == LIMIT["source"])).one()
    save(screen, f"/batas-nasional/edit/{key}", **LIMIT)
    save(screen, f"/batas-nasional/edit/{key}", **{**LIMIT, "days": "0"})
    with app.app_context():
        assert (
            db.session.scalars(
                select(func.count()).select_from(JournalEntry).where(JournalEntry.kind != "row_changed")
            ).one()
            == 1
        )
