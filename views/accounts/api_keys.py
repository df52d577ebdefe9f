"""API keys of programs, managed by the administrator."""

from datetime import date, datetime, timedelta

from flask import abort, flash, redirect, render_template, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from app.access.current_person import current_person
from app.access.people import names_of
from app.access.roles import permissions_on
from app.accounts.api_keys import (
    KeyChanged,
    KeyEnded,
    KeyInput,
    has_ended,
    is_name_taken,
    key_row,
    key_version,
    make_new_key,
    newest_keys,
    revoke_key,
    rotate_key,
)
from app.core.clock import midnight, office_today, utc_now
from app.models import ApiKey
from app.vocabulary.words import Labels
from app.web.fab_repairs import is_readable
from views.shared.screen_access import for_officers

SCOPES: Labels = {
    "sp4n": _("Integrasi SP4N: mengirim laporan, membaca perubahan dan jawaban"),
    "read": _("Membaca API data: semua aduan tanpa identitas pelapor, dan data induk"),
    "open311": _("Open311: mengirim laporan dari aplikasi warga"),
}

STATES: Labels = {
    "living": _("Berlaku"),
    "ended": _("Sudah lewat"),
    "revoked": _("Dicabut"),
}

KEY_FAULTS: Labels = {
    "name": _("Tulis nama program, paling banyak 100 karakter"),
    "taken": _("Sudah ada kunci berlaku dengan nama ini. Ganti kunci itu, atau tulis nama lain"),
    "scopes": _("Pilih paling sedikit satu cakupan"),
    "expires": _("Pilih hari sesudah hari ini, paling lama lima tahun lagi, atau kosongkan"),
    "reason": _("Tulis alasan pencabutan, paling banyak 1000 karakter"),
    "overlap": _("Pilih lama tumpang tindih dari daftar"),
    "changed": _("Kunci ini sudah diganti atau berakhir sejak halaman ini dibuka. Periksa keadaannya."),
}

OVERLAPS: Labels = {
    "0": _("Langsung, kunci lama tidak berlaku lagi"),
    "1": _("Satu hari"),
    "7": _("Tujuh hari"),
    "30": _("Tiga puluh hari"),
}


LONGEST_NAME, LONGEST_REASON = 100, 1000
LONGEST_LIFE = 5 * 366
MOST_SHOWN = 500
PATH = "/kunci-api/"


class KeyView(BaseView):
    """Administrator's screens of the API keys; a key is shown only in the response that creates or rotates it."""

    route_base = PATH.rstrip("/")
    default_view = "list"
    class_permission_name = "ApiKey"
    base_permissions = permissions_on("ApiKey")

    @expose("/", methods=["GET"])
    @for_officers("can_manage", "ApiKey")
    def list(self) -> str:
        return _list_page({}, {})

    @expose("/", methods=["POST"])
    @for_officers("can_manage", "ApiKey")
    def make(self) -> tuple[str, int]:
        """Create an API key, commit, and show its page with the key, only this once (201); a wrong form is shown again
        as typed (422).
        """
        key_input, faults = _read_input()
        if key_input is None:
            return _list_page(request.form.to_dict(), faults), 422
        key = make_new_key(key_input, current_person().id, utc_now())
        return _shown(key_input.name, key), 201

    @expose("/<int:key_id>", methods=["GET"])
    @for_officers("can_manage", "ApiKey")
    def show(self, key_id: int) -> str:
        return _key_page(_find(key_id), {})

    @expose("/<int:key_id>/ganti", methods=["POST"])
    @for_officers("can_manage", "ApiKey")
    def rotate(self, key_id: int) -> tuple[str, int]:
        """Replace the secret of an API key, commit, and show the page with the new key, only this once; 404 for an
        unknown key.

        Shows the key's page again with 409 if the key was rotated or ended since the page was rendered, 422 for an
        unknown overlap.
        """
        row = _find(key_id)
        if request.form.get("tumpang") not in OVERLAPS:
            return _key_page(row, {"tumpang": "overlap"}), 422
        overlap = timedelta(days=int(request.form["tumpang"]))
        try:
            key = rotate_key(row, request.form.get("seen", ""), overlap, current_person().id, utc_now())
        except (KeyChanged, KeyEnded):
            return _key_page(row, {"tumpang": "changed"}), 409
        return _shown(row.name, key), 200

    @expose("/<int:key_id>/cabut", methods=["POST"])
    @for_officers("can_manage", "ApiKey")
    def revoke(self, key_id: int) -> Response | tuple[str, int]:
        """Revoke an API key at once, write the reason to the journal, and redirect to the list of keys; 404 for an
        unknown key.

        Shows the key's page again with 422 without a readable reason, 409 if the key has already ended.
        """
        row, reason = _find(key_id), request.form.get("alasan", "").strip()
        if not 0 < len(reason) <= LONGEST_REASON or not is_readable(reason):
            return _key_page(row, {"alasan": "reason"}), 422
        try:
            revoke_key(row, reason, current_person().id, utc_now())
        except KeyEnded:
            return _key_page(row, {"alasan": "changed"}), 409
        flash(gettext("Kunci “%(name)s” dicabut dan tidak membuka apa pun lagi.", name=row.name), "success")
        return redirect(PATH, 303)


def _find(key_id: int) -> ApiKey:
    return key_row(key_id) or abort(404)


def _read_input() -> tuple[KeyInput | None, dict[str, str]]:
    """Parse the form of a new API key; return (its definition, None if invalid; the error codes by form field, {} if
    valid).
    """
    name = " ".join(request.form.get("nama", "").split())
    scopes = frozenset(scope for scope in request.form.getlist("cakupan") if scope in SCOPES)
    expires_at, expires_fault = _read_end(request.form.get("sampai", "").strip())
    good_name = 0 < len(name) <= LONGEST_NAME and is_readable(name)
    found = {
        "nama": "name" if not good_name else "taken" if is_name_taken(name, utc_now()) else "",
        "cakupan": "" if scopes else "scopes",
        "sampai": expires_fault,
    }
    faults = {field: fault for field, fault in found.items() if fault}
    return (None if faults else KeyInput(name, scopes, expires_at)), faults


def _read_end(text: str) -> tuple[datetime | None, str]:
    """Parse the last day of validity; return (end of that day, error code).

    The end is an aware datetime in the office zone, None for an empty or invalid text. The code is "expires" for an
    invalid day, else "".
    """
    if not text:
        return None, ""
    try:
        last = date.fromisoformat(text)
    except ValueError:
        return None, "expires"
    if not timedelta(0) < last - office_today() <= timedelta(days=LONGEST_LIFE):
        return None, "expires"
    return midnight(last + timedelta(days=1)), ""


def state_of(row: ApiKey) -> str:
    """Return the state of an API key: "living", "ended" (expired) or "revoked"."""
    if row.revoked_at is not None or not row.active:
        return "revoked"
    return "ended" if has_ended(row, utc_now()) else "living"


def _list_page(typed: dict[str, str], faults: dict[str, str]) -> str:
    page: str = render_template(
        "accounts/api_keys.html",
        title=gettext("Kunci API"),
        lines=[(row, state_of(row)) for row in newest_keys(MOST_SHOWN)],
        typed=typed,
        chosen=request.form.getlist("cakupan"),
        faults={field: str(KEY_FAULTS[fault]) for field, fault in faults.items()},
        usual_end=(office_today() + timedelta(days=365)).isoformat(),
        scopes=SCOPES,
        states=STATES,
        now=utc_now(),
    )
    return page


def _key_page(row: ApiKey, faults: dict[str, str]) -> str:
    page: str = render_template(
        "accounts/api_key.html",
        title=row.name,
        row=row,
        state=state_of(row),
        version=key_version(row),
        maker=names_of([row.made_by_id]).get(row.made_by_id or 0, ""),
        faults={field: str(KEY_FAULTS[fault]) for field, fault in faults.items()},
        typed=request.form,
        overlaps=OVERLAPS,
        scopes=SCOPES,
        states=STATES,
        now=utc_now(),
    )
    return page


def _shown(name: str, key: str) -> str:
    page: str = render_template("accounts/api_key_shown.html", title=gettext("Kunci baru"), name=name, key=key)
    return page
