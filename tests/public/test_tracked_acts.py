"""What a reporter does on the public page, sent as a browser without JavaScript sends it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.cases.perform_action import attach_to_case
from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import Attachment, Complaint, ComplaintEvent, Notice
from tests.cases.case_pages import PageForm, all_forms, state
from tests.conftest import build_app
from tests.factories import Case, a_complaint
from tests.files.samples import tiny_jpeg
from tests.public.tracked_pages import CASE, ask_reporter, forms_on, opened, reporter, reporter_form, send, words_on

Freeze = Callable[[str], Any]


@pytest.fixture(autouse=True)
def _counters_at_zero(app: Flask) -> None:
    """Each test's first case has the same key."""
    app.appbuilder.sm.limiter.reset()  # type: ignore[attr-defined]


def last_event(case: Case) -> ComplaintEvent:
    db.session.expire_all()
    statement = select(ComplaintEvent).where(ComplaintEvent.complaint_id == case.id)
    return db.session.scalars(statement.order_by(ComplaintEvent.seq.desc())).first()  # type: ignore[return-value]


def status_of(case: Case) -> str:
    db.session.expire_all()
    return db.session.get_one(Complaint, case.id).status


def offered(app: Flask, case: Case) -> list[str]:
    return [form.action for form in forms_on(reporter(app, case).get(CASE).text)]


def asked_case() -> Case:
    case = a_complaint()
    ask_reporter(case, "Di RT berapa?")
    return case


# Written by hand: what a reporter finds on the page wherever the case stands.
OFFERED = [
    ("register", ["note", "attach", "withdraw"]),
    ("check", ["note", "attach", "withdraw"]),
    ("direct", ["note", "attach", "withdraw"]),
    ("agency_receive", ["note", "attach", "withdraw"]),
    ("draft_answer", ["note", "attach", "withdraw"]),
    ("send_answer", ["note", "attach", "withdraw"]),
    ("reply", ["note", "attach", "withdraw"]),
    ("answered", ["rate", "reopen"]),
]


@pytest.mark.parametrize(("at", "expected"), OFFERED)
def test_the_page_offers_what_the_table_says(context: Flask, at: str, expected: list[str]) -> None:
    assert offered(context, a_complaint(at=at)) == expected


def test_an_open_question_comes_first_and_takes_the_place_of_remarks(context: Flask) -> None:
    assert offered(context, asked_case()) == ["add_information", "attach", "withdraw"]


def test_a_reply_to_the_offices_question_sets_the_case_going_again(context: Flask) -> None:
    case = asked_case()
    client = reporter(context, case)
    answer = send(client, opened(client, "add_information"), text="RT 4, depan musala.")
    assert (answer.status_code, answer.headers["Location"]) == (303, CASE)
    event = last_event(case)
    assert (event.kind, event.actor, event.officer_id) == ("add_information", "reporter", None)
    assert ((event.address or "").startswith("digest:"), event.data) == (True, {"text": "RT 4, depan musala."})
    assert status_of(case) == "registering"
    page = client.get(CASE).text
    assert "Jawaban Anda sudah kami terima" in page
    assert "RT 4" not in page
    told = db.session.scalars(select(Notice.kind).where(Notice.complaint_id == case.id))
    assert "information_added" in set(told)


def test_a_reply_goes_to_the_agency_that_asked(context: Flask) -> None:
    case = a_complaint(at="draft_answer", agencies=("dpuprperkim", "dishub"))
    ask_reporter(case, "Jam berapa?", "dishub")
    client = reporter(context, case)
    assert "Ditanyakan oleh Dinas Perhubungan" in words_on(client.get(CASE).text)
    send(client, opened(client, "add_information"), text="Jam tujuh.")
    event = last_event(case)
    assert (event.kind, event.agency_code) == ("add_information", "dishub")


def test_two_agencies_ask_and_each_gets_its_own_reply(context: Flask) -> None:
    case = a_complaint(at="draft_answer", agencies=("dpuprperkim", "dishub"))
    ask_reporter(case, "Jam berapa?", "dishub")
    ask_reporter(case, "Seberapa dalam?", "dpuprperkim")
    client = reporter(context, case)
    forms = [f for f in forms_on(client.get(CASE).text) if f.action == "add_information"]
    assert {f.agency for f in forms} == {"dishub", "dpuprperkim"}
    send(client, next(f for f in forms if f.agency == "dpuprperkim"), text="Sejengkal.")
    assert last_event(case).agency_code == "dpuprperkim"
    assert [f.agency for f in forms_on(client.get(CASE).text) if f.action == "add_information"] == ["dishub"]


def test_a_rating_is_kept_and_asked_for_once(context: Flask) -> None:
    case = a_complaint(at="answered")
    client = reporter(context, case)
    form = opened(client, "rate")
    assert send(client, form, score="4", comment="Cepat.").status_code == 303
    event = last_event(case)
    assert (event.kind, event.actor, event.data) == ("rate", "reporter", {"score": 4, "comment": "Cepat."})
    page = client.get(CASE).text
    assert "Anda memberi nilai 4 dari 5" in page
    assert "Cepat." not in page
    assert [f.action for f in forms_on(page)] == ["reopen"]


@pytest.mark.parametrize("score", [None, "0", "6", "4.5", "٤", "banyak"])
def test_a_rating_outside_one_to_five_comes_back_with_its_comment(context: Flask, score: str | None) -> None:
    case = a_complaint(at="answered")
    client = reporter(context, case)
    before = state(context, case.id)
    answer = send(client, opened(client, "rate"), comment="Lumayan.", **({"score": score} if score else {}))
    assert answer.status_code == 422
    assert "Pilih salah satu nilai" in answer.text
    assert reporter_form(answer.text, "rate").fields["comment"] == ["Lumayan."]
    assert state(context, case.id) == before


def test_a_case_is_reopened_with_a_reason_within_its_time(context: Flask, freeze: Freeze) -> None:
    """Answered on Tuesday 24 November at 10.00: ten working days end on Tuesday 8 December at 10.00."""
    freeze("2026-11-24 10:00")
    case = a_complaint(at="answered")
    freeze("2026-12-08 10:00")
    client = reporter(context, case)
    page = client.get(CASE).text
    assert "Ini dapat dilakukan sampai Selasa, 8 Desember 2026." in page
    assert send(client, reporter_form(page, "reopen"), reason="Masih berlubang.").status_code == 303
    event = last_event(case)
    assert (event.kind, event.data) == ("reopen", {"reason": "Masih berlubang."})
    assert status_of(case) == "checking"
    page = client.get(CASE).text
    assert "Aduan dibuka kembali" in page
    assert "Sudah ditangani." not in page


def test_after_its_time_reopening_is_neither_offered_nor_done_and_the_reason_is_kept(
    context: Flask, freeze: Freeze
) -> None:
    freeze("2026-12-08 09:59")
    case = a_complaint(at="answered", received=None)
    client = reporter(context, case)
    form = opened(client, "reopen")
    freeze("2026-12-22 10:00")
    client = reporter(context, case)
    assert "reopen" not in [f.action for f in forms_on(client.get(CASE).text)]
    answer = send(client, form, reason="Masih berlubang.")
    assert answer.status_code == 409
    assert "Ini tidak dapat lagi dilakukan pada keadaan aduan sekarang." in answer.text
    assert "Masih berlubang." in answer.text
    assert status_of(case) == "answered"


def test_a_remark_reaches_the_officers(context: Flask) -> None:
    case = a_complaint(at="draft_answer")
    client = reporter(context, case)
    assert send(client, opened(client, "note"), text="Sudah ada dua orang jatuh lagi.").status_code == 303
    event = last_event(case)
    assert (event.kind, event.actor) == ("note", "reporter")
    page = client.get(CASE).text
    assert "Keterangan tambahan Anda diterima" in page
    assert "dua orang jatuh lagi" not in page


def withdrawal(client: Any) -> tuple[PageForm, PageForm]:
    """The form on the page, and the form of the page that asks."""
    form = opened(client, "withdraw")
    asked = send(client, form, reason="Sudah selesai sendiri.")
    assert asked.status_code == 200
    assert "Ya, cabut" in asked.text
    assert "Sudah selesai sendiri." in words_on(asked.text)
    return form, reporter_form(asked.text, "withdraw")


def test_a_withdrawal_asks_first_and_then_ends_the_case(context: Flask) -> None:
    case = a_complaint(at="draft_answer")
    client = reporter(context, case)
    before = state(context, case.id)
    _, question = withdrawal(client)
    assert state(context, case.id) == before
    assert send(client, question, sure="1").status_code == 303
    event = last_event(case)
    assert (event.kind, event.actor) == ("withdraw", "reporter")
    assert event.data == {"reason": "Sudah selesai sendiri."}
    page = client.get(CASE).text
    assert status_of(case) == "withdrawn"
    assert forms_on(page) == []
    assert "Aduan ini dicabut" in page


def test_who_thinks_again_finds_the_reason_still_there(context: Flask) -> None:
    client = reporter(context, a_complaint())
    _, question = withdrawal(client)
    page = send(client, question, back="1").text
    assert reporter_form(page, "withdraw").fields["reason"] == ["Sudah selesai sendiri."]
    assert "<details open" in page


def test_a_withdrawal_without_a_reason_is_not_even_asked_about(context: Flask) -> None:
    client = reporter(context, a_complaint())
    answer = send(client, opened(client, "withdraw"), reason="  ")
    assert answer.status_code == 422
    assert "Ya, cabut" not in answer.text
    assert "Alasan mencabut: Isi bagian ini" in words_on(answer.text)


def test_what_was_typed_comes_back_word_for_word(context: Flask) -> None:
    client = reporter(context, asked_case())
    long = "\n" + "Baris pertama <b>\n" * 1200
    answer = send(client, opened(client, "add_information"), text=long)
    assert answer.status_code == 422
    assert "Persingkat sampai paling banyak 20000 huruf" in answer.text
    assert reporter_form(answer.text, "add_information").fields["text"] == [long]


def test_a_double_press_acts_once_and_both_land_on_the_case(context: Flask) -> None:
    case = a_complaint(at="answered")
    client = reporter(context, case)
    form = opened(client, "rate")
    answers = [send(client, form, score="5") for _ in range(2)]
    assert [(a.status_code, a.headers["Location"]) for a in answers] == [(303, CASE)] * 2
    kinds = select(ComplaintEvent.kind).where(ComplaintEvent.complaint_id == case.id)
    assert list(db.session.scalars(kinds)).count("rate") == 1


def test_a_used_form_with_other_words_is_stale(context: Flask) -> None:
    client = reporter(context, a_complaint(at="draft_answer"))
    form = opened(client, "note")
    send(client, form, text="Pertama.")
    answer = send(client, form, text="Kedua.")
    assert answer.status_code == 409
    assert reporter_form(answer.text, "note").fields["text"] == ["Kedua."]


def test_a_stale_page_says_so_keeps_the_words_and_can_be_sent_again(context: Flask) -> None:
    case = a_complaint(at="check")
    client = reporter(context, case)
    form = opened(client, "note")
    case.act("section_head", "approve_check")
    answer = send(client, form, text="Lubangnya makin besar.")
    assert answer.status_code == 409
    assert "Keadaan aduan berubah sejak halaman ini Anda buka." in answer.text
    again = reporter_form(answer.text, "note")
    assert again.fields["text"] == ["Lubangnya makin besar."]
    assert send(client, again).status_code == 303
    assert last_event(case).data == {"text": "Lubangnya makin besar."}


def test_an_act_on_a_case_that_has_ended_is_refused_and_the_words_are_kept(context: Flask) -> None:
    case = a_complaint(at="check")
    client = reporter(context, case)
    form = opened(client, "note")
    case.act("section_head", "archive", reason="spam", note="x")
    form.fields["expected_version"] = [str(case.complaint.version)]
    answer = send(client, form, text="Tolong dibaca.")
    assert answer.status_code == 409
    assert "Aduan ini sudah berakhir" in answer.text
    assert "Tolong dibaca." in answer.text


def test_an_hour_too_late_nothing_is_lost(context: Flask, freeze: Freeze) -> None:
    freeze("2026-11-24 10:00")
    case = asked_case()
    client = reporter(context, case)
    form = opened(client, "add_information")
    freeze("2026-11-24 11:01")
    late = send(client, form, text="RT 4, depan musala.")
    assert late.status_code == 422
    assert "halaman ini tertutup setelah satu jam" in late.text
    assert "RT 4, depan musala." in words_on(late.text)
    carried = {n: v for n, v in hidden_on(late.text).items() if n != "csrf_token"}
    wrong = client.post("/lacak", data={**carried, "number": case.complaint.number, "code": "22222222"})
    assert wrong.status_code == 422
    assert "RT 4, depan musala." in words_on(wrong.text)
    back = client.post("/lacak", data={**carried, "number": case.complaint.number, "code": case.code})
    assert back.status_code == 200
    again = reporter_form(back.text, "add_information")
    assert again.fields["text"] == ["RT 4, depan musala."]
    assert send(client, again).status_code == 303
    assert last_event(case).data == {"text": "RT 4, depan musala."}


def hidden_on(page: str) -> dict[str, list[str]]:
    return next(f for f in all_forms(page) if f.address == "/lacak").fields


@pytest.mark.parametrize("action", ["register", "archive", "close", "reply", "sign", "expire_question", "unknown"])
def test_no_other_act_goes_through_this_door(context: Flask, action: str) -> None:
    case = a_complaint(at="answered") if action == "close" else a_complaint()
    client = reporter(context, case)
    before = state(context, case.id)
    form = {"action": action, "expected_version": str(case.complaint.version), "token": "t" * 32}
    more = {"reason": "spam", "note": "x", "text": "x", "proof": "x"}
    more |= {"filename": "a.pdf", "sha256": "0" * 64, "media_type": "application/pdf", "size": "9"}
    answer = client.post(f"{CASE}/tindakan", data={**form, **more})
    assert (answer.status_code, answer.headers["Location"]) == (303, CASE)
    assert state(context, case.id) == before


def test_a_form_of_one_case_does_nothing_for_another(context: Flask) -> None:
    """Case and token come from different proofs: what counts is the proof of the browser that sends."""
    mine, other = a_complaint(at="answered"), a_complaint(at="answered")
    first, second = reporter(context, mine), reporter(context, other)
    form = opened(first, "rate")
    assert send(first, form, score="5").status_code == 303
    assert send(second, form, score="5").status_code == 409
    assert last_event(other).kind == "reply"


def test_with_redis_away_a_reply_is_taken_all_the_same(context: Flask) -> None:
    case, kept = asked_case(), context.config
    away = "redis://127.0.0.1:1/0"
    lonely = build_app(kept["SQLALCHEMY_DATABASE_URI"], away, str(kept["LAPOR_HOME"]), RATELIMIT_STORAGE_URI=away)
    client = reporter(lonely, case)
    assert send(client, opened(client, "add_information"), text="RT 4.").status_code == 303
    assert last_event(case).data == {"text": "RT 4."}
    with lonely.app_context():
        db.engine.dispose()


def test_after_thirty_forms_within_an_hour_the_page_asks_to_wait(context: Flask) -> None:
    client = reporter(context, a_complaint(at="draft_answer"))
    form = opened(client, "note")
    assert [send(client, form, text=" ").status_code for _ in range(30)] == [422] * 30
    blocked = send(client, form, text="Lubangnya makin besar.")
    assert blocked.status_code == 429
    assert 3500 < int(blocked.headers["Retry-After"]) <= 3601
    assert "Tunggu paling lama satu jam" in blocked.text
    assert reporter_form(blocked.text, "note").fields["text"] == ["Lubangnya makin besar."]
    assert client.get(CASE).status_code == 200
    assert client.post(f"{CASE}/selesai").status_code == 303


def test_forms_without_a_proof_are_counted_by_the_network_of_an_ipv6_sender(context: Flask) -> None:
    def sent_from(address: str) -> int:
        client = context.test_client()
        return client.post(f"{CASE}/tindakan", environ_overrides={"REMOTE_ADDR": address}).status_code

    assert [sent_from(f"2001:db8:1:2::{n:x}") for n in range(1, 32)] == [303] * 30 + [429]
    assert sent_from("2001:db8:1:3::1") == 303


def test_a_photo_of_the_reporter_reaches_the_case_and_its_name_is_not_told(context: Flask) -> None:
    case = a_complaint(confidentiality="anonymous")
    client = reporter(context, case)
    form = opened(client, "attach")
    sent = {**form.fields, "file": (BytesIO(tiny_jpeg()), "KENARI.jpg")}
    answer = client.post(form.address, data=sent, content_type="multipart/form-data")
    assert (answer.status_code, answer.headers["Location"]) == (303, CASE)
    event = last_event(case)
    assert (event.kind, event.actor, event.data["filename"]) == ("attach", "reporter", "KENARI.jpg")
    assert db.session.scalars(select(Attachment.added_by)).one() == "reporter"
    page = client.get(CASE).text
    assert "Berkas Anda diterima" in page
    assert "KENARI" not in page


def test_files_of_the_office_are_not_told_of(context: Flask) -> None:
    case = a_complaint()
    attach_to_case(case.id, "nota.pdf", b"%PDF-1.7\n", demo_person("admin.aduan"), case.complaint.version)
    page = reporter(context, case).get(CASE).text
    assert "nota" not in page
    assert "Berkas Anda diterima" not in page


@pytest.mark.parametrize("file", [None, (b"MZ", "a.exe"), (b"%PDF-1.7" + b"0" * 1000, "a.pdf")])
def test_a_file_that_is_none_comes_back_beside_its_field(
    context: Flask, file: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.files.attachments.LARGEST", 1000)
    case = a_complaint()
    client = reporter(context, case)
    form = opened(client, "attach")
    chosen = {"file": (BytesIO(file[0]), file[1])} if file else {}
    fields = {**form.fields, **chosen}
    with client.post(form.address, data=fields, content_type="multipart/form-data") as answer:
        assert answer.status_code == 422
        assert 'id="attach-aduan-file-galat"' in answer.text
    assert last_event(case).kind == "received"
