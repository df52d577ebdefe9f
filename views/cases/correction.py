"""The page on which the Admin corrects a report, before or while registering it (SOP step 1)."""

from contextlib import suppress
from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.access.current_person import current_person, source_address
from app.access.roles import permissions_on
from app.casefile.case import Case, load_case
from app.cases.correct import read_correction
from app.cases.perform_action import perform_action
from app.core.clock import utc_now
from app.core.transaction import one_transaction
from app.fields.values import fields_asked, read_action_fields
from app.reference.choices import categories_in_use, filter_options, villages_by_district
from app.vocabulary.actions import SENTENCES
from app.vocabulary.refusals import LACKING, field_sentences, refusal_sentence
from app.vocabulary.words import CLASSIFICATIONS, CONFIDENTIALITIES
from app.web.error_responses import refused_page
from views.cases.intake_labels import (
    CLASSIFICATION_MEANINGS,
    CONFIDENTIALITY_MEANINGS,
    CORRECTION_FIELDS,
    INTAKE_FIELDS,
)
from views.shared.controls import field_controls, sent_fields, typed_values
from views.shared.form_once import Landing, digest_of_form, once
from views.shared.intake_fields import filled, is_token, new_token
from views.shared.screen_access import for_officers
from workflow_rules.process.actions import Action, ActionRequest
from workflow_rules.process.identity import SECRECY
from workflow_rules.process.moves import entitled_actors
from workflow_rules.process.parameters import IDENTITY_PARTS, LOCATION_PARTS
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

PLAIN_FIELDS = ("category", "classification", "title", "confidentiality", "reason")
AT_REGISTRATION = "Dilengkapi saat registrasi"
"""The recorded reason when the Admin corrects and registers in one step without giving another reason."""


class CorrectionView(BaseView):
    """Screen on which the Admin Layanan Aduan corrects the data of a report.

    The reporter's own text stays unchanged and old values stay in the record.
    """

    route_base = "/aduan"
    default_view = "form"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/<int:complaint_id>/data", methods=["GET"])
    @for_officers("can_act", "Complaint")
    def form(self, complaint_id: int) -> str:
        case = _case(complaint_id)
        typed = MultiDict(_values_of(case))
        typed.update(typed_values(case.complaint.field_values))
        return _page(case, typed, {})

    @expose("/<int:complaint_id>/data", methods=["POST"])
    @for_officers("can_act", "Complaint")
    def save(self, complaint_id: int) -> Any:
        """Save the correction, register the case too if that button was pressed, and redirect to the case page; both in
        one transaction. Errors show the form again as typed, with the status of the refusal, or 422 for an outdated
        form. Raises ActionRefused (not_visible, not_your_step, out_of_order) if the officer may not correct it now.
        """
        case, typed = _case(complaint_id), request.form
        seen, token = typed.get("expected_version", ""), typed.get("token", "")
        if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
            return Response(_page(case, typed, {"": gettext("Formulir ini sudah usang. Kirim sekali lagi.")}), 422)
        try:
            landing = once(current_person(), token, digest_of_form(), lambda: _save(case, int(seen)))
        except ActionRefused as refused:
            errors = {e["field"]: e["message"] for e in reversed(field_sentences(refused.errors))}
            page = _page(case, typed, errors or {"": refusal_sentence(refused)})
            return refused_page(page, refused)
        flash(landing.notice, "success")
        return redirect(landing.location, 303)


def _case(complaint_id: int) -> Case:
    """Return the `Case` with this id, for an officer who may correct it now.

    Raises ActionRefused: not_visible, not_your_step or out_of_order.
    """
    case = load_case(complaint_id, current_person(), utc_now(), papers=False)
    if not any(held.actor in entitled_actors(Action.CORRECT, case.sop) for held in case.person.capacities):
        raise ActionRefused(RefusalReason.NOT_YOUR_STEP)
    if not case.corrects:
        raise ActionRefused(RefusalReason.OUT_OF_ORDER)
    return case


def _save(case: Case, version: int) -> Landing:
    by, address, registers = current_person(), source_address(), "register" in request.form
    params = _params(request.form, registers)
    correct = ActionRequest(Action.CORRECT, params=params)
    found = read_correction(case.complaint, correct)
    filled_in = read_action_fields(case.complaint, correct)
    changes = bool(
        found.values or found.identity or found.known.errors or filled_in.as_facts().recorded or filled_in.errors
    )
    if not changes and not registers:
        fault = FieldError("params", FieldFault.NOTHING_TO_CHANGE)
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=(fault,))
    with one_transaction():
        done = []
        if changes:
            done.append(perform_action(case.complaint.id, correct, by, version, address=address))
            version = done[-1].complaint.version
        if registers:
            reason = request.form.get("incomplete_reason", "")
            register = ActionRequest(Action.REGISTER, params=filled({"incomplete_reason": reason}))
            done.append(perform_action(case.complaint.id, register, by, version, address=address))
    notice = " ".join(f"{SENTENCES[one.decision.event.kind.value]}." for one in done)
    return Landing(f"/aduan/{case.complaint.id}", f"{case.complaint.number}: {notice}")


def _params(form: MultiDict[str, str], registers: bool) -> dict[str, Any]:
    """Return the submitted values as parameters (dict) of the action correct, without empty fields, which change
    nothing.
    """
    params: dict[str, Any] = filled({name: form.get(name, "") for name in PLAIN_FIELDS})
    location: dict[str, Any] = filled({name: form.get(f"location.{name}", "") for name in LOCATION_PARTS})
    for name in location.keys() & {"lat", "lon"}:
        # Decimal degrees with comma or point; a text that is no number stays, and is refused as such.
        with suppress(ValueError):
            location[name] = float(location[name].strip().replace(",", "."))
    reporter = filled({name: form.get(f"reporter.{name}", "") for name in IDENTITY_PARTS})
    parts = {"location": location, "reporter": reporter, "fields": sent_fields(form, keep_empty=True)}
    if registers:
        params.setdefault("reason", AT_REGISTRATION)
    return params | {name: part for name, part in parts.items() if part}


def _values_of(case: Case) -> dict[str, str]:
    """Return the current values of the case as texts by form field, without the identity, which is opened on its own
    page.
    """
    complaint = case.complaint
    return {
        "category": complaint.category.code if complaint.category else "",
        "classification": complaint.classification,
        "confidentiality": complaint.confidentiality,
        "title": complaint.title,
        "location.text": complaint.location_text,
        "location.district": complaint.district.code if complaint.district else "",
        "location.village": complaint.village.code if complaint.village else "",
        "location.lat": str(complaint.latitude) if complaint.latitude is not None else "",
        "location.lon": str(complaint.longitude) if complaint.longitude is not None else "",
    }


def _page(case: Case, typed: MultiDict[str, str], errors: dict[str, str]) -> str:
    token = typed.get("token", "")
    asked = [one for one in fields_asked(case.complaint, Action.CORRECT) if one.type != "file"]
    categories = categories_in_use()
    own = field_controls(asked, "", typed, errors, categories)
    registers = any(allowed.action is Action.REGISTER for allowed in case.allowed)
    upward = SECRECY[SECRECY.index(case.facts.confidentiality) :]
    order = [name for name in (*INTAKE_FIELDS, "reason", "incomplete_reason") if name in errors]
    return render_template(
        "cases/correct.html",
        title=gettext("Galat: Data aduan") if errors else gettext("Lengkapi atau perbaiki data"),
        case=case,
        complaint=case.complaint,
        typed=typed,
        token=token if is_token(token) and not errors else new_token(),
        errors=errors,
        order=[*order, *(name for name in errors if name not in order)],
        fault_of=errors,
        labels={**INTAKE_FIELDS, **CORRECTION_FIELDS, **{control.name: control.label for control in own}},
        own_fields=own,
        registers=registers,
        asks_reason=registers and bool(case.lacking),
        lacking=", ".join(str(LACKING[part]) for part in case.lacking),
        categories=categories,
        districts=filter_options()["kecamatan"],
        villages=villages_by_district(),
        classifications=CLASSIFICATIONS,
        classification_meanings=CLASSIFICATION_MEANINGS,
        confidentialities={code: CONFIDENTIALITIES[code] for code in map(str, upward)},
        confidentiality_meanings=CONFIDENTIALITY_MEANINGS,
    )
