"""Kinds of the SOP's steps, and the states of a case and of an agency's track."""

from enum import StrEnum


class StepKind(StrEnum):
    """An enum of the kinds of step. What may be done at a step and where it leads depends on its kind, never on its id:
    an office adds and drops reviews, drops the relay, and has one step of every other kind.
    """

    REGISTER = "register"
    REVIEW = "review"
    DIRECT = "direct"
    RELAY = "relay"
    AGENCY_RECEIVE = "agency_receive"
    AGENCY_DISPOSE = "agency_dispose"
    DRAFT_ANSWER = "draft_answer"
    SIGN_ANSWER = "sign_answer"
    SEND_ANSWER = "send_answer"
    DISPOSE_ANSWER = "dispose_answer"
    REPLY = "reply"


_KINDS = {kind.value: kind for kind in StepKind if kind is not StepKind.REVIEW}


def kind_of(step: str) -> StepKind:
    """Return the kind of a step: every step but a review has its kind as its id."""
    return _KINDS.get(step, StepKind.REVIEW)


AGENCY_KINDS = (
    StepKind.AGENCY_RECEIVE,
    StepKind.AGENCY_DISPOSE,
    StepKind.DRAFT_ANSWER,
    StepKind.SIGN_ANSWER,
    StepKind.SEND_ANSWER,
)
"""The kinds of the steps of an agency's track, in their order; all other steps are the office's."""


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

STATUS_OF = {
    StepKind.REGISTER: CaseStatus.REGISTERING,
    StepKind.DIRECT: CaseStatus.DIRECTING,
    StepKind.RELAY: CaseStatus.RELAYING,
    StepKind.DISPOSE_ANSWER: CaseStatus.DISPOSING_ANSWER,
    StepKind.REPLY: CaseStatus.REPLYING,
}
"""The status of a case whose office is at a step of this kind; a review names its own."""


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
