"""Every place of the hand-written table, reached through the rules, and the people who ask there."""

from collections.abc import Callable

from tests.rules.expected_actions import HERE, THERE
from tests.rules.rules_cases import (
    ADMIN,
    NOBODY,
    OFFICE_HEAD,
    SECTION_HEAD,
    SUPERVISOR,
    Case,
    agency_admin,
    agency_head,
    all_sent,
    answered,
    at_agency,
    at_office,
    at_reply,
    bring,
    directed,
    officer,
    secretary,
)
from workflow_rules.actions import Action
from workflow_rules.actors import REPORTER, SYSTEM, Actor, Person
from workflow_rules.steps import CaseStatus, Step


def person(name: str) -> Person:
    special = {"supervisor": SUPERVISOR, "reporter": REPORTER, "nobody": NOBODY, "clock": SYSTEM}
    if name in special:
        return special[name]
    role, _, agency = name.partition("@")
    return officer(Actor(role), agency or None)


def waiting_at_register() -> Case:
    case = Case()
    case.do(Action.REQUEST_INFORMATION, ADMIN)
    return case


def drafts_waiting(on_case: tuple[str, ...], asking: tuple[str, ...]) -> Case:
    case = directed(*on_case)
    for agency in on_case:
        bring(case, agency, Step.DRAFT_ANSWER)
    for agency in asking:
        case.do(Action.REQUEST_INFORMATION, secretary(agency))
    return case


def field_visit_marked() -> Case:
    case = at_agency(Step.DRAFT_ANSWER)
    case.do(Action.MARK_FIELD_VISIT, agency_head(HERE))
    return case


def declined(*on_case: str) -> Case:
    case = directed(*on_case)
    case.do(Action.DECLINE, agency_admin(on_case[0]))
    return case


def relay_again() -> Case:
    case = declined(HERE, THERE)
    case.do(Action.DIRECT, OFFICE_HEAD, HERE, route="via_admin")
    return case


def after(case: Case, action: Action, by: Person) -> Case:
    case.do(action, by)
    return case


MADE: dict[str, Callable[[], Case]] = {
    **{step.value: lambda step=step: at_office(step) for step in (Step.REGISTER, Step.CHECK, Step.REPORT, Step.DIRECT)},
    "relay": lambda: directed(HERE, THERE, route="via_admin"),
    **{
        step.value: lambda step=step: at_agency(step, HERE, THERE)
        for step in (
            Step.AGENCY_RECEIVE,
            Step.AGENCY_DISPOSE,
            Step.DRAFT_ANSWER,
            Step.SIGN_ANSWER,
            Step.SEND_ANSWER,
        )
    },
    "dispose_answer": lambda: all_sent(HERE, THERE),
    "reply": lambda: at_reply(HERE, THERE),
    "waiting at register": waiting_at_register,
    "one draft waits": lambda: drafts_waiting((HERE, THERE), (HERE,)),
    "the only draft waits": lambda: drafts_waiting((HERE,), (HERE,)),
    "both drafts wait": lambda: drafts_waiting((HERE, THERE), (HERE, THERE)),
    "field visit marked": field_visit_marked,
    "direct again": lambda: declined(HERE, THERE),
    "direct again, nobody left": lambda: declined(HERE),
    "relay again": relay_again,
    "answered": lambda: answered(HERE, THERE),
    "answered and rated": lambda: after(answered(HERE, THERE), Action.RATE, REPORTER),
    "second cycle": lambda: after(answered(HERE, THERE), Action.REOPEN, REPORTER),
    "closed": lambda: after(answered(HERE, THERE), Action.CLOSE, ADMIN),
    "archived": lambda: after(Case(), Action.ARCHIVE, ADMIN),
    "merged": lambda: after(at_office(Step.CHECK), Action.MERGE, SECTION_HEAD),
    "withdrawn": lambda: after(directed(HERE, THERE), Action.WITHDRAW, REPORTER),
}

STATUS = {
    "agency_receive": CaseStatus.WITH_AGENCIES,
    "waiting at register": CaseStatus.WAITING_FOR_REPORTER,
    "one draft waits": CaseStatus.WITH_AGENCIES,
    "the only draft waits": CaseStatus.WAITING_FOR_REPORTER,
    "both drafts wait": CaseStatus.WAITING_FOR_REPORTER,
    "direct again": CaseStatus.WITH_AGENCIES,
    "direct again, nobody left": CaseStatus.DIRECTING,
    "relay again": CaseStatus.WITH_AGENCIES,
    "answered": CaseStatus.ANSWERED,
    "second cycle": CaseStatus.CHECKING,
    "closed": CaseStatus.CLOSED,
    "archived": CaseStatus.ARCHIVED,
    "merged": CaseStatus.MERGED,
    "withdrawn": CaseStatus.WITHDRAWN,
}
