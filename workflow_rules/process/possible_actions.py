"""Which actions are possible at each kind of step, beside it, and by which organisation's roles."""

from workflow_rules.process.actions import Action
from workflow_rules.process.actors import Organisation
from workflow_rules.process.steps import AGENCY_KINDS, StepKind

ACT_OF = {
    StepKind.REGISTER: Action.REGISTER,
    StepKind.REVIEW: Action.APPROVE,
    StepKind.DIRECT: Action.DIRECT,
    StepKind.RELAY: Action.RELAY,
    StepKind.AGENCY_RECEIVE: Action.ACCEPT,
    StepKind.AGENCY_DISPOSE: Action.DISPOSE,
    StepKind.DRAFT_ANSWER: Action.SUBMIT_DRAFT,
    StepKind.SIGN_ANSWER: Action.SIGN,
    StepKind.SEND_ANSWER: Action.SEND,
    StepKind.DISPOSE_ANSWER: Action.DISPOSE_ANSWER,
    StepKind.REPLY: Action.REPLY,
}
"""The action that completes a step of this kind; a review may name another of `REVIEWS`."""
REVIEWS = frozenset({Action.APPROVE, Action.APPROVE_CHECK, Action.REPORT})
OWN_ACTIONS = REVIEWS | frozenset(ACT_OF.values())
"""The actions that complete a step; the case then moves on."""

_AT_EVERY_AGENCY_STEP = frozenset({Action.DROP_AGENCY, Action.RELEASE})
BESIDES: dict[StepKind, frozenset[Action]] = {
    StepKind.DIRECT: frozenset({Action.CONTINUE_WITHOUT}),
    StepKind.AGENCY_RECEIVE: frozenset({Action.DECLINE, Action.RECALL}) | _AT_EVERY_AGENCY_STEP,
    StepKind.AGENCY_DISPOSE: frozenset({Action.DECLINE, Action.MARK_FIELD_VISIT}) | _AT_EVERY_AGENCY_STEP,
    StepKind.DRAFT_ANSWER: frozenset({Action.MARK_FIELD_VISIT}) | _AT_EVERY_AGENCY_STEP,
    StepKind.SIGN_ANSWER: frozenset({Action.INITIAL}) | _AT_EVERY_AGENCY_STEP,
    StepKind.SEND_ANSWER: frozenset({Action.RETURN_LETTER}) | _AT_EVERY_AGENCY_STEP,
}
"""What is possible at a kind of step besides its own action, whatever the office allows."""

_LEADING = frozenset({StepKind.REGISTER, StepKind.REVIEW, StepKind.DIRECT})
SIDE_ACTIONS: dict[Action, frozenset[StepKind]] = {
    Action.ARCHIVE: _LEADING,
    Action.MERGE: _LEADING,
    Action.CORRECT: frozenset({StepKind.REVIEW, StepKind.DIRECT}),
    Action.REQUEST_INFORMATION: frozenset({StepKind.REGISTER, StepKind.DRAFT_ANSWER}),
    Action.ASK_RELEASE: frozenset({StepKind.AGENCY_DISPOSE, StepKind.DRAFT_ANSWER, StepKind.SIGN_ANSWER}),
    Action.EXTEND: frozenset(AGENCY_KINDS),
}
"""What an office may allow beside a step's own action, and at which kinds of step."""

POWERS: dict[Action, Organisation] = {
    **dict.fromkeys(
        (
            *(Action.ADD_INFORMATION, Action.RATE, Action.REOPEN, Action.CLOSE, Action.WITHDRAW, Action.CORRECT),
            *(Action.CONFIRM_ANONYMITY, Action.ADD_AGENCY, Action.RECALL, Action.DROP_AGENCY, Action.EXTEND),
            Action.RELEASE,
        ),
        Organisation.OFFICE,
    ),
    Action.MARK_FIELD_VISIT: Organisation.AGENCY,
    Action.ASK_RELEASE: Organisation.AGENCY,
}
"""Actions that no step's owner performs as such, and in which organisation the roles are that may."""
