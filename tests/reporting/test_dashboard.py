"""The dashboard: figures by hand, each the same as the list it leads to, and an agency's officers see their own."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.reference.calendar import load_working_calendar
from app.reporting.figures.age_classes import age_classes
from tests.conftest import time_travel
from tests.factories import a_complaint
from tests.scenes import Scene
from tests.statements import statements

SignIn = Callable[[str], FlaskClient]


def three_cases_of_november() -> None:
    with time_travel() as travel:
        travel("2026-11-03 08:00")
        a_complaint(at="agency_receive", agencies=("dinkes",), title="Obat habis")
        travel("2026-11-23 08:00")
        a_complaint(at="answered", agencies=("dishub",), title="Lampu padam")
        a_complaint(at="agency_receive", agencies=("dishub",), title="Rambu roboh")


@pytest.fixture
def november(scene: Scene[None], freeze: Callable[[str], Any]) -> None:
    """Tuesday 24 November 2026; one case answered in time, one late at dishub, one of three weeks ago at dinkes."""
    scene(three_cases_of_november)
    freeze("2026-11-24 10:00")


def page_of(client: FlaskClient, path: str = "/dasbor/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.text


def figures_of(page: str) -> dict[str, str]:
    cards = re.findall(r'<div class="lbl">(?:<a [^>]*>)?([^<]+).*?<div class="besar">([^<]+)', page, re.S)
    return dict(cards)


def rows_of(page: str, heading: str) -> dict[str, list[str]]:
    section = page[page.index(heading) :]
    body = section[section.index("<tbody>") : section.index("</tbody>")]
    rows = re.findall(r'<th scope="row"><a href="[^"]*">([^<]+)</a></th>(.*?)</tr>', body, re.S)
    return {name: re.findall(r'<td class="num[^"]*">([^<]*)', cells) for name, cells in rows}


def test_the_four_figures_with_direction_and_target(november: None, as_user: SignIn) -> None:
    page = page_of(as_user("pengawas"))
    assert figures_of(page) == {
        "Aduan terbuka": "2",
        "Aduan lewat batas": "2",
        "Langkah tepat waktu": "90,5%",
        "Median waktu kalender sampai dijawab": "0 menit",
    }
    for said in ("naik 1 dari pekan lalu", "0,5 poin di atas sasaran", "Sasaran 90%", "dari 1 jawaban"):
        assert said in page
    assert "19 langkah selesai, 2 terbuka lewat batas" in page
    assert "Waktu baku SOP 7 hari 8 jam 30 menit kerja" in page
    assert "Selasa, 24 November 2026, 10.00 WITA" in page


def test_bars_are_rows_of_tables(november: None, as_user: SignIn) -> None:
    page = page_of(as_user("pengawas"))
    assert rows_of(page, 'id="g1"') == {"DISHUB": ["83,3%", "5", "1"], "DINKES": ["0%", "0", "1"]}
    ages = rows_of(page, 'id="g4"')
    assert ages["0–1 hari"] == ["1", "1"]
    assert ages["8–14 hari"] == ["0", "0"]
    assert ages["lebih dari 14 hari"] == ["1", "1"]
    assert rows_of(page, 'id="g2"')["5 Menerima arahan"] == ["0 menit", "1", "2"]


@pytest.mark.parametrize("who", ["pengawas", "kadis", "kepala.dishub", "admin.dinkes"])
def test_every_bar_leads_to_as_many_cases_as_it_says(november: None, as_user: SignIn, who: str) -> None:
    client = as_user(who)
    page = page_of(client)
    links = re.findall(r'<a href="(/aduan/\?[^"]+)">([^<]+)</a></th>', page)
    counted = {**rows_of(page, 'id="g4"'), **{k: v[2:] for k, v in rows_of(page, 'id="g2"').items()}}
    assert len(counted) == 18
    for url, name in links:
        if name in counted:
            listed = client.get(url.replace("&amp;", "&")).text.count('class="jdl"')
            assert (name, listed) == (name, int(counted[name][0]))
    for label, url in (("Aduan terbuka", "/aduan/?berjalan=1"), ("Aduan lewat batas", "/aduan/?lewat=1")):
        assert int(figures_of(page)[label]) == client.get(url).text.count('class="jdl"')


def test_an_agencys_officers_see_their_own_agency_only(november: None, as_user: SignIn) -> None:
    page = page_of(as_user("kepala.dinkes"))
    assert figures_of(page)["Aduan terbuka"] == "1"
    assert "DISHUB" not in page
    assert figures_of(page)["Langkah tepat waktu"] == "0%"
    own = page_of(as_user("kepala.dishub"))
    assert rows_of(own, 'id="g1"') == {"DISHUB": ["83,3%", "5", "1"]}
    assert figures_of(own)["Aduan terbuka"] == "1"
    assert rows_of(own, 'id="g2"')["1 Menerima dan meregister"][0] == "–"


def test_another_month_and_one_that_nobody_knows(november: None, as_user: SignIn) -> None:
    client = as_user("pengawas")
    october = page_of(client, "/dasbor/?bulan=2026-10")
    assert "Belum ada langkah OPD yang selesai atau lewat batas pada bulan ini." in october
    assert '<option value="2026-10" selected>Oktober 2026' in october
    assert '<option value="2026-11" selected>' in page_of(client, "/dasbor/?bulan=1999-99")


def test_the_trend_is_twelve_weeks_as_drawing_and_table(november: None, as_user: SignIn) -> None:
    page = page_of(as_user("pengawas"))
    table = page[page.index('<details class="tabel"') :]
    rows = re.findall(r'<th scope="row">([^<]+)</th>(.*?)</tr>', table[: table.index("</details>")], re.S)
    found = {name: re.findall(r">(\d+)<", cells) for name, cells in rows}
    assert found == {"masuk": ["0"] * 8 + ["1", "0", "0", "2"], "dijawab": ["0"] * 11 + ["1"]}
    assert page.count('role="img" aria-labelledby="tren-') == 2


@pytest.mark.parametrize("who", ["pengawas", "kepala.dishub"])
def test_the_page_stays_within_its_statements(app: Flask, november: None, as_user: SignIn, who: str) -> None:
    client = as_user(who)
    with statements(app) as asked:
        page_of(client)
    assert len(asked) <= 12, "\n\n".join(asked)


def test_punctuality_is_kept_a_minute_and_of_a_month_that_is_over_a_day(
    app: Flask, november: None, as_user: SignIn, freeze: Callable[[str], Any]
) -> None:
    client = as_user("pengawas")

    def reads_the_book(path: str) -> bool:
        with statements(app) as asked:
            page_of(client, path)
        return any("ledger_entry" in one for one in asked)

    now, before = "/dasbor/", "/dasbor/?bulan=2026-10"
    assert [reads_the_book(path) for path in (now, now, before, before)] == [True, False, True, False]
    freeze("2026-11-24 10:02")
    assert [reads_the_book(path) for path in (now, before)] == [True, False]


def test_without_redis_the_page_is_there(app: Flask, november: None, as_user: SignIn, monkeypatch: Any) -> None:
    client = as_user("pengawas")
    monkeypatch.setitem(app.config, "REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.delitem(app.extensions, "lapor_redis", raising=False)
    try:
        assert figures_of(page_of(client))["Langkah tepat waktu"] == "90,5%"
    finally:
        app.extensions.pop("lapor_redis", None)


def test_age_classes_count_working_days_and_meet_without_a_gap(context: Flask) -> None:
    """24 November 2026 is a Tuesday; 21 and 22 are a weekend."""
    classes = age_classes(load_working_calendar(), date(2026, 11, 24))
    assert [(c.first, c.last) for c in classes] == [
        (date(2026, 11, 23), None),
        (date(2026, 11, 19), date(2026, 11, 22)),
        (date(2026, 11, 17), date(2026, 11, 18)),
        (date(2026, 11, 13), date(2026, 11, 16)),
        (date(2026, 11, 4), date(2026, 11, 12)),
        (None, date(2026, 11, 3)),
    ]
