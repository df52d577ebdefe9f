"""The first administrator is made by one command, by the rules of passwords, and only where there is none."""

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update

from app.commands.maintenance import first_administrator
from app.core.extensions import db
from app.demo.accounts import PASSWORD
from app.web.fab_repairs import fab

GOOD = "Pintu-Air-9-Terbuka"


@pytest.fixture
def bare(app: Flask) -> Flask:
    """An office whose only administrator is gone."""
    with app.app_context():
        db.session.execute(update(User).where(User.username == "administrator").values(active=False))
        db.session.commit()
    return app


def sign_in(app: Flask, username: str, password: str) -> int:
    body = {"username": username, "password": password, "provider": "db"}
    return app.test_client().post("/api/v1/security/login", json=body).status_code


def roles_of(app: Flask, username: str) -> list[str]:
    with app.app_context():
        return [role.name for role in db.session.scalars(select(User).where(User.username == username)).one().roles]


def test_a_typed_password_makes_an_administrator(bare: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    assert first_administrator(bare, "sri.wahyuni", lambda: GOOD)
    assert "make the officers' accounts" in capsys.readouterr().out
    assert roles_of(bare, "sri.wahyuni") == ["administrator"]
    assert sign_in(bare, "sri.wahyuni", GOOD) == 200


@pytest.mark.parametrize("weak", ["abc", "Sri.Wahyuni-2026!", "Password-1234"])
def test_the_rules_of_passwords_hold(bare: Flask, capsys: pytest.CaptureFixture[str], weak: str) -> None:
    assert not first_administrator(bare, "sri.wahyuni", lambda: weak)
    assert "This password is not taken" in capsys.readouterr().err
    with bare.app_context():
        assert db.session.scalars(select(User).where(User.username == "sri.wahyuni")).first() is None


def test_a_link_sets_the_password_once(bare: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    assert first_administrator(bare, "sri.wahyuni", None)
    address = next(word for word in capsys.readouterr().out.split() if "/sandi-baru/" in word)
    client = bare.test_client()
    client.get(address.removeprefix("http://localhost"))
    answer = client.post("/sandi-baru/", data={"sandi": GOOD, "ulang": GOOD})
    assert answer.status_code in (302, 303), answer.text
    assert sign_in(bare, "sri.wahyuni", GOOD) == 200
    used = client.get(address.removeprefix("http://localhost"), follow_redirects=True)
    assert "Tautan itu sudah dipakai" in used.text


def test_a_second_first_administrator_is_refused_with_the_way(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    assert not first_administrator(app, "sri.wahyuni", lambda: GOOD)
    said = capsys.readouterr().err
    assert "There is an administrator already: administrator" in said
    assert "Petugas" in said
    assert sign_in(app, "administrator", PASSWORD) == 200


@pytest.mark.parametrize("name", ["", "a", "dua kata", "-x", "é"])
def test_a_name_that_nobody_can_type_is_refused(bare: Flask, name: str) -> None:
    assert not first_administrator(bare, name, None)


@pytest.mark.parametrize("command", ["create-user", "create-admin"])
def test_the_frameworks_own_command_is_withheld(app: Flask, command: str) -> None:
    done = app.test_cli_runner().invoke(fab.commands[command], ["--username", "x", "--role", "Admin"])
    assert done.exit_code == 1
    assert "first-administrator" in done.output
