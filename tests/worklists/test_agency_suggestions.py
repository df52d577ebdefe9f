"""Agencies for a direction: the category's, then those that settled like cases, and only cases one may see."""

from datetime import UTC, datetime, timedelta

from flask import Flask

from app.cases.perform_action import perform_action
from app.demo.accounts import demo_person
from app.worklists.agency_suggestions import suggest_agencies
from tests.factories import Case, a_complaint
from workflow_rules.process.actions import Action, ActionRequest

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def suggested(case: Case, username: str = "kadis") -> list[tuple[str, bool, int]]:
    found = suggest_agencies(case.complaint, demo_person(username), NOW)
    return [(s.agency, s.by_category, len(s.cases)) for s in found]


def settled(*agencies: str, title: str = "Lampu lalu lintas mati", days_ago: int = 40) -> Case:
    return a_complaint("answered", agencies=agencies, title=title, received=NOW - timedelta(days=days_ago))


def a_direction(**report: str) -> Case:
    return a_complaint("direct", **{"title": "Lampu lalu lintas tidak menyala", "received": NOW, **report})


def test_without_category_and_like_cases_nothing_is_suggested(context: Flask) -> None:
    settled("dinkes", title="Obat habis")
    assert suggested(a_direction()) == []


def test_the_categorys_agency_stands_before_those_of_like_cases(context: Flask) -> None:
    settled("dishub")
    settled("dishub", "dplh")
    settled("dinkes", title="Obat habis")
    assert suggested(a_direction()) == [("dishub", False, 2), ("dplh", False, 1)]
    found = suggested(a_direction(category="jalan_berlubang"))
    assert found == [("dpuprperkim", True, 0), ("dishub", False, 2), ("dplh", False, 1)]
    assert suggested(a_direction(category="penerangan_jalan"))[0][1]


def test_a_case_counts_once_answered_and_for_two_years(context: Flask) -> None:
    a_complaint("send_answer", agencies=("dplh",), title="Lampu lalu lintas mati", received=NOW)
    settled("dinkes", days_ago=731)
    settled("dishub", days_ago=728)
    assert suggested(a_direction()) == [("dishub", False, 1)]


def test_an_agency_that_left_a_case_is_not_suggested_by_it(context: Flask) -> None:
    case = a_complaint("agency_receive", agencies=("dishub", "dplh"), title="Lampu lalu lintas mati", received=NOW)
    case.act("agency_admin", "decline", "dplh", "dplh", now=NOW, reason="not_our_authority", note="Bukan kami.")
    without = ActionRequest(Action.CONTINUE_WITHOUT, "dplh", {"agency": "dplh"})
    perform_action(case.id, without, demo_person("kadis"), case.complaint.version, now=NOW)
    for actor, action, params in (
        ("agency_admin", "accept", {}),
        ("agency_head", "dispose", {"instruction": "Siapkan."}),
        ("agency_secretary", "submit_draft", {"subject": "Tanggapan", "body": "Sudah."}),
        ("agency_head", "sign", {}),
        ("agency_admin", "send", {}),
    ):
        case.act(actor, action, "dishub", "dishub", now=NOW, **params)
    case.act("office_head", "dispose_answer", now=NOW, instruction="Jawab.")
    case.act("complaint_admin", "reply", now=NOW, text="Sudah.", proof="Dicatat.")
    assert suggested(a_direction()) == [("dishub", False, 1)]


def test_there_are_at_most_four(context: Flask) -> None:
    settled("dishub", "dplh", "dinkes", "disdukcapil", "dpuprperkim")
    assert len(suggested(a_direction())) == 4


def test_cases_behind_the_wall_are_no_reason(context: Flask) -> None:
    settled("dishub")
    settled("dplh")
    assert suggested(a_direction(), "kepala.dishub") == [("dishub", False, 1)]
    assert suggested(a_direction(), "kepala.dinkes") == []
