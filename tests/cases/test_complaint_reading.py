"""What stands on the complaint page for a reader: time in days, one letter open, every quotation told by its name."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask

from tests.cases.case_pages import SignIn, forms_of
from tests.factories import a_complaint

TWO = ("dpuprperkim", "dishub")
Freeze = Callable[[str], Any]


def opened_letters(html: str) -> list[str]:
    """The agencies whose letter lies open."""
    part = html.partition('id="surat"')[2].partition("</section>")[0]
    return re.findall(r'<details class="bagian" open>\s*<summary><span class="kepala"><b>([^<]+)</b>', part)


def strip_of(html: str) -> str:
    """The first field of the time strip as one line of words."""
    value = html.partition('<div class="nilai">')[2].partition("</div>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", value).split())


def test_the_time_strip_counts_in_the_days_that_were_granted(app: Flask, as_user: SignIn, freeze: Freeze) -> None:
    freeze("2026-11-24 10:00")
    with app.app_context():
        case_id = a_complaint(at="draft_answer", agencies=TWO).id
    for moment, told in (
        ("2026-11-24 10:00", "Aman · sisa 14 hari kerja"),
        ("2026-11-25 11:00", "Aman · sisa 12 hari 6 jam kerja"),
        ("2026-12-15 11:00", "Lewat batas · 1 hari 1 jam kerja"),
    ):
        freeze(moment)
        assert strip_of(as_user("sekretaris.dishub").get(f"/aduan/{case_id}").text) == told


def test_each_reader_finds_one_letter_open_and_it_is_his_own(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        case_id = a_complaint(at="dispose_answer", agencies=TWO).id
    for username, agency in (("kadis", "DPUPRPERKIM"), ("kepala.dishub", "DISHUB"), ("pengawas", "DPUPRPERKIM")):
        html = as_user(username).get(f"/aduan/{case_id}").text
        assert html.count('<article class="surat"') == 2, username
        assert opened_letters(html) == [agency], username


def test_a_letter_of_an_earlier_round_lies_closed(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        case = a_complaint(at="answered", agencies=("dishub",))
        case.act("complaint_admin", "reopen", reason="Lampu padam lagi.")
        case_id = case.id
    html = as_user("kadis").get(f"/aduan/{case_id}").text
    assert html.count('<article class="surat"') == 1
    assert opened_letters(html) == []


def test_an_answer_and_its_proof_are_told_apart(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        case = a_complaint(at="reply", agencies=("dishub",))
        case.act("complaint_admin", "reply", text="Lampu sudah menyala.", channel="phone", proof="Telepon pukul 9.")
        case_id = case.id
    html = as_user("kadis").get(f"/aduan/{case_id}").text.partition('id="linimasa"')[2]
    told = re.findall(r'<span class="apa">([^<]+)</span><div class="tulisan" lang="id">([^<]+)</div>', html)
    assert told == [("Jawaban kepada pelapor", "Lampu sudah menyala."), ("Bukti penyampaian", "Telepon pukul 9.")]


def test_an_agency_that_left_has_no_limit_any_more(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        case = a_complaint(at="agency_receive", agencies=TWO)
        case.act("agency_admin", "decline", house="dishub", reason="wrong_agency", note="Bukan kami.")
        case_id = case.id
    rows = (
        as_user("kadis").get(f"/aduan/{case_id}").text.partition('id="opd"')[2].partition("</section>")[0].split("<tr>")
    )
    works, left = (next(row for row in rows if name in row) for name in ("Dinas Pekerjaan Umum", "Dinas Perhubungan"))
    assert "lintas OPD, 14 hari kerja" in works
    assert "Menolak" in left
    assert "lintas OPD" not in left


def test_every_act_has_a_picture_of_its_own_beside_the_arrow_of_its_fold(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        cases = {at: a_complaint(at=at, agencies=("dishub",)).id for at in ("register", "answered", "draft_answer")}
    for case_id in cases.values():
        html = as_user("admin.aduan").get(f"/aduan/{case_id}").text
        assert forms_of(html)
        assert "#chevron-right" not in html.partition('id="isi"')[2]


def test_a_heading_keeps_the_names_in_it(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        case_id = a_complaint(at="send_answer", agencies=("dishub",)).id
    html = as_user("admin.dishub").get(f"/aduan/{case_id}").text
    assert "Tindakan Anda: kirim ke Dinas Kominfo" in html
    assert ": mengirim ke Dinas Kominfo</summary>" in html


def test_a_direction_that_is_given_again_names_whom_it_waits_for(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        case = a_complaint(at="agency_receive", agencies=TWO)
        case.act("agency_admin", "decline", house="dishub", reason="wrong_agency", note="Bukan kami.")
        case_id = case.id
    waiting = as_user("pengawas").get(f"/aduan/{case_id}").text.partition('id="td"')[2].partition("</section>")[0]
    office = waiting.partition("<b>Kepala Dinas</b>")[2].partition("<br>")[0]
    assert office.strip() == "(Surya Meranti)"
