"""Likely duplicates: which place and which words make one, how far back, and never over the wall."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.demo.accounts import demo_person
from app.models import Complaint
from app.worklists.duplicates import SamePlace, likely_duplicates, report_in_writing, report_of
from tests.factories import a_complaint
from tests.worklists.many_cases import copy_many, explained, reads_whole_table

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
VILLAGE = {"village": "Batu Piring"}
HOLE = {
    "title": "Jalan berlubang di depan sekolah",
    "body": "Lubang dalam, sudah dua orang jatuh.",
    "location": VILLAGE,
}


def a_case(days_ago: int = 0, **report: Any) -> Complaint:
    return a_complaint(received=NOW - timedelta(days=days_ago), **{**HOLE, **report}).complaint


def likely(row: Complaint, username: str = "kasi") -> list[tuple[str, str]]:
    return [(f.complaint.title, f.place.value) for f in likely_duplicates(report_of(row), demo_person(username))]


@pytest.mark.parametrize(
    ("report", "place"),
    [
        ({"title": "Lubang di jalan depan SD"}, "village"),
        ({"title": "Jalan depan sekolah rusak, banyak lubang"}, "village"),
        ({"title": "jlan brlubang depan sekolah"}, "village"),
        ({"title": "Lubang jalan", "location": {"district": "Paringin Selatan"}}, "district"),
        ({"title": "Jalan berlubang depan sekolah", "days_ago": 29}, "village"),
        ({"title": "Jalan berlubang depan sekolah", "days_ago": 31}, None),
        ({"title": "Jalan berlubang depan sekolah", "days_ago": -29}, "village"),
        ({"title": "Jalan berlubang depan sekolah", "location": {"district": "Juai"}}, None),
        ({"title": "Jalan berlubang depan sekolah", "location": {}}, None),
        ({"title": "Lampu jalan padam", "body": "Gelap sekali."}, None),
        ({"title": "Antrean KTP lama", "body": "Sejak pagi."}, None),
    ],
)
def test_like_words_in_the_same_place_within_thirty_days(
    context: Flask, report: dict[str, Any], place: str | None
) -> None:
    other = a_case(**report)
    assert likely(a_case()) == ([(other.title, place)] if place else [])


def test_a_category_in_common_makes_fewer_words_enough(context: Flask) -> None:
    lamp = {"title": "Lampu jalan padam", "body": "Gelap."}
    plain = a_case(**lamp)
    a_case(title="Penerangan jalan mati", body="Sudah lama.")
    assert likely(plain) == []
    own = a_case(**lamp, category="penerangan_jalan", location={"village": "Galumbang"})
    a_case(title="Penerangan jalan mati", category="penerangan_jalan", location={"village": "Galumbang"}, body="Lama.")
    assert likely(own)[0] == ("Penerangan jalan mati", "village")


def test_two_unknown_places_are_not_the_same_place(context: Flask) -> None:
    a_case(location={"district": "Juai"})
    a_case(location={})
    own = a_case(location={"district": "Paringin"})
    assert likely(own) == []
    assert [place for _, place in likely(a_case(location={}))] == [SamePlace.UNKNOWN] * 3


def test_the_nearest_place_stands_first(context: Flask) -> None:
    a_case(location={"district": "Paringin Selatan"}, title="Kecamatan: jalan berlubang depan sekolah")
    a_case(title="Desa: jalan berlubang depan sekolah")
    a_case(location={"lat": -2.3301, "lon": 115.4502}, title="Dekat: jalan berlubang depan sekolah")
    a_case(location={"lat": -2.3401, "lon": 115.4502}, title="Jauh: jalan berlubang depan sekolah")
    own = a_case(location={**VILLAGE, "lat": -2.33, "lon": 115.45})
    assert [place for _, place in likely(own)] == [SamePlace.NEAR, SamePlace.VILLAGE, SamePlace.DISTRICT]


def test_a_merged_case_and_the_case_itself_are_left_out(context: Flask) -> None:
    main = a_case()
    merged = a_complaint(received=NOW, **HOLE)
    merged.act("complaint_admin", "merge", into=main.number, now=NOW)
    assert likely(main) == []


def test_an_agency_never_learns_of_a_foreign_case(context: Flask) -> None:
    own = a_complaint(at="agency_receive", agencies=("dishub",), received=NOW, **HOLE).complaint
    a_complaint(at="agency_receive", agencies=("dplh",), received=NOW, **HOLE)
    a_case()
    assert len(likely(own)) == 2
    assert likely(own, "kepala.dishub") == []


def typed(title: str, body: str = "", village: str = "", district: str = "", category: str = "") -> list[str]:
    report = report_in_writing(title, body, NOW, village, district, category)
    return [found.place.value for found in likely_duplicates(report, demo_person("admin.aduan"))]


def test_what_is_being_typed_is_compared_too(context: Flask) -> None:
    row = a_case(3)
    assert row.village is not None
    assert row.district is not None
    assert typed("Jalan berlubang", "depan sekolah", row.village.code) == ["village"]
    assert typed("Jalan berlubang", "depan sekolah", "", row.district.code) == ["district"]
    assert typed("Jalan berlubang depan sekolah") == ["unknown"]
    assert typed("Jalan macet") == []
    assert typed("Jalan berlubang", "depan sekolah", "tidak-ada") == []
    for hostile in ("", "!!!", "\x00", "jalan\x00", "x" * 5000, "& | !", "'"):
        typed(hostile, hostile, hostile, hostile, hostile)


def test_the_thirty_days_are_read_from_an_index(context: Flask) -> None:
    row = a_case()
    copy_many(row.id, 20_000)
    with explained() as plans:
        likely_duplicates(report_of(row), demo_person("kasi"))
        found = plans()
    assert found
    assert not any(reads_whole_table(plan) for plan in found)
