"""The skin over the framework: every page it can show looks ours, speaks Indonesian and runs no inline code."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask, abort, g, session
from flask.testing import FlaskClient
from flask_appbuilder import AppBuilder, Model, action
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_appbuilder.security.sqla.models import Group
from flask_appbuilder.security.views import UserDBModelView, UserGroupModelView
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import event
from werkzeug.datastructures import MultiDict

from app.core import clock
from app.core.office import OfficeFacts
from app.web import language, skin
from app.web.confirmation import ConfirmDelete
from tests.office_zone import OFFICE_ZONE
from tests.servers import database_url_for

# Flask-AppBuilder 5.3 gives WTForms the tuples that WTForms 4 will refuse, and reads roles by Query.get().
pytestmark = [
    pytest.mark.filterwarnings("ignore:Yielding raw tuples:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The Query.get:sqlalchemy.exc.LegacyAPIWarning"),
]
PASSWORD = "kata-sandi-uji"
LEFTOVER = re.compile(
    r'class="[^"]*\b(panel|well|col-\w+|glyphicon|navbar|input-group|help-block|pull-\w+|fa-\w+|btn-default)\b'
)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\sstyle=\"|\son[a-z]+=\"|<style|javascript:")
PAGES = [
    "/",
    "/users/list/",
    "/users/list/?_flt_0_username=tidak-ada",
    "/users/add",
    "/users/edit/1",
    "/users/show/1",
    "/users/userinfo/",
    "/kelompok/list/",
    "/kelompok/add",
    "/kelompok/show/1",
    "/kelompok/confirm_delete/1",
    "/permissions/list/",
    "/viewmenus/list/",
    "/permissionviews/list/?psize_PermissionViewModelView=10",
    "/resetmypassword/form",
    "/userinfoeditview/form",
    "/tidak-ada",
]


ERRORS = [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429, 500, 503]


class Groups(ConfirmDelete, UserGroupModelView):
    """A screen with everything: rows, a pick list of many, an action that asks."""

    route_base = "/kelompok"

    @action("arsipkan", "Arsipkan", "Arsipkan kelompok yang dipilih?", single=True)
    def archive(self, rows: object) -> object:
        """Says on which rows it ran."""
        names = [row.name for row in (rows if isinstance(rows, list) else [rows])]
        return f"diarsipkan: {', '.join(names)}"


class Users(ConfirmDelete, UserDBModelView):
    """The framework's screen, with the question before deleting."""


class Accounts(SecurityManager):
    """The framework's own accounts."""

    userdbmodelview = Users
    groupmodelview = Groups
    userstatschartview = None


@pytest.fixture(scope="module")
def dressed(worker_id: str) -> Iterator[Flask]:
    """An application of the framework alone, wearing the skin; its office is told without a database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(skin, "current_office", lambda: OFFICE)
        patch.setattr(language, "office_zone", lambda: OFFICE_ZONE)
        patch.setattr(clock, "office_zone", lambda: OFFICE_ZONE)
        yield from _dressed(worker_id)


OFFICE = OfficeFacts("Kabupaten Balangan", "Balangan", "kabupaten", "63.11", OFFICE_ZONE, None, None)


def _dressed(worker_id: str) -> Iterator[Flask]:
    app, db = Flask("app"), SQLAlchemy(model_class=Model)
    app.config.update(
        SECRET_KEY="kunci-untuk-uji-saja",
        SQLALCHEMY_DATABASE_URI=database_url_for(f"{worker_id}_skin"),
        APP_NAME="Lapor Balangan",
        FAB_CREATE_DB=True,
        RATELIMIT_ENABLED=False,
    )
    CSRFProtect(app)
    db.init_app(app)
    skin.install(app)
    for code in ERRORS:
        app.register_error_handler(code, lambda error: (skin.error_page(error.code, "Rincian <b>"), error.code))
    app.add_url_rule("/galat/<int:code>", "fail", lambda code: abort(code))
    with app.app_context():
        Model.metadata.create_all(db.engine, [t for n, t in Model.metadata.tables.items() if n.startswith("ab_")])
        builder = AppBuilder(security_manager_class=Accounts)
        builder.init_app(app, db.session)
        builder.sm.add_user("uji", "Siti", "Rahmah", "uji@contoh.id", builder.sm.find_role("Admin"), PASSWORD)
        db.session.add_all(Group(name=name, label=name) for name in ("kelompok-satu", "<script>alert(1)</script>"))
        db.session.commit()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None
    return found.group(1)


@pytest.fixture(scope="module")
def officer(dressed: Flask) -> FlaskClient:
    """A browser without JavaScript, logged in."""
    browser = dressed.test_client()
    form = {"username": "uji", "password": PASSWORD, "csrf_token": token_of(browser.get("/login/").text)}
    assert browser.post("/login/", data=form).status_code == 302
    return browser


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_ours(officer: FlaskClient, path: str) -> None:
    answer = officer.get(path, follow_redirects=True)
    assert answer.status_code == (404 if path == "/tidak-ada" else 200)
    assert LEFTOVER.findall(answer.text) == []
    assert INLINE.findall(answer.text) == []
    assert "appbuilder/" not in answer.text.replace("/static/appbuilder/", "appbuilder/")
    assert '<html lang="id"' in answer.text
    assert len(re.findall("<h1", answer.text)) == 1


@pytest.mark.parametrize("path", ["/login/", "/users/list/", "/static/logo.svg", "/tidak-ada", "/galat/503"])
def test_every_answer_is_guarded(officer: FlaskClient, path: str) -> None:
    with officer.get(path, follow_redirects=True) as answer:
        headers = answer.headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_pages_of_an_officer_are_kept_by_no_cache_but_assets_are(officer: FlaskClient) -> None:
    page = officer.get("/users/list/")
    assert page.headers["Cache-Control"] == "no-store"
    assets = re.findall(r'(?:href|src)="((?:/gaya|/static)/[^"#]+)', page.text)
    assert len(assets) >= 4
    for address in set(assets):
        with officer.get(address.replace("&amp;", "&")) as answer:
            assert answer.status_code == 200
            assert "immutable" in answer.headers["Cache-Control"]


def test_the_style_sheet_finds_its_pictures(officer: FlaskClient) -> None:
    address = re.search(r'href="(/gaya/[^"]+)"', officer.get("/users/list/").text)
    assert address is not None
    pictures = set(re.findall(r"url\(([^)]+)\)", officer.get(address.group(1)).text))
    assert len(pictures) == 4
    for picture in pictures:
        with officer.get(picture) as answer:
            assert answer.status_code == 200


def test_deleting_without_javascript_asks_on_a_page_first(officer: FlaskClient, dressed: Flask) -> None:
    page = officer.get("/kelompok/list/").text
    assert 'formaction="/kelompok/confirm_delete/1"' in page
    question = officer.post("/kelompok/confirm_delete/1", data={"csrf_token": token_of(page)}).text
    assert "Hapus kelompok-satu?" in question
    assert 'action="/kelompok/delete/1"' in question
    assert "kelompok-satu" in officer.get("/kelompok/list/").text


def test_cancelling_leads_back_but_never_to_another_host(officer: FlaskClient) -> None:
    seen_at = "http://localhost/kelompok/list/?psize_Groups=50"
    question = officer.get("/kelompok/confirm_delete/1", headers={"Referer": seen_at}).text
    assert f'href="{seen_at}">Batal' in question
    question = officer.get("/kelompok/confirm_delete/1", headers={"Referer": "http://lain.example/"}).text
    assert 'href="/">Batal' in question


def test_a_row_deleted_on_its_own_page_leads_to_the_list(officer: FlaskClient, dressed: Flask) -> None:
    with dressed.app_context():
        session_of_database = dressed.extensions["sqlalchemy"].session
        session_of_database.add(group := Group(name="sementara"))
        session_of_database.commit()
        pk = group.id
    token = token_of(officer.get(f"/kelompok/show/{pk}").text)
    answer = officer.post(f"/kelompok/delete/{pk}", data={"csrf_token": token})
    assert answer.location == "/kelompok/list/"
    assert officer.get(f"/kelompok/show/{pk}").status_code == 404


def test_a_question_about_a_row_that_is_not_there_is_not_found(officer: FlaskClient) -> None:
    assert officer.get("/kelompok/confirm_delete/999").status_code == 404


def test_nobody_is_asked_who_may_not_delete(dressed: Flask) -> None:
    assert dressed.test_client().get("/kelompok/confirm_delete/1").status_code == 302


def test_an_action_with_a_question_asks_on_a_page_first(officer: FlaskClient) -> None:
    token = token_of(officer.get("/kelompok/list/").text)
    rows = MultiDict([("csrf_token", token), ("action", "arsipkan"), ("rowid", "1"), ("rowid", "2")])
    question = officer.post("/kelompok/confirm_action", data=rows).text
    assert "Arsipkan kelompok yang dipilih?" in question
    assert "&lt;script&gt;" in question
    answer = officer.post("/kelompok/action_post", data=rows)
    assert answer.text == "diarsipkan: kelompok-satu, <script>alert(1)</script>"


def test_nobody_is_asked_about_an_action_without_the_right_to_it(dressed: Flask) -> None:
    stranger = dressed.test_client()
    form = {"csrf_token": token_of(stranger.get("/login/").text), "action": "arsipkan", "rowid": "1"}
    answer = stranger.post("/kelompok/confirm_action", data=form)
    assert answer.status_code == 403
    assert "kelompok-satu" not in answer.text


def test_an_unknown_action_or_no_row_does_not_ask(officer: FlaskClient) -> None:
    token = token_of(officer.get("/kelompok/list/").text)
    assert officer.post("/kelompok/confirm_action", data={"csrf_token": token, "action": "x"}).status_code == 404
    assert officer.post("/kelompok/confirm_action", data={"csrf_token": token, "action": "arsipkan"}).status_code == 302


def test_a_form_that_comes_back_says_what_to_do(officer: FlaskClient) -> None:
    token = token_of(officer.get("/kelompok/add").text)
    page = officer.post("/kelompok/add", data={"csrf_token": token, "name": ""}).text
    assert "<title>Galat: Tambah kelompok" in page
    assert "Ada 1 isian yang perlu diperbaiki" in page
    assert 'href="#name">Name: Isi bagian ini' in page
    assert 'aria-invalid="true"' in page
    assert "placeholder" not in re.sub(r'<input id="cari".*?>', "", page)


def test_text_from_the_database_is_never_markup(officer: FlaskClient) -> None:
    assert "<script>alert" not in officer.get("/kelompok/list/").text + officer.get("/kelompok/show/2").text


@pytest.mark.parametrize("code", ERRORS)
def test_every_error_says_what_to_do_and_escapes(officer: FlaskClient, code: int) -> None:
    answer = officer.get(f"/galat/{code}")
    assert answer.status_code == code
    assert f"Kode {code}" in answer.text
    assert "Rincian <b>" not in answer.text
    assert ("Rincian &lt;b&gt;" in answer.text) == (code < 500)


def test_a_page_for_a_failed_database_does_not_ask_it(dressed: Flask) -> None:
    def refuse(*_: object) -> None:
        raise ConnectionRefusedError

    with dressed.test_request_context("/"):
        session.update({"_user_id": "1", "_fresh": True})
        engine = dressed.extensions["sqlalchemy"].engine
        event.listen(engine, "before_cursor_execute", refuse)
        try:
            assert "Kode 503" in skin.error_page(503)
            g.pop("_login_user")
            with pytest.raises(ConnectionRefusedError):
                skin.error_page(404)
        finally:
            event.remove(engine, "before_cursor_execute", refuse)


def test_only_one_menu_item_is_current(officer: FlaskClient) -> None:
    page = officer.get("/users/edit/1").text
    side = page[page.index('id="menu"') : page.index("</nav>")]
    assert re.findall(r'href="([^"]+)" aria-current="page"', side) == ["/users/list/"]


def test_english_can_be_chosen_and_the_session_stays_untouched_before(dressed: Flask) -> None:
    browser = dressed.test_client()
    assert "Nama pengguna atau NIP" in browser.get("/login/").text
    with browser.session_transaction() as kept:
        assert "locale" not in kept
    browser.get("/lang/en")
    page = browser.get("/login/").text
    assert "User name or NIP" in page
    assert '<html lang="en"' in page


def test_a_refused_login_is_told_as_an_error_and_a_guarded_page_as_a_hint(dressed: Flask) -> None:
    browser = dressed.test_client()
    form = {"username": "uji", "password": "salah", "csrf_token": token_of(browser.get("/login/").text)}
    refused = browser.post("/login/", data=form, follow_redirects=True).text
    assert "Belum bisa masuk" in refused
    assert "belum cocok" in refused
    sent_here = dressed.test_client().get("/users/list/", follow_redirects=True).text
    assert "Masuk dulu untuk membuka halaman itu." in sent_here
    assert "Belum bisa masuk" not in sent_here
