"""All complaints: who finds which, and by what."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import a_complaint
from tests.scenes import Scene

SignIn = Callable[[str], FlaskClient]


def page(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def three_cases() -> None:
    a_complaint("register", title="Satu", channel="phone", category="ktp", body="tentang antrean_panjang")
    a_complaint("agency_receive", agencies=("dishub",), title="Dua", channel="letter", category="jalan_berlubang")
    a_complaint(
        "answered",
        agencies=("dinkes",),
        title="Tiga",
        body="Antrean obat sangat lama.",
        location={"district": "Juai"},
        received=datetime.now(UTC) - timedelta(days=9),
    )


@pytest.fixture
def shelf(scene: Scene[None]) -> None:
    """Three cases that differ in everything a filter asks for."""
    scene(three_cases)


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Satu", "Dua", "Tiga"}),
        ("q=antrean_panjang", {"Satu"}),
        ("q=antrean%25panjang", {"Satu"}),
        ("q=tiada%25satu", set()),
        ("q=dUa", {"Dua"}),
        ("q=LB-", {"Satu", "Dua", "Tiga"}),
        ("status=answered", {"Tiga"}),
        ("langkah=agency_receive", {"Dua"}),
        ("opd=dinkes", {"Tiga"}),
        ("kategori=kependudukan", {"Satu"}),
        ("kategori=jalan_berlubang", {"Dua"}),
        ("saluran=phone", {"Satu"}),
        ("kecamatan=63.11.01", {"Tiga"}),
        ("kecamatan=63.11.06", {"Satu", "Dua"}),
        ("status=answered&saluran=phone", set()),
        ("lewat=1", set()),
        ("urut=batas", {"Satu", "Dua", "Tiga"}),
    ],
)
def test_filters_find_what_they_name(as_user: SignIn, query: str, found: set[str]) -> None:
    shown = page(as_user("admin.aduan"), f"/aduan/?{query}")
    shown = shown.replace("<mark>", "").replace("</mark>", "")
    assert {title for title in ("Satu", "Dua", "Tiga") if f">{title}</a>" in shown} == found


@pytest.mark.usefixtures("shelf")
def test_an_agency_finds_only_what_was_sent_to_it(as_user: SignIn) -> None:
    client = as_user("kepala.dishub")
    for query in ("", "q=LB-", "opd=dinkes", "status=answered", "langkah=register"):
        shown = page(client, f"/aduan/?{query}")
        assert ">Satu</a>" not in shown
        assert ">Tiga</a>" not in shown
    assert ">Dua</a>" in page(client, "/aduan/")
    assert "1 aduan" in page(client, "/aduan/")


def test_the_late_list_holds_the_longest_late_first(app: Flask, as_user: SignIn) -> None:
    now = datetime.now(UTC)
    with app.app_context():
        a_complaint("register", title="Sedikit lewat", received=now - timedelta(days=8))
        a_complaint("register", title="Lama lewat", received=now - timedelta(days=30))
        a_complaint("register", title="Baru masuk", received=now)
    shown = page(as_user("pengawas"), "/aduan/?lewat=1")
    assert shown.index("Lama lewat") < shown.index("Sedikit lewat")
    assert "Baru masuk" not in shown


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize(
    "query",
    [
        "status=%27",
        "langkah=x",
        "opd=%00",
        "kategori=tiada",
        "saluran=fax",
        "kecamatan=1",
        "lewat=ya",
        "hal=0",
        "hal=1e9",
        "q=%00",
        "urut=acak",
        "hal=" + "9" * 400,
    ],
)
def test_an_unreadable_filter_is_left_out_and_named(as_user: SignIn, query: str) -> None:
    shown = page(as_user("admin.aduan"), f"/aduan/?{query}")
    assert "diabaikan" in shown
    assert ">Satu</a>" in shown


@pytest.mark.usefixtures("shelf")
def test_a_filter_that_is_set_can_be_taken_off(as_user: SignIn) -> None:
    shown = page(as_user("admin.aduan"), "/aduan/?saluran=phone&status=registering")
    assert 'href="/aduan/?status=registering"' in shown
    assert 'href="/aduan/?saluran=phone"' in shown


def test_who_has_no_right_to_read_cases_is_refused(client: FlaskClient, as_user: SignIn) -> None:
    assert as_user("administrator").get("/aduan/").status_code == 403
    answer = client.get("/aduan/?lewat=1")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/?next=")
