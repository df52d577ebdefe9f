"""Catat aduan: the form for whatever comes in by foot, phone, letter, message, or from SP4N by hand."""

import base64
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from app.clock import office_today
from app.errors import field_sentences, refusal_sentence
from app.labels.lists import CLASSIFICATION_MEANINGS, CONFIDENTIALITY_MEANINGS, INTAKE_FIELDS
from app.labels.words import CHANNELS, CLASSIFICATIONS, CONFIDENTIALITIES, STEPS
from app.operations.record_intake import AlreadyHere, Intake, is_form_token, new_form_token, record_intake
from app.operations.report_input import LARGEST_FILE, MOST_FILES
from app.queries.complaint_lists import categories_in_use, filter_options, villages_by_district
from app.security.current_person import current_person, source_address
from app.security.roles import permissions_on
from app.skin_formats import moment
from views.screen_access import for_officers
from workflow_rules.refusals import ActionRefused

TOP_FIELDS = ("title", "body", "classification", "category", "confidentiality", "channel", "occurred_on")
PLACE_FIELDS = ("text", "district", "village")
REPORTER_FIELDS = ("name", "phone", "email", "address", "nik")
Errors = list[dict[str, str]]


class IntakeView(BaseView):
    """The intake form; what it takes is judged by the same operation as the API's."""

    route_base = "/aduan"
    default_view = "form"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/baru", methods=["GET"])
    @for_officers("can_receive", "Complaint")
    def form(self) -> Response:
        return _form_page({"confidentiality": "open", "classification": "complaint"}, new_form_token())

    @expose("/baru", methods=["POST"])
    @for_officers("can_receive", "Complaint")
    def save(self) -> Response | AnyResponse:
        """Take it in and go to the complaint; faults bring the form back with everything that was typed."""
        typed = request.form.to_dict()
        token = typed.get("form_token", "")
        if not is_form_token(token):
            return _form_page(typed, new_form_token(), [_whole(gettext("Formulir ini sudah usang. Kirim sekali lagi."))])
        try:
            intake = _record(typed, token)
        except ActionRefused as refused:
            errors = _sentences(refused) if refused.errors else [_whole(refusal_sentence(refused))]
            return _form_page(typed, token, errors)
        except AlreadyHere as known:
            sentence = gettext("Nomor ini sudah tercatat sebagai %(number)s. Buka aduan itu", number=known.number)
            return _form_page(typed, token, [{"field": "tracking_id", "message": sentence}], known.complaint_id)
        _tell(intake)
        return redirect(f"/aduan/{intake.complaint_id}", 303)


def _record(typed: dict[str, str], token: str) -> Intake:
    tracking_id = typed.get("tracking_id", "").strip().removeprefix("#")
    by, address = current_person(), source_address()
    return record_intake(payload_of(typed), by, token, tracking_id=tracking_id, address=address)


def payload_of(typed: dict[str, str]) -> dict[str, Any]:
    """The report body of the API from the fields of the form; what was left empty is left out."""
    payload: dict[str, Any] = _filled({name: typed.get(name, "") for name in TOP_FIELDS})
    payload["location"] = _filled({name: typed.get(f"location.{name}", "") for name in PLACE_FIELDS})
    payload["reporter"] = _filled({name: typed.get(f"reporter.{name}", "") for name in REPORTER_FIELDS})
    files = [file for file in request.files.getlist("attachments") if file.filename]
    payload["attachments"] = [_file(file) for file in files]
    return payload


def _filled(values: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value.strip()}


def _file(file: FileStorage) -> dict[str, str]:
    return {"filename": file.filename or "", "content_base64": base64.b64encode(file.read()).decode()}


def _sentences(refused: ActionRefused) -> Errors:
    """Faults with the sentence for each; of a file the field is the whole list, which a page can point at."""
    return [{**error, "field": _field_on_page(error["field"])} for error in field_sentences(refused.errors)]


def _field_on_page(name: str) -> str:
    return "attachments" if name.startswith("attachments") else name


def _whole(sentence: str) -> dict[str, str]:
    return {"field": "", "message": sentence}


def _tell(intake: Intake) -> None:
    """One notice with the number, the code that is shown this once, and the first limit."""
    flash(
        gettext(
            "Aduan %(number)s tercatat. Kode lacak untuk pelapor: %(code)s (hanya ditampilkan sekali ini)."
            " Berikutnya: %(step)s, batas %(due)s.",
            number=intake.number,
            code=intake.tracking_code,
            step=STEPS[intake.step],
            due=moment(intake.due_at),
        ),
        "success",
    )


def _form_page(typed: dict[str, str], token: str, errors: Errors | None = None, known_id: int | None = None) -> Response:
    page = render_template(
        "intake/form.html",
        typed=typed,
        token=token,
        errors=errors or [],
        fault_of={error["field"]: error["message"] for error in reversed(errors or [])},
        had_files=any(file.filename for file in request.files.getlist("attachments")),
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
        most_files=MOST_FILES,
        largest_file=LARGEST_FILE,
    )
    return make_response(page, 422 if errors else 200)
