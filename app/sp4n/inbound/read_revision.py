"""Validation of one SP4N report revision.

Malformed input raises; values that are unknown here are listed for the Admin.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text as TextType
from sqlalchemy import bindparam, exists, select, text

from app.casefile.facts import get_for_update
from app.cases.report_input import Report, clean_report
from app.core.extensions import db
from app.core.hashing import keyed_digest
from app.core.identifiers import is_tracking_id
from app.models import Complaint, InboundHold
from workflow_rules.process.complaint_number import visible
from workflow_rules.process.identity import Classification, Confidentiality
from workflow_rules.process.parameters import Cleaned, Field, Number, Text
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

UNKNOWN_HERE = frozenset({FieldFault.UNKNOWN_CATEGORY, FieldFault.UNKNOWN_CLASSIFICATION, FieldFault.UNKNOWN_PLACE})
"""Faults of values, not of shape: the sender cannot correct them, our Admin can."""

_BETWEEN_DIGITS = re.compile(r"[\s./_\u2010-\u2015-]+")


@dataclass(frozen=True)
class ForeignWord(Text):
    """A text field that takes only words of SP4N's vocabulary `among`; another word is the fault
    unknown_classification, which the Admin resolves.
    """

    among: tuple[str, ...] = ()

    def clean(self, name: str, value: Any) -> Cleaned:
        word, error = super().clean(name, value)
        if error is None and word not in self.among:
            return None, FieldError(name, FieldFault.UNKNOWN_CLASSIFICATION)
        return word, error


_MORE_FIELDS: dict[str, Field] = {
    "revision": Number(least=0, most=2**53),
    "classification": ForeignWord(required=False, longest=300, among=tuple(Classification)),
}


@dataclass(frozen=True)
class Revision:
    """A value object: a validated revision of a report. `report` holds its usable values, `faults` name the values
    unknown here, `digest` is the hash of its content.

    If confidentiality, reporter or files are left out, the revision does not change them; if given, they replace the
    old ones as a whole.
    """

    tracking_id: str
    number: int
    report: Report
    digest: str
    payload: dict[str, Any]
    faults: tuple[FieldError, ...] = ()

    @property
    def link(self) -> dict[str, Any]:
        """A dict of the SP4N columns of the complaint row: tracking id, revision and content hash."""
        return {"sp4n_tracking_id": self.tracking_id, "sp4n_revision": self.number, "sp4n_hash": self.digest}

    @property
    def secrecy(self) -> Confidentiality | None:
        """The Confidentiality that the revision asks for; None if the revision leaves it out."""
        told = self.payload.get("confidentiality") is not None
        return Confidentiality(self.report.values["confidentiality"]) if told else None

    @property
    def reporter(self) -> dict[str, str] | None:
        """The reporter's whole identity as a dict of field to text; None if the revision leaves it out."""
        return self.report.reporter if self.payload.get("reporter") is not None else None

    @property
    def files(self) -> list[tuple[str, bytes]] | None:
        """A list of all files of the report as (name, bytes); None if the revision leaves them out."""
        return self.report.attachments if self.payload.get("attachments") is not None else None


def read_revision(tracking_id: str, payload: Any) -> Revision:
    """Validate the body of a report and return it as a Revision; values unknown here are its `faults`. Raises
    ActionRefused(missing_input) with every fault of shape, also of the tracking id.
    """
    body = {"channel": "sp4n", **payload} if isinstance(payload, dict) else payload
    report, faults, errors = _cleaned(body)
    if not is_tracking_id(tracking_id):
        errors = (FieldError("tracking_id", FieldFault.NOT_A_TRACKING_ID), *errors)
    if errors or report is None:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    number = report.values.pop("revision")
    report.values.setdefault("occurred_on", None)
    given = {name: payload.get(name) is not None for name in ("reporter", "attachments", "confidentiality")}
    files = sorted(hashlib.sha256(content).hexdigest() for _, content in report.attachments)
    values = {name: value for name, value in report.values.items() if name != "channel"}
    unknown = {fault.field: named_in(payload, fault.field) for fault in faults}
    content = {"values": values, "reporter": report.reporter, "files": files, "told": given, **unknown}
    if payload.get("fields"):
        content["fields"] = payload["fields"]
    return Revision(tracking_id, number, report, keyed_hash(content), payload, faults)


def read_tracking_id(typed: str) -> str:
    """Return the digits of a typed or pasted tracking id, without #, separators and invisible characters.

    A text that is no tracking id is returned stripped, for `is_tracking_id` to reject.
    """
    digits = _BETWEEN_DIGITS.sub("", visible(typed)).lstrip("#")
    return digits if is_tracking_id(digits) else typed.strip()


def named_in(payload: dict[str, Any], field: str) -> Any:
    """Return the value that a report body has in a field, or in a nested field such as `location.district`; the field
    must exist.
    """
    part, _, inner = field.partition(".")
    return payload[part][inner] if inner else payload[part]


def keyed_hash(content: Any) -> str:
    """Return an HMAC-SHA256 (hex) of the JSON of the content; keyed, because a phone number could be guessed from a
    plain hash.
    """
    return keyed_digest(json.dumps(content, sort_keys=True, default=str))


def lock_reports(tracking_ids: list[str]) -> None:
    """Lock these tracking ids (advisory locks) until the transaction ends, in sorted order to avoid deadlocks."""
    db.session.execute(_LOCK, {"ids": sorted(set(tracking_ids))})


def find_locked(tracking_id: str) -> Complaint | None:
    """Return the case (Complaint) that is linked to this SP4N tracking id, locked until the transaction ends; None if
    there is none. Finds the cases of every agency. Raises LockBusy.
    """
    return look_up(tracking_id)[0]


def look_up(tracking_id: str) -> tuple[Complaint | None, bool]:
    """Return (case of the report with its row locked, or None; whether an entry of the report waits for the Admin).
    Raises LockBusy.
    """
    key, waits = db.session.execute(_KNOWN, {"tracking_id": tracking_id}).one()
    return get_for_update(key, unscoped=True) if key is not None else None, waits


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(id, 7)) FROM unnest(CAST(:ids AS text[])) AS id")
_TOLD = bindparam("tracking_id", type_=TextType)
_KNOWN = select(
    select(Complaint.id).where(Complaint.sp4n_tracking_id == _TOLD).scalar_subquery(),
    exists(select(InboundHold.id).where(InboundHold.tracking_id == _TOLD, InboundHold.state == "waiting")),
).execution_options(unscoped=True)


def _cleaned(body: Any) -> tuple[Report | None, tuple[FieldError, ...], tuple[FieldError, ...]]:
    """Return (usable Report, tuple of faults of values unknown here, tuple of faults of shape).

    The Report is None if there is any fault of shape.
    """
    try:
        return clean_report(body, _MORE_FIELDS, moment=""), (), ()
    except ActionRefused as refused:
        if any(error.fault not in UNKNOWN_HERE for error in refused.errors):
            return None, (), refused.errors
        left = _without_unknown(body, refused.errors)
        return clean_report(left, _MORE_FIELDS, moment=""), refused.errors, ()


def _without_unknown(body: dict[str, Any], faults: tuple[FieldError, ...]) -> dict[str, Any]:
    """Return a copy of the report body without the values unknown here.

    District and village are removed together, because a village is looked up within its district.
    """
    left = dict(body)
    for name in {"category", "classification"} & {fault.field for fault in faults}:
        del left[name]
    if any(fault.field.startswith("location.") for fault in faults):
        left["location"] = {k: v for k, v in body["location"].items() if k not in ("district", "village")}
    return left
