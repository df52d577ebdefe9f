"""/lapor: the public complaint form. It needs no JavaScript, no account and no third-party service."""

import json
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request, session
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as AnyResponse

from app.access.current_person import source_address
from app.access.session_filter import as_person, only_case
from app.cases.record_intake import seal, unseal
from app.cases.report_input import MOST_FILES
from app.core.clock import office_today, utc_now
from app.files.attachments import LARGEST
from app.notices.reporter_notices import channel_for
from app.public.intake import receive_from_public
from app.public.tracked_case import load_tracked_case
from app.reference.choices import categories_in_use, filter_options, villages_by_district
from app.vocabulary.words import Labels
from app.web.error_responses import refused_page, retry_after
from app.web.rate_limits import intake_limits
from views.public.tracked_page import promise_sentences
from views.shared.controls import intake_controls, sent_intake_fields
from views.shared.form_once import Landing, digest_of_form, know_browser, once_each
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
from workflow_rules.process.actors import REPORTER
from workflow_rules.process.refusals import ActionRefused

PATH = "/lapor"
TRAP = "website"
"""Honeypot field, hidden from people; bots fill it in."""

_SESSION_KEY = "lapor"
_REPORTER = ("name", "phone", "email", "address")


class PublicIntakeView(BaseView):
    """The public complaint form and its confirmation page; 404 unless PUBLIC_INTAKE is set."""

    route_base = PATH
    default_view = "form"
    limits = intake_limits()
    limit_scope = "lapor"

    def create_blueprint(self, *args: Any, **kwargs: Any) -> Blueprint:
        blueprint: Blueprint = super().create_blueprint(*args, **kwargs)
        blueprint.before_request(_only_where_open)
        blueprint.after_request(_keep_private)
        blueprint.register_error_handler(RateLimitExceeded, self.too_many)
        blueprint.register_error_handler(CSRFError, self.outdated)
        return blueprint

    def too_many(self, _error: RateLimitExceeded) -> Response:
        """Called when the rate limit is exceeded: show the complaint form again as typed with status 429, so that no
        text is lost.
        """
        page = form_page(request.form.to_dict(), new_token(), [whole(str(TOO_MANY))])
        page.status_code = 429
        page.headers.update(retry_after())
        return page

    def outdated(self, _error: CSRFError) -> Response:
        """Called for a missing or expired CSRF token: show the complaint form again as typed with status 422."""
        return form_page(request.form.to_dict(), new_token(), [whole(str(OUTDATED))])

    @expose("", methods=["GET"])
    def form(self) -> Response:
        """Show the empty public complaint form."""
        return form_page({}, new_token())

    @expose("", methods=["POST"])
    def save(self) -> Response | AnyResponse:
        """Record the citizen's complaint, commit, and redirect to the confirmation page.

        Errors show the form again as typed, with the status of the refusal or 422.
        """
        typed = request.form.to_dict()
        token = typed.get("form_token", "")
        if not is_token(token):
            return form_page(typed, new_token(), [whole(str(OUTDATED))])
        if typed.pop(TRAP, "").strip():
            return form_page(typed, new_token(), [whole(str(TRY_AGAIN))])
        try:
            with as_person(REPORTER):
                landing = once_each(REPORTER, token, digest_of_form(), lambda: _take(typed))
        except ActionRefused as refused:
            errors = sentences(refused, FIELDS)
            for error in errors:
                if error["field"] == "reporter.phone" and not request.form.get("reporter.phone", "").strip():
                    error["message"] = str(NO_CONTACT)
            return refused_page(form_page(typed, token, errors), refused)
        session[_SESSION_KEY] = landing.notice
        return redirect(landing.location, 303)

    @expose("/selesai", methods=["GET"])
    def done(self) -> str | AnyResponse:
        """Show the confirmation page with case number and tracking code once; later requests redirect to the tracking
        form.
        """
        sealed = session.pop(_SESSION_KEY, None)
        if not isinstance(sealed, str):
            return redirect("/lacak", 303)
        receipt = json.loads(unseal(sealed))
        with only_case(receipt["id"]):
            promise = load_tracked_case(receipt["id"], utc_now()).promise
        return render_template(
            "public/intake_done.html",
            title=gettext("Aduan Anda sudah kami terima"),
            address=f"{current_app.config['PUBLIC_BASE_URL']}/lacak",
            promise=promise_sentences(promise) if promise else None,
            **receipt,
        )


def _only_where_open() -> None:
    if not current_app.config["PUBLIC_INTAKE"]:
        abort(404)


def _keep_private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _take(typed: dict[str, str]) -> Landing:
    payload = payload_of(typed)
    received = receive_from_public(payload, source_address())
    case = received.complaint
    sent = channel_for(payload["reporter"]) if case.confidentiality != "anonymous" else None
    receipt = {"id": case.id, "number": case.number, "code": received.tracking_code, "sent": sent}
    return Landing(f"{PATH}/selesai", seal(json.dumps(receipt)))


def payload_of(typed: dict[str, str]) -> dict[str, Any]:
    """Return a dict of the public form's fields and uploaded files, as the report body of the API, without empty
    fields.
    """
    names = ("title", "body", "category", "confidentiality", "occurred_on")
    payload: dict[str, Any] = filled({name: typed.get(name, "") for name in names})
    place = filled({name: typed.get(f"location.{name}", "") for name in ("text", "district", "village")})
    degrees = filled({name: typed.get(f"location.{name}", "") for name in ("lat", "lon")})
    payload["location"] = place | {name: _degrees(text) for name, text in degrees.items()}
    payload["reporter"] = filled({name: typed.get(f"reporter.{name}", "") for name in _REPORTER})
    payload["attachments"] = files_as_json()
    if own := sent_intake_fields():
        payload["fields"] = own
    return payload


def _degrees(text: str) -> float | str:
    """Return decimal degrees, typed with comma or point, as float.

    Text that is no number is returned unchanged, which becomes a field error.
    """
    plain = text.strip().replace(",", ".")
    return float(plain) if plain.removeprefix("-").replace(".", "", 1).isdecimal() and plain.isascii() else text


def form_page(typed: dict[str, str], token: str, errors: Errors | None = None) -> Response:
    """Return the response with the complaint form: typed values, errors at their fields; status 422 with errors, else
    200.
    """
    know_browser()
    categories = categories_in_use()
    own = intake_controls("public_intake", errors or [], categories)
    page = render_template(
        "public/intake.html",
        title=gettext("Galat: Sampaikan aduan") if errors else gettext("Sampaikan aduan"),
        typed=typed,
        token=token,
        trap=TRAP,
        errors=errors or [],
        fault_of={error["field"]: error["message"] for error in reversed(errors or [])},
        had_files=bool(errors) and has_files(),
        labels={**FIELDS, **{control.name: control.label for control in own}},
        own_fields=own,
        confidentialities=CONFIDENTIALITIES,
        confidentiality_meanings=CONFIDENTIALITY_MEANINGS,
        categories=categories,
        districts=filter_options()["kecamatan"],
        villages=villages_by_district(),
        today=office_today().isoformat(),
        most_files=MOST_FILES,
        largest_file=LARGEST,
    )
    return Response(page, status=422 if errors else 200)


# In form order.
FIELDS: Labels = {
    "title": _("Apa masalahnya, dan di mana"),
    "body": _("Ceritakan lebih lengkap"),
    "category": _("Tentang apa"),
    "location.text": _("Tempat kejadian"),
    "location.district": _("Kecamatan"),
    "location.village": _("Desa atau kelurahan"),
    "location.lat": _("Lintang"),
    "location.lon": _("Bujur"),
    "occurred_on": _("Tanggal kejadian"),
    "attachments": _("Foto atau dokumen"),
    "confidentiality": _("Siapa yang boleh tahu bahwa ini dari Anda"),
    "reporter.name": _("Nama"),
    "reporter.phone": _("Telepon"),
    "reporter.email": _("Surel"),
    "reporter.address": _("Alamat"),
}


CONFIDENTIALITIES: Labels = {"open": _("Terbuka"), "secret": _("Rahasia"), "anonymous": _("Anonim")}


CONFIDENTIALITY_MEANINGS: Labels = {
    "open": _(
        "Petugas Dinas Kominfo dan OPD yang menangani dapat melihat nama Anda. Judul, kategori, dan desa aduan dapat"
        " tampil untuk umum; nama, kontak, dan isi aduan tidak pernah."
    ),
    "secret": _(
        "Hanya Dinas Kominfo yang melihat nama Anda; OPD yang menangani tidak. Aduan ini tidak pernah tampil untuk"
        " umum."
    ),
    "anonymous": _(
        "Nama dan kontak Anda tidak disimpan sama sekali, jadi kami tidak dapat menghubungi Anda: kabar dan pertanyaan"
        " hanya dapat dibaca dengan nomor dan kode lacak. Aduan ini tidak pernah tampil untuk umum."
    ),
}


NO_CONTACT = _("Isi telepon atau surel, supaya kami dapat menghubungi Anda")


TRY_AGAIN = _("Aduan belum terkirim. Periksa sekali lagi, lalu tekan Kirim aduan.")


OUTDATED = _(
    "Formulir ini sudah usang, atau peramban Anda tidak menyimpan kuki. Yang Anda tulis masih ada; kirim sekali lagi."
)


TOO_MANY = _(
    "Dari jaringan ini sudah banyak aduan dikirim. Tunggu paling lama satu jam, lalu kirim lagi; yang Anda tulis masih"
    " ada di bawah. Bila mendesak, hubungi Dinas Kominfo."
)
