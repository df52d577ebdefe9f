"""Corrections of a report: place, category, title, class, secrecy, identity of the reporter (SOP step 1)."""

from dataclasses import dataclass, field
from typing import Any

from app.casefile.original_text import identity_digest, reported_value
from app.cases.report_input import LOCATION_FIELDS, REPORTER_FIELDS, clean_part
from app.cases.revise_report import word_of
from app.core.extensions import db
from app.fields.values import remove_personal_values
from app.models import Complaint, Reporter
from app.reference.named_rows import find_named
from workflow_rules.process.actions import Action, ActionRequest, Correction
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.parameters import FIELDS, IDENTITY_PARTS, check_fields
from workflow_rules.process.refusals import FieldError, FieldFault

PLAIN = ("classification", "title", "confidentiality")
COLUMN_OF = {"text": "location_text", "lat": "latitude", "lon": "longitude"}
NAMED = {"category_id": "category", "district_id": "district", "village_id": "village"}


@dataclass(frozen=True)
class Corrected:
    """A value object: a correction ready to be written. `values` are new values by column name of the case, `identity`
    new identity parts of the reporter by name (None removes a part), `known` what the rules need to judge the
    correction.
    """

    values: dict[str, Any] = field(default_factory=dict)
    identity: dict[str, str | None] = field(default_factory=dict)
    known: Correction = field(default_factory=Correction)


def read_correction(complaint: Complaint, request: ActionRequest) -> Corrected:
    """Return as Corrected what the parameters of the action `correct` change in the case; invalid values are listed in
    `known.errors`, not raised. Returns an empty Corrected for any other action, and for parameters that the rules
    refuse anyway.
    """
    if request.action is not Action.CORRECT:
        return Corrected()
    given, errors = check_fields(FIELDS[Action.CORRECT], request.params)
    given.pop("fields", None)  # read by `app.fields.values`
    if errors:
        return Corrected()
    # District and village belong to the location, wherever they were given.
    beside = {name: given[name] for name in ("district", "village") if name in given}
    location, faults = clean_part({**given.get("location", {}), **beside}, "location", LOCATION_FIELDS)
    identity, more_faults = clean_part(given.get("reporter", {}), "reporter", REPORTER_FIELDS)
    named, unknown = _named(complaint, given.get("category"), location)
    wanted = {name: given[name] for name in PLAIN if name in given} | named
    wanted |= {COLUMN_OF[name]: location[name] for name in COLUMN_OF if name in location}
    values = {name: value for name, value in wanted.items() if getattr(complaint, name) != value}
    stored = _stored_identity(complaint)
    given_parts = {name: identity.get(name) for name in IDENTITY_PARTS if name in given.get("reporter", {})}
    parts = {name: value for name, value in given_parts.items() if (stored.get(name) or None) != value}
    known = Correction(
        before={name: word_of(name, getattr(complaint, name)) for name in values},
        after={name: word_of(name, value) for name, value in values.items()},
        identity=tuple(name for name, value in parts.items() if value is not None),
        identity_removed=tuple(name for name, value in parts.items() if value is None),
        errors=(*faults, *more_faults, *unknown),
    )
    return Corrected(values, parts, known)


def write_correction(complaint: Complaint, corrected: Corrected) -> None:
    """Write the corrected values to the rows of the case and its reporter, and flush; does not commit.

    The values of the report are stored beside them in `corrected`, so that SP4N's next revision overwrites only what
    SP4N changed. A report that becomes anonymous loses its identity (design section 4).
    """
    said = dict(complaint.corrected)
    for name, value in corrected.values.items():
        if name != "confidentiality":  # it only becomes stricter, whoever changes it
            original = reported_value(complaint, name)
            storable = original is None or isinstance(original, str | int | bool)
            said.setdefault(name, original if storable else str(original))
        setattr(complaint, name, value)
    anonymous = corrected.values.get("confidentiality") == Confidentiality.ANONYMOUS
    if corrected.identity or anonymous:
        said.setdefault("reporter", identity_digest(_stored_identity(complaint)))
    complaint.corrected = said
    row = db.session.get(Reporter, complaint.id)
    if anonymous:
        remove_personal_values(complaint.id)
        if row is not None:
            db.session.delete(row)
    elif corrected.identity:
        row = row or Reporter(complaint_id=complaint.id)
        for name, value in corrected.identity.items():
            setattr(row, name, value)
        db.session.add(row)
    db.session.flush()


def _named(
    complaint: Complaint, category: str | None, location: dict[str, Any]
) -> tuple[dict[str, int | None], list[FieldError]]:
    """Return (values, errors): a dict of column name (`category_id`, `district_id`, `village_id`) to primary key, and a
    list of FieldError for unknown names.

    A village is searched in its district; a new district without a village removes the old village.
    """
    district = location.get("district") or (complaint.district.name if complaint.district else None)
    texts = (category, district if "district" in location or "village" in location else None, location.get("village"))
    found = find_named(texts)
    keys = (found.category, found.district, found.village)
    named = {name: key for name, key, text in zip(NAMED, keys, texts, strict=True) if text is not None and key}
    faults = (FieldFault.UNKNOWN_CATEGORY, FieldFault.UNKNOWN_PLACE, FieldFault.UNKNOWN_PLACE)
    errors = [
        FieldError(NAMED[name], fault)
        for name, fault, text, key in zip(NAMED, faults, texts, keys, strict=True)
        if text is not None and key is None
    ]
    moved = named.get("district_id", complaint.district_id) != complaint.district_id
    return {**({"village_id": None} if moved else {}), **named}, errors


def _stored_identity(complaint: Complaint) -> dict[str, str | None]:
    row = db.session.get(Reporter, complaint.id)
    return {name: getattr(row, name) for name in IDENTITY_PARTS} if row is not None else {}
