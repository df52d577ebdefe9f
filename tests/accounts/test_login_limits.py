"""Both login endpoints: failures are counted, good logins are not, and nobody learns which accounts there are."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.accounts.attempt_counts import Limit, count_try, forget_counts
from app.core.clock import utc_now
from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.models import LoginCount
from tests.conftest import build_app

API = "/api/v1/security/login"
ALLOWED, ALLOWED_OF_ADDRESS = 10, 100


@pytest.fixture
def counting(app: Flask) -> Flask:
    """The program with its counters at zero: they stand in the database."""
    return app


def by_api(app: Flask, username: str, password: str, address: str = "127.0.0.1") -> TestResponse:
    body = {"username": username, "password": password, "provider": "db"}
    return app.test_client().post(API, json=body, environ_overrides={"REMOTE_ADDR": address})


def by_form(app: Flask, username: str, password: str, address: str = "127.0.0.1") -> TestResponse:
    form = {"username": username, "password": password}
    return app.test_client().post("/login/", data=form, environ_overrides={"REMOTE_ADDR": address})


@pytest.fixture
def quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords compared without the slow hash, for tests that try a hundred of them."""
    monkeypatch.setattr("flask_appbuilder.security.manager.check_password_hash", lambda _hash, given: given == PASSWORD)


ENDPOINTS = pytest.mark.parametrize(("endpoint", "refused", "let_in"), [(by_api, 401, 200), (by_form, 302, 302)])


@ENDPOINTS
@pytest.mark.usefixtures("quick_hash")
def test_the_eleventh_failure_is_429_and_the_right_password_works_again_later(
    counting: Flask, endpoint: Any, refused: int, let_in: int
) -> None:
    with time_machine.travel(time.time(), tick=False) as clock:
        assert [endpoint(counting, "kasi", "salah").status_code for _ in range(ALLOWED)] == [refused] * ALLOWED
        blocked = endpoint(counting, "kasi", PASSWORD)
        assert blocked.status_code == 429
        wait = int(blocked.headers["Retry-After"])
        assert 290 < wait <= 301
        if endpoint is by_api:
            assert blocked.mimetype == "application/problem+json"
            assert blocked.get_json()["type"].endswith("/too_many_requests")
        else:
            assert "Kode 429" in blocked.text
        assert endpoint(counting, "KASI ", PASSWORD).status_code == 429
        assert endpoint(counting, "kadis", PASSWORD).status_code == let_in
        assert endpoint(counting, "kasi", PASSWORD, "192.0.2.8").status_code == let_in
        clock.shift(wait)
        again = endpoint(counting, "kasi", PASSWORD)
    assert again.status_code == let_in
    assert "/login" not in again.headers.get("Location", "")


@ENDPOINTS
@pytest.mark.usefixtures("quick_hash")
def test_good_logins_are_not_counted(counting: Flask, endpoint: Any, refused: int, let_in: int) -> None:
    """A whole office behind one address signs in within one minute."""
    for _ in range(3 * ALLOWED):
        answer = endpoint(counting, "kasi", PASSWORD)
        assert answer.status_code == let_in
        assert "Retry-After" not in answer.headers
    assert endpoint(counting, "kasi", "salah").status_code == refused


@pytest.mark.usefixtures("quick_hash")
def test_one_address_cannot_try_many_accounts_at_both_endpoints(counting: Flask) -> None:
    tried = [(by_api if n % 2 else by_form)(counting, f"orang{n}", "salah").status_code for n in range(130)]
    assert 429 not in tried[:ALLOWED_OF_ADDRESS]
    assert tried[-1] == 429
    assert by_api(counting, "kasi", PASSWORD, "192.0.2.9").status_code == 200


@pytest.mark.usefixtures("quick_hash")
@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"username":"\\ud800","password":"x","provider":"db"}', b'{"username":"' + b"a" * 27_000_000],
    ids=["deep", "surrogate", "large"],
)
def test_an_unreadable_body_does_not_reset_the_counters(counting: Flask, body: bytes) -> None:
    """Stock, the limiter takes an error of its key for a dead store and starts again from zero."""
    for _ in range(ALLOWED):
        by_api(counting, "kasi", "salah")
    answer = counting.test_client().post(API, data=body, content_type="application/json")
    assert answer.status_code in (400, 413)
    assert by_api(counting, "kasi", "salah").status_code == 429


@pytest.mark.usefixtures("quick_hash")
def test_redis_being_away_locks_nobody_out_and_lets_nobody_in(app: Flask) -> None:
    kept = app.config
    gone = {"RATELIMIT_STORAGE_URI": "redis://127.0.0.1:1/0"}
    lonely = build_app(kept["SQLALCHEMY_DATABASE_URI"], kept["REDIS_URL"], str(kept["LAPOR_HOME"]), **gone)
    for endpoint, let_in in ((by_api, 200), (by_form, 302)):
        assert endpoint(lonely, "kasi", PASSWORD).status_code == let_in
    tried = [by_api(lonely, "kadis", "salah").status_code for _ in range(ALLOWED + 3)]
    assert tried[0] == 401
    assert tried[-1] == 429
    with lonely.app_context():
        db.engine.dispose()


UNREADABLE = (
    *(b"{", b"null", b"[]", b'"kasi"', b"{}", b'{"username":"kasi"}', b"\xff\xfe", b"[" * 100_000),
    b'{"username":1,"password":[],"provider":"db"}',
    b'{"username":"kasi","password":"x","provider":"ldap"}',
    b'{"username":"kasi","password":"x","provider":"db","username":"kadis"}',
    b'{"username":"kasi\\u0000","password":"x","provider":"db"}',
    b'{"username":"kasi","password":"\\ud800","provider":"db"}',
    b'{"username":"kasi","password":"\\u0000","provider":"db"}',
    b'{"username":"kasi","password":NaN,"provider":"db"}',
    b'{"username":{"a":1},"password":null,"provider":true,"refresh":"?"}',
)


def test_a_login_that_cannot_be_read_is_told_so(client: FlaskClient, counting: Flask) -> None:
    for body in UNREADABLE:
        answer = client.post(API, data=body, content_type="application/json")
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json"), body[:60]


def test_another_type_than_json_is_415_at_the_login(client: FlaskClient, counting: Flask) -> None:
    answer = client.post(API, data={"username": "kasi", "password": PASSWORD})
    assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")


def test_an_unknown_account_answers_as_a_known_one_and_hashes_as_much(
    counting: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The costs are compared, not the seconds: the same kind of hash, as often, whoever is asked for."""
    from flask_appbuilder.security import manager

    costs: list[str] = []
    real = manager.check_password_hash
    monkeypatch.setattr(manager, "check_password_hash", lambda h, p: (costs.append(h.split("$")[0]), real(h, p))[1])
    seen = []
    for username in ("kasi", "tidak.ada", "kasi@tidak.ada"):
        costs.clear()
        api, form = by_api(counting, username, "salah"), by_form(counting, username, "salah")
        seen.append((api.status_code, api.get_json(), form.status_code, form.headers["Location"], tuple(costs)))
    assert len(set(map(str, seen))) == 1
    assert seen[0][-1] == ("scrypt:32768:8:1",) * 2


def at(address: str) -> dict[str, str]:
    return {"REMOTE_ADDR": address}


def known_browser(app: Flask, address: str = "192.0.2.50") -> FlaskClient:
    """A browser in which kasi has signed in and out before."""
    browser = app.test_client()
    form = {"username": "kasi", "password": PASSWORD}
    assert browser.post("/login/", data=form, environ_overrides=at(address)).status_code == 302
    browser.post("/logout/")
    return browser


def tried_in(browser: FlaskClient, password: str, address: str, username: str = "kasi") -> TestResponse:
    form = {"username": username, "password": password}
    return browser.post("/login/", data=form, environ_overrides=at(address))


def is_in(answer: TestResponse) -> bool:
    return answer.status_code == 302 and "/login" not in answer.headers["Location"]


@pytest.mark.usefixtures("quick_hash")
def test_two_hundred_addresses_have_fifty_guesses_together_and_lock_no_officer_out(counting: Flask) -> None:
    """Attack and officer on one account: the strangers are refused, the known browser and the usual address are not."""
    officer = known_browser(counting)
    tried = [by_api(counting, "kasi", "salah", f"198.51.100.{n}").status_code for n in range(200)]
    assert (tried.count(401), tried.count(429)) == (50, 150)
    assert by_form(counting, "kasi", PASSWORD, "203.0.113.7").status_code == 429
    assert by_form(counting, "kadis", PASSWORD, "203.0.113.7").status_code == 302
    assert by_api(counting, "kasi", PASSWORD, "192.0.2.50").status_code == 200
    assert is_in(tried_in(officer, PASSWORD, "203.0.113.8"))


@pytest.mark.usefixtures("quick_hash")
def test_a_flood_from_the_officer_s_own_office_address_leaves_the_known_browser_alone(counting: Flask) -> None:
    officer, office = known_browser(counting), "192.0.2.50"
    tried = [by_api(counting, "kasi", "salah", office).status_code for _ in range(15)]
    tried += [by_api(counting, f"orang{n}", "salah", office).status_code for n in range(100)]
    assert tried[-1] == 429
    assert is_in(tried_in(officer, PASSWORD, office))


@pytest.mark.usefixtures("quick_hash")
def test_a_known_browser_has_ten_tries_and_is_known_to_its_account_only(counting: Flask) -> None:
    browser = known_browser(counting)
    cookie = browser.get_cookie("lapor_device", path="/login")
    assert cookie is not None
    assert cookie.http_only
    assert [tried_in(browser, "salah", f"198.51.100.{n}").status_code for n in range(11)] == [302] * 10 + [429]
    assert by_form(counting, "kasi", PASSWORD).status_code == 302
    tried = [tried_in(browser, "salah", "198.51.100.1", "kadis").status_code for _ in range(11)]
    assert tried == [302] * 10 + [429]


@pytest.mark.usefixtures("quick_hash")
def test_a_forged_device_is_a_stranger(counting: Flask) -> None:
    known_browser(counting)
    for n in range(ALLOWED + 1):
        thief = counting.test_client()
        thief.set_cookie("lapor_device", f'{{"2": "x{n}"}}.aaaa.bbbb', path="/login")
        answer = tried_in(thief, "salah", "198.51.100.9")
    assert answer.status_code == 429


@pytest.mark.usefixtures("quick_hash")
def test_name_and_e_mail_of_an_account_have_their_tries_together(counting: Flask) -> None:
    with counting.app_context():
        email = counting.appbuilder.sm.find_user(username="kasi").email  # type: ignore[attr-defined]
    for n in range(ALLOWED):
        by_api(counting, email if n % 2 else "kasi", "salah")
    assert by_api(counting, email, PASSWORD).status_code == 429


@pytest.mark.usefixtures("quick_hash")
def test_a_customer_of_ipv6_has_one_address(counting: Flask) -> None:
    tried = [by_api(counting, "kasi", "salah", f"2001:db8:1:2::{n:x}").status_code for n in range(1, 12)]
    assert tried == [401] * 10 + [429]


def test_processes_count_together_and_tries_sent_at_once_are_all_counted(counting: Flask) -> None:
    """Four processes are four engines; what they do at once is one row."""
    kept = counting.config
    gone = {"RATELIMIT_STORAGE_URI": "redis://127.0.0.1:1/0", "REDIS_URL": "redis://127.0.0.1:1/0"}
    limit = Limit(10, timedelta(minutes=5))

    def count(app: Flask) -> bool:
        with app.app_context():
            return count_try([("uji", limit)], utc_now())[0].seconds_left == 0

    home = str(kept["LAPOR_HOME"])
    apps = [build_app(kept["SQLALCHEMY_DATABASE_URI"], kept["REDIS_URL"], home, **gone), counting]
    with ThreadPoolExecutor(4) as pool:
        let_through = list(pool.map(count, apps * 10))
    assert let_through.count(True) == 10
    with apps[0].app_context():
        db.engine.dispose()


def test_old_counts_are_forgotten_and_hold_no_name(counting: Flask) -> None:
    by_api(counting, "rahasia-di-isian-nama", "salah")
    with counting.app_context():
        marks = db.session.scalars(select(LoginCount.mark)).all()
        assert len(marks) == 3
        assert not any("rahasia" in mark or "127.0.0" in mark for mark in marks)
        assert forget_counts(utc_now() + timedelta(hours=23)) == 0
        assert forget_counts(utc_now() + timedelta(hours=25)) == 3


@pytest.mark.parametrize("username", ["kasi", "tidak.ada", "pengawas"])
@ENDPOINTS
def test_every_refusal_costs_one_hash_and_says_the_same(
    counting: Flask, monkeypatch: pytest.MonkeyPatch, username: str, endpoint: Any, refused: int, let_in: int
) -> None:
    """A wrong password, a name that nobody has, and an account that was closed."""
    from flask_appbuilder.security import manager

    with counting.app_context():
        db.session.execute(update(User).where(User.username == "pengawas").values(active=False))
        db.session.commit()
    costs: list[str] = []
    real = manager.check_password_hash
    monkeypatch.setattr(manager, "check_password_hash", lambda h, p: (costs.append(h.split("$")[0]), real(h, p))[1])
    answer = endpoint(counting, username, PASSWORD if username == "pengawas" else "salah")
    assert costs == ["scrypt:32768:8:1"]
    assert answer.status_code == refused
    if endpoint is by_api:
        assert answer.get_json()["type"].endswith("/unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    else:
        assert answer.headers["Location"] == "/login/?next=/"
