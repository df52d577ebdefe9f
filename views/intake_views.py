"""Catat aduan: the form for whatever comes in by foot, phone, letter, message, or from SP4N by hand."""

import base64
import re
import secrets
from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from app.clock import office_today, utc_now
from app.errors import field_sentences, refusal_sentence
from app.labels.lists import CLASSIFICATION_MEANINGS, CONFIDENTIALITY_MEANINGS, INTAKE_FIELDS
from app.labels.refusals import fault_sentence
from app.labels.words import CHANNELS, CLASSIFICATIONS, CONFIDENTIALITIES, STEPS
from app.operations.attach_file import LARGEST
from app.operations.record_intake import AlreadyHere, Intake, record_intake, refuse_known, seal, unseal
from app.operations.report_input import MOST_FILES
from app.queries.complaint_lists import categories_in_use, filter_options, villages_by_district
from app.security.current_person import current_person, source_address
from app.security.roles import permissions_on
from app.skin_formats import moment
from views.form_once import Landing, once
from views.screen_access import for_officers
from views.similar_complaints import similar_to_typed
from workflow_rules.refusals import ActionRefused, FieldError, FieldFault

TOP_FIELDS = ("title", "body", "classification", "category", "confidentiality", "channel", "occurred_on")
PLACE_FIELDS = ("text", "district", "village")
REPORTER_FIELDS = ("name", "phone", "email", "address", "nik")
LONGEST_NAME_SHOWN = 60
Errors = list[dict[str, str]]
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")


class IntakeView(BaseView):
    """The intake form; what it takes is judged by the same operation as the API's."""

    route_base = "/aduan"
    default_view = "form"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/baru", methods=["GET"])
    @for_officers("can_receive", "Complaint")
    def form(self) -> Response:
        return _form_page({"confidentiality": "open", "classification": "complaint"}, _new_token())

    @expose("/baru", methods=["POST"])
    @for_officers("can_receive", "Complaint")
    def save(self) -> Response | AnyResponse:
        """Take it in and go to the complaint; faults bring the form back with everything that was typed."""
        typed = request.form.to_dict()
        token = typed.get("form_token", "")
        if not _TOKEN.fullmatch(token):
            return _form_page(typed, _new_token(), [_whole(gettext("Formulir ini sudah usang. Kirim sekali lagi."))])
        if "similar" in typed:
            return _form_page(typed, token)
        try:
            landing = _record_once(typed, token)
        except ActionRefused as refused:
            errors = _sentences(refused) if refused.errors else [_whole(refusal_sentence(refused))]
            return _form_page(typed, token, errors)
        except AlreadyHere as known:
            sentence = gettext("Nomor ini sudah tercatat sebagai %(number)s", number=known.number)
            return _form_page(typed, token, [{"field": "tracking_id", "message": sentence}], known.complaint_id)
        flash(unseal(landing.notice), "success")
        return redirect(landing.location, 303)


def _new_token() -> str:
    return secrets.token_urlsafe(24)


def _record_once(typed: dict[str, str], token: str) -> Landing:
    """Record what was typed, or find where this very form already led to, whatever stands in it now."""
    tracking_id = typed.get("tracking_id", "").strip().removeprefix("#")
    by, address = current_person(), source_address()

    def act() -> Landing:
        intake = record_intake(payload_of(typed), by, tracking_id=tracking_id, address=address)
        return Landing(f"/aduan/{intake.complaint_id}", seal(_notice(intake)))

    try:
        return once(by, token, "intake", act)
    except IntegrityError:
        # SP4N delivered the same report at this moment.
        refuse_known(tracking_id)
        raise


def payload_of(typed: dict[str, str]) -> dict[str, Any]:
    """The report body of the API from the fields of the form; what was left empty is left out."""
    payload: dict[str, Any] = _filled({name: typed.get(name, "") for name in TOP_FIELDS})
    payload["location"] = _filled({name: typed.get(f"location.{name}", "") for name in PLACE_FIELDS})
    payload["reporter"] = _filled({name: typed.get(f"reporter.{name}", "") for name in REPORTER_FIELDS})
    payload["attachments"] = [_file(file) for file in _chosen_files()]
    return payload


def _chosen_files() -> list[FileStorage]:
    return [file for file in request.files.getlist("attachments") if file.filename]


def _filled(values: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value.strip()}


def _file(file: FileStorage) -> dict[str, str]:
    return {"filename": file.filename or "", "content_base64": base64.b64encode(file.read()).decode()}


def _sentences(refused: ActionRefused) -> Errors:
    """Faults with the sentence for each, in the order of the page."""
    place_of = {name: place for place, name in enumerate(INTAKE_FIELDS)}
    faults = map(_at_field, refused.errors)
    return sorted(faults, key=lambda error: place_of.get(error["field"], len(place_of)))


def _at_field(error: FieldError) -> dict[str, str]:
    """Of a file the field is the whole list, which a page can point at; its sentence names the file."""
    if not error.field.startswith("attachments"):
        return field_sentences((error,))[0]
    return {"field": "attachments", "message": _file_sentence(error.fault, *error.field.split(".")[1:])}


def _file_sentence(fault: FieldFault, position: str = "", part: str = "") -> str:
    not_allowed = fault_sentence(FieldFault.FILE_NOT_ALLOWED.value)
    if not position:
        too_many = gettext("Pilih paling banyak %(count)s berkas", count=MOST_FILES)
        return too_many if fault is FieldFault.TOO_LONG else not_allowed
    name = (_chosen_files()[int(position)].filename or "")[:LONGEST_NAME_SHOWN]
    if part == "filename":
        return gettext("%(name)s: beri berkas ini nama yang pendek dan tanpa karakter kendali", name=name)
    return f"{name}: {not_allowed}"


def _whole(sentence: str) -> dict[str, str]:
    return {"field": "", "message": sentence}


def _notice(intake: Intake) -> str:
    """The number, the code that is shown this once, where both are used, and the first limit."""
    return gettext(
        "Aduan %(number)s tercatat. Kode lacak untuk pelapor: %(code)s (hanya ditampilkan sekali ini);"
        " nomor dan kode itu dipakai di %(address)s."
        " Berikutnya: %(step)s, batas %(due)s.",
        number=intake.number,
        code=intake.tracking_code,
        address=f"{current_app.config['PUBLIC_BASE_URL']}/lacak",
        step=STEPS[intake.step],
        due=moment(intake.due_at),
    )


def _form_page(
    typed: dict[str, str], token: str, errors: Errors | None = None, known_id: int | None = None
) -> Response:
    page = render_template(
        "intake/form.html",
        title=gettext("Galat: Catat aduan") if errors else gettext("Catat aduan"),
        typed=typed,
        token=token,
        errors=errors or [],
        fault_of={error["field"]: error["message"] for error in reversed(errors or [])},
        had_files=bool(_chosen_files()),
        known_id=known_id,
        labels=INTAKE_FIELDS,
        channels=CHANNELS,
        classifications=CLASSIFICATIONS,
        classification_meanings=CLASSIFICATION_MEANINGS,
        confidentialities=CONFIDENTIALITIES,
        confidentiality_meanings=CONFIDENTIALITY_MEANINGS,
        categories=categories_in_use(),
        districts=filter_options()["kecamatan"],
        villages=villages_by_district(),
        today=office_today().isoformat(),
        similar=similar_to_typed(typed, current_person(), utc_now()) if typed.get("title") else [],
        asked="similar" in typed,
        most_files=MOST_FILES,
        largest_file=LARGEST,
    )
    return make_response(page, 422 if errors else 200)
