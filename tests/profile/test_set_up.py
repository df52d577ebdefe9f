"""A new office is set up by command or on screen: region, agencies, first administrator; all of it or nothing."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.first_administrator import FirstAdministratorRefused
from app.commands.maintenance import migrate_database
from app.core.clock import utc_now, zone_name
from app.core.extensions import db
from app.core.office import NOT_SET_UP, current_office
from app.models import Agency, Category, District, Office, SopVersion, User, Village
from app.profile.reading import ProfileRefused
from app.profile.sections import as_file, office_profile
from app.profile.set_up import AlreadySetUp, read_set_up, set_up_code, set_up_office
from tests.codebase.bare_database import as_role

PERSON = {"username": "admin.kantor", "name": "Administrator Kantor (contoh)", "email": ""}


@pytest.fixture
def new(database: str, worker: str, tmp_path: Path) -> Iterator[Flask]:
    """The program on migrated tables without an office."""
    with as_role("owner", database, worker, tmp_path):
        migrate_database(current_app)
        yield current_app._get_current_object()  # type: ignore[attr-defined]


def said(**office: Any) -> dict[str, Any]:
    return {"office": office, "first_administrator": PERSON}


def counted(model: Any) -> int:
    return db.session.scalars(select(func.count()).select_from(model)).one()


def test_a_region_code_is_enough(new: Flask) -> None:
    """Kabupaten Lombok Tengah has 12 districts and 154 villages (Kepmendagri 300.2.2-2430/2025)."""
    assert (current_office(), counted(Agency), counted(District)) == (NOT_SET_UP, 0, 0)
    link = set_up_office(said(region_code="52.02", city="Praya"), utc_now())
    office = current_office()
    assert (office.name, office.product, zone_name()) == ("Kabupaten Lombok Tengah", "Lapor Lombok Tengah", "WITA")
    assert (counted(District), counted(Village)) == (12, 154)
    assert (counted(Agency), counted(Category)) == (30 + 12, 58)
    head = db.session.scalars(select(Agency).where(Agency.code == office.head_office)).one()
    assert (head.city, head.letterhead_over) == ("Praya", "Pemerintah Kabupaten Lombok Tengah")
    first = db.session.scalars(select(User)).one()
    assert [role.name for role in first.roles] == ["administrator"]
    assert new.test_client().get(link.removeprefix("http://localhost")).status_code == 303
    with pytest.raises(AlreadySetUp):
        set_up_office(said(region_code="32.73"), utc_now())
    assert "Balangan" not in as_file(office_profile()).decode()


REFUSED: tuple[tuple[dict[str, Any], type[Exception]], ...] = (
    (said(region_code="99.99"), ProfileRefused),
    (said(region_code="52.02", colour="red"), ProfileRefused),
    ({**said(region_code="52.02"), "agencies": [{"code": "x"}]}, ProfileRefused),
    ({**said(region_code="52.02"), "officers": []}, ProfileRefused),
    ({**said(region_code="52.02"), "first_administrator": {"username": "a b"}}, FirstAdministratorRefused),
    ({**said(region_code="52.02"), "first_administrator": {"password": "x"}}, ProfileRefused),
)
NO_SET_UP = (b"office: {", b"- 1", b"office: {}", b"", b"office: 1\nfirst_administrator: 2")


@pytest.mark.parametrize("content", NO_SET_UP)
def test_what_is_no_set_up_file_is_told(content: bytes) -> None:
    with pytest.raises(ProfileRefused):
        read_set_up(content)


def typed(**changed: Any) -> dict[str, Any]:
    told = {"code": set_up_code(), "region_code": "32.73", "city": "Bandung"}
    return {**told, "name": PERSON["name"], "username": PERSON["username"], "own_email": "", **changed}


def post(client: FlaskClient, **changed: Any) -> Any:
    return client.post("/penyiapan/", data=typed(**changed), content_type="multipart/form-data")


WRONG_ON_SCREEN = (
    ({"code": "abcd-efgh-ijkl"}, "code"),
    ({"region_code": ""}, "region_code"),
    ({"city": " "}, "city"),
    ({"username": "a b"}, "username"),
    ({"logo": b"no picture"}, "logo"),
    ({"profile": b"sop: {"}, "profile"),
    ({"profile": b"sop: {}"}, "profile"),
)


def test_what_is_wrong_changes_nothing_and_the_right_form_sets_up(new: Flask) -> None:
    """One test for all, since each new office takes its migrations."""
    before, client = as_file(office_profile()), new.test_client()
    for wrong, refused in REFUSED:
        with pytest.raises(refused):
            set_up_office(wrong, utc_now())
    assert client.get("/login/").headers["Location"] == "/penyiapan/"
    assert client.get("/penyiapan/").status_code == 200
    for changed, place in WRONG_ON_SCREEN:
        files = {name: (io.BytesIO(told), "berkas") for name, told in changed.items() if isinstance(told, bytes)}
        answer = post(client, **{**changed, **files})
        assert answer.status_code == 422
        assert re.findall(r'id="([a-z_]+)-galat"', answer.text) == [place]
        assert f'value="{PERSON["name"]}"' in answer.text
    assert as_file(office_profile()) == before
    assert (counted(User), counted(Office)) == (0, 0)

    process = office_profile()["sop"] | {"title": "Proses kantor lain"}
    answer = post(client, profile=(io.BytesIO(as_file({"sop": process})), "profil.yaml"))
    assert (answer.status_code, current_office().name, zone_name()) == (303, "Kota Bandung", "WIB")
    versions = db.session.scalars(select(SopVersion)).all()
    assert [(row.number, row.status, row.title) for row in versions] == [("1", "active", "Proses kantor lain")]
    assert client.get(answer.headers["Location"].removeprefix("http://localhost")).status_code == 303
    assert client.get("/login/").status_code == 200
    assert client.get("/penyiapan/").headers["Location"] == "/login/"
    assert post(client, region_code="52.02").headers["Location"].startswith("/login/")
    assert current_office().name == "Kota Bandung"
