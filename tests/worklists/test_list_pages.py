"""The pages of the list of complaints follow each other from case to case, whatever comes in meanwhile."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.core.clock import utc_now
from app.core.extensions import db
from tests.factories import a_complaint
from tests.worklists.many_cases import copy_many

SignIn = Callable[[str], FlaskClient]
MANY, PAGE = 60, 25
TITLE, LINK = re.compile(r'<a[^>]*href="/aduan/(\d+)"'), r'rel="{}" href="([^"]+)"'
ORDERS = ("", "urut=lama", "urut=batas", "lewat=1")


@pytest.fixture
def many(app: Flask) -> None:
    """Sixty-one cases: some late on the same second, some with a limit to come, some without any."""
    with app.app_context():
        copy_many(a_complaint().id, MANY)
        late, soon = utc_now() - timedelta(days=3), utc_now() + timedelta(days=3)
        moments = {"late": late, "later": late + timedelta(hours=1), "soon": soon}
        change = (
            "UPDATE complaint SET next_due_at = CASE id % 5 WHEN 0 THEN NULL WHEN 1 THEN CAST(:later AS timestamptz)"
            " WHEN 2 THEN CAST(:soon AS timestamptz) ELSE CAST(:late AS timestamptz) END"
        )
        db.session.execute(text(change), moments)
        db.session.execute(
            text("UPDATE number_counter SET last = last + :many WHERE series = 'complaint'"), {"many": MANY}
        )
        db.session.commit()


def ids_on(shown: str) -> list[int]:
    return list(dict.fromkeys(int(found) for found in TITLE.findall(shown)))


def link(shown: str, rel: str) -> str | None:
    found = re.search(LINK.format(rel), shown)
    return unescape(found[1]) if found else None


def read(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


def walk(client: FlaskClient, address: str | None, rel: str, between: Callable[[], object] = bool) -> list[list[int]]:
    """The cases on every page from there on."""
    pages = []
    while address is not None:
        shown = read(client, address)
        pages.append(ids_on(shown))
        address = link(shown, rel)
        between()
    return pages


def expected(order: str) -> list[int]:
    by = {"urut=lama": "id", "urut=batas": "next_due_at, id", "lewat=1": "next_due_at, id"}.get(order, "id DESC")
    late = "WHERE next_due_at < now()" if order == "lewat=1" else ""
    return list(db.session.scalars(text(f"SELECT id FROM complaint {late} ORDER BY {by}")))  # noqa: S608


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("order", ORDERS)
def test_every_case_stands_on_one_page_forwards_and_back(app: Flask, as_user: SignIn, order: str) -> None:
    client = as_user("admin.aduan")
    with app.app_context():
        whole = expected(order)
    forwards = walk(client, f"/aduan/?{order}", "next")
    assert [case for page in forwards for case in page] == whole
    assert {len(page) for page in forwards[:-1]} == {PAGE}
    address: str | None = f"/aduan/?{order}"
    for _ in forwards[1:]:
        address = link(read(client, address or ""), "next")
    backwards = walk(client, address, "prev")
    assert backwards == forwards[::-1]


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("order", ["", "urut=lama"])
def test_what_comes_in_meanwhile_neither_doubles_a_case_nor_hides_one(app: Flask, as_user: SignIn, order: str) -> None:
    client = as_user("admin.aduan")
    with app.app_context():
        whole = expected(order)

    def one_more() -> None:
        with app.app_context():
            a_complaint()

    pages = walk(client, f"/aduan/?{order}", "next", one_more)
    shown = [case for page in pages for case in page]
    assert len(shown) == len(set(shown))
    assert set(whole) <= set(shown)


@pytest.mark.usefixtures("many")
def test_a_page_of_which_nothing_is_left_is_the_one_of_its_number(app: Flask, as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    with app.app_context():
        whole = expected("")
    assert ids_on(read(client, f"/aduan/?hal=2&sesudah={whole[-1]}")) == whole[PAGE : 2 * PAGE]
    assert ids_on(read(client, "/aduan/?hal=2")) == whole[PAGE : 2 * PAGE]


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(
    "mark",
    ["", "x", "-1", "9" * 19, "9" * 400, "1~2", "~", "~x", "2026-13-01~4", "2026-03-02T08:00:00~4", "%00", "٣"],
)
@pytest.mark.parametrize("order", ["", "urut=batas"])
def test_a_mark_that_nobody_made_is_left_out(as_user: SignIn, mark: str, order: str) -> None:
    client = as_user("admin.aduan")
    assert ids_on(read(client, f"/aduan/?{order}&hal=2&sesudah={mark}")) == ids_on(
        read(client, f"/aduan/?{order}&hal=2")
    )


@pytest.mark.usefixtures("many")
def test_a_filter_that_is_changed_starts_at_the_first_page(as_user: SignIn) -> None:
    client = as_user("admin.aduan")
    second = link(read(client, "/aduan/?saluran=web"), "next") or ""
    assert ("sesudah" in second, "saluran=web" in second) == (True, True)
    assert re.findall(r'class="tag" href="([^"]+)"', read(client, second)) == ["/aduan/"]


def test_an_agency_walks_through_its_own_cases_alone(app: Flask, as_user: SignIn) -> None:
    with app.app_context():
        own = [a_complaint("agency_receive", agencies=("dishub",)).id for _ in range(2)]
        foreign = a_complaint("agency_receive", agencies=("dplh",)).id
    client = as_user("kepala.dishub")
    assert ids_on(read(client, f"/aduan/?hal=1&sesudah={foreign + 1}")) == own[::-1]
    assert ids_on(read(client, f"/aduan/?hal=1&sebelum={own[0]}")) == [own[1]]
