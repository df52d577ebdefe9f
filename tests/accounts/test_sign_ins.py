"""A sign-in ends when it should: inactive at once, a changed password, age; and every bad token is one plain 401."""

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update

from app.core.extensions import db
from app.demo.accounts import PASSWORD, make_key
from app.models import ApiKey
from tests.conftest import SECRET
from tests.factories import a_report

NEW = "Sandi-Baru-7-Panjang"
LOGIN, REFRESH, WORKLIST = "/api/v1/security/login", "/api/v1/security/refresh", "/api/v1/worklist/"
Headers = dict[str, str]


def tokens(app: Flask, username: str = "kasi", password: str = PASSWORD) -> tuple[Headers, Headers]:
    """Headers with the access and with the refresh token."""
    body = {"username": username, "password": password, "provider": "db", "refresh": True}
    got = app.test_client().post(LOGIN, json=body).get_json()
    access, refresh = ({"Authorization": f"Bearer {got[name]}"} for name in ("access_token", "refresh_token"))
    return access, refresh


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Signed in at the real form."""
    client = app.test_client()
    assert client.post("/login/", data={"username": "kasi", "password": PASSWORD}).status_code == 302
    assert client.get("/").status_code == 200
    return client


def is_out(client: FlaskClient) -> bool:
    answer = client.get("/")
    return answer.status_code == 302 and "/login" in answer.headers["Location"]


def change(app: Flask, **values: Any) -> None:
    with app.app_context():
        db.session.execute(update(User).where(User.username == "kasi").values(**values))
        db.session.commit()


def statuses(client: FlaskClient, access: Headers, refresh: Headers) -> tuple[int, int]:
    """What both tokens are answered; a refresh token is used up by that, and the next one stands in its place."""
    opened, renewed = client.get(WORKLIST, headers=access), client.post(REFRESH, headers=refresh)
    if renewed.status_code == 200:
        refresh["Authorization"] = f"Bearer {renewed.get_json()['refresh_token']}"
    return opened.status_code, renewed.status_code


def test_a_copy_of_the_cookie_opens_nothing_after_the_logout(app: Flask, browser: FlaskClient) -> None:
    copied = browser.get_cookie("lapor_session")
    assert copied is not None
    thief, other = app.test_client(), app.test_client()
    thief.set_cookie("lapor_session", copied.value)
    other.post("/login/", data={"username": "kasi", "password": PASSWORD})
    assert not is_out(thief)
    browser.post("/logout/")
    assert is_out(thief)
    assert not is_out(other)


def test_an_inactive_account_is_out_at_once_on_both_endpoints(
    app: Flask, client: FlaskClient, browser: FlaskClient
) -> None:
    access, refresh = tokens(app)
    assert statuses(client, access, refresh) == (200, 200)
    change(app, active=False)
    assert is_out(browser)
    assert statuses(client, access, refresh) == (401, 401)
    body = {"username": "kasi", "password": PASSWORD, "provider": "db"}
    assert client.post(LOGIN, json=body).status_code == 401
    form = client.post("/login/", data={"username": "kasi", "password": PASSWORD})
    assert "/login" in form.headers["Location"]


def change_own(browser: FlaskClient, current: str, new: str, again: str) -> Any:
    form = {"current_password": current, "password": new, "conf_password": again}
    return browser.post("/resetmypassword/form", data=form)


def test_a_changed_password_ends_every_other_sign_in_and_not_this_one(
    app: Flask, client: FlaskClient, browser: FlaskClient
) -> None:
    access, refresh = tokens(app)
    other = app.test_client()
    other.post("/login/", data={"username": "kasi", "password": PASSWORD})
    assert change_own(browser, PASSWORD, NEW, NEW).status_code == 302
    assert not is_out(browser)
    assert is_out(other)
    assert statuses(client, access, refresh) == (401, 401)
    assert statuses(client, *tokens(app, password=NEW)) == (200, 200)


def test_the_administrators_reset_ends_the_sign_ins_of_that_account(
    app: Flask, client: FlaskClient, browser: FlaskClient, as_user: Callable[[str], FlaskClient]
) -> None:
    access, refresh = tokens(app)
    with app.app_context():
        key = db.session.scalars(select(User.id).where(User.username == "kasi")).one()
    administrator = as_user("administrator")
    assert administrator.post(f"/resetpassword/form?pk={key}", data={"cara": "show"}).status_code == 201
    assert is_out(browser)
    assert statuses(client, access, refresh) == (401, 401)
    assert not is_out(administrator)


BAD_CHANGES = (
    ("salah", NEW, NEW, "current_password"),
    ("", NEW, NEW, "current_password"),
    (PASSWORD, "pendek", "pendek", "password"),
    (PASSWORD, "a" * 40, "a" * 40, "password"),
    (PASSWORD, NEW, "lain-sama-sekali", "conf_password"),
    (PASSWORD, "sandi\u200bbaru-yang-panjang", "sandi\u200bbaru-yang-panjang", "password"),
)


def test_ones_own_password_asks_for_the_present_one_and_for_a_good_new_one(app: Flask, browser: FlaskClient) -> None:
    for current, new, again, field in BAD_CHANGES:
        answer = change_own(browser, current, new, again)
        assert answer.status_code == 200
        assert f'id="{field}-galat"' in answer.text, (current, new, again)
        for typed in filter(None, (current, new, again)):
            assert f'value="{typed}"' not in answer.text
    assert statuses(app.test_client(), *tokens(app)) == (200, 200)


def test_a_sign_in_of_yesterday_has_ended(app: Flask, client: FlaskClient) -> None:
    with time_machine.travel(time.time(), tick=False) as clock:
        browser = app.test_client()
        browser.post("/login/", data={"username": "kasi", "password": PASSWORD})
        access, refresh = tokens(app)
        clock.shift(14 * 60)
        assert statuses(client, access, refresh) == (200, 200)
        clock.shift(2 * 60)
        assert statuses(client, access, refresh) == (401, 200)
        clock.shift(12 * 3600)
        assert statuses(client, access, refresh) == (401, 401)
        assert is_out(browser)


def forged(app: Flask, **changes: Any) -> Headers:
    access, _ = tokens(app)
    told = jwt.decode(access["Authorization"].split()[1], SECRET, algorithms=["HS256"])
    with_key = changes.pop("key", SECRET)
    algorithm = changes.pop("algorithm", "HS256")
    signed = jwt.encode({**told, **changes}, with_key if algorithm != "none" else None, algorithm=algorithm)
    return {"Authorization": f"Bearer {signed}"}


def test_every_bad_token_is_the_same_401(app: Flask, client: FlaskClient) -> None:
    access, refresh = tokens(app)
    good = access["Authorization"]
    bad = [
        *({"Authorization": text} for text in ("", "Bearer", "Bearer x", "Bearer x.y.z", "Bearer a b", "Basic YTpi")),
        {"Authorization": f"{good}x"},
        {"Authorization": good.rsplit(".", 1)[0] + "."},
        {"Authorization": "Bearer \u00fc.\u00fc.\u00fc".encode().decode("latin1")},
        forged(app, key="another-key-of-the-right-length-0123456789"),
        forged(app, algorithm="none"),
        *(forged(app, sub=value) for value in ("999999", "x", "-1", "9" * 30, "")),
        *(forged(app, seal=value) for value in ("", "0" * 32, None)),
        forged(app, exp=1),
        forged(app, nbf=2**40),
        {},
    ]
    for headers in bad:
        for answer in (client.get(WORKLIST, headers=headers), client.post(REFRESH, headers=headers)):
            seen = (answer.status_code, answer.mimetype, answer.headers.get("WWW-Authenticate"))
            assert seen == (401, "application/problem+json", "Bearer"), headers
            assert answer.get_json()["type"].endswith("/unauthorized")
    assert client.get(WORKLIST, headers=refresh).status_code == 401
    assert client.post(REFRESH, headers=access).status_code == 401
    assert client.get(WORKLIST, headers=access).status_code == 200


def test_a_cookie_for_nobody_is_nobody(client: FlaskClient) -> None:
    for key in ("999999", "x", "9" * 30, "-1"):
        with client.session_transaction() as session:
            session.update({"_user_id": key, "_fresh": True, "seal": "x"})
        assert is_out(client), key


def test_a_key_opens_its_scope_until_it_ends(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        good = {"Authorization": f"Bearer {make_key()}"}
    url = "/api/v1/sp4n/reports/9165816"

    def status(**values: Any) -> tuple[int, str]:
        with app.app_context():
            db.session.execute(update(ApiKey).values(**values))
            db.session.commit()
        answer = client.put(url, json={**a_report(channel="sp4n"), "revision": 1}, headers=good)
        return answer.status_code, answer.mimetype

    from app.core.clock import utc_now

    assert status(scopes=["read", "sp4n:read", "sp"]) == (403, "application/problem+json")
    assert status(scopes=[]) == (403, "application/problem+json")
    assert status(scopes=["sp4n"], expires_at=utc_now()) == (401, "application/problem+json")
    assert status(expires_at=None, active=False) == (401, "application/problem+json")
    assert status(active=True)[0] == 201
    assert client.get(WORKLIST, headers=good).status_code == 401
    assert client.get("/", headers=good).status_code == 302
