"""Statements are cached for kinds of offices, not for persons: forty agencies must not fill a worker's memory."""

import pytest

from app.core.clock import utc_now
from app.core.statement_cache import kind_of, values_of
from app.demo.accounts import demo_person
from app.worklists import complaint_lists, inbox, search_hits, work_counts
from app.worklists.complaint_lists import ComplaintFilter, complaint_page
from app.worklists.inbox import WorkFilter, work_page
from app.worklists.search import prepare_search
from app.worklists.work_counts import count_badges, count_inbox
from tests.factories import a_complaint
from workflow_rules.process.actors import Capacity, DelegationKind, Person
from workflow_rules.process.standard_sop import Officer

AGENCIES = ("dishub", "dplh", "disdukcapil", "dpuprperkim")


def head_of(*agencies: str) -> Person:
    return Person(7, "Kepala", tuple(Capacity(Officer.AGENCY_HEAD, code) for code in agencies))


def test_the_same_office_reads_by_the_same_statement_at_every_agency() -> None:
    assert kind_of(head_of("dishub")) == kind_of(head_of("dplh")) != kind_of(head_of("dishub", "dplh"))
    assert (values_of(head_of("dishub")), values_of(head_of("dplh"))) == (
        {"asking_agency_0": "dishub"},
        {"asking_agency_0": "dplh"},
    )


def test_a_stand_in_reads_as_whoever_holds_both_offices_does() -> None:
    lent = Capacity(Officer.AGENCY_HEAD, "dplh", 9, DelegationKind.PLH, 4)
    standing_in = Person(8, "Pengganti", (Capacity(Officer.AGENCY_HEAD, "dishub"), lent))
    assert kind_of(standing_in) == kind_of(head_of("dplh", "dishub"))
    assert values_of(standing_in) == {"asking_agency_0": "dishub", "asking_agency_1": "dplh"}


def test_what_an_agency_is_told_apart_by_is_told_with_the_statement() -> None:
    mixed = Person(8, "Dua jabatan", (Capacity(Officer.AGENCY_ADMIN, "dplh"), Capacity(Officer.AGENCY_HEAD, "dishub")))
    turned = Person(8, "Dua jabatan", (Capacity(Officer.AGENCY_ADMIN, "dishub"), Capacity(Officer.AGENCY_HEAD, "dplh")))
    assert kind_of(mixed) != kind_of(turned)


KEPT = (
    complaint_lists._page_statement,
    inbox._page_statement,
    work_counts._badges_statement,
    work_counts._inbox_statement,
    search_hits._usual_hits_statement,
)


@pytest.mark.usefixtures("context")
def test_each_agency_reads_its_own_by_statements_that_are_kept_once() -> None:
    titles = {code: f"Rambu {code}" for code in AGENCIES}
    for code, title in titles.items():
        a_complaint(at="agency_receive", agencies=(code,), title=title)
    for statements in KEPT:
        statements.cache_clear()
    for code in AGENCIES:
        person, now = demo_person(f"admin.{code}"), utc_now()
        wanted = ComplaintFilter(search=prepare_search("rambu", person))
        assert [row.complaint.title for row in complaint_page(person, ComplaintFilter(), now, 25)] == [titles[code]]
        assert [row.complaint.title for row in complaint_page(person, wanted, now, 25)] == [titles[code]]
        assert [row.task.complaint.title for row in work_page(person, WorkFilter(), now, 25)] == [titles[code]]
        assert (count_inbox(person, WorkFilter(), now).all, count_badges(person, now, ComplaintFilter()).listed) == (
            1,
            1,
        )
    assert [statements.cache_info().currsize for statements in KEPT] == [1] * len(KEPT)
