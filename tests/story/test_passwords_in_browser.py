"""In headless Chromium, wide and narrow: a reset is started, its link handed over, followed, and the password used."""

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from playwright.sync_api import Browser
from sqlalchemy import select
from werkzeug.serving import make_server

from app.core.extensions import db
from tests.conftest import client_of
from tests.story.browser import chromium
from tests.story.page_checks import NARROWEST, Looker

pytestmark = pytest.mark.timeout(120)
NEW = "Kuda-Lari-7-Kali"
LOOKS = ((1280, []), (390, NARROWEST))


@pytest.fixture
def url(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The program, served on a free port of this machine, with a provider of single sign-on that nobody asks."""
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setitem(app.config, "PUBLIC_BASE_URL", address)
    monkeypatch.setitem(app.config, "OIDC_ISSUER", "https://sso.example")
    monkeypatch.setitem(app.config, "OIDC_LABEL", "SSO Kabupaten Balangan")
    yield address
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def seen(looker: Looker, name: str) -> None:
    """Nothing is cut off, hard to read or without a name, at both widths."""
    for width, only in LOOKS:
        assert looker.look(width, False, only) == [], f"{name} at {width} px"
        if folder := os.environ.get("PAGE_SHOTS"):
            looker.page.screenshot(path=Path(folder) / f"{name} {width}.png", full_page=True)


def looker_of(browser: Browser) -> Looker:
    return Looker(browser.new_context(locale="id-ID", reduced_motion="reduce").new_page())


def made_link(app: Flask, browser: Browser, url: str) -> str:
    """The administrator's part: what a reset does, and its link, shown once."""
    looker, name = looker_of(browser), app.config["SESSION_COOKIE_NAME"]
    cookie = client_of(app, "administrator").get_cookie(name)
    assert cookie is not None
    looker.page.context.add_cookies([{"name": name, "value": cookie.value, "url": url}])
    with app.app_context():
        key = db.session.scalars(select(User.id).where(User.username == "kasi")).one()
    looker.page.goto(f"{url}/resetpassword/form?pk={key}")
    seen(looker, "reset")
    looker.page.get_by_text("Tunjukkan di sini").click()
    looker.page.get_by_role("button", name="Buat tautan").click()
    seen(looker, "shown link")
    found = re.search(r"http\S+/sandi-baru/[\w-]{43}", looker.page.inner_text("main"))
    assert found is not None
    looker.page.context.close()
    return found[0]


def test_a_password_is_made_by_a_link_and_opens_the_account(app: Flask, browser: Browser, url: str) -> None:
    link = made_link(app, browser, url)
    looker = looker_of(browser)
    page = looker.page
    page.goto(link)
    assert page.url == f"{url}/sandi-baru/"
    seen(looker, "new password")
    looker.expected = {page.url}
    page.get_by_label("Kata sandi baru", exact=True).fill("pendek")
    page.get_by_label("Ulangi kata sandi baru").fill("pendek")
    page.get_by_role("button", name="Simpan kata sandi").click()
    seen(looker, "refused password")
    for label in ("Kata sandi baru", "Ulangi kata sandi baru"):
        page.get_by_label(label, exact=True).fill(NEW)
    page.get_by_role("button", name="Simpan kata sandi").click()
    assert page.url == f"{url}/login/"
    seen(looker, "login after")
    page.get_by_label("Nama pengguna").fill("kasi")
    page.get_by_label("Kata sandi", exact=True).fill(NEW)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(f"{url}/")
    page.context.close()
