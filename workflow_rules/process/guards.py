"""Conditions on the parameters of an action that is otherwise allowed. Each guard raises ActionRefused with every
faulty field that it finds; some complete the parameters, which the event records.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from workflow_rules.process.actions import Action, ActionRequest, Known
from workflow_rules.process.actors import BY_SYSTEM, Capacity
from workflow_rules.process.choices import ChoiceFlag, ChoiceList
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.identity import SECRECY, Confidentiality, missing_identity
from workflow_rules.process.moves import Spot
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason
from workflow_rules.process.sop import Sop
from workflow_rules.process.steps import ENDED, CaseStatus

Params = dict[str, Any]
Guard = Callable[[ComplaintFacts, Params, ActionRequest, Spot], None]


def _faulty(*errors: FieldError) -> ActionRefused:
    return ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)


def identity_is_complete(facts: ComplaintFacts, params: Params, request: ActionRequest, sop: Sop) -> None:
    """Raise ActionRefused(identity_incomplete) for missing identity parts without an `incomplete_reason` (step 1). The
    NIK is asked for by the channels that the SOP or the list of channels names.
    """
    asking = sop.nik_channels | request.known.choices.having(ChoiceList.CHANNEL, ChoiceFlag.ASKS_NIK)
    lacking = missing_identity(facts.reporter, facts.confidentiality, facts.channel, asking)
    if lacking and "incomplete_reason" not in params:
        raise ActionRefused(RefusalReason.IDENTITY_INCOMPLETE, ", ".join(lacking))


def direction_names_agencies(facts: ComplaintFacts, params: Params, known: Known, spot: Spot) -> Params:
    """Return the parameters of a direction (a new dict), completed with the lead and, for a replacement, the earlier
    field visit and route. Raises ActionRefused(missing_input) for an unknown agency, one already on the case, or a
    missing or unfit lead.
    """
    on_case = {t.agency for t in facts.active_tracks}
    taken = on_case | (_to_be_replaced(facts) - {spot.agency})
    errors = [_unknown(c) for c in params["agencies"] if c not in known.agencies]
    errors += [FieldError("agencies", FieldFault.AGENCY_ON_CASE, c) for c in params["agencies"] if c in taken]
    lead = params.get("lead")
    if not lead and spot.agency is not None:
        # A replacement that names no lead: the lead still on the case, else the only replacement.
        lead = facts.lead or (params["agencies"][0] if len(params["agencies"]) == 1 else None)
    if not lead:
        errors.append(FieldError("lead", FieldFault.REQUIRED))
    elif lead not in params["agencies"] and lead not in on_case:
        errors.append(FieldError("lead", FieldFault.NOT_AMONG_AGENCIES))
    if errors:
        raise _faulty(*errors)
    declined = facts.track(spot.agency)
    as_before = {"field_visit": declined is not None and declined.field_visit, "route": facts.route or "fast"}
    return {**as_before, **params, "lead": lead}


def _to_be_replaced(facts: ComplaintFacts) -> set[str | None]:
    """Return the codes (set) of agencies that left and wait for a replacement; none of them can be named as one."""
    return {s.agency for s in facts.open_steps if not s.of_agency}


def _unknown(code: str, field: str = "agencies") -> FieldError:
    return FieldError(field, FieldFault.UNKNOWN_AGENCY, code[:80])


def merge_has_a_target(facts: ComplaintFacts, _params: Params, request: ActionRequest, _spot: Spot) -> None:
    """Raise ActionRefused(missing_input) if the target is unknown, the case itself, or ended but not closed."""
    target = request.known.merge_target
    if target is None:
        raise _faulty(FieldError("into", FieldFault.UNKNOWN_COMPLAINT))
    if target.number == facts.number:
        raise _faulty(FieldError("into", FieldFault.ITSELF))
    if target.status in ENDED - {CaseStatus.CLOSED}:
        raise _faulty(FieldError("into", FieldFault.ENDED_COMPLAINT))


def delivery_is_proven(facts: ComplaintFacts, params: Params, request: ActionRequest, _spot: Spot) -> None:
    """Raise ActionRefused(delivery_unproven) when the answer needs a proof of delivery and has none (SOP step 11,
    remark). A missing parameter `channel` is set to the channel of the case; where no active reply medium has its code,
    raise ActionRefused(missing_input). The program itself delivers to SP4N, to an e-mail address, and on the web to a
    reporter who is notified by e-mail or message or left no contact; one who left only a telephone number has to be
    called, so a proof is needed.
    """
    choices = request.known.choices
    medium = choices.entry(ChoiceList.REPLY_MEDIUM, params.setdefault("channel", facts.channel))
    if medium is None or not medium.active:
        raise _faulty(FieldError("channel", FieldFault.REQUIRED))
    reporter = facts.reporter
    follows = reporter.has_email or reporter.gets_messages or not reporter.has_phone
    delivered = {
        ChoiceFlag.BY_SP4N: facts.in_sp4n,
        ChoiceFlag.BY_EMAIL: reporter.has_email,
        ChoiceFlag.BY_WEB: follows,
    }
    if "proof" not in params and not any(delivered.get(flag, False) for flag in medium.flags):
        raise ActionRefused(RefusalReason.DELIVERY_UNPROVEN, medium.code)


def unit_is_named(_facts: ComplaintFacts, params: Params, request: ActionRequest, spot: Spot) -> None:
    """Where the parameter `unit` is the code of an active unit of the agency, replace it by the unit's name and add
    `unit_code`, so that the event keeps the name it was given. Any other text stays as typed.
    """
    unit = request.known.choices.entry(ChoiceList.UNIT, params.get("unit", ""))
    if unit is not None and unit.active and unit.agency == spot.agency:
        params["unit"], params["unit_code"] = unit.label, unit.code


def named_agency_agrees(_facts: ComplaintFacts, params: Params, _request: ActionRequest, spot: Spot) -> None:
    """Raise ActionRefused(missing_input) when the parameter `agency` is not the agency of the track acted on."""
    if params["agency"] != spot.agency:
        raise _faulty(FieldError("agency", FieldFault.CONTRADICTION))


def agency_can_join(facts: ComplaintFacts, params: Params, request: ActionRequest, _spot: Spot) -> None:
    """Raise ActionRefused(missing_input) unless the agency is in service, not on the case, not being replaced, and the
    same that the request names as its track, if any.
    """
    code = params["agency"]
    if request.agency not in (None, code):
        raise _faulty(FieldError("agency", FieldFault.CONTRADICTION))
    if code not in request.known.agencies:
        raise _faulty(_unknown(code, "agency"))
    if code in {t.agency for t in facts.active_tracks} | _to_be_replaced(facts):
        raise _faulty(FieldError("agency", FieldFault.AGENCY_ON_CASE, code))


def extension_is_allowed(facts: ComplaintFacts, params: Params, sop: Sop) -> None:
    """Raise ActionRefused(missing_input) unless step 7 counts in days and `working_days` <= `sop.most_more_days`."""
    track = facts.track(params["agency"])
    if not sop.can_extend(track is not None and track.extended):
        raise _faulty(FieldError("working_days", FieldFault.NOT_IN_DAYS))
    if params["working_days"] > sop.most_more_days:
        raise _faulty(FieldError("working_days", FieldFault.OUT_OF_RANGE, f"1-{sop.most_more_days}"))


def letter_can_be_sent(_facts: ComplaintFacts, params: Params, request: ActionRequest, spot: Spot) -> None:
    """Raise ActionRefused when the letter's file is not stored (letter_not_ready), or it was signed on paper and has
    neither a scan nor a reason for that (missing_input). A reason not needed is removed from the parameters.
    """
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
    """Replace the parameters of a correction by what the event records: `changed`, `before` and `after`, of the
    identity only the names of the parts. Raises ActionRefused(missing_input) when the correction changes nothing,
    lowers the confidentiality, gives an anonymous reporter an identity, or holds unknown values.
    """
    given = params.keys() - {"reason"}
    secrecy = Confidentiality(params.get("confidentiality", facts.confidentiality))
    errors = list(request.known.correction.errors)
    filled = request.known.fields
    if not given and not filled.recorded:
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
    changed = [f"fields.{code}" for code in (*filled.values, *filled.personal)]
    params["changed"] = sorted([*found.after, *changed])
    params["before"] = {**found.before, **{f"fields.{code}": value for code, value in filled.before.items()}}
    params["after"] = {**found.after, **{f"fields.{code}": value for code, value in filled.values.items()}}
    params["identity"], params["identity_removed"] = list(found.identity), list(found.identity_removed)


def reviewed_draft_is_signed(_facts: ComplaintFacts, params: Params, request: ActionRequest, spot: Spot) -> None:
    """Add the hash of the draft to the parameters as `draft_hash`, so that the hash chain covers it. Raises
    ActionRefused(draft_changed) when the draft is not the one that the signer read.
    """
    draft = request.known.drafts.get(spot.agency)
    if request.reviewed is not None and request.reviewed != draft:
        raise ActionRefused(RefusalReason.DRAFT_CHANGED)
    if draft is not None:
        params["draft_hash"] = draft


def window_is_right(request: ActionRequest, spot: Spot, capacity: Capacity, now: datetime) -> None:
    """Raise ActionRefused(out_of_order) outside an action's time window: reopening after `silence_ends_at`, a field
    visit after step 7's deadline, closing by the system before `silence_ends_at`, expiring before `question_ends_at`.
    """
    silence, question = request.known.silence_ends_at, request.known.question_ends_at
    draft_due = request.known.draft_due_at.get(spot.agency)
    too_late = request.action is Action.REOPEN and silence is not None and now > silence
    too_late |= request.action is Action.MARK_FIELD_VISIT and draft_due is not None and now > draft_due
    by_clock = capacity.actor == BY_SYSTEM
    too_early = by_clock and request.action is Action.CLOSE and (silence is None or now < silence)
    unexpired = request.action is Action.EXPIRE_QUESTION and (question is None or now < question)
    if too_late or too_early or unexpired:
        raise ActionRefused(RefusalReason.OUT_OF_ORDER, "outside its time")


def initials_are_asked(_facts: ComplaintFacts, params: Params, request: ActionRequest, spot: Spot) -> None:
    """Add the roles that must initial this draft as parameter `initials`; later changes of the setting do not count."""
    if asked := request.known.initials.get(spot.agency or ""):
        params["initials"] = list(asked)


GUARDS: dict[Action, Guard] = {
    Action.MERGE: merge_has_a_target,
    Action.REPLY: delivery_is_proven,
    Action.DISPOSE: unit_is_named,
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
