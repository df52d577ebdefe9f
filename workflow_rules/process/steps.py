"""Steps of the SOP, and the states of a case and of an agency's track."""

from enum import StrEnum


class Step(StrEnum):
    """An enum of the eleven steps of the SOP; `relay` is the part of step 4 in which the Admin forwards a direction."""

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


AGENCY_STEPS = frozenset(
    {Step.AGENCY_RECEIVE, Step.AGENCY_DISPOSE, Step.DRAFT_ANSWER, Step.SIGN_ANSWER, Step.SEND_ANSWER}
)
OFFICE_STEPS = frozenset(Step) - AGENCY_STEPS
LEADING_STEPS = (Step.REGISTER, Step.CHECK, Step.REPORT, Step.DIRECT)


class CaseStatus(StrEnum):
    """An enum of the statuses of the whole case (design 8.3)."""

    REGISTERING = "registering"
    CHECKING = "checking"
    REPORTING = "reporting"
    DIRECTING = "directing"
    RELAYING = "relaying"
    WITH_AGENCIES = "with_agencies"
    DISPOSING_ANSWER = "disposing_answer"
    REPLYING = "replying"
    WAITING_FOR_REPORTER = "waiting_for_reporter"
    ANSWERED = "answered"
    CLOSED = "closed"
    ARCHIVED = "archived"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


ENDED = frozenset({CaseStatus.CLOSED, CaseStatus.ARCHIVED, CaseStatus.MERGED, CaseStatus.WITHDRAWN})
OPEN = frozenset(CaseStatus) - ENDED - {CaseStatus.ANSWERED}
"""Statuses with an open step, which may be paused. An answered case only waits to be closed or reopened."""

STATUS_AT = {
    Step.REGISTER: CaseStatus.REGISTERING,
    Step.CHECK: CaseStatus.CHECKING,
    Step.REPORT: CaseStatus.REPORTING,
    Step.DIRECT: CaseStatus.DIRECTING,
    Step.RELAY: CaseStatus.RELAYING,
    Step.DISPOSE_ANSWER: CaseStatus.DISPOSING_ANSWER,
    Step.REPLY: CaseStatus.REPLYING,
}


class TrackState(StrEnum):
    """An enum of an agency's progress; `declined` and `dropped` agencies left the case, `sent` ones have finished."""

    DIRECTED = "directed"
    RECEIVED = "received"
    DISPOSED = "disposed"
    DRAFTING = "drafting"
    SIGNING = "signing"
    SIGNED = "signed"
    SENT = "sent"
    DECLINED = "declined"
    DROPPED = "dropped"


LEFT = frozenset({TrackState.DECLINED, TrackState.DROPPED})


class Route(StrEnum):
    """An enum of the ways from step 4 to the agencies: directly (`fast`, the SOP's thick line) or through the Admin."""

    FAST = "fast"
    VIA_ADMIN = "via_admin"
