"""In headless Chromium on a phone: an officer sets up the second step, and signs in with it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from app.demo.accounts import PASSWORD
from tests.story.browser import Desk
from tests.story.live import LiveProgram

pytestmark = pytest.mark.timeout(600)
PROGRAM = "twostep"


@pytest.fixture
def phone(browser: Browser, live: LiveProgram, beside: Flask) -> Iterator[Desk]:
    """An officer's screen, 390 px wide."""
    at = Desk(browser, live.url, 390, "two-step")
    yield at
    at.close()


def code_now(secret: str, steps: int = 0) -> str:
    """What an authenticator shows; one step ahead is taken too, where this step's was used."""
    return pyotp.TOTP(secret).at(int(datetime.now(UTC).timestamp()) + 30 * steps)


def to_the_code(desk: Desk, path: str) -> None:
    """Ask for a page, and give name and password."""
    desk.go(path)
    desk.page.get_by_label("Nama pengguna atau NIP").fill("kasi")
    desk.page.get_by_label("Kata sandi").fill(PASSWORD)
    desk.press(desk.seen("button", "Masuk"))


def test_it_is_set_up_and_signed_in_with_at_390_px(phone: Desk) -> None:
    to_the_code(phone, "/akun/dua-langkah/")
    phone.page.get_by_label("Kata sandi sekarang").fill(PASSWORD)
    phone.press(phone.seen("button", "Mulai"))
    expect(phone.page.get_by_role("img", name="Kode QR untuk aplikasi autentikator")).to_be_visible()
    secret = phone.page.locator("code").inner_text().replace(" ", "")
    phone.page.get_by_label("Kode enam angka dari aplikasi").fill(code_now(secret))
    phone.press(phone.seen("button", "Aktifkan"))
    recovery = phone.page.locator("[data-kode-pemulihan] code")
    expect(recovery).to_have_count(10)
    first = recovery.first.inner_text()
    phone.press(phone.seen("link", "Sudah saya simpan"))
    phone.go("/logout/")
    phone.press(phone.page.get_by_role("main").get_by_role("button", name="Keluar"))

    to_the_code(phone, "/akun/")
    assert urlsplit(phone.page.url).path == "/login/kode"
    with phone.answered_badly("/login/kode?next=/akun/"):
        phone.page.get_by_label("Kode").fill("000000")
        phone.press(phone.seen("button", "Lanjut"))
    expect(phone.page.get_by_role("alert")).to_contain_text("Belum masuk")
    phone.page.get_by_label("Kode").fill(first)
    phone.press(phone.seen("button", "Lanjut"))
    assert urlsplit(phone.page.url).path == "/akun/"
    expect(phone.seen("heading", "Akun saya")).to_be_visible()
