"""/statistik and /data-terbuka: sums by hand, small ones hidden, nothing of a case, the same for everybody."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.extensions import db, redis_client
from app.models import Category
from tests.factories import a_complaint
from tests.office_zone import OFFICE_ZONE
from tests.public.tracked_pages import words_on
from tests.scenes import Scene
from tests.statements import statements

WEDNESDAY = "2026-11-25 10:00"
FILES = ("ringkasan", "aduan-per-bulan", "aduan-per-kategori", "ketepatan-per-opd")


@pytest.fixture(autouse=True)
def wednesday(freeze: Callable[[str], Any]) -> None:
    freeze(WEDNESDAY)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OFFICE_ZONE)


def ten_cases() -> None:
    for day in range(5, 11):
        a_complaint(
            at="answered", agencies=("dishub",), received=at(f"2026-10-{day:02d} 09:00"),
            category="jalan_berlubang", title="KENARI", confidentiality="secret" if day == 5 else "open",
        )  # fmt: skip
    a_complaint(received=at("2026-10-20 09:00"), category="jalan_berlubang")
    for day in (2, 3):
        a_complaint(at="check", received=at(f"2026-11-{day:02d} 09:00"))
    a_complaint(received=at("2026-11-23 09:00"), category="jalan_berlubang")
    redis_client().flushdb()


@pytest.fixture
def cases(scene: Scene[None]) -> None:
    """Seven of October (six answered within the hour), two of November, one of this week, which is not told yet."""
    scene(ten_cases)


def table(client: FlaskClient, name: str) -> list[dict[str, Any]]:
    return list(client.get(f"/data-terbuka/{name}.json").json["rows"])


@pytest.mark.usefixtures("cases")
def test_the_sums_are_those_of_the_weeks_that_are_over(client: FlaskClient) -> None:
    assert table(client, "ringkasan") == [
        {"ukuran": "received", "nilai": 9},
        {"ukuran": "answered", "nilai": 6},
        {"ukuran": "open", "nilai": None},
        {"ukuran": "median_days", "nilai": 0},
    ]
    months = {row["bulan"]: (row["diterima"], row["dijawab"]) for row in table(client, "aduan-per-bulan")}
    assert list(months)[0::11] == ["2025-12", "2026-11"]
    # Nine less seven would be two: so October is hidden along with November.
    assert (months["2026-10"], months["2026-11"], months["2026-09"]) == ((None, 6), (None, 0), (0, 0))
    told = client.get("/data-terbuka/ringkasan.json").json
    assert (told["from"], told["to"]) == ("2025-12-01", "2026-11-22")


@pytest.mark.usefixtures("cases")
def test_of_agencies_cases_and_punctuality_are_told(client: FlaskClient) -> None:
    (row,) = table(client, "ketepatan-per-opd")
    assert (row["kode"], row["aduan"], row["langkah_tepat_waktu_persen"]) == ("dishub", 6, 100.0)


def test_an_agency_with_four_cases_is_not_told_of(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        for day in range(5, 9):
            a_complaint(at="answered", agencies=("dishub",), received=at(f"2026-10-{day:02d} 09:00"))
    (row,) = table(client, "ketepatan-per-opd")
    assert (row["aduan"], row["langkah_tepat_waktu_persen"]) == (None, None)


@pytest.mark.usefixtures("cases")
def test_nothing_of_a_case_or_a_reporter_is_in_any_of_it(client: FlaskClient) -> None:
    paths = ["/statistik", "/data-terbuka/", "/data-terbuka/data.json"]
    paths += [f"/data-terbuka/{name}.{ending}" for name in FILES for ending in ("csv", "json")]
    for path in paths:
        said = client.get(path).text
        assert not re.search(r"KENARI|LB-2026|Aminah|0800|Paringin", said), path


@pytest.mark.usefixtures("cases")
def test_page_csv_and_json_tell_the_same(client: FlaskClient) -> None:
    said = words_on(client.get("/statistik").text)
    assert "Diterima 9 aduan dalam 12 bulan" in said
    assert "Masih terbuka –" in said
    for name in FILES:
        rows = list(csv.DictReader(io.StringIO(client.get(f"/data-terbuka/{name}.csv").text)))
        plain = [{k: "" if v is None else str(v) for k, v in row.items()} for row in table(client, name)]
        assert rows == plain


@pytest.mark.usefixtures("cases")
def test_everybody_gets_the_same_and_it_is_known_again(app: Flask, client: FlaskClient, as_user: Any) -> None:
    path = "/data-terbuka/aduan-per-bulan.csv"
    first = client.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=3600"
    assert as_user("admin.dishub").get(path).data == first.data
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with statements(app) as seen:
        client.get(path)
    assert seen == []


def test_a_year_of_nothing_is_a_page_too(client: FlaskClient) -> None:
    assert "Belum ada data." in client.get("/statistik").text
    assert [row["nilai"] for row in table(client, "ringkasan")] == [0, 0, 0, None]


def test_the_catalogue_names_every_file_and_each_is_there(client: FlaskClient) -> None:
    catalogue = client.get("/data-terbuka/data.json").json
    assert [dataset["identifier"].rpartition("/")[2] for dataset in catalogue["dataset"]] == list(FILES)
    for dataset in catalogue["dataset"]:
        assert dataset["license"] == "https://creativecommons.org/licenses/by/4.0/"
        for file in dataset["distribution"]:
            answer = client.get(file["downloadURL"].removeprefix("http://localhost"))
            assert (answer.status_code, answer.mimetype) == (200, file["mediaType"])


@pytest.mark.parametrize("path", ["/statistik", "/data-terbuka/", "/data-terbuka/data.json"])
def test_the_doors_are_not_there_where_the_office_has_not_opened_them(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_FIGURES", False)
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", ["lain.csv", "ringkasan.xml", "ringkasan.", "%00.csv"])
def test_another_file_is_not_there(client: FlaskClient, name: str) -> None:
    assert client.get(f"/data-terbuka/{name}").status_code == 404


@pytest.mark.usefixtures("cases")
def test_the_page_costs_few_statements_when_nothing_is_kept(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        redis_client().flushdb()
    with statements(app) as seen:
        client.get("/statistik")
    assert 0 < len(seen) <= 12


@pytest.mark.usefixtures("cases")
def test_half_of_the_cases_are_told_in_begun_working_days(app: Flask, client: FlaskClient) -> None:
    """Monday 09:00 to Thursday 10:00 is three working days and an hour, so the fourth has begun."""
    with app.app_context():
        for _ in range(7):
            case = a_complaint(at="reply", agencies=("dishub",), received=at("2026-10-19 09:00"))
            case.act("complaint_admin", "reply", text="Sudah.", proof="Dicatat.", now=at("2026-10-22 10:00"))
        redis_client().flushdb()
    assert table(client, "ringkasan")[3] == {"ukuran": "median_days", "nilai": 4}


def test_five_single_cases_cannot_be_told_from_their_total(app: Flask, client: FlaskClient) -> None:
    """One case each of five months and five categories: with the zeros shown, each would be a known one."""
    with app.app_context():
        top = select(Category.code).where(Category.parent_id.is_(None)).order_by(Category.code).limit(5)
        for month, code in enumerate(db.session.scalars(top).all(), start=5):
            a_complaint(received=at(f"2026-{month:02d}-05 09:00"), category=code)
        redis_client().flushdb()
    assert table(client, "ringkasan")[0] == {"ukuran": "received", "nilai": 5}
    assert {row["diterima"] for row in table(client, "aduan-per-bulan")} == {None}
    categories = table(client, "aduan-per-kategori")
    assert len(categories) > 5
    assert {row["diterima"] for row in categories} == {None}
