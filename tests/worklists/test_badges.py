"""What stands beside the menu and at the bell of every page is exact, and counted no further than it can be read."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from app.core.clock import utc_now
from app.core.extensions import db
from app.core.statement_cache import counted
from app.demo.accounts import demo_person
from app.web.formats import at_a_badge
from app.worklists.inbox import WorkFilter
from app.worklists.work_counts import count_badges, count_inbox
from tests.factories import a_complaint
from tests.statements import statements_with_values
from tests.worklists.many_cases import nodes

NOTICES = text(
    "INSERT INTO notice (user_id, complaint_id, task_id, kind, level, created_at)"
    " SELECT :reader, complaint_id, id, 'step_overdue', n, now() FROM step_task, generate_series(1, :count) n"
    " WHERE closed_at IS NULL LIMIT :count"
)


def tell(username: str, count: int) -> None:
    """So many notices, of steps that are open."""
    db.session.execute(NOTICES, {"reader": demo_person(username).id, "count": count})
    db.session.commit()


def nodes_of(app: Flask, act: Callable[[], Any]) -> list[dict[str, Any]]:
    """What the database does for the one statement that is sent meanwhile, with the rows that it really met."""
    with statements_with_values(app) as seen:
        act()
    ((statement, values),) = seen
    driver: Any = db.session.connection().connection.driver_connection
    ((told,),) = driver.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values, prepare=False)
    return nodes(told[0])


@pytest.mark.parametrize(("count", "shown"), [(0, "0"), (87, "87"), (999, "999"), (1000, "999+"), (12_345, "999+")])
def test_a_badge_says_a_thousand_as_more_than_it_can_hold(context: Flask, count: int, shown: str) -> None:
    assert at_a_badge(count) == shown


@pytest.mark.parametrize(("at_most", "found"), [(None, 30), (40, 30), (10, 10)])
def test_rows_are_counted_to_the_end_or_to_a_limit(context: Flask, at_most: int | None, found: int) -> None:
    rows = select(func.generate_series(1, 30).label("row"))
    assert db.session.scalars(select(counted(rows, at_most))).one() == found


def test_no_more_rows_are_met_than_a_badge_can_show(context: Flask) -> None:
    a_complaint(at="check")
    tell("kasi", 1_500)
    db.session.execute(text("ANALYZE notice"))
    person = demo_person("kasi")
    found = nodes_of(context, lambda: count_badges(person, utc_now()))
    met = [node["Actual Rows"] for node in found if node.get("Relation Name") == "notice"]
    assert met == [1_000]


def test_badges_are_exact_up_to_what_they_can_show(context: Flask) -> None:
    person = demo_person("kasi")
    for _ in range(3):
        a_complaint(at="check")
    tell("kasi", 7)
    for counts in (count_badges(person, utc_now()), count_inbox(person, WorkFilter(), utc_now())):
        assert (counts.all, counts.late, counts.late_cases, counts.unread) == (3, 0, 0, 3 + 7)


def test_thousands_of_notices_are_told_as_more_than_999(app: Flask, as_user: Callable[[str], FlaskClient]) -> None:
    with app.app_context():
        a_complaint(at="check")
        tell("kasi", 1_500)
    client = as_user("kasi")
    for path in ("/", "/aduan/", "/pemberitahuan/"):
        page = client.get(path).text
        assert ', 999+ belum dibaca</span><span class="dot" aria-hidden="true">99+</span>' in page, path
    assert '<p class="muted">999+ belum dibaca</p>' in page
