"""Where time is lost: figures worked out by hand for two cases of September, sorted, linked, the slowest in words."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.reporting.small_month import answered_road, waiting_road
from tests.scenes import Scene
from tests.views.test_page_costs import cost
from tests.worklists.test_inbox import MOST_QUERIES

SignIn = Callable[[str], FlaskClient]
SEPTEMBER = "/kemacetan/?dari=2026-09-01&sampai=2026-09-30"


def two_roads() -> None:
    answered_road()
    waiting_road()


@pytest.fixture
def month(scene: Scene[None], freeze: Callable[[str], object]) -> None:
    freeze("2026-09-30 15:00")
    scene(two_roads)


def rows(page: str) -> list[str]:
    """Each row of the table as one line of words."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.S)
    found = re.findall(r"<tr>(.*?)</tr>", body[1], re.S) if body else []
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def test_median_90_percent_and_share_by_step(app: Flask, as_user: SignIn, month: None) -> None:
    """Checks took 75 and 40 minutes of 60; the register 30 and 50, the day of waiting left out; step 10 60
    of 30."""
    page = as_user("kadis").get(SEPTEMBER).text
    lines = rows(page)
    assert len(lines) == 11
    assert lines[0].endswith("60 menit kerja 2 40 menit 50 menit 2 dari 2 (100%)")
    assert lines[1].startswith("2. ")
    assert lines[1].endswith("60 menit kerja 2 57 menit 1 jam 15 menit 1 dari 2 (50%)")
    assert "Paling lambat" in lines[9]
    assert lines[9].endswith("30 menit kerja 1 1 jam 1 jam 0 dari 1 (0%)")
    assert sum("Paling lambat" in line for line in lines) == 1
    assert "median 200% dari waktu baku" in page
    assert 'href="/aduan/?langkah=check"' in page


def test_by_officer_and_by_agency(app: Flask, as_user: SignIn, month: None) -> None:
    client = as_user("pengawas")
    assert "Kepala Seksi" in rows(client.get(f"{SEPTEMBER}&per=petugas").text)[1]
    page = client.get(f"{SEPTEMBER}&per=opd").text
    assert 'href="/aduan/?langkah=sign_answer&amp;opd=dpuprperkim"' in page


@pytest.mark.parametrize(
    ("order", "first"),
    [("median", "7. "), ("p90", "7. "), ("tepat", "10. "), ("jumlah", "1. "), ("langkah", "1. "), ("x", "1. ")],
)
def test_it_is_sorted_as_asked(app: Flask, as_user: SignIn, month: None, order: str, first: str) -> None:
    assert rows(as_user("kasi").get(f"{SEPTEMBER}&urut={order}").text)[0].startswith(first)


def test_an_address_that_cannot_be_read_and_a_period_without_steps_are_no_error(
    app: Flask, as_user: SignIn, month: None
) -> None:
    client = as_user("kabid")
    for query in ("?dari=x&sampai=%00", "?dari=2026-09-30&sampai=2020-01-01", "?dari=0001-01-01", "?per=%ff&urut=9"):
        assert client.get(f"/kemacetan/{query}").status_code == 200
    assert "Tidak ada langkah yang selesai" in client.get("/kemacetan/?dari=2026-02-01&sampai=2026-02-02").text
    assert 'value="2026-09-01"' in client.get("/kemacetan/").text


def test_who_may_and_what_it_costs(app: Flask, as_user: SignIn, month: None) -> None:
    for username in ("admin.aduan", "kadis", "pengawas"):
        client = as_user(username)
        status, asked = cost(app, client, f"{SEPTEMBER}&per=opd")
        assert (status, asked <= MOST_QUERIES) == (200, True), asked
        assert 'href="/kemacetan/"' in client.get("/").text
    for username in ("kepala.dishub", "administrator"):
        assert as_user(username).get("/kemacetan/").status_code == 403
        assert 'href="/kemacetan/"' not in as_user(username).get("/akun/").text
