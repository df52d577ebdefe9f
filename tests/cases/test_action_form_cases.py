"""The forms' own corners: agencies that may not be chosen, questions before an act, files, races, forms of nobody."""

import io
import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core.extensions import db
from app.models import Agency, AgencyTrackRow, Attachment, Complaint, Letter
from tests.cases.case_pages import SignIn, error_at, form_on, opened, primary_on, send, state
from tests.factories import a_complaint

PDF = b"%PDF-1.4\n%%EOF"
TOKEN = "t" * 32


def made(app: Flask, at: str, **more: Any) -> int:
    with app.app_context():
        return a_complaint(at=at, **{"agencies": ("dishub",), **more}).id


DIRECTION = {"agencies": ["dishub"], "lead": "dishub", "instruction": "Tangani.", "urgency": "normal", "route": "fast"}


def test_only_agencies_in_service_may_be_chosen(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "direct"), as_user("kadis")
    form, before = opened(client, case_id, "direct"), state(app, case_id)
    with app.app_context():
        db.session.scalars(select(Agency).where(Agency.code == "dplh")).one().active = False
        db.session.commit()
    assert 'value="dplh"' not in client.get(f"/aduan/{case_id}").text
    for codes, sentence in [
        (["dishub", "dplh"], "Pilih OPD yang aktif; dplh tidak dikenal"),
        (["dishub", "DISHUB"], "Pilih OPD yang aktif; DISHUB tidak dikenal"),
        (["dishub", "dishub"], "Hapus pilihan yang ganda"),
        (["dishub", "<b>x"], "Pilih OPD yang aktif; &lt;b&gt;x tidak dikenal"),
        ([f"opd{n}" for n in range(60)], "Pilih paling banyak 40 OPD"),
    ]:
        answer = send(client, form, **{**DIRECTION, "agencies": codes})
        assert answer.status_code == 422
        assert error_at(answer.text, form, "agencies") == sentence
        assert form_on(answer.text, "direct").fields["instruction"] == ["Tangani."]
    assert state(app, case_id) == before


def test_an_agency_on_the_case_is_not_offered_and_not_taken_again(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        case = a_complaint(at="agency_receive", agencies=("dpuprperkim", "dishub"))
        case.act("agency_admin", "decline", house="dishub", reason="other", note="Bukan kami.")
        case_id = case.id
    client = as_user("kadis")
    form, before = opened(client, case_id, "direct", "dishub"), state(app, case_id)
    assert 'name="agencies" value="dpuprperkim"' not in client.get(f"/aduan/{case_id}").text
    answer = send(client, form, agencies=["dpuprperkim"], instruction="Tangani.")
    assert answer.status_code == 422
    assert error_at(answer.text, form, "agencies").startswith("dpuprperkim sudah menangani")
    assert state(app, case_id) == before
    assert send(client, form, agencies=["dplh"], instruction="Tangani.").status_code == 303


def test_a_search_for_agencies_keeps_the_form(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "direct"), as_user("kadis")
    form, before = opened(client, case_id, "direct"), state(app, case_id)
    answer = send(client, form, **{**DIRECTION, "search": "1", "agency_search": "kesehatan"})
    back = form_on(answer.text, "direct")
    assert answer.status_code == 200
    assert (back.fields["instruction"], back.fields["agencies"]) == (["Tangani."], ["dishub"])
    shown = answer.text.partition('class="opd-list"')[2].partition("<details")[0]
    assert "Dinas Kesehatan" in shown
    assert "Dinas Sosial" not in shown
    assert state(app, case_id) == before


def test_an_incomplete_identity_asks_for_the_reason_at_its_field(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "register", reporter={"name": "Aminah"}), as_user("admin.aduan")
    form, before = opened(client, case_id, "register"), state(app, case_id)
    for typed in ("", "  ", "\u200b"):
        answer = send(client, form, incomplete_reason=typed)
        assert answer.status_code == 422
        assert "(alamat, telepon atau surel)" in error_at(answer.text, form, "incomplete_reason")
    assert state(app, case_id) == before
    assert send(client, form, incomplete_reason="Pelapor menolak.").status_code == 303


def test_a_reply_outside_the_system_needs_its_proof(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "reply"), as_user("admin.aduan")
    form, before = opened(client, case_id, "reply"), state(app, case_id)
    answer = send(client, form, text="Sudah ditangani.", channel="phone")
    assert answer.status_code == 422
    assert error_at(answer.text, form, "proof").startswith("Tulis bukti bahwa jawaban sudah disampaikan")
    back = form_on(answer.text, "reply")
    assert (back.fields["text"], back.fields["channel"]) == (["Sudah ditangani."], ["phone"])
    assert state(app, case_id) == before


def test_a_reply_begins_with_the_letter_of_the_leading_agency(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "reply", agencies=("dishub", "dplh")), as_user("admin.aduan")
    with app.app_context():
        letters = {x.agency_code: x for x in db.session.scalars(select(Letter).where(Letter.complaint_id == case_id))}
        tracks = select(AgencyTrackRow.agency_code).where(AgencyTrackRow.complaint_id == case_id, AgencyTrackRow.lead)
        lead = db.session.scalars(tracks).one()
        assert set(letters) == {"dishub", "dplh"}
        for code, letter in letters.items():
            db.session.execute(update(Letter).where(Letter.id == letter.id).values(body=f"Isi dari {code}."))
        db.session.commit()
        number = letters[lead].number
    page = client.get(f"/aduan/{case_id}").text
    form = form_on(page, "reply")
    assert (form.fields["text"], form.fields["channel"]) == ([f"Isi dari {lead}."], ["web"])
    assert f"Dimulai dengan isi surat {number}" in page
    back = form_on(send(client, form, text="Ditulis sendiri.", channel="phone").text, "reply")
    assert (back.fields["text"], back.fields["channel"]) == (["Ditulis sendiri."], ["phone"])
    emptied = send(client, form, text="")
    assert (emptied.status_code, form_on(emptied.text, "reply").fields["text"]) == (422, [""])


def test_a_second_reply_does_not_begin_with_the_letter_of_the_first_round(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "reply"), as_user("admin.aduan")
    with app.app_context():
        db.session.execute(update(Letter).where(Letter.complaint_id == case_id).values(cycle=0))
        db.session.commit()
    page = client.get(f"/aduan/{case_id}").text
    assert form_on(page, "reply").fields["text"] == [""]
    assert "Dimulai dengan isi surat" not in page


BROKEN: list[dict[str, Any]] = [
    {"action": "terbang"},
    {"action": "expire_question"},
    {"action": None},
    {"expected_version": "abc"},
    {"expected_version": "-1"},
    {"expected_version": "1e3"},
    {"expected_version": "\u0661"},
    {"expected_version": "9" * 40},
    {"expected_version": None},
    {"token": None},
    {"token": "pendek"},
    {"token": "x" * 100},
    {"token": "\x00" * 20},
]


def test_a_form_that_no_page_of_ours_made_is_refused(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "check"), as_user("kasi")
    form, before = opened(client, case_id, "approve_check"), state(app, case_id)
    for broken in BROKEN:
        answer = send(client, form, **broken)
        assert answer.status_code == 400, broken
        assert "Kiriman Anda belum terbaca" in answer.text
    assert state(app, case_id) == before


def test_an_act_that_is_not_mine_is_refused_and_its_words_are_given_back(app: Flask, as_user: SignIn) -> None:
    case_id = made(app, "agency_receive", agencies=("dishub", "dplh"))
    before = state(app, case_id)
    house = {"expected_version": str(before[0]), "token": TOKEN, "note": "Bukan kami.", "reason": "other"}
    for username, wish, status in [
        ("admin.dishub", {**house, "action": "decline", "agency": "dplh"}, 403),
        ("admin.dishub", {**house, "action": "decline", "agency": "tidak-ada"}, 403),
        ("admin.dishub", {**house, "action": "decline", "agency": "\x00"}, 403),
        ("kepala.dishub", {**house, "action": "decline", "agency": "dishub"}, 403),
        ("kabid", {**house, "action": "approve_check"}, 403),
        ("kasi", {**house, "action": "send_back"}, 409),
        ("pengawas", {**house, "action": "note", "text": "Bukan kami."}, 403),
    ]:
        answer = as_user(username).post(f"/aduan/{case_id}/tindakan", data=wish)
        assert answer.status_code == status, (username, wish)
        assert "err-ringkas" in answer.text
        assert wish["action"] == "approve_check" or "Bukan kami." in answer.text
    assert state(app, case_id) == before


def test_a_form_whose_turn_has_passed_says_what_happened_and_gives_the_words_back(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "check"), as_user("kasi")
    late = opened(client, case_id, "send_back")
    send(client, opened(client, case_id, "approve_check"))
    before = state(app, case_id)
    answer = send(client, late, note="Lengkapi dahulu alamatnya.")
    assert answer.status_code == 409
    assert "Hasil pemeriksaan disetujui" in answer.text
    assert "Yang sudah Anda tulis" in answer.text
    assert "Lengkapi dahulu alamatnya." in answer.text
    assert state(app, case_id) == before


def test_a_used_form_with_other_words_does_nothing(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "check"), as_user("kabid")
    form = opened(client, case_id, "note")
    assert send(client, form, text="Pertama.").status_code == 303
    before = state(app, case_id)
    answer = send(client, form, text="Kedua, sesudah tombol Kembali.")
    assert answer.status_code == 409
    assert form_on(answer.text, "note").fields["text"] == ["Kedua, sesudah tombol Kembali."]
    assert state(app, case_id) == before


def test_two_presses_at_one_moment_act_once(app: Flask, as_user: SignIn) -> None:
    case_id, clients = made(app, "check"), [as_user("kasi") for _ in range(4)]
    form, before = opened(clients[0], case_id, "approve_check"), state(app, case_id)
    start, answers = threading.Barrier(len(clients)), []

    def press(client: Any) -> None:
        start.wait(20)
        answers.append(send(client, form).status_code)

    threads = [threading.Thread(target=press, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == [303] * 4
    assert state(app, case_id)[:2] == (before[0] + 1, before[1] + 1)


QUESTIONS = [
    ("sign", "sign_answer", "kepala.dishub", {"passphrase": "kata-rahasia"}, "Ya, tanda tangani"),
    ("archive", "check", "kasi", {"reason": "spam", "note": "Uji\ncoba."}, "Ya, arsipkan"),
    ("close", "answered", "admin.aduan", {}, "Ya, tutup"),
    ("reply", "reply", "admin.aduan", {"text": "\nSudah.", "proof": "Resi 1"}, "Ya, kirim jawaban"),
    ("withdraw", "check", "admin.aduan", {"reason": "Diminta."}, "Ya, catat pencabutan"),
]


@pytest.mark.parametrize(("action", "at", "username", "typed", "yes"), QUESTIONS, ids=[row[0] for row in QUESTIONS])
def test_what_cannot_be_undone_is_asked_first(
    app: Flask, as_user: SignIn, action: str, at: str, username: str, typed: dict[str, str], yes: str
) -> None:
    case_id, client = made(app, at), as_user(username)
    form, before = opened(client, case_id, action), state(app, case_id)
    asked = send(client, form, **typed, ask="1")
    assert asked.status_code == 200
    assert yes in asked.text
    assert "kata-rahasia" not in asked.text
    question = form_on(asked.text, action)
    assert state(app, case_id) == before
    back = send(client, question, back="1")
    shown = {n: "\n".join(form_on(back.text, action).fields[n]) for n in typed if n != "passphrase"}
    assert shown == {n: v for n, v in typed.items() if n != "passphrase"}
    assert send(client, question).status_code == 303
    assert state(app, case_id)[0] == before[0] + 1


def test_nothing_is_asked_while_there_is_something_to_mend(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "check"), as_user("kasi")
    form, before = opened(client, case_id, "archive"), state(app, case_id)
    answer = send(client, form, note=" ", reason=None, ask="1")
    assert answer.status_code == 422
    assert error_at(answer.text, form, "note").startswith("Isi bagian ini dengan tulisan")
    assert error_at(answer.text, form, "reason") == "Isi bagian ini"
    assert "<title>Galat: " in answer.text
    assert state(app, case_id) == before


REFUSED_BEFORE_THE_QUESTION: list[tuple[str, str, str, dict[str, str], str, str]] = [
    ("archive", "check", "kasi", {"note": "Uji."}, "reason", "Isi bagian ini"),
    ("merge", "check", "kasi", {"into": "LB-2026-999999"}, "into", "Periksa nomor aduan"),
    ("reply", "reply", "admin.aduan", {"text": "Sudah.", "channel": "phone"}, "proof", "Tulis bukti"),
    ("reply", "reply", "admin.aduan", {"text": ""}, "text", "Isi bagian ini"),
    ("withdraw", "check", "admin.aduan", {"reason": " "}, "reason", "Isi bagian ini"),
    ("recall", "agency_receive", "kadis", {"reason": ""}, "reason", "Isi bagian ini"),
    ("return_letter", "send_answer", "admin.dishub", {"note": ""}, "note", "Isi bagian ini"),
    ("drop_agency", "draft_answer", "kadis", {"reason": ""}, "reason", "Isi bagian ini"),
]


@pytest.mark.parametrize(
    ("action", "at", "username", "typed", "name", "sentence"),
    REFUSED_BEFORE_THE_QUESTION,
    ids=[f"{row[0]}-{row[4]}" for row in REFUSED_BEFORE_THE_QUESTION],
)
def test_what_would_be_refused_is_not_asked(
    app: Flask, as_user: SignIn, action: str, at: str, username: str, typed: dict[str, str], name: str, sentence: str
) -> None:
    case_id, client = made(app, at, agencies=("dishub", "dplh")), as_user(username)
    form, before = opened(client, case_id, action), state(app, case_id)
    answer = send(client, form, **typed, ask="1")
    assert answer.status_code == 422
    assert error_at(answer.text, form, name).startswith(sentence)
    assert {n: form_on(answer.text, action, form.agency).fields[n] for n in typed} == {n: [t] for n, t in typed.items()}
    assert state(app, case_id) == before


def test_a_stale_form_is_not_asked(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "answered"), as_user("admin.aduan")
    form = opened(client, case_id, "close")
    assert send(client, opened(client, case_id, "note"), text="Sudah ditelepon.").status_code == 303
    assert send(client, form, ask="1").status_code == 409


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("", b"", "Pilih berkas lebih dahulu"),
        ("kosong.pdf", b"", "Lampirkan PDF, JPEG, atau PNG"),
        ("halaman.pdf", b"<html><script>alert(1)</script>", "Lampirkan PDF, JPEG, atau PNG"),
        ("gambar.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Lampirkan PDF, JPEG, atau PNG"),
        ("besar.pdf", b"%PDF-" + b"0" * 1000, "Lampirkan PDF, JPEG, atau PNG paling besar 10 MB"),
    ],
    ids=["none", "empty", "html", "svg", "large"],
)
def test_a_file_that_is_not_taken_is_told_at_its_field(
    app: Flask, as_user: SignIn, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, sentence: str
) -> None:
    monkeypatch.setattr("app.files.attachments.LARGEST", 1000)
    case_id, client = made(app, "check"), as_user("kasi")
    form, before = opened(client, case_id, "attach"), state(app, case_id)
    answer = send(client, form, file=(io.BytesIO(content), name))
    assert answer.status_code == 422
    assert error_at(answer.text, form, "file").startswith(sentence)
    assert "Berkas perlu dipilih lagi." in answer.text
    assert state(app, case_id) == before


@pytest.mark.parametrize("name", ["../../etc/passwd.pdf", "C:\\x\\laporan.pdf", "a\u202efdp.exe", "a" * 300 + ".pdf"])
def test_a_files_name_is_only_ever_text(app: Flask, as_user: SignIn, name: str) -> None:
    case_id, client = made(app, "check"), as_user("kasi")
    assert send(client, opened(client, case_id, "attach"), file=(io.BytesIO(PDF), name)).status_code == 303
    with app.app_context():
        kept = db.session.scalars(select(Attachment)).one()
        assert not set(kept.filename) & set('/\\\r\n\u202e"')
        assert len(kept.filename) <= 120
        assert kept.path.startswith(f"attachments/{case_id}/")


def test_text_without_its_spaces_and_half_forms_is_what_is_written(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "draft_answer"), as_user("sekretaris.dishub")
    form = opened(client, case_id, "submit_draft")
    assert send(client, form, subject="  Hal e\u0301 ", body="Satu\r\n\r\nDua  ").status_code == 303
    with app.app_context():
        letter = db.session.scalars(select(Letter)).one()
        assert (letter.subject, letter.body) == ("Hal \u00e9", "Satu\n\nDua")


def test_after_an_act_the_notice_names_what_happened_and_the_next_limit(app: Flask, as_user: SignIn) -> None:
    case_id, client = made(app, "check"), as_user("kasi")
    answer = send(client, opened(client, case_id, "approve_check"))
    assert answer.headers["Location"] == f"/aduan/{case_id}"
    page = client.get(answer.headers["Location"]).text
    with app.app_context():
        number = db.session.get_one(Complaint, case_id).number
    assert f"Hasil pemeriksaan disetujui: {number}. Berikutnya langkah 3, melaporkan ke pimpinan" in page
    assert primary_on(page) is None
