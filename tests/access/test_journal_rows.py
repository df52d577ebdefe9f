"""Every change of what people can write is in the journal: old and new values, by whom, and secrets only as changed."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.access.journal_author import JOURNALLED
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import Category, DelegationRow, JournalEntry
from tests.conftest import Browser
from tests.factories import a_complaint, move_on

SignIn = Callable[[str], FlaskClient]
Bearer = Callable[[str], dict[str, str]]
API = "/api/v1"

_CASE = "record of a case, written by its acts and told by its events"
_WORK = "record of work, written by jobs or by calling programs"
_ACCOUNT = "goes with a change of the account, which is journalled, or is an entry of its own"
NOT_JOURNALLED = {
    "ab_permission": "names of what the program can be asked, written by migrate",
    "ab_permission_view": "what each screen can be asked, written by migrate",
    "ab_view_menu": "names of the program's screens, written by migrate",
    "agency_track": _CASE,
    "attachment": _CASE,
    "backup_run": _WORK,
    "complaint": _CASE,
    "complaint_event": _CASE,
    "definition_state": "changes with each change of a definition, which is journalled",
    "delivery": _WORK,
    "delivery_item": _WORK,
    "file_check": _WORK,
    "file_to_remove": _WORK,
    "former_password": _ACCOUNT,
    "gateway_state": _WORK,
    "half_sign_in": _WORK,
    "idempotency_key": _WORK,
    "inbound_hold": "what SP4N sent; who decided about it is on its row and in the events of the case",
    "inbound_message": _WORK,
    "invariant_finding": _WORK,
    "invariant_result": _WORK,
    "invariant_run": _WORK,
    "issued_number": "the book of numbers, which is only added to and names the officer",
    "journal_entry": "the journal itself",
    "ledger_entry": _CASE,
    "letter": _CASE,
    "letter_scan": _CASE,
    "login_count": _WORK,
    "notice": _WORK,
    "number_counter": _WORK,
    "original_text": _CASE,
    "paper": _CASE,
    "personal_value": _CASE,
    "password_age": _ACCOUNT,
    "password_link": _ACCOUNT,
    "recovery_code": _ACCOUNT,
    "register": "a frozen paper with a number, which names who made it",
    "rehearsal": "a calculation that changes nothing, which names who asked",
    "report_job": "one making of a report, which names who asked",
    "reporter": "an identity: its changes are events of its case, without a word of it",
    "sending_hold": "set and lifted by commands that are journalled (copy_restored, copy_released)",
    "sign_in": _WORK,
    "step_alarm": _CASE,
    "step_pause": _CASE,
    "step_task": _CASE,
    "store_sweep": _WORK,
    "sync_change": _WORK,
    "sync_comparison": _WORK,
    "move_in_file": "one file of old complaints, which names who brought it and who confirmed its import",
    "sync_import": "one file of reports, which names who brought it",
    "sync_ledger": _WORK,
    "sync_peer": _WORK,
    "webhook_delivery": _WORK,
}


def test_every_table_is_journalled_or_has_a_reason_why_not(context: Flask) -> None:
    having = text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'journal_row'::regproc")
    assert set(db.session.scalars(having)) == JOURNALLED
    assert JOURNALLED | NOT_JOURNALLED.keys() == Model.metadata.tables.keys()
    assert not JOURNALLED & NOT_JOURNALLED.keys()


def test_no_sealed_or_hashed_column_is_shown(context: Flask) -> None:
    """Of each journalled table, what is sealed, a secret or a hash is named to its trigger."""
    secret = ("password", "hash", "secret", "salt", "nik", "nip", "certificate", "png", "email", "subject")
    arguments = (
        "SELECT tgrelid::regclass::text, encode(tgargs, 'escape') FROM pg_trigger WHERE tgfoid = 'journal_row'::regproc"
    )
    named = {table: args.replace("\\000", ",").split(",") for table, args in db.session.execute(text(arguments))}
    shown = {"agency.email", "agency.emblem_hash", "notice_preference.by_email", "sop_version.nik_channels"}
    shown |= {"text_version.subject_id", "text_version.subject_en"}
    for table in JOURNALLED:
        columns = [c.name for c in Model.metadata.tables[table].columns if any(word in c.name for word in secret)]
        hidden = {name for name in columns if f"{table}.{name}" not in shown}
        assert hidden - {"secret_at"} <= set(named[table]), table


def row_changes(table: str, act: str = "update") -> list[JournalEntry]:
    db.session.expire_all()
    entries = db.session.scalars(select(JournalEntry).where(JournalEntry.kind == "row_changed").order_by("id"))
    return [entry for entry in entries if (entry.data["table"], entry.data["act"]) == (table, act)]


def test_a_change_over_rest_is_told_with_old_and_new_values(
    context: Flask, client: FlaskClient, bearer: Bearer, freeze: Callable[[str], Any]
) -> None:
    freeze("2026-11-24 09:00")
    headers = bearer("administrator")
    row = db.session.scalars(select(Category).where(Category.code == "drainase")).one()
    address = f"{API}/category/{row.id}"
    read = client.get(address, headers=headers)
    body = {**read.get_json()["result"], "name": "Saluran air", "active": False}
    changed = {name: value for name, value in body.items() if name not in ("id", "code")}
    assert client.put(address, json=changed, headers={**headers, "If-Match": read.headers["ETag"]}).status_code == 200
    entry = row_changes("category")[-1]
    assert entry.data["before"] == {"name": "Drainase (Gorong-Gorong/Parit)", "active": True}
    assert entry.data["after"] == {"name": "Saluran air", "active": False}
    assert (entry.officer_id, entry.at.isoformat()) == (demo_person("administrator").id, "2026-11-24T01:00:00+00:00")
    listed = client.get(f"{API}/journal/?kind=row_changed&page_size=100", headers=headers).get_json()["result"]
    assert ("row_changed", "administrator") in [(line["kind"], line["officer"]) for line in listed]


def test_the_page_shows_each_change_once_with_words(context: Flask, as_user: SignIn) -> None:
    admin = as_user("administrator")
    row = db.session.scalars(select(Category).where(Category.code == "drainase")).one()
    page = admin.get(f"/kategori/edit/{row.id}").text
    seen = page.partition('name="seen"')[2].partition('value="')[2].partition('"')[0]
    form = {"name": "Saluran air", "parent": str(row.parent_id), "national_class": "oversight", "active": "y"}
    assert admin.post(f"/kategori/edit/{row.id}", data={**form, "seen": seen}).status_code == 302
    journal = admin.get("/jurnal/").text
    assert journal.count("Kategori “Saluran air” diubah") == 1
    assert "Drainase (Gorong-Gorong/Parit) → Saluran air" in journal
    assert "Pengaduan tidak berkadar pengawasan (14 hari kerja) → Pengaduan berkadar pengawasan" in journal


def test_an_act_of_the_program_and_its_rows_are_one_line(
    context: Flask, client: FlaskClient, bearer: Bearer, as_user: SignIn
) -> None:
    admin = as_user("administrator")
    lines = admin.get("/jurnal/").text.count('class="kop"')
    headers = bearer("administrator")
    body = {"day": "2031-01-01", "name": "Uji", "kind": "local", "reason": "Uji saja"}
    assert client.post(f"{API}/holiday/", json=body, headers=headers).status_code == 201
    page = admin.get("/jurnal/").text
    assert page.count('class="kop"') == lines + 1
    assert page.count("Uji saja") == 1
    entries = list(db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(2)))
    assert {entry.kind for entry in entries} == {"calendar_changed", "row_changed"}
    assert len({entry.change for entry in entries}) == 1


def test_a_password_and_an_address_are_only_said_to_have_changed(context: Flask) -> None:
    user = db.session.scalars(select(User).where(User.username == "kasi")).one()
    earlier = len(row_changes("ab_user"))
    user.password, user.email, user.last_name = "KENARI-HASH", "kenari@contoh.id", "Baru"
    db.session.commit()
    entry = row_changes("ab_user")[-1]
    assert (entry.data["masked"], list(entry.data["after"])) == (["password", "email"], ["last_name"])
    assert "KENARI" not in str(entry.data)
    assert "kenari" not in str(entry.data)
    user.login_count = 99
    db.session.commit()
    assert len(row_changes("ab_user")) == earlier + 1


def test_what_no_person_does_is_the_systems(context: Flask) -> None:
    db.session.execute(text("UPDATE agency SET phone = '0526-1' WHERE code = 'dishub'"))
    db.session.commit()
    assert row_changes("agency")[-1].data["after"] == {"phone": "0526-1"}
    assert row_changes("agency")[-1].officer_id is None


def test_one_persons_name_does_not_stay_for_the_next(context: Flask, bearer: Bearer) -> None:
    body = {"day": "2031-01-01", "name": "Uji", "kind": "local", "reason": "Uji saja"}
    browser = Browser(context, context.response_class)
    assert browser.post(f"{API}/holiday/", json=body, headers=bearer("administrator")).status_code == 201
    db.session.execute(text("UPDATE agency SET phone = '0526-1' WHERE code = 'dishub'"))
    db.session.commit()
    assert row_changes("agency")[-1].officer_id is None


def test_a_role_that_is_given_is_notified(context: Flask, as_user: SignIn) -> None:
    user = db.session.scalars(select(User).where(User.username == "kasi")).one()
    user.roles = [*user.roles, db.session.scalars(select(Role).where(Role.name == "division_head")).one()]
    db.session.commit()
    entry = row_changes("ab_user_role", "insert")[-1]
    assert entry.data["after"]["user_id"] == user.id
    assert "Kepala Bidang IKP" in as_user("administrator").get("/jurnal/").text


def test_work_on_cases_writes_nothing_into_the_journal(context: Flask) -> None:
    before = db.session.query(JournalEntry).count()
    move_on(a_complaint())
    assert db.session.query(JournalEntry).count() == before


def a_delegation(**more: Any) -> DelegationRow:
    keys = {name: demo_person(name).id for name in ("kadis", "kabid", "kasi")}
    values = {"kind": "plh", "giver_id": keys["kadis"], "holder_id": keys["kabid"], "decree_number": "1/2026"}
    values |= {
        "starts_on": "2027-01-04",
        "ends_on": "2027-01-08",
        "created_at": "2026-12-01T08:00:00+08:00",
        "note": "",
    }
    values |= {name: keys.get(value, value) for name, value in more.items()}
    days = {name: date.fromisoformat(str(values[name])) for name in ("starts_on", "ends_on")}
    db.session.add(DelegationRow(**{**values, **days, "created_at": utc_now()}))
    db.session.commit()
    return db.session.scalars(select(DelegationRow).order_by(DelegationRow.id.desc())).first()  # type: ignore[return-value]


def test_the_database_keeps_delegations_and_lets_none_of_an_office_overlap(context: Flask) -> None:
    first = a_delegation()
    with pytest.raises(IntegrityError, match="never deleted"):
        db.session.execute(text("DELETE FROM delegation"))
    db.session.rollback()
    with pytest.raises(IntegrityError, match="overlap"):
        a_delegation(holder_id="kasi", starts_on="2027-01-08", ends_on="2027-01-09")
    db.session.rollback()
    a_delegation(holder_id="kasi", starts_on="2027-01-09", ends_on="2027-01-09")
    first.ends_on = first.starts_on
    db.session.commit()
    with pytest.raises(IntegrityError, match="overlap"):
        db.session.execute(text("UPDATE delegation SET ends_on = '2027-01-09' WHERE id = :id"), {"id": first.id})
    db.session.rollback()
    assert len(row_changes("delegation", "insert")) == 2
    assert [entry.data["after"] for entry in row_changes("delegation")] == [{"ends_on": "2027-01-04"}]


def test_two_overlapping_delegations_over_rest_are_refused_with_a_sentence(
    context: Flask, client: FlaskClient, bearer: Bearer
) -> None:
    headers = bearer("administrator")
    body = {"kind": "plh", "decree_number": "1/2026", "giver": "kadis", "holder": "kabid"}
    body |= {"starts_on": "2027-01-04", "ends_on": "2027-01-08"}
    made = client.post(f"{API}/delegation/", json=body, headers=headers)
    assert made.status_code == 201
    again = client.post(f"{API}/delegation/", json={**body, "holder": "kasi", "kind": "plt"}, headers=headers)
    assert (again.status_code, again.get_json()["errors"][0]["field"]) == (422, "starts_on")
    assert "Akhiri dahulu delegasi itu" in again.get_json()["errors"][0]["message"]
    address = f"{API}/delegation/{made.get_json()['id']}"
    gone = client.delete(address, headers={**headers, "If-Match": made.headers["ETag"]})
    assert (gone.status_code, gone.get_json()["type"].rsplit("/", 1)[1]) == (409, "cannot_change")
    assert "tidak dihapus" in gone.get_json()["detail"]
    assert client.get(address, headers=headers).status_code == 200
