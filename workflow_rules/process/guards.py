"""Conditions on what an action brings with it, once it is known to be in its place; each names every fault it finds."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from workflow_rules.process.actions import Action, ActionRequest, Known
from workflow_rules.process.actors import Actor, Capacity
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.identity import SECRECY, Channel, Confidentiality, missing_identity
from workflow_rules.process.moves import Spot
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import ENDED, CaseStatus

Params = dict[str, Any]
Guard = Callable[[ComplaintFacts, Params, ActionRequest, Spot], None]

_DELIVERED_BY_US = frozenset({Channel.WEB, Channel.SP4N, Channel.EMAIL})


def _faulty(*errors: FieldError) -> ActionRefused:
    return ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)


def identity_is_complete(facts: ComplaintFacts, params: Params, sop: Sop) -> None:
    """SOP step 1, remark: an incomplete identity is registered only with a reason."""
    lacking = missing_identity(facts.reporter, facts.confidentiality, facts.channel, sop.nik_channels)
    if lacking and "incomplete_reason" not in params:
        raise ActionRefused(RefusalReason.IDENTITY_INCOMPLETE, ", ".join(lacking))


def direction_names_agencies(facts: ComplaintFacts, params: Params, known: Known, spot: Spot) -> Params:
    """Agencies in service, none on the case already, and one lead among those who will answer."""
    on_case = {t.agency for t in facts.active_tracks}
    taken = on_case | (_to_be_replaced(facts) - {spot.agency})
    errors = [_unknown(c) for c in params["agencies"] if c not in known.agencies]
    errors += [FieldError("agencies", FieldFault.AGENCY_ON_CASE, c) for c in params["agencies"] if c in taken]
    lead = params.get("lead") or (_lead_again(facts, params) if spot.agency is not None else None)
    if lead is None:
        errors.append(FieldError("lead", FieldFault.REQUIRED))
    elif lead not in params["agencies"] and lead not in on_case:
        errors.append(FieldError("lead", FieldFault.NOT_AMONG_AGENCIES))
    if errors:
        raise _faulty(*errors)
    declined = facts.track(spot.agency)
    as_before = {"field_visit": declined is not None and declined.field_visit, "route": facts.route or "fast"}
    return {**as_before, **params, "lead": lead}


def _to_be_replaced(facts: ComplaintFacts) -> set[str | None]:
    """Declined agencies for which the office still seeks another; named as a replacement, one would meet itself."""
    return {s.agency for s in facts.open_steps if not s.of_agency}


def _unknown(code: str, field: str = "agencies") -> FieldError:
    return FieldError(field, FieldFault.UNKNOWN_AGENCY, code[:80])


def _lead_again(facts: ComplaintFacts, params: Params) -> str | None:
    """Who leads when the direction does not say: the lead still on the case, or the only replacement."""
    if facts.lead is not None:
        return facts.lead
    return params["agencies"][0] if len(params["agencies"]) == 1 else None


def merge_has_a_target(facts: ComplaintFacts, _params: Params, request: ActionRequest, _spot: Spot) -> None:
    target = request.known.merge_target
    if target is None:
        raise _faulty(FieldError("into", FieldFault.UNKNOWN_COMPLAINT))
    if target.number == facts.number:
        raise _faulty(FieldError("into", FieldFault.ITSELF))
    if target.status in ENDED - {CaseStatus.CLOSED}:
        raise _faulty(FieldError("into", FieldFault.ENDED_COMPLAINT))


def delivery_is_proven(facts: ComplaintFacts, params: Params, _request: ActionRequest, _spot: Spot) -> None:
    """SOP step 11, remark: the answer goes out on the reporter's own channel, and that it did must be shown.

    The web shows it by itself to a reporter who is told by e-mail or by message, and to one who left no contact and
    tracks the case. One who left only a telephone number hears nothing unless somebody calls.
    """
    channel = Channel(params.setdefault("channel", facts.channel.value))
    reporter = facts.reporter
    follows = reporter.has_email or reporter.gets_messages or not reporter.has_phone
    reachable = {Channel.SP4N: facts.in_sp4n, Channel.EMAIL: reporter.has_email, Channel.WEB: follows}
    queued = channel in _DELIVERED_BY_US and reachable.get(channel, True)
    if not queued and "proof" not in params:
        raise ActionRefused(RefusalReason.DELIVERY_UNPROVEN, channel.value)


def named_agency_agrees(_facts: ComplaintFacts, params: Params, _request: ActionRequest, spot: Spot) -> None:
    if params["agency"] != spot.agency:
        raise _faulty(FieldError("agency", FieldFault.CONTRADICTION))


def agency_can_join(facts: ComplaintFacts, params: Params, request: ActionRequest, _spot: Spot) -> None:
    """An agency in service that is neither on the case nor being replaced."""
    code = params["agency"]
    if request.agency not in (None, code):
        raise _faulty(FieldError("agency", FieldFault.CONTRADICTION))
    if code not in request.known.agencies:
        raise _faulty(_unknown(code, "agency"))
    if code in {t.agency for t in facts.active_tracks} | _to_be_replaced(facts):
        raise _faulty(FieldError("agency", FieldFault.AGENCY_ON_CASE, code))


def extension_is_allowed(facts: ComplaintFacts, params: Params, sop: Sop) -> None:
    """Step 7's allowance grows by working days, up to the limit of this SOP version."""
    track = facts.track(params["agency"])
    if not sop.can_extend(track is not None and track.extended):
        raise _faulty(FieldError("working_days", FieldFault.NOT_IN_DAYS))
    if params["working_days"] > sop.most_more_days:
        raise _faulty(FieldError("working_days", FieldFault.OUT_OF_RANGE, f"1-{sop.most_more_days}"))


def letter_can_be_sent(_facts: ComplaintFacts, params: Params, request: ActionRequest, spot: Spot) -> None:
    """The letter's file is there; a letter signed with ink goes with its scan, or with a reason why there is none."""
    letter = request.known.letters.get(spot.agency)
    if letter is None:
        return
    if not letter.ready:
        raise ActionRefused(RefusalReason.LETTER_NOT_READY)
    if letter.ink and not letter.scanned and "without_scan_reason" not in params:
        raise _faulty(FieldError("without_scan_reason", FieldFault.NO_SCAN))
    if not letter.ink or letter.scanned:
        params.pop("without_scan_reason", None)


def correction_is_sound(facts: ComplaintFacts, params: Params, request: ActionRequest, _spot: Spot) -> None:
    """A correction changes something, never makes a report less secret, and gives an anonymous reporter no identity.

    What is recorded are old and new values; of the identity only the names of the parts.
    """
    given = params.keys() - {"reason"}
    secrecy = Confidentiality(params.get("confidentiality", facts.confidentiality))
    errors = list(request.known.correction.errors)
    if not given:
        errors.append(FieldError("params", FieldFault.NOTHING_TO_CHANGE))
    if SECRECY.index(secrecy) < SECRECY.index(facts.confidentiality):
        errors.append(FieldError("confidentiality", FieldFault.LESS_SECRET))
    if secrecy is Confidentiality.ANONYMOUS and "reporter" in given:
        errors.append(FieldError("reporter", FieldFault.ANONYMOUS_REPORTER))
    if errors:
        raise _faulty(*errors)
    found = request.known.correction
    for name in given - {"reporter"}:
        del params[name]
    params["changed"] = sorted(found.after)
    params["before"], params["after"] = dict(found.before), dict(found.after)
    params["identity"], params["identity_removed"] = list(found.identity), list(found.identity_removed)


def reviewed_draft_is_signed(_facts: ComplaintFacts, params: Params, request: ActionRequest, spot: Spot) -> None:
    """What was read is what is signed; the hash goes into the event, so that the chain vouches for the draft."""
    draft = request.known.drafts.get(spot.agency)
    if request.reviewed is not None and request.reviewed != draft:
        raise ActionRefused(RefusalReason.DRAFT_CHANGED)
    if draft is not None:
        params["draft_hash"] = draft


def window_is_right(request: ActionRequest, spot: Spot, capacity: Capacity, now: datetime) -> None:
    """Reopening ends, and closing by the clock begins, after ten working days of silence; likewise for questions. A
    field visit is marked before step 7's limit has passed; after it only an extension helps.
    """
    silence, question = request.known.silence_ends_at, request.known.question_ends_at
    draft_due = request.known.draft_due_at.get(spot.agency)
    too_late = request.action is Action.REOPEN and silence is not None and now > silence
    too_late |= request.action is Action.MARK_FIELD_VISIT and draft_due is not None and now > draft_due
    by_clock = capacity.actor is Actor.SYSTEM
    too_early = by_clock and request.action is Action.CLOSE and (silence is None or now < silence)
    unexpired = request.action is Action.EXPIRE_QUESTION and (question is None or now < question)
    if too_late or too_early or unexpired:
        raise ActionRefused(RefusalReason.OUT_OF_ORDER, "outside its time")


def initials_are_asked(_facts: ComplaintFacts, params: Params, request: ActionRequest, spot: Spot) -> None:
    """A draft carries who is to initial it; what the agency decides later holds for later drafts."""
    if asked := request.known.initials.get(spot.agency or ""):
        params["initials"] = [actor.value for actor in asked]


GUARDS: dict[Action, Guard] = {
    Action.MERGE: merge_has_a_target,
    Action.REPLY: delivery_is_proven,
    Action.CONTINUE_WITHOUT: named_agency_agrees,
    Action.SUBMIT_DRAFT: initials_are_asked,
    Action.SIGN: reviewed_draft_is_signed,
    Action.SEND: letter_can_be_sent,
    Action.CORRECT: correction_is_sound,
    Action.ADD_AGENCY: agency_can_join,
    Action.DROP_AGENCY: named_agency_agrees,
    Action.RECALL: named_agency_agrees,
    Action.EXTEND: named_agency_agrees,
    Action.RELEASE: named_agency_agrees,
}
