"""The section of the office itself: its name, region, zone, head office and logo."""

import base64
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator
from sqlalchemy import exists, select

from app.core.extensions import db
from app.core.office import ZONES
from app.models import Complaint, Emblem, Office
from app.models.organisation import OFFICE_KINDS
from app.papers.emblems import store_emblem
from app.profile.row_types import NeededLine, NeededWord, Strict, one_of, pattern, picture, row_of, typed
from app.profile.section import Applying, Profile, Section, as_stored, unknown
from app.profile.yaml_text import Fault


class OfficeRow(Strict):
    """The office; `head_office` is the code of the agency that runs the complaint service, `logo` a PNG in base64."""

    name: NeededLine
    short_name: NeededWord
    kind: Annotated[str, one_of(OFFICE_KINDS)]
    region_code: Annotated[str, pattern(r"([0-9]{2}(\.[0-9]{2})?)?", "must be an official code such as '63.11'")] = ""
    zone: Annotated[str, one_of(ZONES)]
    head_office: str
    logo: Annotated[str, AfterValidator(picture)] | None = None


def _office() -> Any:
    row = db.session.get(Office, 1)
    if row is None:
        return None
    logo = db.session.get(Emblem, row.logo_hash) if row.logo_hash else None
    return row_of(OfficeRow, row, logo=base64.encodebytes(logo.png).decode() if logo else None)


def _read(raw: Any) -> tuple[Any, list[Fault]]:
    return (None, []) if raw is None else typed(OfficeRow)(raw)


def _faults(profile: Profile) -> Iterator[Fault]:
    office, agencies = profile["office"], {row["code"] for row in profile["agencies"]}
    if office is not None:
        yield from unknown(("head_office",), office["head_office"], agencies, "agencies")


def _write(there: Any, here: Any, applying: Applying) -> None:
    """Write the office, whose zone stays once there is a complaint, since its deadlines are in that zone."""
    if there is None:
        return
    row = db.session.get(Office, 1) or Office(id=1)
    if here is not None and here["zone"] != there["zone"] and db.session.scalar(_ANY_CASE):
        applying.refuse(("zone",), "cannot change any more: there are complaints whose deadlines are in the old one")
    for name in ("name", "short_name", "kind", "region_code", "zone", "head_office"):
        setattr(row, name, there[name])
    row.logo_hash = store_emblem(base64.b64decode(there["logo"]), applying.now) if there["logo"] else None
    db.session.add(row)


_ANY_CASE = select(exists(select(Complaint.id))).execution_options(unscoped=True)

OFFICE = Section(
    name="office", tables=("office",), of_office=_office, read=_read, check=_faults, arranged=as_stored, write=_write
)
