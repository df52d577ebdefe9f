"""Every query that gets a person finds only that person's cases by itself: here no request has switched on the filter
of the session and row-level security, which would hide a missing criterion.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.casefile.rows import read_complaint
from app.core.clock import utc_now
from app.core.periods import Period
from app.reporting.exports.columns import reading
from app.reporting.figures.dashboard import count_everything
from app.worklists.complaint_lists import ComplaintFilter, complaint_page, count_each
from app.worklists.duplicates import likely_duplicates, report_in_writing
from app.worklists.inbox import WorkFilter
from app.worklists.search import prepare_search
from app.worklists.work_counts import count_badges, count_inbox
from tests.factories import a_complaint, a_report
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused

WORDS = a_report()


def searching(person: Person) -> ComplaintFilter:
    return ComplaintFilter(search=prepare_search("berlubang", person))


def of_a_report(person: Person) -> int:
    with reading(person, ComplaintFilter(), ("nomor",), utc_now()) as (total, rows):
        assert len(list(rows)) == total
    return total


def on_the_dashboard(person: Person) -> int:
    now = utc_now()
    week = Period(now - timedelta(days=7), now)
    found = count_everything(person, now, week, week, [(None, None)])
    assert found.open == sum(found.queue.values()) == sum(found.received.values())
    return found.open


def alike(person: Person) -> int:
    report = report_in_writing(WORDS["title"], WORDS["body"], utc_now(), "", "", "")
    return len(likely_duplicates(report, person))


RUNNING, MONTH = ComplaintFilter(running=True), timedelta(days=30)
COUNTED: dict[str, Callable[[Person], int]] = {
    "list": lambda person: len(complaint_page(person, ComplaintFilter(), utc_now(), 25)),
    "count": lambda person: count_each(person, utc_now(), ComplaintFilter())[0],
    "filtered list": lambda person: len(complaint_page(person, RUNNING, utc_now(), 25)),
    "filtered count": lambda person: count_each(person, utc_now(), RUNNING)[0],
    "late cases": lambda person: count_badges(person, utc_now() + MONTH).late_cases,
    "cases that wait": lambda person: count_inbox(person, WorkFilter(), utc_now()).elsewhere,
    "list of hits": lambda person: len(complaint_page(person, searching(person), utc_now(), 25)),
    "count of hits": lambda person: count_each(person, utc_now(), searching(person))[0],
    "report": of_a_report,
    "dashboard": on_the_dashboard,
    "duplicates": alike,
}


@pytest.fixture
def cases(context: Flask) -> list[int]:
    return [a_complaint(at="agency_receive", agencies=(house,)).id for house in ("dishub", "dplh")]


@pytest.mark.parametrize("query", COUNTED)
def test_a_query_finds_only_what_the_person_may_see(
    cases: list[int], person: Callable[[str], Person], query: str
) -> None:
    seen = {who: COUNTED[query](person(who)) for who in ("kadis", "kepala.dishub", "kepala.dinkes")}
    assert seen == {"kadis": 2, "kepala.dishub": 1, "kepala.dinkes": 0}


def test_a_case_of_another_agency_is_not_read(cases: list[int], person: Callable[[str], Person]) -> None:
    own, foreign = cases
    assert read_complaint(own, person("kepala.dishub"))[0].id == own
    with pytest.raises(ActionRefused, match="not_visible"):
        read_complaint(foreign, person("kepala.dishub"))
