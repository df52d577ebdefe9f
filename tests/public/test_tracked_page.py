"""The public page of a case: what a reporter reads, and that nothing else ever stands there."""

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.access.session_filter import only_case
from app.core.extensions import db
from app.models import Letter
from app.papers.papers import keep_file
from app.public.tracking_proof import Proof
from tests.factories import Case, a_complaint
from tests.public.tracked_pages import CASE, ask_reporter, by_clock, reporter, words_on
from tests.statements import statements
from views.public.tracked_page import case_page
from workflow_rules.process.refusals import ActionRefused, PassingReason, RefusalReason

Freeze = Callable[[str], Any]
REASONS = (*RefusalReason, *PassingReason)


def page_of(app: Flask, case: Case) -> str:
    answer = reporter(app, case).get(CASE)
    assert answer.status_code == 200
    return words_on(answer.text)


def test_the_page_first_says_by_when_and_then_where_the_case_stands(context: Flask, freeze: Freeze) -> None:
    """Tuesday 24 November, 10.00: 7 working days are Thursday 3 December, 10.00; of the 510 minutes 300 are left of
    that day, so that the SOP ends on Friday. The national 14 working days end on Monday 14 December.
    """
    freeze("2026-11-24 10:00")
    case = a_complaint(at="draft_answer")
    page = page_of(context, case)
    promised = page.index("Kami menjanjikan jawaban paling lambat Jumat, 4 Desember 2026.")
    assert "aturan nasional SP4N-LAPOR! memberi waktu sampai Senin, 14 Desember 2026" in page
    assert "Sedang ditangani Dinas Pekerjaan Umum" in page
    assert promised < page.index("Diterima 24 Nov")
    assert "Ditangani OPD sejak 24 Nov" in page
    assert "Sedang ditangani" in page


def test_an_information_request_is_promised_the_national_limit_which_is_earlier(context: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 10:00")
    page = page_of(context, a_complaint(classification="information_request"))
    assert "paling lambat Selasa, 1 Desember 2026." in page
    assert "batas aturan nasional SP4N-LAPOR!; waktu baku SOP kami sampai Jumat, 4 Desember 2026" in page


def test_a_passed_promise_is_admitted(context: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 10:00")
    case = a_complaint(at="draft_answer")
    freeze("2026-12-07 10:00")
    assert "seharusnya Anda terima paling lambat Jumat, 4 Desember 2026. Batas itu sudah lewat" in page_of(
        context, case
    )


def test_a_reopened_case_is_promised_anew_from_its_reopening(context: Flask, freeze: Freeze) -> None:
    """The SOP without step 1: from Monday 30 November, 10.00, 7 working days are Wednesday 9 December, 10.00; of the
    450 minutes 300 are left of that day, and 150 fall on Thursday.
    """
    freeze("2026-11-24 10:00")
    case = a_complaint(at="answered")
    freeze("2026-11-30 10:00")
    case.act("complaint_admin", "reopen", reason="Belum selesai.")
    page = page_of(context, case)
    assert "paling lambat Kamis, 10 Desember 2026. Itu waktu baku menurut SOP kami." in page
    assert "Diterima 24 Nov" in page
    assert "Diperiksa sejak 30 Nov" in page


def test_while_the_reporter_is_asked_there_is_a_question_and_no_date(context: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 10:00")
    case = a_complaint()
    ask_reporter(case, "Di RT berapa?")
    page = page_of(context, case)
    assert "Kami menunggu keterangan Anda." in page
    assert "menjanjikan" not in page
    assert "Di RT berapa? Ditanyakan oleh Dinas Kominfo. Jawab paling lambat Selasa, 8 Desember 2026." in page
    assert "Tanpa jawaban sampai tanggal itu aduan tidak dilanjutkan." in page


def test_no_word_of_notes_directions_drafts_people_or_reporter_is_anywhere_on_the_page(
    context: Flask, as_user: Callable[[str], FlaskClient]
) -> None:
    """The whole document is searched, attributes and all."""
    case = a_complaint(at="direct", body="KENARI-TUBUH", agencies=("dpuprperkim", "dishub"))
    case.act("office_head", "note", text="KENARI-CATATAN")
    direct = {"lead": "dishub", "instruction": "KENARI-ARAHAN", "urgency": "very_urgent", "route": "fast"}
    case.act("office_head", "direct", agencies=["dishub", "dpuprperkim"], field_visit=True, **direct)
    case.act("agency_admin", "accept", house="dishub")
    case.act("agency_head", "dispose", house="dishub", instruction="KENARI-DISPOSISI")
    case.act("agency_secretary", "submit_draft", house="dishub", subject="KENARI-KONSEP", body="KENARI-ISI")
    case.act("agency_head", "send_back", house="dishub", note="KENARI-KEMBALI")
    case.act("agency_admin", "decline", house="dpuprperkim", reason="other", note="KENARI-TOLAK")
    page = reporter(context, case).get(CASE).text
    names = [user.get_full_name() for user in _officers()]
    assert len(names) > 15
    hidden = ["KENARI", "Aminah", "Jl. Contoh No. 7", "0800-0000-0007", *names]
    assert [word for word in hidden if word in page] == []
    assert "Diteruskan ke" in page
    assert "Keterangan tambahan Anda" not in page


def _officers() -> list[Any]:
    from flask_appbuilder.security.sqla.models import User

    return list(db.session.scalars(select(User)))


def test_a_direction_is_told_only_when_the_agency_can_see_it(context: Flask) -> None:
    case = a_complaint(at="relay", agencies=("dishub",), route="via_admin")
    assert "Perhubungan" not in page_of(context, case)
    case.act("complaint_admin", "relay")
    assert "Diteruskan ke Dinas Perhubungan" in page_of(context, case)


def ready_letter(case: Case) -> Letter:
    letter = db.session.scalars(select(Letter).where(Letter.complaint_id == case.id)).one()
    assert letter.paper is not None
    keep_file(letter.paper, b"%PDF-1.7 surat")
    db.session.commit()
    return letter


def test_the_answer_brings_its_words_and_its_letter(context: Flask) -> None:
    case = a_complaint(at="reply")
    letter = ready_letter(case)
    client = reporter(context, case)
    assert ".pdf" not in client.get(CASE).text
    assert client.get(f"{CASE}/surat/{letter.id}.pdf").status_code == 404
    case.act("complaint_admin", "reply", text="Lubang sudah ditambal.", proof="KENARI-BUKTI")
    page = client.get(CASE).text
    assert "Lubang sudah ditambal." in page
    assert "KENARI" not in page
    assert f'href="{CASE}/surat/{letter.id}.pdf"' in page
    answer = client.get(f"{CASE}/surat/{letter.id}.pdf")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "application/pdf", b"%PDF-1.7 surat")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("confidentiality", ["secret", "anonymous"])
def test_a_secret_or_anonymous_reporter_gets_the_words_and_no_letter(context: Flask, confidentiality: str) -> None:
    case = a_complaint(at="answered", confidentiality=confidentiality)
    letter = ready_letter(case)
    client = reporter(context, case)
    page = client.get(CASE).text
    assert "Sudah ditangani." in page
    assert ".pdf" not in page
    assert client.get(f"{CASE}/surat/{letter.id}.pdf").status_code == 404


def test_the_letter_of_another_case_is_not_there(context: Flask) -> None:
    other = a_complaint(at="answered")
    letter = ready_letter(other)
    client = reporter(context, a_complaint(at="answered", agencies=("dishub",)))
    assert client.get(f"{CASE}/surat/{letter.id}.pdf").status_code == 404


def test_an_archived_case_says_why_without_the_officers_note(context: Flask) -> None:
    case = a_complaint()
    case.act("complaint_admin", "archive", reason="not_our_authority", note="KENARI")
    page = page_of(context, case)
    assert "Aduan tidak dilanjutkan: bukan kewenangan pemerintah daerah ini" in page
    assert "KENARI" not in page
    assert "Dijawab tidak dilakukan" in page
    assert "menjanjikan" not in page


def test_a_merged_case_names_no_other_case(context: Flask) -> None:
    main, case = a_complaint(at="check", title="KENARI-JUDUL"), a_complaint(at="check")
    case.act("section_head", "merge", into=main.complaint.number)
    page = page_of(context, case)
    assert "Digabung dengan aduan lain" in page
    assert main.complaint.number not in page
    assert "KENARI" not in page


def test_a_merged_case_shows_the_newest_answer_of_the_other_one(context: Flask) -> None:
    main, case = a_complaint(at="check", agencies=("dishub",)), a_complaint(at="check")
    case.act("section_head", "merge", into=main.complaint.number)
    columns = "complaint_id, actor, at, previous_hash, hash"
    for seq, words in ((901, "Jawaban pertama"), (902, "Jawaban kedua")):
        db.session.execute(
            text(
                f"INSERT INTO complaint_event (seq, kind, data, {columns}) SELECT :seq, 'reply', :data, {columns}"  # noqa: S608
                " FROM complaint_event WHERE complaint_id = :main AND seq = 1"
            ),
            {"seq": seq, "data": json.dumps({"text": words}), "main": main.id},
        )
    db.session.execute(text("UPDATE complaint SET status = 'closed' WHERE id = :main"), {"main": main.id})
    db.session.commit()
    page = page_of(context, case)
    assert "Jawaban kedua" in page
    assert "Jawaban pertama" not in page


def test_a_closed_case_offers_nothing_more(context: Flask, freeze: Freeze) -> None:
    freeze("2026-11-02 10:00")
    case = a_complaint(at="answered")
    freeze("2026-11-24 10:00")
    by_clock(case, "close")
    page = reporter(context, case).get(CASE).text
    assert "Selesai" in words_on(page)
    assert "/tindakan" not in page


@pytest.mark.parametrize("at", ["register", "draft_answer", "answered"])
def test_the_page_is_small_and_within_the_query_budget(context: Flask, at: str) -> None:
    case = a_complaint(at=at, agencies=("dpuprperkim", "dishub", "dplh"))
    client = reporter(context, case)
    with statements(context) as asked:
        page = client.get(CASE)
    assert len(asked) <= 12, asked
    assert len(page.data) < 20_000


def test_the_gate_is_seven_kilobytes(client: FlaskClient) -> None:
    assert len(client.get("/lacak").data) <= 7 * 1024


def test_every_refusal_has_a_sentence_on_the_page(context: Flask) -> None:
    case = a_complaint()
    with context.test_request_context(CASE), only_case(case.id):
        pages = {reason: case_page(Proof(case.id), refused=ActionRefused(reason)) for reason in REASONS}
    assert [reason for reason, page in pages.items() if not re.search(r'role="alert"[^>]*><h2>[^<]+</h2>', page)] == []


def test_no_cache_and_no_search_engine_keeps_the_pages(context: Flask) -> None:
    client = reporter(context, a_complaint())
    for path in (CASE, "/lacak"):
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "noindex" in answer.headers["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex' in client.get(CASE).text


def test_an_officers_own_sign_in_changes_nothing_on_the_page(
    context: Flask, as_user: Callable[[str], FlaskClient]
) -> None:
    """No menu, no name, and no more than the one case that was proved."""
    case, officer = a_complaint(), as_user("kadis")
    officer.post("/lacak", data={"number": case.complaint.number, "code": case.code})
    page = officer.get(CASE).text
    assert "Kotak Kerja" not in page
    assert officer.get(f"/aduan/{case.id}").status_code == 200


def test_the_switch_of_language_leads_back_to_the_case(context: Flask) -> None:
    client = reporter(context, a_complaint())
    link = re.search(r'href="(/lang/en[^"]*)"', client.get(CASE).text)
    assert link
    assert client.get(html.unescape(link[1])).headers["Location"] == CASE
    page = client.get(CASE).text
    assert '<html lang="en"' in page
    assert "Complaint received" in page
