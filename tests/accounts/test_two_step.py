"""The second step: nobody is in before it, a code opens once, tries are counted, who must have it does nothing else."""

from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, text

from app.accounts import second_step
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.models import JournalEntry, Notice, RecoveryCode, SignIn
from tests.conftest import Browser
from workflow_rules.process.actors import Person

pytestmark = pytest.mark.usefixtures("quick_hash")
LOGIN, WORKLIST = "/api/v1/security/login", "/api/v1/worklist/"
Freeze = Callable[[str], Any]


@pytest.fixture
def quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords compared without the slow hash."""
    monkeypatch.setattr("flask_appbuilder.security.manager.check_password_hash", lambda _hash, given: given == PASSWORD)
    monkeypatch.setattr("views.accounts.second_step.check_password_hash", lambda _hash, given: given == PASSWORD)


def key_of(username: str) -> int:
    return db.session.scalars(select(User.id).where(User.username == username)).one()


def app_code(secret: str, steps: int = 0) -> str:
    """What the officer's phone shows now, or showed some steps of 30 seconds ago."""
    return pyotp.TOTP(secret).at(int(utc_now().timestamp()) + 30 * steps)


@pytest.fixture
def phone(app: Flask, freeze: Freeze) -> tuple[str, list[str]]:
    """Kasi's second step, set up at 08:00: the secret in the phone and the recovery codes. It is 08:10 now."""
    freeze("2026-11-24 08:00")
    with app.app_context():
        key = key_of("kasi")
        secret = second_step.start_set_up(key, utc_now()).secret
        codes = second_step.confirm(key, app_code(secret), utc_now())
    freeze("2026-11-24 08:10")
    assert codes is not None
    return secret, codes


def first_half(app: Flask, page: str = "/aduan/?lewat=1") -> FlaskClient:
    """A browser whose password was right."""
    browser = Browser(app, app.response_class)
    form = {"username": "kasi", "password": PASSWORD}
    answer = browser.post("/login/", query_string={"next": page}, data=form)
    assert answer.headers["Location"].startswith("/login/kode?next=")
    return browser


def second_half(browser: FlaskClient, code: str, page: str = "/aduan/?lewat=1") -> Any:
    return browser.post("/login/kode", query_string={"next": page}, data={"kode": code})


def is_out(client: FlaskClient) -> bool:
    return "/login" in client.get("/").headers.get("Location", "")


def by_api(app: Flask, **more: str) -> Any:
    body = {"username": "kasi", "password": PASSWORD, "provider": "db", **more}
    answer = app.test_client().post(LOGIN, json=body)
    return answer.status_code, answer.get_json().get("type", "").rpartition("/")[2]


def test_it_is_set_up_on_the_own_page_and_asked_for_from_then_on(
    app: Flask, freeze: Freeze, as_user: Callable[[str], FlaskClient]
) -> None:
    freeze("2026-11-24 08:00")
    desk, other = as_user("kasi"), as_user("kasi")
    assert desk.post("/akun/dua-langkah/mulai", data={"sandi": "salah"}).status_code == 422
    desk.post("/akun/dua-langkah/mulai", data={"sandi": PASSWORD})
    page = desk.get("/akun/dua-langkah/").text
    with app.app_context():
        row = second_step.two_step_of(key_of("kasi"))
        assert row is not None
        secret = row.secret
        kept = db.session.execute(text("SELECT secret FROM two_step")).scalar_one()
    assert secret not in kept
    assert " ".join(secret[n : n + 4] for n in range(0, 32, 4)) in page
    assert 'src="data:image/svg+xml' in page
    assert not is_out(first_or_in(app))
    assert desk.post("/akun/dua-langkah/pasang", data={"kode": "000000"}).status_code == 422
    shown = desk.post("/akun/dua-langkah/pasang", data={"kode": app_code(secret)})
    assert shown.status_code == 201
    assert shown.text.count("<li><code>") == 10
    assert not is_out(desk)
    assert is_out(other)
    assert "data-kode-pemulihan" not in desk.get("/akun/dua-langkah/").text
    assert secret not in desk.get("/akun/dua-langkah/").text
    assert is_out(first_half(app))


def first_or_in(app: Flask) -> FlaskClient:
    """A browser after the password alone."""
    browser = Browser(app, app.response_class)
    browser.post("/login/", data={"username": "kasi", "password": PASSWORD})
    return browser


def test_nobody_is_in_before_the_code_and_then_on_the_page_that_was_asked_for(
    app: Flask, phone: tuple[str, list[str]]
) -> None:
    browser = first_half(app)
    assert is_out(browser)
    with browser.session_transaction() as cookie:
        assert "_user_id" not in cookie
        assert "kasi" not in str(dict(cookie))
    with app.app_context():
        assert db.session.scalars(select(SignIn)).all() == []
    with app.app_context():
        email = db.session.scalars(select(User.email).where(User.username == "kasi")).one()
    assert email not in browser.get("/login/kode").text
    wrong = second_half(browser, "000000")
    assert (wrong.status_code, is_out(browser)) == (422, True)
    good = second_half(browser, app_code(phone[0]))
    assert good.headers["Location"] == "/aduan/?lewat=1"
    assert not is_out(browser)


def test_a_code_opens_once_and_one_step_early_or_late(app: Flask, phone: tuple[str, list[str]]) -> None:
    code = app_code(phone[0])
    assert second_half(first_half(app), code).status_code == 302
    assert second_half(first_half(app), code).status_code == 422
    assert second_half(first_half(app), app_code(phone[0], -1)).status_code == 422  # older than the one that was used
    assert second_half(first_half(app), app_code(phone[0], 2)).status_code == 422
    assert second_half(first_half(app), app_code(phone[0], 1)).status_code == 302


def test_a_recovery_code_opens_once_and_only_its_hash_is_kept(app: Flask, phone: tuple[str, list[str]]) -> None:
    code = phone[1][3]
    assert second_half(first_half(app), code.upper().replace("-", " ")).status_code == 302
    assert second_half(first_half(app), code).status_code == 422
    with app.app_context():
        rows = db.session.scalars(select(RecoveryCode)).all()
        assert [row.used_at is None for row in rows].count(False) == 1
        assert len(rows) == 10
        assert not {row.code_hash for row in rows} & {c.replace("-", "") for c in phone[1]}
        assert second_step.codes_left(key_of("kasi")) == 9


def test_five_wrong_codes_are_enough_also_when_redis_is_away(
    app: Flask, phone: tuple[str, list[str]], freeze: Freeze, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "REDIS_URL", "redis://127.0.0.1:1/0")
    browsers = [first_half(app) for _ in range(6)]
    assert [second_half(browser, "000000").status_code for browser in browsers] == [422] * 5 + [429]
    assert by_api(app, otp=app_code(phone[0])) == (429, "too_many_requests")
    freeze("2026-11-24 08:25")
    assert second_half(first_half(app), app_code(phone[0])).status_code == 302


def test_a_half_lasts_ten_minutes_opens_once_and_keeps_the_page(
    app: Flask, phone: tuple[str, list[str]], freeze: Freeze
) -> None:
    late = first_half(app, "/aduan/7")
    freeze("2026-11-24 08:21")
    answer = second_half(late, app_code(phone[0]), "/aduan/7")
    assert answer.headers["Location"] == "/login/?next=/aduan/7"
    assert is_out(late)
    with app.app_context():
        assert second_step.forget_pending_sign_ins(utc_now()) == 1


def test_a_changed_password_ends_a_half(app: Flask, phone: tuple[str, list[str]]) -> None:
    browser = first_half(app)
    with app.app_context():
        db.session.execute(text("UPDATE ab_user SET password = 'x' WHERE username = 'kasi'"))
        db.session.commit()
    assert "/login/?next=" in second_half(browser, app_code(phone[0])).headers["Location"]


def test_a_form_sent_at_the_second_step_without_a_cookie_leads_back_to_the_page(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        answer = app.test_client().post(
            "/login/kode?next=/aduan/7",
            data={"kode": "1"},
            headers={"Referer": "http://localhost/login/kode?next=/aduan/7"},
        )
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert answer.headers["Location"] == "/login/?next=/aduan/7"


def test_the_api_asks_for_the_code_too(app: Flask, phone: tuple[str, list[str]]) -> None:
    assert by_api(app) == (401, "otp_required")
    assert by_api(app, otp="000000") == (401, "otp_refused")
    assert by_api(app, password="salah", otp=app_code(phone[0])) == (401, "unauthorized")
    assert by_api(app, otp=app_code(phone[0]))[0] == 200
    assert by_api(app, otp=app_code(phone[0])) == (401, "otp_refused")


def test_it_is_switched_off_with_password_and_code(
    app: Flask, phone: tuple[str, list[str]], as_user: Callable[[str], FlaskClient]
) -> None:
    desk = as_user("kasi")

    def off(password: str, code: str) -> int:
        return desk.post("/akun/dua-langkah/matikan", data={"sandi": password, "kode": code}).status_code

    assert (off("salah", app_code(phone[0])), off(PASSWORD, "000000")) == (422, 422)
    assert off(PASSWORD, app_code(phone[0])) == 303
    assert not is_out(first_or_in(app))


def test_the_administrator_takes_it_away_and_the_officer_is_notified(
    app: Flask, phone: tuple[str, list[str]], as_user: Callable[[str], FlaskClient]
) -> None:
    desk, administrator = as_user("kasi"), as_user("administrator")
    with app.app_context():
        key = key_of("kasi")
    path = f"/pengguna/{key}/masuk"
    assert administrator.post(f"{path}/dua-langkah", data={"alasan": " "}).status_code == 422
    assert not is_out(desk)
    assert administrator.post(f"{path}/dua-langkah", data={"alasan": "Telepon hilang"}).status_code == 303
    assert is_out(desk)
    back = first_or_in(app)
    assert "dihapus administrator" in back.get("/pemberitahuan/").text
    with app.app_context():
        entry = db.session.scalars(select(JournalEntry).where(JournalEntry.kind != "row_changed")).one()
        assert (entry.kind, entry.reason, entry.data["username"]) == ("two_step_removed", "Telepon hilang", "kasi")
        assert db.session.scalars(select(Notice.user_id)).all() == [key]
    assert "Telepon hilang" in administrator.get("/jurnal/").text
    assert administrator.post(f"{path}/akhiri").status_code == 303
    assert is_out(back)


def test_of_two_officers_one_loses_it(app: Flask, phone: tuple[str, list[str]]) -> None:
    with app.app_context():
        kasi, kabid = key_of("kasi"), key_of("kabid")
        secret = second_step.start_set_up(kabid, utc_now()).secret
        assert second_step.confirm(kabid, app_code(secret), utc_now())
        assert second_step.take_away(kasi) is True
        assert second_step.take_away(kasi) is False
        assert second_step.has_two_step(kabid)
        assert second_step.codes_left(kabid) == 10


def test_one_that_is_active_is_not_confirmed_again(app: Flask, phone: tuple[str, list[str]]) -> None:
    with app.app_context():
        assert second_step.confirm(key_of("kasi"), app_code(phone[0]), utc_now()) is None
        assert second_step.codes_left(key_of("kasi")) == 10
        assert second_step.take_code(key_of("kabid"), app_code(phone[0]), utc_now()) is False


def test_an_administrator_with_another_role_must_have_it_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "TOTP_REQUIRED", frozenset({"administrators"}))
    with app.app_context():
        assert second_step.must_have(Person(1, "Dua peran", observes=True, administers=True))
        assert not second_step.must_have(Person(2, "Pengawas", observes=True))


MUST = [
    ("signers", "kadis", True),
    ("signers", "kepala.dishub", True),
    ("signers", "kasi", False),
    ("signers", "administrator", False),
    ("administrators", "administrator", True),
    ("administrators", "kadis", False),
    ("all", "pengawas", True),
]


@pytest.mark.parametrize(("group", "username", "must"), MUST)
def test_who_must_have_it_is_led_to_it_and_can_do_nothing_else(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    as_user: Callable[[str], FlaskClient],
    group: str,
    username: str,
    must: bool,
) -> None:
    monkeypatch.setitem(app.config, "TOTP_REQUIRED", frozenset({group}))
    desk = as_user(username)
    body = {"username": username, "password": PASSWORD, "provider": "db"}
    assert app.test_client().post(LOGIN, json=body).status_code == (403 if must else 200)
    for path in ("/akun/", "/users/userinfo/"):
        answer = desk.get(path)
        assert (answer.headers.get("Location") == "/akun/dua-langkah/") is must, path
    assert desk.get(WORKLIST).status_code == (403 if must else 401)
    assert desk.get("/akun/dua-langkah/").status_code == 200
    assert "/login" in desk.post("/logout/", follow_redirects=True).request.path
    if must and username == "kadis":
        allowed_once_it_is_set_up(app, as_user(username), username)


def allowed_once_it_is_set_up(app: Flask, desk: FlaskClient, username: str) -> None:
    with app.app_context():
        secret = second_step.start_set_up(key_of(username), utc_now()).secret
    assert desk.post("/akun/dua-langkah/pasang", data={"kode": app_code(secret)}).status_code == 201
    assert desk.get("/akun/").status_code == 200
    off = {"sandi": PASSWORD, "kode": app_code(secret, 1)}
    assert desk.post("/akun/dua-langkah/matikan", data=off).status_code == 403
