"""One form makes an officer: account, membership, role and the link to the password; on screen and over the API."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.accounts.new_officer import free_username
from app.core.extensions import db
from app.models import Delivery, IdentityGrant, NoticePreference, OfficerProfile, PasswordLink
from tests.access.made_roles import a_role
from tests.accounts.test_first_administrator import GOOD
from tests.factories import a_complaint

SignIn = Callable[[str], FlaskClient]
Bearer = Callable[[str], dict[str, str]]
PATH = "/petugas/baru"
FORM = {
    "nama": "Uji  Coba Petugas, S.Kom.",
    "peran": "agency_secretary",
    "opd": "dishub",
    "nip": "19800101 200501 1 009",
    "telepon": "0812-3456-7890",
    "pangkat": "Penata Muda (III/a)",
}
BODY = {"name": "Uji Coba", "role": "agency_admin", "agency": "dishub", "email": "uji.coba@balangan.example"}


@pytest.fixture
def screen(as_user: SignIn, context: Flask) -> FlaskClient:
    return as_user("administrator")


@pytest.fixture
def mail(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail server is set; nothing is sent in these tests."""
    monkeypatch.setitem(app.config, "SMTP_URL", "smtp://127.0.0.1:1")


def account(name: str) -> User:
    db.session.expire_all()
    return db.session.scalars(select(User).where(User.username == name)).one()


def test_an_officer_without_email_gets_a_link_by_hand_and_signs_in(app: Flask, screen: FlaskClient) -> None:
    page = screen.post(PATH, data=FORM)
    assert page.status_code == 201, page.text
    made = account("uji.petugas")
    profile = db.session.get(OfficerProfile, made.id)
    assert profile is not None
    assert (made.first_name, made.last_name, made.email) == ("Uji", "Coba Petugas, S.Kom.", "")
    assert [role.name for role in made.roles] == ["agency_secretary"]
    assert (profile.agency_code, profile.nip, profile.position) == ("dishub", "198001012005011009", "Sekretaris OPD")
    assert profile.rank == "Penata Muda (III/a)"
    preference = db.session.get(NoticePreference, made.id)
    assert preference is not None
    assert preference.gateway_to == "0812-3456-7890"
    assert db.session.scalars(select(Delivery.id).where(Delivery.user_id == made.id)).all() == []
    (path,) = re.findall(r"/sandi-baru/[\w-]+", page.text)
    stranger = app.test_client()
    assert stranger.get(path, follow_redirects=True).status_code == 200
    password = {"sandi": GOOD, "ulang": GOOD}
    assert stranger.post("/sandi-baru/", data=password).status_code in (302, 303)
    entered = stranger.post("/login/", data={"username": "uji.petugas", "password": password["sandi"]})
    assert entered.status_code == 302
    assert stranger.get("/aduan/").status_code == 200


def test_the_usual_position_is_indonesian_as_letters_are(screen: FlaskClient) -> None:
    screen.get("/lang/en")
    assert screen.post(PATH, data=FORM).status_code == 201
    position = select(OfficerProfile.position).where(OfficerProfile.user_id == account("uji.petugas").id)
    assert db.session.scalars(position).one() == "Sekretaris OPD"


def test_two_officers_without_email_are_no_conflict(screen: FlaskClient) -> None:
    assert screen.post(PATH, data=FORM).status_code == 201
    assert screen.post(PATH, data=FORM | {"nip": ""}).status_code == 201
    assert {account("uji.petugas").email, account("uji.petugas2").email} == {""}


def test_an_officer_with_email_is_invited_once(mail: None, screen: FlaskClient) -> None:
    form = FORM | {"surel": "uji@balangan.example", "nama_pengguna": "uji.lain", "jabatan": "Sekretaris Dinas Uji"}
    answer = screen.post(PATH, data=form)
    made = account("uji.lain")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/petugas/show/{made.id}")
    assert db.session.scalars(select(Delivery.account_news).where(Delivery.user_id == made.id)).all() == [
        "password_link"
    ]
    assert db.session.scalars(select(PasswordLink.kind).where(PasswordLink.user_id == made.id)).all() == ["invitation"]
    again = screen.post(PATH, data=form)
    assert again.status_code == 422
    assert {name for name in ("nip", "surel", "nama_pengguna") if f'id="{name}-galat"' in again.text} == {
        *("nip", "surel", "nama_pengguna"),
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nama": " "}, "nama"),
        ({"nama": "x" * 65}, "nama"),
        ({"nip": "123"}, "nip"),
        ({"peran": ""}, "peran"),
        ({"peran": "Admin"}, "peran"),
        ({"opd": ""}, "opd"),
        ({"opd": "tidak_ada"}, "opd"),
        ({"telepon": ""}, "surel"),
        ({"surel": "bukan alamat"}, "surel"),
        ({"surel": "admin.aduan@balangan.example"}, "surel"),
        ({"telepon": "08"}, "telepon"),
        ({"nama_pengguna": "ada spasi"}, "nama_pengguna"),
        ({"nama_pengguna": "KASI"}, "nama_pengguna"),
        ({"jabatan": "x" * 301}, "jabatan"),
        ({"pangkat": "x" * 61}, "pangkat"),
        ({"jabatan": "a\u200bb"}, "jabatan"),
    ],
)
def test_a_wrong_part_is_told_beside_its_field_and_nothing_is_stored(
    screen: FlaskClient, change: dict[str, str], field: str
) -> None:
    before = db.session.scalars(select(User.id).order_by(User.id)).all()
    page = screen.post(PATH, data=FORM | change)
    assert page.status_code == 422
    assert f'id="{field}-galat"' in page.text
    assert 'value="0812-3456-7890"' in page.text or "telepon" in change
    assert db.session.scalars(select(User.id).order_by(User.id)).all() == before


def test_a_role_that_opens_identities_waits(screen: FlaskClient) -> None:
    a_complaint()
    a_role("kasi_dua", "section_head")
    for role in ("kasi_dua", "supervisor"):
        assert screen.post(PATH, data=FORM | {"peran": role, "nip": ""}).status_code == 201
    assert [account(name).roles for name in ("uji.petugas", "uji.petugas2")] == [[], []]
    waiting = select(IdentityGrant.state, IdentityGrant.user_id).order_by(IdentityGrant.id)
    assert [tuple(row) for row in db.session.execute(waiting)] == [
        ("waiting", account("uji.petugas").id),
        ("waiting", account("uji.petugas2").id),
    ]


def test_an_officer_over_the_api(app: Flask, context: Flask, mail: None, bearer: Bearer) -> None:
    client, headers = app.test_client(), bearer("administrator")

    def post(body: Any, who: dict[str, str] = headers) -> Any:
        return client.post("/api/v1/officer/", json=body, headers=who)

    made = post(BODY)
    assert made.status_code == 201, made.text
    told = made.get_json()
    assert (told["result"]["username"], told["result"]["agency"], told["result"]["roles"]) == (
        *("uji.coba", "dishub"),
        ["agency_admin"],
    )
    assert (told["invited"], told["needs_confirmation"]) == (True, False)
    assert client.get(f"/api/v1/officer/{told['id']}", headers=headers).get_json()["result"] == told["result"]
    by_phone = post(BODY | {"email": "", "phone": "081234567890"}).get_json()
    assert (by_phone["result"]["username"], by_phone["invited"]) == ("uji.coba2", False)
    assert db.session.scalars(select(PasswordLink.user_id).order_by(PasswordLink.id)).all() == [told["id"]]
    other = BODY | {"email": "lain@balangan.example"}
    for change, field in (({"agency": ""}, "agency"), ({"nip": 1}, "nip"), ({"nama": "x"}, "nama"), (BODY, "email")):
        refused = post(other | change)
        assert refused.status_code == 422
        assert [error["field"] for error in refused.get_json()["errors"]] == [field]
    assert post(BODY, bearer("pengawas")).status_code == 403


@pytest.mark.parametrize("name", ["kasi", "pengawas", "kepala.dishub"])
def test_only_administrators_make_officers(context: Flask, as_user: SignIn, name: str) -> None:
    screen = as_user(name)
    assert (screen.get(PATH).status_code, screen.post(PATH, data=FORM).status_code) == (403, 403)
    assert "/petugas/baru" not in screen.get("/petugas/list/").text


@pytest.mark.parametrize(
    ("name", "taken", "made"),
    [
        ("Budi Santoso", (), "budi.santoso"),
        ("Budi Santoso", ("budi.santoso",), "budi.santoso2"),
        ("Budi Santoso", ("budi.santoso", "budi.santoso2"), "budi.santoso3"),
        ("Suharto", (), "suharto"),
        ("Renée, S.E., M.M.", (), "renee"),
        ("Ni Luh Ayu", (), "ni.ayu"),
        ("X", (), "x0"),
        ("郭", (), "petugas"),
    ],
)
def test_user_names_are_made_of_names(name: str, taken: tuple[str, ...], made: str) -> None:
    assert free_username(name, taken) == made
