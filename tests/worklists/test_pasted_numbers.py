"""A number that was pasted with characters that nobody sees is found wherever a number is asked for."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.cases.perform_action import perform_action
from app.core.clock import utc_now
from app.core.extensions import db
from app.models import Complaint, ComplaintEvent
from app.worklists.complaint_lists import ComplaintFilter, complaint_page
from app.worklists.search import prepare_search
from tests.factories import a_complaint
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.actors import Person

FindPerson = Callable[[str], Person]
SPELLINGS: list[Callable[[str], str]] = [
    lambda n: f"\u200b{n}",
    lambda n: f"{n}\ufeff",
    lambda n: n.replace("-", "\u200b-\u2060"),
    lambda n: f"\u202a{n.lower()}\u202c",
    lambda n: n.replace("-", " "),
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_search_finds_it(context: Flask, person: FindPerson, spelling: Callable[[str], str]) -> None:
    number, by = a_complaint().complaint.number, person("kasi")
    a_complaint()
    wanted = ComplaintFilter(search=prepare_search(spelling(number), by))
    assert [row.complaint.number for row in complaint_page(by, wanted, utc_now(), 25)] == [number]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_case_is_merged_into_it(context: Flask, person: FindPerson, spelling: Callable[[str], str]) -> None:
    main, copy = a_complaint(at="check"), a_complaint(at="check")
    number, main_id = main.complaint.number, main.id
    request = ActionRequest(Action.MERGE, None, {"into": spelling(number)})
    perform_action(copy.id, request, person("kasi"), None)
    assert db.session.get_one(Complaint, copy.id).merged_into_id == main_id
    written = select(ComplaintEvent.data).where(ComplaintEvent.complaint_id == copy.id, ComplaintEvent.kind == "merge")
    assert db.session.scalars(written).one()["into"] == number
