"""Cookies and tokens end at once: by logout at the API, by a change of the account, by the administrator; and a refresh
token that is used twice ends its family.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import select, text

from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.models import OfficerProfile
from tests.accounts.test_sign_ins import REFRESH, WORKLIST, statuses, tokens
from tests.statements import statements

LOGOUT = "/api/v1/security/logout"


@pytest.fixture(autouse=True)
def quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flask_appbuilder.security.manager.check_password_hash", lambda _hash, given: given == PASSWORD)


def is_out(client: FlaskClient) -> bool:
    return "/login" in client.get("/").headers.get("Location", "")


def test_a_logout_at_the_api_ends_both_of_its_tokens_and_no_others(app: Flask, client: FlaskClient) -> None:
    mine, other = tokens(app), tokens(app)
    assert client.post(LOGOUT, headers=mine[0]).status_code == 200
    assert statuses(client, *mine) == (401, 401)
    assert client.post(LOGOUT, headers=mine[0]).status_code == 401
    assert statuses(client, *other) == (200, 200)


def test_a_refresh_token_opens_once_and_a_used_one_ends_its_family(app: Flask, client: FlaskClient) -> None:
    _, refresh = tokens(app)
    stolen = dict(refresh)
    renewed = client.post(REFRESH, headers=refresh).get_json()
    access, newest = ({"Authorization": f"Bearer {renewed[name]}"} for name in ("access_token", "refresh_token"))
    assert client.get(WORKLIST, headers=access).status_code == 200
    assert client.post(REFRESH, headers=stolen).status_code == 401
    assert client.get(WORKLIST, headers=access).status_code == 401
    assert client.post(REFRESH, headers=newest).status_code == 401


def role_is_added(user: User) -> None:
    user.roles = [*user.roles, db.session.scalars(select(Role).where(Role.name == "supervisor")).one()]


def role_is_replaced(user: User) -> None:
    user.roles = [db.session.scalars(select(Role).where(Role.name == "agency_secretary")).one()]


def office_is_changed(user: User) -> None:
    db.session.get_one(OfficerProfile, user.id).agency_code = "dplh"


def is_closed_and_opened(user: User) -> None:
    for active in (False, True):
        user.active = active
        db.session.commit()


def by_hand_in_the_database(user: User) -> None:
    db.session.execute(text("DELETE FROM ab_user_role WHERE user_id = :key"), {"key": user.id})


CHANGES = [role_is_added, role_is_replaced, office_is_changed, is_closed_and_opened, by_hand_in_the_database]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_account_is_out_at_once_everywhere(
    app: Flask, client: FlaskClient, as_user: Callable[[str], FlaskClient], change: Callable[[User], None]
) -> None:
    browser, of_another = as_user("kepala.dishub"), as_user("kadis")
    access, refresh = tokens(app, "kepala.dishub")
    assert client.get(WORKLIST, headers=access).status_code == 200
    with app.app_context():
        change(db.session.scalars(select(User).where(User.username == "kepala.dishub")).one())
        db.session.commit()
    assert is_out(browser)
    assert client.get(WORKLIST, headers=access).status_code == 401
    assert client.post(REFRESH, headers=refresh).status_code == 401
    assert not is_out(of_another)


def test_a_new_name_or_position_throws_nobody_out(app: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    browser = as_user("kepala.dishub")
    with app.app_context():
        user = db.session.scalars(select(User).where(User.username == "kepala.dishub")).one()
        user.first_name = "Baru"
        db.session.get_one(OfficerProfile, user.id).position = "Kepala Dinas Perhubungan"
        db.session.commit()
    assert not is_out(browser)


def test_one_s_own_page_and_the_administrator_end_tokens_too(
    app: Flask, client: FlaskClient, as_user: Callable[[str], FlaskClient]
) -> None:
    access, _ = tokens(app)
    browser = as_user("kasi")
    page = browser.get("/akun/").text
    assert "Program lewat API" in page
    assert browser.post("/akun/masuk/akhiri-lain").status_code == 303
    assert client.get(WORKLIST, headers=access).status_code == 401
    again, _ = tokens(app)
    with app.app_context():
        key = db.session.scalars(select(User.id).where(User.username == "kasi")).one()
    administrator: Any = as_user("administrator")
    assert "Masuk dan verifikasi" in administrator.get(f"/users/show/{key}").text
    assert administrator.post(f"/users/action/sign_ins/{key}").headers["Location"] == f"/pengguna/{key}/masuk"
    assert administrator.post(f"/pengguna/{key}/masuk/akhiri").status_code == 303
    assert is_out(browser)
    assert client.get(WORKLIST, headers=again).status_code == 401
    assert not is_out(administrator)


def test_a_token_costs_no_statement_of_its_own(app: Flask, client: FlaskClient) -> None:
    """Account, sign-in, standing, rights and second step are one statement, as for a cookie."""
    access, _ = tokens(app)
    with statements(app) as said:
        client.get(WORKLIST, headers=access)
    assert len([one for one in said if "sign_in" in one]) == 1
