"""Sets a new office up: its region fills name, zone and places, the usual agencies its list, then its first account."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import yaml
from flask import current_app

from app.accounts.first_administrator import make_first_administrator
from app.calendar.fill_holidays import fill_empty_years
from app.core.clock import office_today
from app.core.office import NOT_SET_UP, ZONES, current_office
from app.core.transaction import one_transaction
from app.profile.apply import apply_profile
from app.profile.reading import ProfileRefused, read_profile
from app.profile.sections import FORMAT, SECTIONS, office_profile
from app.profile.seed import PROFILES
from app.profile.yaml_text import NotYaml, as_yaml, read_yaml
from app.reference.regions import places_of, regencies

REASON = "Penyiapan kantor"
SET_UP_PATH = "/penyiapan/"
OF_HEAD_OFFICE = ("city", "address", "postcode", "phone", "email", "website")
"""Members of the office in a set-up file that belong to the letterhead of its head office."""
HEAD_OFFICE = "diskominfo"
ADMINISTRATOR = ("username", "name", "email")


class AlreadySetUp(Exception):
    """Raised when the office of this installation is set up already."""


def set_up_code() -> str:
    """Return the code that the page of the set-up asks for, which only who reads the program's output knows. It is the
    same on every host and ends with the set-up.
    """
    digest = hmac.digest(current_app.config["SECRET_KEY"].encode(), b"set-up of the office", hashlib.sha256)
    code = base64.b32encode(digest).decode().lower()[:12]
    return "-".join((code[:4], code[4:8], code[8:]))


def read_set_up(content: bytes) -> dict[str, Any]:
    """Return what a set-up file says. Raises ProfileRefused if it is no YAML, or lacks `office` or
    `first_administrator`.
    """
    try:
        said = read_yaml(content).value
    except NotYaml as broken:
        raise ProfileRefused([f"The file is no YAML: {broken.fault.message}."]) from broken
    faults = [
        f"{name} is missing."
        for name in ("office", "first_administrator")
        if not isinstance(said, dict) or not isinstance(said.get(name), dict)
    ]
    if faults:
        raise ProfileRefused(faults)
    return dict(said)


def set_up_office(said: Mapping[str, Any], now: datetime) -> str:
    """Set the office up as told, with its first administrator, and commit; return the link that sets the password.

    `said` has `office` (its `region_code` is enough), `first_administrator` and perhaps sections of a profile; what is
    left out comes from the official list of places, the usual agencies and what every office begins with. `now` is
    aware UTC. Raises AlreadySetUp, ProfileRefused, ApplyRefused, or FirstAdministratorRefused; nothing is written then.
    """
    with one_transaction():
        if current_office() is not NOT_SET_UP:
            raise AlreadySetUp
        profile = read_profile(as_yaml(_completed(said)).encode(), office_profile())
        apply_profile(profile, REASON, None, now)
        fill_empty_years(office_today(now).year)
        administrator = _administrator(said["first_administrator"])
        return make_first_administrator(
            administrator["username"], None, now, name=administrator["name"], email=administrator["email"]
        )


def _administrator(said: Mapping[str, Any]) -> dict[str, str]:
    if unknown := said.keys() - set(ADMINISTRATOR):
        raise ProfileRefused([f"first_administrator.{min(unknown)} is unknown; known are {', '.join(ADMINISTRATOR)}."])
    return {name: str(said.get(name) or "").strip() for name in ADMINISTRATOR}


def _completed(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the sections that a set-up file names, with the office, its places and agencies completed."""
    office = dict(said["office"])
    letterhead = {name: told for name in OF_HEAD_OFFICE if (told := str(office.pop(name, None) or ""))}
    code = str(office.get("region_code") or "")
    if known := regencies().get(code):
        of_region = {"name": known.name, "short_name": known.short_name, "kind": known.kind, "zone": known.zone}
        office = {**of_region, **office}
    elif code and "name" not in office:
        raise ProfileRefused([f"office.region_code is {code}, which is none of the 514 regencies."])
    office["zone"] = {name: key for key, name in ZONES.items()}.get(str(office.get("zone")), office.get("zone"))
    office.setdefault("head_office", HEAD_OFFICE)
    sections = {name: value for name, value in said.items() if name not in ("office", "first_administrator")}
    districts = sections.setdefault("districts", places_of(code))
    if "agencies" not in sections:
        sections["agencies"] = _usual_agencies(office, districts, letterhead)
    if unknown := sections.keys() - {section.name for section in SECTIONS} - {"format"}:
        raise ProfileRefused([f"{min(unknown)} is unknown."])
    return {"format": FORMAT, "office": office, **sections}


def _usual_agencies(office: dict[str, Any], districts: list[Any], letterhead: dict[str, str]) -> list[dict[str, Any]]:
    """Return the agencies that nearly every regency has, and one for each district, with their letterheads."""
    usual: list[dict[str, Any]] = yaml.safe_load((PROFILES / "usual_agencies.yaml").read_bytes())
    rows = [{**row, "kind": "opd"} for row in usual]
    for district in districts:
        code = "kec_" + "_".join(re.findall(r"[a-z0-9]+", district["name"].casefold()))
        names = {"name": f"Kecamatan {district['name']}", "short_name": f"KEC. {district['name'].upper()}"}
        rows.append({"code": code, **names, "kind": "kecamatan", "classification_code": "100"})
    over = f"Pemerintah {office.get('name', '')}"
    city = letterhead.get("city") or str(office.get("short_name", ""))
    made = [{**row, "letterhead_over": over, "city": city, "letter_suffix": row["short_name"]} for row in rows]
    return [{**row, **letterhead} if row["code"] == office["head_office"] else row for row in made]
