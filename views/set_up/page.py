"""/penyiapan: the page that sets a new office up, for whoever has the code that the program printed at its start."""

import base64
import hmac
from typing import Any

from flask import Flask, redirect, render_template, request
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.people import administrators
from app.accounts.first_administrator import FirstAdministratorRefused
from app.core.clock import utc_now
from app.core.office import NOT_SET_UP, ZONES, current_office
from app.papers.emblems import LARGEST_FILE, EmblemRefused, png_of
from app.profile.reading import ProfileRefused
from app.profile.section import ApplyRefused
from app.profile.set_up import SET_UP_PATH, AlreadySetUp, set_up_code, set_up_office
from app.profile.yaml_text import LARGEST_FILE as LARGEST_PROFILE
from app.profile.yaml_text import NotYaml, read_yaml
from app.reference.regions import regencies
from views.set_up.labels import FAULTS
from views.shared.public_view import PublicView
from views.shared.uploads import read_upload

LED_HERE = ("/", "/login/", "/lapor", "/lacak")
TYPED = ("code", "region_code", "city", "address", "phone", "email", "username", "name", "own_email")
WITHOUT_PROFILE = ("office", "districts", "agencies", "categories")


class SetUpView(PublicView):
    """The form that sets the office up once; afterwards it leads to the login."""

    route_base = SET_UP_PATH.rstrip("/")
    default_view = "form"

    @expose("/", methods=["GET"])
    def form(self) -> Response | str:
        """Return the empty form."""
        return _page({}, {}) if _is_open() else redirect("/login/", 303)

    @expose("/", methods=["POST"])
    def save(self) -> Response | tuple[str, int]:
        """Set the office up and lead to the page where its first administrator chooses a password; show the form again
        as typed, with status 422, for what is wrong.
        """
        if not _is_open():
            return redirect("/login/", 303)
        typed = {name: " ".join(request.form.get(name, "").split()) for name in TYPED}
        faults = _faults(typed)
        said = {} if faults else _said(typed, faults)
        if not faults:
            try:
                return redirect(set_up_office(said, utc_now()), 303)
            except AlreadySetUp:
                return redirect("/login/", 303)
            except FirstAdministratorRefused:
                faults["username"] = str(FAULTS["username"])
            except (ProfileRefused, ApplyRefused) as refused:
                sentences = getattr(refused, "sentences", [str(refused)])
                faults["profile"] = f"{FAULTS['profile']} {' '.join(sentences[:3])}"
        return _page(typed, faults), 422


def _is_open() -> bool:
    return current_office() is NOT_SET_UP and not administrators()


def _faults(typed: dict[str, str]) -> dict[str, str]:
    wrong = {
        "code": not hmac.compare_digest(typed["code"].lower().encode(), set_up_code().encode()),
        "region_code": typed["region_code"] not in regencies(),
        "city": not typed["city"],
        "username": not typed["username"],
        "name": not typed["name"],
    }
    return {name: str(FAULTS[name]) for name, is_wrong in wrong.items() if is_wrong}


def _said(typed: dict[str, str], faults: dict[str, str]) -> dict[str, Any]:
    """Return the form as a set-up file says it; adds to `faults` what is wrong of the files."""
    office: dict[str, Any] = {name: typed[name] for name in ("region_code", "city", "address", "phone", "email")}
    if picture := read_upload("logo", LARGEST_FILE):
        try:
            office["logo"] = base64.encodebytes(png_of(picture)).decode()
        except EmblemRefused:
            faults["logo"] = str(FAULTS["logo"])
    sections: dict[str, Any] = {}
    if content := read_upload("profile", LARGEST_PROFILE):
        try:
            sections = dict(read_yaml(content).value)
        except (NotYaml, TypeError, ValueError):
            faults["profile"] = str(FAULTS["profile"])
    kept = {name: rows for name, rows in sections.items() if name not in WITHOUT_PROFILE}
    for name in ("lists", "standard_texts"):
        if isinstance(kept.get(name), list):
            kept[name] = [row for row in kept[name] if not (isinstance(row, dict) and row.get("agency"))]
    person = {"username": typed["username"], "name": typed["name"], "email": typed["own_email"]}
    return {**kept, "office": office, "first_administrator": person}


def _page(typed: dict[str, str], faults: dict[str, str]) -> str:
    provinces: dict[str, list[tuple[str, str]]] = {}
    for row in regencies().values():
        provinces.setdefault(f"{row.province} ({ZONES[row.zone]})", []).append((row.code, row.name))
    title = gettext("Siapkan kantor")
    return render_template("set_up/form.html", title=title, typed=typed, faults=faults, provinces=provinces)


def install(app: Flask) -> None:
    """Lead visitors of a new installation, which has no office and no administrator, to the set-up."""
    app.before_request(_lead_to_set_up)


def _lead_to_set_up() -> Response | None:
    if request.method == "GET" and request.path in LED_HERE and _is_open():
        return redirect(SET_UP_PATH, 303)
    return None
