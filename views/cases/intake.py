"""The officers' intake form for complaints from walk-ins, phone, letters, messages, or SP4N by hand."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as AnyResponse

from app.access.current_person import current_person, source_address
from app.access.roles import permissions_on
from app.cases.record_intake import AlreadyHere, record_intake, refuse_known
from app.cases.report_input import MOST_FILES
from app.choices.lists import CHANNELS
from app.core.clock import office_today, utc_now
from app.files.attachments import LARGEST
from app.reference.choices import categories_in_use, filter_options, villages_by_district
from app.sp4n.inbound.read_revision import read_tracking_id
from app.vocabulary.words import CLASSIFICATIONS, CONFIDENTIALITIES
from app.web.error_responses import refused_page
from views.cases.intake_card import card_landing, store_card
from views.cases.intake_labels import CLASSIFICATION_MEANINGS, CONFIDENTIALITY_MEANINGS, INTAKE_FIELDS
from views.cases.similar_complaints import similar_to_typed
from views.shared.controls import intake_controls, sent_intake_fields
from views.shared.form_once import Landing, digest_of_form, once_each
from views.shared.intake_fields import (
    Errors,
    files_as_json,
    filled,
    has_files,
    is_token,
    new_token,
    sentences,
    whole,
)
from views.shared.screen_access import for_officers
from workflow_rules.process.refusals import ActionRefused

TOP_FIELDS = ("title", "body", "classification", "category", "confidentiality", "channel", "occurred_on")
PLACE_FIELDS = ("text", "district", "village")
REPORTER_FIELDS = ("name", "phone", "email", "address", "nik")


class IntakeView(BaseView):
    """The officers' intake form "Catat aduan"; its input is validated by the same function as that of the API."""

    route_base = "/aduan"
    default_view = "form"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/baru", methods=["GET"])
    @for_officers("can_receive", "Complaint")
    def form(self) -> Response:
        return _form_page({"confidentiality": "open", "classification": "complaint", "tell": "1"}, new_token())

    @expose("/baru", methods=["POST"])
    @for_officers("can_receive", "Complaint")
    def save(self) -> Response | AnyResponse:
        """Record the officer's complaint and redirect to the reporter's card, which shows number and tracking code.

        Errors show the form again as typed, with the status of the refusal or 422, also for an SP4N number that is
        already recorded.
        """
        typed = request.form.to_dict()
        token = typed.get("form_token", "")
        if not is_token(token):
            return _form_page(typed, new_token(), [whole(gettext("Formulir ini sudah usang. Kirim sekali lagi."))])
        if "similar" in typed:
            return _form_page(typed, token)
        try:
            landing = _record_once(typed, token)
        except ActionRefused as refused:
            return refused_page(_form_page(typed, token, sentences(refused, INTAKE_FIELDS)), refused)
        except AlreadyHere as known:
            sentence = gettext("Nomor ini sudah tercatat sebagai %(number)s", number=known.number)
            return _form_page(typed, token, [{"field": "tracking_id", "message": sentence}], known.complaint_id)
        store_card(landing)
        return redirect(landing.location, 303)


def _record_once(typed: dict[str, str], token: str) -> Landing:
    """Record the officer's complaint, commit, and return its `Landing`, or that of an earlier submission of the same
    form. Raises ActionRefused (not_your_step, missing_input with every faulty field), and AlreadyHere for a known SP4N
    number.
    """
    tracking_id = read_tracking_id(typed.get("tracking_id", ""))
    by, address, tell = current_person(), source_address(), "tell" in typed

    def act() -> Landing:
        intake = record_intake(payload_of(typed), by, tracking_id=tracking_id, address=address, tell=tell)
        return card_landing(intake)

    try:
        return once_each(by, token, digest_of_form(), act)
    except IntegrityError:
        # SP4N delivered the same report concurrently.
        refuse_known(tracking_id)
        raise


def payload_of(typed: dict[str, str]) -> dict[str, Any]:
    """Return a dict of the intake form's fields and uploaded files, as the report body of the API, without empty
    fields.
    """
    payload: dict[str, Any] = filled({name: typed.get(name, "") for name in TOP_FIELDS})
    payload["location"] = filled({name: typed.get(f"location.{name}", "") for name in PLACE_FIELDS})
    payload["reporter"] = filled({name: typed.get(f"reporter.{name}", "") for name in REPORTER_FIELDS})
    payload["attachments"] = files_as_json()
    if own := sent_intake_fields():
        payload["fields"] = own
    return payload


def _form_page(
    typed: dict[str, str], token: str, errors: Errors | None = None, known_id: int | None = None
) -> Response:
    categories = categories_in_use()
    own = intake_controls("intake", errors or [], categories)
    page = render_template(
        "cases/intake.html",
        title=gettext("Galat: Catat aduan") if errors else gettext("Catat aduan"),
        typed=typed,
        token=token,
        errors=errors or [],
        fault_of={error["field"]: error["message"] for error in reversed(errors or [])},
        had_files=has_files(),
        known_id=known_id,
        labels={**INTAKE_FIELDS, **{control.name: control.label for control in own}},
        channels=CHANNELS.active(),
        own_fields=own,
        classifications=CLASSIFICATIONS,
        classification_meanings=CLASSIFICATION_MEANINGS,
        confidentialities=CONFIDENTIALITIES,
        confidentiality_meanings=CONFIDENTIALITY_MEANINGS,
        categories=categories,
        districts=filter_options()["kecamatan"],
        villages=villages_by_district(),
        today=office_today().isoformat(),
        similar=similar_to_typed(typed, current_person(), utc_now()) if typed.get("title") else [],
        asked="similar" in typed,
        most_files=MOST_FILES,
        largest_file=LARGEST,
    )
    return make_response(page, 422 if errors else 200)


class SimilarView(BaseView):
    """Endpoint of the likely duplicates of a typed report, as an HTML fragment that the intake form's script inserts.

    Without JavaScript the form's own button shows them in the page.
    """

    route_base = "/aduan"
    default_view = "similar"
    class_permission_name = "Complaint"
    base_permissions = permissions_on("Complaint")

    @expose("/baru/serupa", methods=["POST"])
    @for_officers("can_receive", "Complaint")
    def similar(self) -> str:
        """Return the HTML fragment with the likely duplicates of the typed report.

        It is requested by POST, so that names in the text appear in no URL.
        """
        found = similar_to_typed(request.form, current_person(), utc_now())
        return render_template("cases/_similar.html", similar=found, asked=True)
