"""The screens of texts: what was typed stays, faults have their place, and only administrators come in."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.extensions import db
from app.demo.accounts import demo_person
from app.models import JournalEntry
from app.texts.current import wording
from app.texts.kinds import KINDS, LANGUAGES, PARTS
from app.texts.versions import history
from tests.delivery.mail_sink import mail_sink
from tests.delivery.test_reporter_messages import reported, to_reporter

CODE = "reporter.received"
PAGE = f"/teks/{CODE}"
WORDS = {"subject_id": "Judul baru", "body_id": "Aduan {complaint.number} kami terima."}


def newest() -> Any:
    return history(CODE)[0]


def saved(screen: FlaskClient, **more: str) -> Any:
    return screen.post(PAGE, data={"versi": "0", **WORDS, **more})


def activated(screen: FlaskClient, reason: str = "Lebih jelas") -> Any:
    return screen.post(f"{PAGE}/{newest().id}/aktif", data={"reason": reason})


def test_the_list_names_every_text(context: Flask, screen: FlaskClient) -> None:
    page = screen.get("/teks/").text
    assert all(f'href="/teks/{code}"' in page for code in KINDS)


@pytest.mark.parametrize("code", KINDS)
def test_every_text_has_a_page_with_its_preview(context: Flask, screen: FlaskClient, code: str) -> None:
    page = screen.get(f"/teks/{code}")
    assert page.status_code == 200
    assert "Pratinjau" in page.text
    unnamed = code == "reporter.news" or (code.startswith("paper.") and code != "paper.letter_opening")
    assert "LB-2026-000123" in page.text or unnamed or "complaint.number" not in KINDS[code].allowed


def test_a_draft_is_saved_activated_and_put_back(context: Flask, screen: FlaskClient) -> None:
    assert saved(screen).status_code == 303
    page = screen.get(PAGE).text
    assert "Berlakukan konsep versi 1" in page
    assert "Aduan LB-2026-000123 kami terima." in page
    assert wording(CODE, {})["subject"] != "Judul baru"
    assert activated(screen).status_code == 303
    assert newest().activated_by.username == "administrator"
    named = select(JournalEntry).where(JournalEntry.data["table"].astext == "text_version")
    journalled = db.session.scalars(named.order_by(JournalEntry.id))
    acts = [(entry.data["act"], entry.data["after"].get("reason"), entry.officer_id) for entry in journalled]
    by = demo_person("administrator").id
    assert acts == [("insert", "", by), ("update", "Lebih jelas", by)]
    page = screen.get(PAGE).text
    assert "Pulihkan teks asli" in page
    assert "Lebih jelas" in page
    assert "Diubah" in screen.get("/teks/").text
    assert screen.post(f"{PAGE}/pulihkan", data={"versi": "1", "reason": "Kembali"}).status_code == 303
    assert [(row.number, row.state) for row in history(CODE)] == [(2, "active"), (1, "retired")]
    assert "Pulihkan teks asli" not in screen.get(PAGE).text


def test_a_fault_stands_at_its_field_with_its_line_and_what_was_typed(context: Flask, screen: FlaskClient) -> None:
    page = saved(screen, body_id="Satu\r\nDua {complaint.numbr}", body_en="{#if deadline}", subject_en="<b>&")
    assert page.status_code == 422
    assert "Baris 2, kolom 5" in page.text
    assert "Mungkin maksudnya {complaint.number}" in page.text
    assert 'id="body_en-galat"' in page.text
    assert "Dua {complaint.numbr}" in page.text
    assert "&lt;b&gt;&amp;" in page.text
    assert history(CODE) == []


def test_a_placeholder_described_in_words_is_suggested_and_every_fault_listed(
    context: Flask, screen: FlaskClient
) -> None:
    page = saved(screen, body_id="{nomor aduan} {#if Alamat situs}x{/if} {warna kesukaan}").text
    box = page.partition('class="err-ringkas"')[2].partition("</div>")[0]
    assert box.count('<a href="#body_id">Teks (Indonesia): ') == 3
    assert "Mungkin maksudnya {complaint.number}" in box
    assert "Mungkin maksudnya {#if site.address}" in box
    assert box.count("Mungkin maksudnya") == 2


def test_each_way_of_writing_a_moment_has_an_example(
    context: Flask, freeze: Callable[[str], object], as_user: Callable[[str], FlaskClient]
) -> None:
    freeze("2026-12-03 15:10")
    page = as_user("administrator").get(PAGE).text
    for written, example in (("|time", "15.10 WITA"), ("|date", "3 Desember 2026"), ("|short", "3 Des 2026")):
        line = page.partition("{complaint.received" + written + "}")[2].partition("<br>")[0]
        assert f"→ {example}<" in line


def test_the_check_shows_a_preview_and_stores_nothing(context: Flask, screen: FlaskClient) -> None:
    page = saved(screen, lakukan="periksa")
    assert page.status_code == 200
    assert "Aduan LB-2026-000123 kami terima." in page.text
    assert "Tidak ada kesalahan." in page.text
    assert 'class="note ok"' not in page.text
    assert f'formaction="{PAGE}#pratinjau"' in page.text
    assert 'id="pratinjau"' in page.text
    assert history(CODE) == []
    faulty = saved(screen, lakukan="periksa", body_id="{").text
    assert "Tidak ada kesalahan." not in faulty
    assert "Tidak ada kesalahan." not in screen.get(PAGE).text


def test_who_sees_no_case_is_not_asked_for_one(context: Flask, screen: FlaskClient) -> None:
    assert 'name="nomor"' not in screen.get(PAGE).text
    assert 'name="nomor"' in screen.get(f"{PAGE}?nomor=LB-2026-000001").text


def test_an_author_who_changed_one_language_is_told_of_the_other(context: Flask, screen: FlaskClient) -> None:
    words = {f"{part}_{language}": KINDS[CODE].original(part, language) for part in PARTS for language in LANGUAGES}
    said = "Teks bahasa Inggris belum diubah"
    assert said not in screen.get(PAGE).text
    assert said in saved(screen, lakukan="periksa", **{**words, "body_id": "Lain"}).text
    assert said not in saved(screen, lakukan="periksa", **{**words, "body_id": "Lain", "body_en": "Other"}).text
    assert said not in saved(screen, lakukan="periksa", body_en="", subject_en="").text
    told = saved(screen, lakukan="periksa", **{**words, "body_en": "Other"}).text
    assert "Teks bahasa Indonesia belum diubah" in told
    saved(screen, **{**words, "body_id": "Lain"})
    assert said in screen.get(PAGE).text


def test_a_case_that_the_administrator_may_not_see_is_not_shown(context: Flask, screen: FlaskClient) -> None:
    number = reported().complaint.number
    page = saved(screen, lakukan="periksa", nomor=number).text
    assert "Anda tidak boleh melihatnya" in page
    assert f"Aduan {number}" not in page


def test_whoever_saves_after_another_is_told_and_what_was_typed_stays(context: Flask, screen: FlaskClient) -> None:
    saved(screen)
    late = saved(screen, body_id="Kata saya")
    assert late.status_code == 409
    assert "baru saja diubah" in late.text
    assert "Kata saya" in late.text
    assert [row.body_id for row in history(CODE)] == [WORDS["body_id"]]
    assert 'name="versi" value="1"' in late.text
    assert saved(screen, body_id="Kata saya", versi="1").status_code == 303
    first = history(CODE)[1]
    refused = screen.post(f"{PAGE}/{first.id}/aktif", data={"reason": "Alasan"})
    assert refused.status_code == 409
    assert "bukan konsep yang terbaru" in refused.text
    assert screen.post(f"{PAGE}/pulihkan", data={"versi": "1", "reason": "Kembali"}).status_code == 409


@pytest.mark.parametrize("reason", ["", " ", "a" * 1001])
def test_an_activation_and_the_original_need_a_reason(context: Flask, screen: FlaskClient, reason: str) -> None:
    saved(screen)
    assert activated(screen, reason).status_code == 422
    assert newest().state == "draft"
    assert screen.post(f"{PAGE}/pulihkan", data={"versi": "1", "reason": reason}).status_code == 422
    assert len(history(CODE)) == 1


def test_an_unreadable_version_is_no_version(context: Flask, screen: FlaskClient) -> None:
    for seen in ("", "-1", "x", "9" * 30, "١"):
        assert saved(screen, versi=seen).status_code == 409
    assert history(CODE) == []


def test_what_is_not_there(context: Flask, screen: FlaskClient) -> None:
    assert screen.get("/teks/nowhere").status_code == 404
    assert screen.post("/teks/nowhere", data=WORDS).status_code == 404
    assert screen.post(f"{PAGE}/9/aktif", data={"reason": "a"}).status_code == 404
    saved(screen)
    assert screen.post(f"/teks/reporter.news/{newest().id}/aktif", data={"reason": "a"}).status_code == 404


@pytest.mark.parametrize("username", ["pengawas", "admin.aduan", "kadis", "kepala.dishub"])
def test_others_than_administrators_do_not_come_in(
    context: Flask, screen: FlaskClient, as_user: Callable[[str], FlaskClient], username: str
) -> None:
    saved(screen)
    other = as_user(username)
    assert other.get("/teks/").status_code == other.get(PAGE).status_code == 403
    assert saved(other, versi="1").status_code == activated(other).status_code == 403
    assert other.post(f"{PAGE}/pulihkan", data={"versi": "1", "reason": "a"}).status_code == 403
    assert [row.state for row in history(CODE)] == ["draft"]
    assert 'href="/teks/"' not in other.get("/").text
    assert 'href="/teks/"' in screen.get("/").text


def test_a_reporter_gets_the_new_words_and_a_sent_message_stays(context: Flask, screen: FlaskClient) -> None:
    from app.core.clock import utc_now
    from app.core.definitions import forget_version
    from app.delivery.deliver import deliver

    with mail_sink() as sink:
        context.config["SMTP_URL"] = sink.url
        try:
            first, second = reported(), reported()
            deliver(to_reporter()[0].id, utc_now())
            saved(screen)
            activated(screen)
            forget_version()
            deliver(to_reporter()[0].id, utc_now())
        finally:
            context.config["SMTP_URL"] = None
    old, new = sink.mails
    assert old["Subject"] == "Nomor dan kode lacak Anda"
    assert new["Subject"] == "Judul baru"
    assert f"Aduan {second.complaint.number} kami terima." in new.get_content()
    assert second.tracking_code in new.get_content()
    assert first.complaint.number in old.get_content()
