"""The SOP "Lapor Balangan" as printed, with the ids of its steps and roles; each step's role is our reading, since the
printed sheet lost its shading.
"""

from enum import StrEnum

from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Actor, Organisation
from workflow_rules.process.possible_actions import ACT_OF
from workflow_rules.process.sop import FastTrack, Sop, SopStep
from workflow_rules.process.sop_check import checked
from workflow_rules.process.steps import STATUS_OF, CaseStatus, StepKind
from workflow_rules.time.deadlines import Allowance, Unit


class Step(StrEnum):
    """An enum of the ids of the printed steps; in `relay`, a part of step 4, the Admin forwards a direction."""

    REGISTER = "register"
    CHECK = "check"
    REPORT = "report"
    DIRECT = "direct"
    RELAY = "relay"
    AGENCY_RECEIVE = "agency_receive"
    AGENCY_DISPOSE = "agency_dispose"
    DRAFT_ANSWER = "draft_answer"
    SIGN_ANSWER = "sign_answer"
    SEND_ANSWER = "send_answer"
    DISPOSE_ANSWER = "dispose_answer"
    REPLY = "reply"


class Officer(StrEnum):
    """An enum of the codes of the SOP's seven roles."""

    COMPLAINT_ADMIN = "complaint_admin"
    SECTION_HEAD = "section_head"
    DIVISION_HEAD = "division_head"
    OFFICE_HEAD = "office_head"
    AGENCY_ADMIN = "agency_admin"
    AGENCY_SECRETARY = "agency_secretary"
    AGENCY_HEAD = "agency_head"


STANDARD_ACTORS = (
    Actor(Officer.COMPLAINT_ADMIN, Organisation.OFFICE, Officer.SECTION_HEAD),
    Actor(Officer.SECTION_HEAD, Organisation.OFFICE, Officer.DIVISION_HEAD),
    Actor(Officer.DIVISION_HEAD, Organisation.OFFICE, Officer.OFFICE_HEAD),
    Actor(Officer.OFFICE_HEAD, Organisation.OFFICE),
    Actor(Officer.AGENCY_ADMIN, Organisation.AGENCY, Officer.AGENCY_SECRETARY),
    Actor(Officer.AGENCY_SECRETARY, Organisation.AGENCY, Officer.AGENCY_HEAD),
    Actor(Officer.AGENCY_HEAD, Organisation.AGENCY, Officer.OFFICE_HEAD),
)

_ADMIN, _HEAD = frozenset({Officer.COMPLAINT_ADMIN}), frozenset({Officer.OFFICE_HEAD})
_FOR_THE_REPORTER = (Action.ADD_INFORMATION, Action.RATE, Action.REOPEN, Action.WITHDRAW)
_ON_TRACKS = (Action.ADD_AGENCY, Action.RECALL, Action.DROP_AGENCY, Action.EXTEND, Action.RELEASE)
STANDARD_POWERS: dict[Action, frozenset[str]] = {
    **dict.fromkeys((*_FOR_THE_REPORTER, Action.CLOSE, Action.CORRECT, Action.CONFIRM_ANONYMITY), _ADMIN),
    **dict.fromkeys(_ON_TRACKS, _HEAD),
    **dict.fromkeys((Action.MARK_FIELD_VISIT, Action.ASK_RELEASE), frozenset({Officer.AGENCY_HEAD})),
}

_REVIEWS = {
    Step.CHECK: (Action.APPROVE_CHECK, CaseStatus.CHECKING),
    Step.REPORT: (Action.REPORT, CaseStatus.REPORTING),
}
_BACK_TO = {
    Step.CHECK: Step.REGISTER,
    Step.REPORT: Step.CHECK,
    Step.DIRECT: Step.REPORT,
    Step.SIGN_ANSWER: Step.DRAFT_ANSWER,
    Step.DISPOSE_ANSWER: Step.DRAFT_ANSWER,
    Step.REPLY: Step.DISPOSE_ANSWER,
}
_ENDS = {Action.ARCHIVE, Action.MERGE}
_SIDE_ACTIONS: dict[Step, set[Action]] = {
    Step.REGISTER: {Action.REQUEST_INFORMATION, *_ENDS},
    Step.CHECK: {Action.CORRECT, *_ENDS},
    Step.REPORT: _ENDS,
    Step.DIRECT: _ENDS,
    Step.AGENCY_RECEIVE: {Action.EXTEND},
    Step.AGENCY_DISPOSE: {Action.EXTEND},
    Step.DRAFT_ANSWER: {Action.REQUEST_INFORMATION, Action.ASK_RELEASE, Action.EXTEND},
    Step.SIGN_ANSWER: {Action.ASK_RELEASE, Action.EXTEND},
    Step.SEND_ANSWER: {Action.EXTEND},
}
_HOUR, _HALF_HOUR = Allowance(60, Unit.WORKING_MINUTES), Allowance(30, Unit.WORKING_MINUTES)
_TWO_DAYS, _FIVE_DAYS = Allowance(2, Unit.WORKING_DAYS), Allowance(5, Unit.WORKING_DAYS)

# Step, printed number, role and allowance of each row.
_ROWS = (
    (Step.REGISTER, 1, Officer.COMPLAINT_ADMIN, _HOUR),
    (Step.CHECK, 2, Officer.SECTION_HEAD, _HOUR),
    (Step.REPORT, 3, Officer.DIVISION_HEAD, _HOUR),
    (Step.DIRECT, 4, Officer.OFFICE_HEAD, _HOUR),
    (Step.RELAY, 4, Officer.COMPLAINT_ADMIN, None),
    (Step.AGENCY_RECEIVE, 5, Officer.AGENCY_ADMIN, _HOUR),
    (Step.AGENCY_DISPOSE, 6, Officer.AGENCY_HEAD, _HOUR),
    (Step.DRAFT_ANSWER, 7, Officer.AGENCY_SECRETARY, _FIVE_DAYS),
    (Step.SIGN_ANSWER, 8, Officer.AGENCY_HEAD, _TWO_DAYS),
    (Step.SEND_ANSWER, 9, Officer.AGENCY_ADMIN, _HOUR),
    (Step.DISPOSE_ANSWER, 10, Officer.OFFICE_HEAD, _HALF_HOUR),
    (Step.REPLY, 11, Officer.COMPLAINT_ADMIN, _HOUR),
)


def _step(step: Step, number: int, actor: Officer, allowance: Allowance | None) -> SopStep:
    kind = StepKind.REVIEW if step in _REVIEWS else StepKind(step.value)
    act, status = _REVIEWS.get(step, (ACT_OF[kind], STATUS_OF.get(kind)))
    sides = frozenset(_SIDE_ACTIONS.get(step, ()))
    return SopStep(step, kind, number, actor, allowance, act, status, _BACK_TO.get(step), sides)


STANDARD_SOP = checked(
    Sop(
        "1",
        tuple(_step(*row) for row in _ROWS),
        STANDARD_ACTORS,
        FastTrack(Officer.OFFICE_HEAD, frozenset({Step.DIRECT})),
        STANDARD_POWERS,
    )
)
