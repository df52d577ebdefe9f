"""Who may open an identity: the office that speaks with reporters, and a secretary who works on an open case."""

import pytest

from app.privacy.identity_access import opening_for
from tests.workflow_rules.rules_cases import (
    ADMIN,
    DIVISION_HEAD,
    OFFICE_HEAD,
    SECTION_HEAD,
    SUPERVISOR,
    Case,
    agency_admin,
    agency_head,
    secretary,
)
from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Capacity, DelegationKind, Person
from workflow_rules.process.events import Event, SystemEvent
from workflow_rules.process.evolve import evolve, replay
from workflow_rules.process.identity import ReporterFacts
from workflow_rules.process.standard_sop import Officer

pytestmark = pytest.mark.usefixtures("context")
ALL = ("name", "phone", "email", "address", "nik")
CONTACT = ("name", "phone")
DEPUTY = Person(
    9, "deputy", (Capacity(Officer.DIVISION_HEAD), Capacity(Officer.SECTION_HEAD, None, 4, DelegationKind.PLH, 1))
)


def at_the_agency(secrecy: str, sent: bool = False) -> Case:
    case = Case(confidentiality=secrecy)
    for action, by in ((Action.REGISTER, ADMIN), (Action.APPROVE_CHECK, SECTION_HEAD), (Action.REPORT, DIVISION_HEAD)):
        case.do(action, by)
    if secrecy != "open":
        case.do(Action.CONFIRM_ANONYMITY, ADMIN)
    case.do(Action.DIRECT, OFFICE_HEAD, agencies=["dishub"], lead="dishub", route="fast")
    if sent:
        case.do(Action.ACCEPT, agency_admin("dishub"), "dishub")
        case.do(Action.DISPOSE, agency_head("dishub"), "dishub")
        case.do(Action.SUBMIT_DRAFT, secretary("dishub"), "dishub")
        case.do(Action.SIGN, agency_head("dishub"), "dishub")
        case.do(Action.SEND, agency_admin("dishub"), "dishub")
    return case


@pytest.mark.parametrize(
    ("person", "open_case", "secret_case"),
    [
        (ADMIN, ALL, ALL),
        (SECTION_HEAD, ALL, ALL),
        (DEPUTY, ALL, ALL),
        (DIVISION_HEAD, None, None),
        (OFFICE_HEAD, None, None),
        (SUPERVISOR, None, None),
        (secretary("dishub"), CONTACT, None),
        (secretary("dinkes"), None, None),
        (agency_admin("dishub"), None, None),
        (agency_head("dishub"), None, None),
    ],
    ids=lambda value: value.name if isinstance(value, Person) else None,
)
def test_who_may_open_what(person: Person, open_case: object, secret_case: object) -> None:
    for secrecy, fields in (("open", open_case), ("secret", secret_case), ("anonymous", None)):
        found = opening_for(person, at_the_agency(secrecy).facts)
        assert (found.fields if found else None) == fields, secrecy


def test_an_agency_that_has_answered_needs_the_reporter_no_more() -> None:
    assert opening_for(secretary("dishub"), at_the_agency("open", sent=True).facts) is None


def test_an_opening_leaves_every_form_as_it_was_and_a_removal_takes_the_identity_out_of_the_facts() -> None:
    case = at_the_agency("open")
    office, agency = (opening_for(by, case.facts) for by in (ADMIN, secretary("dishub")))
    assert office is not None
    assert agency is not None
    for kind, opening in ((SystemEvent.IDENTITY_OPENED, office), (SystemEvent.IDENTITY_OPENED, agency)):
        case.log.append(Event(kind, case.now, opening.capacity, None, opening.capacity.agency, {}))
    assert replay(case.facts.number, case.log, case.sop) == case.facts
    removed = Event(SystemEvent.IDENTITY_REMOVED, case.now, office.capacity, None, None, {"years": 5})
    gone = evolve(case.facts, removed, case.sop)
    assert (gone.reporter, gone.version) == (ReporterFacts(), case.facts.version)
