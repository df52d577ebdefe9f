"""The complaint page: to each officer the one thing to do, to everybody else whom it waits for, and never too much."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Reporter
from tests.cases.case_pages import SignIn, forms_of, opened, primary_on, send
from tests.factories import Case, a_complaint

TWO = ("dpuprperkim", "dishub")
OFFICE = ("admin.aduan", "kasi", "kabid", "kadis")
HOUSE = ("admin.dishub", "kepala.dishub", "sekretaris.dishub")
EVERYBODY = (*OFFICE, *HOUSE, "pengawas")

# From the SOP sheet (design section 3): who is asked to do what when a step is open, and nobody else is.
PRIMARY = [
    ("register", "admin.aduan", "register", None),
    ("check", "kasi", "approve_check", None),
    ("report", "kabid", "report", None),
    ("direct", "kadis", "direct", None),
    ("relay", "admin.aduan", "relay", None),
    ("agency_receive", "admin.dishub", "accept", "dishub"),
    ("agency_dispose", "kepala.dishub", "dispose", "dishub"),
    ("draft_answer", "sekretaris.dishub", "submit_draft", "dishub"),
    ("sign_answer", "kepala.dishub", "sign", "dishub"),
    ("send_answer", "admin.dishub", "send", "dishub"),
    ("dispose_answer", "kadis", "dispose_answer", None),
    ("reply", "admin.aduan", "reply", None),
    ("answered", "", "", None),
]
BEFORE_THE_AGENCY_SEES_IT = ("register", "check", "report", "direct", "relay")


def made(app: Flask, at: str, then: Callable[[Case], Any] | None = None, **more: Any) -> int:
    """A complaint at a step, after what else is to be done to it."""
    route = "via_admin" if at == "relay" else "fast"
    with app.app_context():
        case = a_complaint(at=at, route=route, **{"agencies": TWO, **more})
        if then is not None:
            then(case)
        return case.id


@pytest.mark.parametrize(("at", "holder", "action", "agency"), PRIMARY, ids=[row[0] for row in PRIMARY])
def test_the_primary_action_is_the_holders_and_nobody_elses(
    app: Flask, as_user: SignIn, at: str, holder: str, action: str, agency: str | None
) -> None:
    case_id = made(app, at)
    for username in EVERYBODY:
        answer = as_user(username).get(f"/aduan/{case_id}")
        hidden = username in HOUSE and at in BEFORE_THE_AGENCY_SEES_IT
        assert answer.status_code == (404 if hidden else 200), username
        expected = (action, agency) if username == holder else None
        assert primary_on(answer.text) == expected, username
        assert ("Tindakan Anda:" in answer.text) is (username == holder), username
    reader = as_user("pengawas").get(f"/aduan/{case_id}").text
    assert forms_of(reader) == []
    if holder:
        card = reader.partition('id="td">')[2].partition("</section>")[0]
        assert card.startswith("Menunggu<")
        assert re.search(r"Langkah \d+, .*: batas \w+, \d+ \w+ \d{4}, \d\d\.\d\d WITA", card), card


def test_who_has_no_business_with_a_case_finds_nothing(app: Flask, as_user: SignIn) -> None:
    case_id = made(app, "draft_answer")
    paths = (f"/aduan/{case_id}", f"/aduan/{case_id}/batas", "/aduan/99999", f"/aduan/{2**63}", f"/aduan/{10**30}")
    # The administrator has no right to any case: the answer is the same whether or not there is one.
    for username, status in (("kepala.dinkes", 404), ("admin.dinkes", 404), ("administrator", 403)):
        client = as_user(username)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == status, (username, path)
            assert "Jalan berlubang" not in answer.text


def test_a_form_sent_to_a_case_that_is_not_mine_is_not_found(app: Flask, as_user: SignIn) -> None:
    case_id = made(app, "agency_receive")
    form = opened(as_user("admin.dishub"), case_id, "accept")
    for stranger in ("admin.dinkes", "kepala.dinkes"):
        assert send(as_user(stranger), form).status_code == 404
    assert send(as_user("pengawas"), form).status_code in (302, 403, 404)
    assert (
        opened(as_user("admin.dishub"), case_id, "accept").fields["expected_version"] == form.fields["expected_version"]
    )


def test_nobody_without_a_sign_in_gets_anything(app: Flask, client: FlaskClient) -> None:
    case_id = made(app, "agency_receive")
    for path in (f"/aduan/{case_id}", f"/aduan/{case_id}/batas"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login/")
    assert client.post(f"/aduan/{case_id}/tindakan", data={"action": "accept"}).status_code == 302


IDENTITY = {"name": "Aminah Contoh", "address": "Jl. Kenari 7", "phone": "0800-1111-2222", "email": "a@contoh.id"}


def test_no_page_prints_a_reporters_identity(app: Flask, as_user: SignIn) -> None:
    case_id = made(app, "draft_answer", reporter=IDENTITY)
    for username in EVERYBODY:
        html = as_user(username).get(f"/aduan/{case_id}").text
        assert "A. C••••" in html
        for part in ("Aminah", "Kenari", "1111", "a@contoh.id"):
            assert part not in html


def test_a_secret_reporter_is_masked_for_the_office_and_absent_for_agencies(app: Flask, as_user: SignIn) -> None:
    case_id = made(app, "draft_answer", reporter=IDENTITY, confidentiality="secret")
    office, house = (as_user(name).get(f"/aduan/{case_id}").text for name in ("kadis", "sekretaris.dishub"))
    assert "A. C••••" in office
    assert "Rahasia bagi OPD" in office
    assert "A. C" not in house
    assert "<dt>Pelapor</dt>" not in house


Bearer = Callable[[str], dict[str, str]]


def test_what_officers_write_of_a_secret_reporter_stays_in_the_office(
    app: Flask, as_user: SignIn, client: FlaskClient, bearer: Bearer
) -> None:
    def answer(case: Case) -> None:
        case.act("complaint_admin", "reply", text="Sudah.", channel="phone", proof="Diterima Ibu Aminah")

    case_id = made(app, "reply", answer, confidentiality="secret", reporter=IDENTITY)
    assert "Diterima Ibu Aminah" in as_user("kadis").get(f"/aduan/{case_id}").text
    assert "Diterima Ibu Aminah" not in as_user("admin.dishub").get(f"/aduan/{case_id}").text
    record = {
        u: client.get(f"/api/v1/complaint/{case_id}/timeline", headers=bearer(u)).text
        for u in ("kadis", "admin.dishub")
    }
    assert ("Ibu Aminah" in record["kadis"], "Ibu Aminah" in record["admin.dishub"]) == (True, False)
    open_id = made(app, "reply", answer, reporter=IDENTITY)
    assert "Diterima Ibu Aminah" in as_user("admin.dishub").get(f"/aduan/{open_id}").text


def test_an_anonymous_reporter_is_called_so(app: Flask, as_user: SignIn) -> None:
    case_id = made(app, "check", confidentiality="anonymous", reporter=IDENTITY)
    html = as_user("kasi").get(f"/aduan/{case_id}").text
    assert re.search(r"<dt>Pelapor</dt><dd>\s*Anonim\s*</dd>", html)
    assert "A. C" not in html
    with app.app_context():
        assert db.session.get(Reporter, case_id) is None


def test_one_page_shows_each_agencys_own_step_and_clock(app: Flask, as_user: SignIn) -> None:
    case_id = made(app, "agency_receive", lambda case: case.act("agency_admin", "accept", house="dishub"))
    house = {name: as_user(name).get(f"/aduan/{case_id}").text for name in ("kepala.dishub", "admin.dpuprperkim")}
    assert primary_on(house["kepala.dishub"]) == ("dispose", "dishub")
    assert primary_on(house["admin.dpuprperkim"]) == ("accept", "dpuprperkim")
    for html in house.values():
        tracks = html.partition('id="opd"')[2].partition("</section>")[0]
        assert tracks.index("Diarahkan") < tracks.index("Diterima")
        assert "1 langkah lain terbuka" in html
    assert "Batas langkah 6 · DISHUB" in house["kepala.dishub"]
    assert "Batas langkah 5 · DPUPRPERKIM" in house["admin.dpuprperkim"]


def test_at_a_paused_track_only_what_may_go_on_is_offered(app: Flask, as_user: SignIn) -> None:
    def ask(case: Case) -> None:
        case.act("agency_secretary", "request_information", house="dishub", question="Kapan padam?")

    case_id = made(app, "draft_answer", ask)
    paused = as_user("sekretaris.dishub").get(f"/aduan/{case_id}").text
    assert {f.action for f in forms_of(paused)} == {"note", "attach"}
    assert "Dijeda" in paused
    assert "menunggu keterangan pelapor sejak" in paused
    assert primary_on(as_user("sekretaris.dpuprperkim").get(f"/aduan/{case_id}").text) == (
        "submit_draft",
        "dpuprperkim",
    )
    assert primary_on(as_user("admin.aduan").get(f"/aduan/{case_id}").text) == ("add_information", "dishub")


def test_a_case_that_waits_for_its_reporter_says_so(app: Flask, as_user: SignIn) -> None:
    case_id = made(
        app, "register", lambda case: case.act("complaint_admin", "request_information", question="Di mana tepatnya?")
    )
    html = as_user("admin.aduan").get(f"/aduan/{case_id}").text
    assert primary_on(html) == ("add_information", None)
    assert "Menunggu pelapor" in html
    assert "Di mana tepatnya?" in html


@pytest.mark.parametrize(
    ("at", "actor", "act", "status"),
    [
        ("check", "section_head", {"action": "archive", "reason": "spam", "note": "Uji coba."}, "Diarsipkan"),
        ("draft_answer", "complaint_admin", {"action": "withdraw", "reason": "Diminta."}, "Dicabut pelapor"),
        ("answered", "complaint_admin", {"action": "close"}, "Ditutup"),
    ],
)
def test_an_ended_case_offers_nothing_to_anybody(
    app: Flask, as_user: SignIn, at: str, actor: str, act: dict[str, str], status: str
) -> None:
    case_id = made(app, at, lambda case: case.act(actor, **act))
    for username in (*OFFICE, "pengawas"):
        html = as_user(username).get(f"/aduan/{case_id}").text
        assert forms_of(html) == []
        assert status in html
        assert "Tidak ada lagi yang perlu dikerjakan" in html


def test_a_declined_agency_comes_back_to_the_head_of_the_office(app: Flask, as_user: SignIn) -> None:
    def decline(case: Case) -> None:
        case.act("agency_admin", "decline", house="dishub", reason="wrong_agency", note="Bukan kami.")

    case_id = made(app, "agency_receive", decline)
    html = as_user("kadis").get(f"/aduan/{case_id}").text
    assert primary_on(html) == ("direct", "dishub")
    assert "DISHUB menolak karena bukan kewenangannya" in html
    assert "continue_without" in {f.action for f in forms_of(html)}
    assert as_user("kepala.dishub").get(f"/aduan/{case_id}").status_code == 404


def test_the_effect_under_the_button_has_the_times_of_the_cases_own_sop(app: Flask, as_user: SignIn) -> None:
    kasi = as_user("kasi").get(f"/aduan/{made(app, 'check')}").text
    assert "Diteruskan ke Kepala Bidang IKP untuk dilaporkan (langkah 3, batas 60 menit kerja)." in kasi
    one, two = (made(app, "agency_dispose", agencies=agencies) for agencies in (("dishub",), TWO))
    assert "(langkah 7, batas 5 hari kerja)" in as_user("kepala.dishub").get(f"/aduan/{one}").text
    assert "(langkah 7, batas 14 hari kerja)" in as_user("kepala.dishub").get(f"/aduan/{two}").text


def test_a_reason_for_registering_is_asked_only_where_the_identity_is_incomplete(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    offers = {
        bool(lacking): opened(client, made(app, "register", **lacking), "register").offers
        for lacking in ({}, {"reporter": {"name": "Aminah"}})
    }
    assert "incomplete_reason" not in offers[False]
    assert "incomplete_reason" in offers[True]


def test_who_gets_a_step_back_reads_why_at_the_form(app: Flask, as_user: SignIn) -> None:
    def send_back(case: Case) -> None:
        case.act("agency_head", "send_back", house="dishub", note="Sebutkan tanggalnya.")

    case_id = made(app, "sign_answer", send_back)
    html = as_user("sekretaris.dishub").get(f"/aduan/{case_id}").text
    card = html.partition('id="td">')[2].partition("</section>")[0]
    assert "Dikembalikan oleh Bima Ketapang, Kepala DISHUB" in card
    assert "Sebutkan tanggalnya." in card
    assert 'role="note"' not in as_user("kepala.dpuprperkim").get(f"/aduan/{case_id}").text


def test_the_plan_has_each_step_once_and_the_longer_time_of_several_agencies(app: Flask, as_user: SignIn) -> None:
    html = as_user("kadis").get(f"/aduan/{made(app, 'agency_dispose')}").text
    rows = html.partition('class="plain steps"')[2].partition("</ol>")[0].split("<li ")[1:]
    assert len(rows) == 12
    draft, sign = rows[7], rows[8]
    assert "Sekretaris OPD: <strong>DISHUB, DPUPRPERKIM</strong>" in draft or "DPUPRPERKIM, DISHUB</strong>" in draft
    assert "Waktu baku 14 hari kerja" in draft
    assert "Waktu baku 2 hari kerja" in sign


def test_a_draft_is_its_own_agencys_until_it_is_signed(
    app: Flask, as_user: SignIn, client: FlaskClient, bearer: Bearer
) -> None:
    def draft(case: Case) -> None:
        case.act("agency_secretary", "submit_draft", house="dishub", subject="Hal konsep", body="Isi konsep rahasia.")

    case_id = made(app, "draft_answer", draft)
    seen = {u: "Isi konsep rahasia." in as_user(u).get(f"/aduan/{case_id}").text for u in EVERYBODY}
    assert all(seen.values())
    assert "KONSEP" in as_user("kepala.dishub").get(f"/aduan/{case_id}").text
    assert "konsep rahasia" not in (html := as_user("kepala.dpuprperkim").get(f"/aduan/{case_id}").text)
    assert "Hal konsep" not in html
    record = client.get(f"/api/v1/complaint/{case_id}/timeline", headers=bearer("kepala.dpuprperkim")).text
    assert "submit_draft" in record
    assert "konsep rahasia" not in record


def test_the_timeline_is_filtered_and_an_unknown_filter_keeps_all(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "agency_dispose"), as_user("kadis")
    shown = {g: client.get(f"/aduan/{case_id}?kejadian={g}").text for g in ("", "arahan", "batas", "x%00")}
    count = {g: html.partition('id="linimasa"')[2].count('class="bulat') for g, html in shown.items()}
    assert count[""] == count["x%00"] == 7
    assert count["arahan"] == 3
    assert "Tidak ada kejadian jenis ini." in shown["batas"]


def test_written_text_is_shown_as_text_and_keeps_its_paragraphs(app: Flask, as_user: SignIn) -> None:
    body = "Pertama <script>alert(1)</script>\n\nKedua {{ 7 * 7 }}"
    html = as_user("kasi").get(f"/aduan/{made(app, 'check', body=body, title='<b>Tebal</b>')}").text
    assert '<p class="tulisan" lang="id">Pertama &lt;script&gt;alert(1)&lt;/script&gt;\n\nKedua {{ 7 * 7 }}</p>' in html
    assert "&lt;b&gt;Tebal&lt;/b&gt;" in html
    assert "<script>alert" not in html


def test_an_agency_sees_the_clock_of_its_own_track_first(app: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    with app.app_context():
        long_ago = utc_now() - timedelta(days=40)
        case = a_complaint(at="draft_answer", agencies=("dishub", "dplh"), received=long_ago)
        case.act("agency_secretary", "request_information", "dplh", "dplh", question="Di RT berapa?")
        number = case.id
    own = as_user("admin.dplh").get(f"/aduan/{number}").text.split('class="waktu"')[1]
    assert own.index("DPLH") < own.index("Batas keseluruhan")
    assert "DISHUB" not in own[: own.index("Batas keseluruhan")]
    office = as_user("kadis").get(f"/aduan/{number}").text.split('class="waktu"')[1]
    assert "DISHUB" in office[: office.index("Batas keseluruhan")]


def test_number_and_name_of_the_step_belong_together_where_two_agencies_work(
    app: Flask, as_user: Callable[[str], FlaskClient]
) -> None:
    with app.app_context():
        case = a_complaint(at="draft_answer", agencies=("dishub", "dplh"))
        case.act("agency_secretary", "submit_draft", "dishub", "dishub", subject="Tanggapan", body="Sudah.")
        number = case.id
    page = as_user("kadis").get(f"/aduan/{number}").text
    assert "<summary>Langkah 8 dari 11: menyetujui dan menandatangani" in page
