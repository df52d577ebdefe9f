"""Lists that an administrator changes on screen and over the API, and where the entries are offered, shown and kept."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select, text

from app.audit.replay import audit_all
from app.choices.lists import CHANNELS, current_choices
from app.core.definitions import definitions_version, forget_version
from app.core.extensions import db
from app.core.transaction import roll_back
from app.models import Choice, Delivery, JournalEntry, Notice, Reporter
from app.web.form_labels import REFUSED
from tests.factories import Case, a_complaint, a_report
from tests.reference.reference_forms import save
from workflow_rules.process.choices import SEEDED_CHOICES, ChoiceList
from workflow_rules.process.refusals import ActionRefused

Bearer = Callable[[str], dict[str, str]]
API = "/api/v1/choice/"
RADIO = {"list": "channel", "code": "radio", "label": {"id": "Radio Balangan", "en": "Balangan Radio"}, "order": 95}


@pytest.fixture
def admin(bearer: Bearer) -> dict[str, str]:
    return bearer("administrator")


def make(client: FlaskClient, admin: dict[str, str], **more: Any) -> dict[str, Any]:
    made = client.post(API, json={**RADIO, **more}, headers=admin)
    assert made.status_code == 201, made.text
    result: dict[str, Any] = made.get_json()["result"]
    return result


def end(client: FlaskClient, admin: dict[str, str], of: str, code: str) -> None:
    """Make an entry inactive over the API."""
    found = client.get(f"{API}?list={of}&code={code}", headers=admin).get_json()["result"][0]
    one = client.get(f"{API}{found['id']}", headers=admin)
    body = {name: found[name] for name in ("label", "order", "flags")} | {"active": False}
    if of == "unit":
        body["officers"] = found["officers"]
    ended = client.put(f"{API}{found['id']}", json=body, headers={**admin, "If-Match": one.headers["ETag"]})
    assert ended.status_code == 200, ended.text


def errors(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return sorted(error["field"] for error in answer.get_json()["errors"])


def test_the_rows_that_come_with_the_program_are_those_of_the_rules(context: Flask) -> None:
    def known(choices: Any) -> list[tuple[str, str, bool, frozenset[str]]]:
        return [(e.list, e.code, e.active, e.flags) for e in sorted(choices.entries, key=lambda e: e.list)]

    assert known(current_choices()) == known(SEEDED_CHOICES)
    assert all(db.session.scalars(select(Choice.seeded)))


def test_a_new_channel_is_offered_stored_shown_and_filtered_at_once(
    client: FlaskClient, admin: dict[str, str], bearer: Bearer, as_user: Callable[[str], FlaskClient]
) -> None:
    clerk = bearer("admin.aduan")
    assert errors(client.post("/api/v1/complaint/", json=a_report(channel="radio"), headers=clerk)) == ["channel"]
    assert make(client, admin)["flags"] == []
    taken = client.post("/api/v1/complaint/", json=a_report(channel="radio"), headers=clerk)
    assert taken.status_code == 201, taken.text
    number = taken.get_json()["result"]["number"]
    listed = client.get("/api/v1/complaint/?channel=radio", headers=clerk).get_json()["result"]
    assert [row["number"] for row in listed] == [number]
    assert "radio" in str(client.get("/api/v1/_openapi", headers=clerk).get_json()["paths"]["/api/v1/complaint/"])
    officer = as_user("admin.aduan")
    assert "Radio Balangan" in officer.get("/aduan/baru").text
    assert number in officer.get("/aduan/?saluran=radio").text
    assert "Radio Balangan" in officer.get(f"/aduan/{taken.get_json()['result']['id']}").text


def test_an_ended_channel_is_not_offered_but_its_cases_are_shown_and_replayed(
    app: Flask, client: FlaskClient, admin: dict[str, str], bearer: Bearer, as_user: Callable[[str], FlaskClient]
) -> None:
    make(client, admin)
    clerk = bearer("admin.aduan")
    taken = client.post("/api/v1/complaint/", json=a_report(channel="radio"), headers=clerk).get_json()["result"]
    end(client, admin, "channel", "radio")
    assert errors(client.post("/api/v1/complaint/", json=a_report(channel="radio"), headers=clerk)) == ["channel"]
    officer = as_user("admin.aduan")
    assert "Radio Balangan" not in officer.get("/aduan/baru").text
    assert "Radio Balangan" in officer.get(f"/aduan/{taken['id']}").text
    assert "Radio Balangan" in officer.get("/aduan/?saluran=radio").text
    with app.app_context():
        assert audit_all() == []


def test_labels_follow_the_language_and_fall_back_to_indonesian(
    app: Flask, client: FlaskClient, admin: dict[str, str]
) -> None:
    make(client, admin)
    make(client, admin, code="tv", label={"id": "Televisi", "en": None})
    for language, labels in (("id", ["Radio Balangan", "Televisi"]), ("en", ["Balangan Radio", "Televisi"])):
        with app.app_context(), force_locale(language):
            assert [CHANNELS[code] for code in ("radio", "tv")] == labels


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "Radio 1"}, "code"),
        ({"code": ""}, "code"),
        ({"label": {"id": "", "en": None}}, "label.id"),
        ({"label": {"id": "x" * 301}}, "label.id"),
        ({"label": {"id": "Radio", "nl": "Radio"}}, "label.nl"),
        ({"label": "Radio"}, "label"),
        ({"list": "colour"}, "list"),
        ({"order": 0}, "order"),
        ({"order": "first"}, "order"),
        ({"flags": ["tells_reporter"]}, "flags"),
        ({"flags": ["nonsense"]}, "flags"),
        ({"flags": "asks_nik"}, "flags"),
        ({"list": "reply_medium", "flags": ["by_email"]}, "flags"),
        ({"agency": "dishub"}, "agency"),
        ({"agency": "nowhere"}, "agency"),
        ({"officers": ["kepala.dishub"]}, "officers"),
        ({"list": "unit"}, "agency"),
        ({"list": "unit", "agency": "dishub", "officers": ["kepala.dplh"]}, "officers"),
        ({"list": "unit", "agency": "dishub", "officers": ["kadis"]}, "officers"),
        ({"seeded": True}, "seeded"),
    ],
)
def test_a_wrong_entry_is_refused_at_its_field_and_nothing_changes(
    app: Flask, client: FlaskClient, admin: dict[str, str], change: dict[str, Any], field: str
) -> None:
    made = client.post(API, json={**RADIO, **change}, headers=admin)
    assert field in errors(made)
    with app.app_context():
        assert db.session.scalars(select(Choice.code).where(Choice.code.in_(("radio", "Radio 1")))).all() == []


def test_a_code_is_taken_once_in_its_list_and_again_in_another(client: FlaskClient, admin: dict[str, str]) -> None:
    make(client, admin)
    again = client.post(API, json=RADIO, headers=admin)
    assert (again.status_code, again.get_json()["errors"][0]["field"]) == (409, "code")
    assert make(client, admin, list="reply_medium")["list"] == "reply_medium"


@pytest.mark.parametrize("username", ["admin.aduan", "kadis", "pengawas", "kepala.dishub"])
def test_only_administrators_change_lists(client: FlaskClient, bearer: Bearer, username: str) -> None:
    other = bearer(username)
    assert client.get(f"{API}?list=channel", headers=other).status_code == 200
    assert client.post(API, json=RADIO, headers=other).status_code == 403
    first = client.get(f"{API}?list=channel", headers=other).get_json()["result"][0]["id"]
    assert client.put(f"{API}{first}", json={}, headers=other).status_code == 403
    assert client.delete(f"{API}{first}", headers=other).status_code == 403


def test_an_entry_is_never_deleted_and_the_last_active_one_stays(client: FlaskClient, admin: dict[str, str]) -> None:
    made = make(client, admin)
    tag = client.get(f"{API}{made['id']}", headers=admin).headers["ETag"]
    assert client.delete(f"{API}{made['id']}", headers={**admin, "If-Match": tag}).status_code == 409
    for code in ("not_our_authority", "wrong_agency"):
        end(client, admin, "decline_reason", code)
    last = client.get(f"{API}?list=decline_reason&code=other", headers=admin).get_json()["result"][0]
    tag = client.get(f"{API}{last['id']}", headers=admin).headers["ETag"]
    body = {"label": last["label"], "order": 1, "flags": [], "active": False}
    assert errors(client.put(f"{API}{last['id']}", json=body, headers={**admin, "If-Match": tag})) == ["active"]


def test_a_change_is_in_the_journal_and_a_stale_form_keeps_what_was_typed(
    app: Flask, as_user: Callable[[str], FlaskClient]
) -> None:
    screen = as_user("administrator")
    typed = {"label_id": "Radio", "order": "95", "active": "y"}
    assert save(screen, "/daftar-pilihan/add", of_list="channel", code="radio", **typed) is None
    with app.app_context():
        key = db.session.scalars(select(Choice.id).where(Choice.code == "radio")).one()
        entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc())).first()
        assert (entry.data["table"], entry.data["after"]["label_id"]) == ("choice", "Radio")
    page = screen.post(f"/daftar-pilihan/edit/{key}", data={**typed, "label_id": "Radio kita", "seen": "old"})
    assert str(REFUSED["changed_meanwhile"]) in page.text
    assert 'value="Radio kita"' in page.text


def test_an_entry_without_a_code_gets_one_from_its_name(app: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    screen = as_user("administrator")
    form = screen.get("/daftar-pilihan/add?_flt_0_of_list=channel").text
    assert 'value="100"' in form.partition('name="order"')[2].partition(">")[0]
    typed = {"of_list": "channel", "code": "", "label_id": "3 Radio Balangan", "order": "95", "active": "y"}
    for _ in range(2):
        assert save(screen, "/daftar-pilihan/add", **typed) is None
    with app.app_context():
        found = select(Choice.code).where(Choice.label_id == "3 Radio Balangan").order_by(Choice.id)
        assert db.session.scalars(found).all() == ["k_3_radio_balangan", "k_3_radio_balangan_2"]


def test_the_form_of_a_list_shows_only_what_its_entries_have(as_user: Callable[[str], FlaskClient]) -> None:
    screen = as_user("administrator")
    reason = screen.get("/daftar-pilihan/add?_flt_0_of_list=archive_reason").text
    assert 'name="agency"' not in reason
    assert 'value="tells_reporter"' in reason
    assert 'value="asks_nik"' not in reason
    unit = screen.get("/daftar-pilihan/add?_flt_0_of_list=unit").text
    assert 'name="agency"' in unit
    assert 'name="officers"' in unit


def test_the_page_of_a_list_leads_to_its_form_and_shows_no_filter(as_user: Callable[[str], FlaskClient]) -> None:
    screen = as_user("administrator")
    page = unescape(screen.get("/daftar-pilihan/list/?_flt_0_of_list=channel").text)
    assert 'href="/daftar-pilihan/add?_flt_0_of_list=channel"' in page
    assert 'data-aktif="[]"' in page
    assert '<input type="hidden" name="_flt_0_of_list" value="channel">' in page
    narrower = unescape(screen.get("/daftar-pilihan/list/?_flt_0_of_list=channel&_flt_0_code=ph").text)
    assert narrower.partition('data-aktif="')[2].startswith('[["code"')
    assert 'href="/daftar-pilihan/add"' in screen.get("/daftar-pilihan/list/").text


def archive(case: Case, reason: str) -> Any:
    return case.act("complaint_admin", "archive", reason=reason, note="Sudah diperiksa.")


def test_an_archive_reason_says_whether_the_reporter_is_notified(
    app: Flask, client: FlaskClient, admin: dict[str, str]
) -> None:
    make(client, admin, list="archive_reason", code="test_run")
    make(client, admin, list="archive_reason", code="moved_away", flags=["tells_reporter"])
    app.config["SMTP_URL"], before = "smtp://127.0.0.1:1", app.config["SMTP_URL"]
    try:
        with app.app_context():
            for reason, told in (("test_run", 0), ("moved_away", 1)):
                case = a_complaint(reporter={"name": "Aminah", "address": "Jl. Contoh 7", "email": "aminah@contoh.id"})
                db.session.get(Reporter, case.id).told_by = "email"
                archive(case, reason)
                sent = select(Delivery.told).where(Delivery.complaint_id == case.id, Delivery.told == "ended")
                assert len(db.session.scalars(sent).all()) == told
                assert case.complaint.status == "archived"
    finally:
        app.config["SMTP_URL"] = before


def test_an_ended_reason_is_refused_and_its_event_still_has_its_label(
    app: Flask, client: FlaskClient, admin: dict[str, str], as_user: Callable[[str], FlaskClient]
) -> None:
    make(client, admin, list="archive_reason", code="moved_away", label={"id": "Pelapor pindah"})
    with app.app_context():
        first, second = a_complaint(), a_complaint()
        archive(first, "moved_away")
        shown = first.id
        end(client, admin, "archive_reason", "moved_away")
        with pytest.raises(ActionRefused) as stopped:
            archive(second, "moved_away")
    assert [error.field for error in stopped.value.errors] == ["reason"]
    assert "Pelapor pindah" in as_user("admin.aduan").get(f"/aduan/{shown}").text


UNIT = {"list": "unit", "code": "lalu_lintas", "label": {"id": "Bidang Lalu Lintas"}, "agency": "dishub"}


def test_a_case_disposed_to_a_unit_names_it_and_notifies_its_officers(
    app: Flask, client: FlaskClient, admin: dict[str, str], as_user: Callable[[str], FlaskClient]
) -> None:
    make(client, admin, **UNIT, officers=["sekretaris.dishub", "admin.dishub"])
    with app.app_context():
        case = a_complaint("agency_dispose", agencies=("dishub", "dplh"))
        shown = case.id
        page = as_user("kepala.dishub").get(f"/aduan/{shown}").text
        assert '<option value="lalu_lintas"' in page
        assert '<option value="lalu_lintas"' not in as_user("kepala.dplh").get(f"/aduan/{shown}").text
        done = case.act("agency_head", "dispose", "dishub", instruction="Tinjau.", unit="lalu_lintas")
        assert (done.event.data["unit"], done.event.data["unit_code"]) == ("Bidang Lalu Lintas", "lalu_lintas")
        told = select(Notice.kind).where(Notice.complaint_id == case.id, Notice.kind == "unit_disposed")
        assert len(db.session.scalars(told).all()) == 2
    assert "Bidang Lalu Lintas" in as_user("sekretaris.dishub").get(f"/aduan/{shown}").text


INSERTED = text("INSERT INTO choice (list, code, label_id) VALUES ('channel', 'radio', 'Radio')")


def test_each_process_sees_a_change_of_another_at_its_next_request(app: Flask) -> None:
    """A request that began before the change goes on with what it began with."""
    with app.app_context():
        assert "radio" not in current_choices().active(ChoiceList.CHANNEL)
        with db.engine.begin() as other:
            other.execute(INSERTED)
        assert "radio" not in current_choices().active(ChoiceList.CHANNEL)
    with app.app_context():
        assert "radio" in current_choices().active(ChoiceList.CHANNEL)


def test_a_change_that_is_undone_is_seen_by_nobody(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as other:
        before = definitions_version()
        other.execute(INSERTED)
        other.rollback()
        forget_version()
        assert definitions_version() == before


NEW_VERSION = text("UPDATE definition_state SET version = gen_random_uuid()")


def test_what_was_read_in_a_change_that_is_undone_is_cached_by_nobody(app: Flask) -> None:
    with app.app_context():
        db.session.execute(NEW_VERSION)
        db.session.commit()
        definitions_version()
        db.session.execute(INSERTED)
        assert "radio" in current_choices().active(ChoiceList.CHANNEL)
        roll_back()
        assert "radio" not in current_choices().active(ChoiceList.CHANNEL)
    with app.app_context():
        assert "radio" not in current_choices().active(ChoiceList.CHANNEL)


def test_what_was_read_after_a_change_is_cached_under_no_earlier_version(app: Flask) -> None:
    with app.app_context():
        db.session.execute(NEW_VERSION)
        db.session.commit()
        earlier = definitions_version()
        with db.engine.begin() as other:
            other.execute(INSERTED)
        assert "radio" in current_choices().active(ChoiceList.CHANNEL)
        with db.engine.begin() as other:
            other.execute(text("UPDATE choice SET active = false WHERE code = 'radio'"))
            other.execute(text("UPDATE definition_state SET version = :earlier"), {"earlier": earlier})
    with app.app_context():
        assert "radio" not in current_choices().active(ChoiceList.CHANNEL)
