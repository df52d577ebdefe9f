"""Every place of the hand-written table, reached through the rules, and the people who ask there."""

from collections.abc import Callable

from tests.workflow_rules.expected_actions import HERE, THERE
from tests.workflow_rules.rules_cases import (
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
from workflow_rules.process.actions import Action, Correction
from workflow_rules.process.actors import REPORTER, SYSTEM, Person
from workflow_rules.process.standard_sop import Officer, Step
from workflow_rules.process.steps import CaseStatus


def person(name: str) -> Person:
    special = {"supervisor": SUPERVISOR, "reporter": REPORTER, "nobody": NOBODY, "clock": SYSTEM}
    if name in special:
        return special[name]
    role, _, agency = name.partition("@")
    return officer(Officer(role), agency or None)


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


def left(action: Action, *on_case: str) -> Case:
    """A case from which the first agency has left by an act of the Kepala Dinas."""
    case = directed(*on_case)
    case.do(action, OFFICE_HEAD, on_case[0])
    return case


def at_draft(action: Action, by: Person) -> Case:
    """The first of two agencies is drafting when the act happens to it."""
    case = at_agency(Step.DRAFT_ANSWER)
    case.do(action, by, HERE)
    return case


def added() -> Case:
    case = at_agency(Step.DRAFT_ANSWER, HERE)
    case.do(Action.ADD_AGENCY, OFFICE_HEAD, THERE)
    return case


def released() -> Case:
    case = at_draft(Action.ASK_RELEASE, agency_head(HERE))
    case.do(Action.RELEASE, OFFICE_HEAD, HERE)
    return case


def secret_at_relay() -> Case:
    case = at_office(Step.DIRECT, confidentiality="secret")
    case.do(Action.CONFIRM_ANONYMITY, ADMIN)
    case.do(Action.DIRECT, OFFICE_HEAD, agencies=[HERE], lead=HERE, route="via_admin")
    case.do(Action.CORRECT, ADMIN, known={"correction": Correction({"title": "Lama"}, {"title": "Baru"})}, title="Baru")
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
    "recalled": lambda: left(Action.RECALL, HERE, THERE),
    "the only one recalled": lambda: left(Action.RECALL, HERE),
    "dropped": lambda: left(Action.DROP_AGENCY, HERE, THERE),
    "added": added,
    "extended": lambda: at_draft(Action.EXTEND, OFFICE_HEAD),
    "letter returned": lambda: after(at_agency(Step.SEND_ANSWER), Action.RETURN_LETTER, agency_admin(HERE)),
    "release asked": lambda: at_draft(Action.ASK_RELEASE, agency_head(HERE)),
    "released": released,
    "secret at direct": lambda: at_office(Step.DIRECT, confidentiality="secret"),
    "secret at relay": secret_at_relay,
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
    "recalled": CaseStatus.WITH_AGENCIES,
    "the only one recalled": CaseStatus.DIRECTING,
    "dropped": CaseStatus.WITH_AGENCIES,
    "released": CaseStatus.WITH_AGENCIES,
    "secret at relay": CaseStatus.RELAYING,
    "answered": CaseStatus.ANSWERED,
    "second cycle": CaseStatus.CHECKING,
    "closed": CaseStatus.CLOSED,
    "archived": CaseStatus.ARCHIVED,
    "merged": CaseStatus.MERGED,
    "withdrawn": CaseStatus.WITHDRAWN,
}
