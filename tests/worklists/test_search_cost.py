"""With tens of thousands of cases a search reads an index and not the table, and never more than a bounded part."""

import pytest
from flask import Flask

from app.core.clock import utc_now
from app.demo.accounts import demo_person
from app.worklists import search as searches
from app.worklists.complaint_lists import ComplaintFilter, complaint_page, count_each, look_up
from app.worklists.search_hits import MOST_RANKED
from tests.factories import a_complaint
from tests.worklists.many_cases import Plan, copy_many, explained, indexes_of, nodes, reads_whole_table

MANY, PAGE = 30_000, 25


def plans_of(typed: str, near: bool = False) -> list[Plan]:
    """Of the last two statements: what finds the hits, and what reads their page."""
    person = demo_person("admin.aduan")
    with explained() as plans:
        prepare = searches.prepare_near_search if near else searches.prepare_search
        wanted = look_up(person, ComplaintFilter(search=prepare(typed, person)), utc_now())
        count_each(person, utc_now(), wanted)
        complaint_page(person, wanted, utc_now(), PAGE)
        return plans()[-2:]


def read_cases(plan: Plan) -> int:
    """How many rows of complaints the plan touched, kept or thrown away."""
    own = [node for node in nodes(plan) if node.get("Relation Name") == "complaint"]
    return int(sum((n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"] for n in own))


@pytest.fixture
def many(context: Flask) -> None:
    copy_many(a_complaint().id, MANY)


@pytest.mark.usefixtures("many")
def test_searches_read_the_index_and_a_bounded_part(context: Flask) -> None:
    for typed in ("jalan rusak gangc", "000042", "42", "LB-2020-000042", "nomor 12345", "banjir dusunx rt"):
        found, page = plans_of(typed)
        assert "ix_complaint_search_words" in indexes_of(found), typed
        assert not reads_whole_table(found), typed
        assert read_cases(found) <= 5 * MOST_RANKED, typed
        assert read_cases(page) <= PAGE, typed
    # A word of every second case: the newest are taken as they come.
    for typed in ("jalan", "mohon", "mo", "paringin"):
        assert all(read_cases(plan) <= 10 * MOST_RANKED for plan in plans_of(typed)), typed
    mistyped, _ = plans_of("dusnq", near=True)
    assert "ix_complaint_trigrams" in indexes_of(mistyped)
    assert all(read_cases(plan) <= 2 * searches.NEAR_AMONG for plan in plans_of("jalan rusakk sekolaah", near=True))
