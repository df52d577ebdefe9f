"""Sentences that say what an action will do.

They name the step that follows, its actor, and the time limit in the SOP version of the case.
"""

from app.access.process_rows import ACTORS
from app.casefile.case import Case
from app.casefile.labels import DIRECTION_EFFECTS, DRAFT_LIMITS
from app.vocabulary import words
from app.vocabulary.actions import EFFECTS
from workflow_rules.process.actions import Action
from workflow_rules.process.decide import AllowedAction
from workflow_rules.process.possible_actions import REVIEWS
from workflow_rules.process.steps import StepKind
from workflow_rules.time.deadlines import Allowance

_AT_AGENCY = {
    Action.DIRECT: StepKind.AGENCY_RECEIVE,
    Action.ADD_AGENCY: StepKind.AGENCY_RECEIVE,
    Action.RELAY: StepKind.AGENCY_RECEIVE,
    Action.ACCEPT: StepKind.AGENCY_DISPOSE,
    Action.DISPOSE: StepKind.DRAFT_ANSWER,
    Action.SUBMIT_DRAFT: StepKind.SIGN_ANSWER,
    Action.SIGN: StepKind.SEND_ANSWER,
}
_GOES_ON = REVIEWS | {Action.REGISTER, Action.DISPOSE_ANSWER}


def granted(allowance: Allowance) -> str:
    """Return an allowance of the SOP as Indonesian text, for example "60 menit kerja"."""
    return f"{allowance.value} {words.UNITS[allowance.unit.value]}"


def effect_of(case: Case, allowed: AllowedAction) -> str:
    """Return the sentence shown under an action's button, about what follows; "" for an action that needs no
    explanation.
    """
    sentence = str(EFFECTS.get(allowed.action.value, ""))
    return sentence % _particulars(case, allowed.action, allowed.step, allowed.agency)


def direction_effects(case: Case) -> dict[str, str]:
    """Return a dict of the sentences of the direction form by name, filled in for this case.

    `{n}` in them is replaced in the browser by the number of ticked agencies.
    """
    particulars = _particulars(case, Action.DIRECT, None, None)
    return {name: str(sentence) % particulars for name, sentence in DIRECTION_EFFECTS.items()}


def draft_limits(case: Case) -> str:
    """Return the sentence about the time limit for drafting the answer.

    It says how a field visit or a second agency extends the limit.
    """
    plain = granted(case.sop.allowance(StepKind.DRAFT_ANSWER))
    return str(DRAFT_LIMITS) % {"plain": plain, "extended": granted(case.sop.extended_draft)}


def _particulars(case: Case, action: Action, step: str | None, agency: str | None) -> dict[str, str]:
    given = {"silence": granted(case.sop.silence), "extended": granted(case.sop.extended_draft)}
    if action in _GOES_ON and step is not None:
        row = case.sop.after(step)
    elif action in _AT_AGENCY:
        row = case.sop.of_kind(_AT_AGENCY[action])
    else:
        return given
    track = case.facts.track(agency)
    limit = granted(case.sop.allowance(row.step, track is not None and track.extended))
    return {**given, "number": str(row.number), "limit": limit, "actor": ACTORS[row.actor]}
