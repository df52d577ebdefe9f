"""Validation of a report from any entry point, with every error named at once (design 8.2, report body)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from email_validator import EmailNotValidError, validate_email

from app.choices.lists import offered
from app.core.clock import midnight, office_time, office_today, utc_now
from app.core.extensions import db
from app.core.identifiers import digits_of_nik, is_nik, is_phone
from app.fields.definitions import active_fields
from app.fields.values import NOTHING, FieldInput, categories_of, read_fields
from app.files.attachments import FILE_FIELDS, decode_file, file_facts
from app.models import Category
from app.reference.named_rows import find_named
from workflow_rules.process.choices import ChoiceList
from workflow_rules.process.complaint_number import visible
from workflow_rules.process.identity import Classification, Confidentiality
from workflow_rules.process.parameters import Choice, Cleaned, Field, Listed, Text, check_fields
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

EARLIEST_DAY = date(2010, 1, 1)
CLOCKS_DIFFER_BY = timedelta(minutes=10)
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


@dataclass(frozen=True)
class Report:
    """A value object: a valid report. `values` are by column name, with places and category as primary keys, `reporter`
    by identity part, `attachments` are (file name, bytes).
    """

    values: dict[str, Any]
    reporter: dict[str, str]
    attachments: list[tuple[str, bytes]] = field(default_factory=list)
    fields: FieldInput = NOTHING


@dataclass(frozen=True)
class PastDay(Field):
    """A field definition for a date `YYYY-MM-DD` from 1900 to today (office date); `clean` returns (date, None), or
    (None, FieldError) for anything else.
    """

    def clean(self, name: str, value: Any) -> Cleaned:
        try:
            day = date.fromisoformat(value)
        except (TypeError, ValueError):
            day = None
        if day is None or day.isoformat() != value:
            return None, FieldError(name, FieldFault.NOT_A_DATE)
        if day.year < 1900:
            return None, FieldError(name, FieldFault.NOT_A_DATE)
        if day > office_today():
            return None, FieldError(name, FieldFault.IN_FUTURE)
        return day, None


@dataclass(frozen=True)
class Moment(Field):
    """A field definition for an instant as RFC 3339 writes it, with its offset, from 2010 to ten minutes ahead of now;
    `clean` returns (datetime in UTC, None), or (None, FieldError) for anything else.
    """

    def clean(self, name: str, value: Any) -> Cleaned:
        try:
            moment = datetime.fromisoformat(value.upper()) if _RFC_3339.fullmatch(value) else None
        except (TypeError, ValueError):
            moment = None
        if moment is None:
            return None, FieldError(name, FieldFault.NOT_A_MOMENT)
        if moment < midnight(EARLIEST_DAY):
            return None, FieldError(name, FieldFault.TOO_EARLY, str(EARLIEST_DAY.year))
        now = utc_now()
        if moment > now + CLOCKS_DIFFER_BY:
            return None, FieldError(name, FieldFault.AHEAD_OF_TIME, office_time(now).isoformat(timespec="seconds"))
        return moment.astimezone(UTC), None


@dataclass(frozen=True)
class Coordinate(Field):
    """A field definition for decimal degrees between minus and plus `bound`; `clean` returns (Decimal rounded to six
    places, None), or (None, FieldError) for anything else.
    """

    bound: int = 90

    def clean(self, name: str, value: Any) -> Cleaned:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None, FieldError(name, FieldFault.WRONG_TYPE)
        if not -self.bound <= value <= self.bound:
            return None, FieldError(name, FieldFault.OUT_OF_RANGE, f"-{self.bound}-{self.bound}")
        return Decimal(str(round(float(value), 6))), None


@dataclass(frozen=True)
class Phone(Text):
    def clean(self, name: str, value: Any) -> Cleaned:
        """Return (number as typed, without invisible characters; None), or (None or text, FieldError) for text that is
        no phone number. Brackets, spaces, dots and dashes are allowed.
        """
        text, error = super().clean(name, visible(value) if isinstance(value, str) else value)
        if error is None and not is_phone(text):
            return None, FieldError(name, FieldFault.NOT_A_PHONE)
        return text, error


@dataclass(frozen=True)
class Email(Text):
    def clean(self, name: str, value: Any) -> Cleaned:
        text, error = super().clean(name, value)
        if error is not None:
            return None, error
        try:
            return validate_email(text, check_deliverability=False, test_environment=True).normalized, None
        except EmailNotValidError:
            return None, FieldError(name, FieldFault.NOT_AN_EMAIL)


@dataclass(frozen=True)
class Nik(Text):
    """A field definition for an identity number (NIK) of 16 digits with a valid day of birth, typed with or without
    separators.

    The region in front is that of the first registration and is not checked (domain 4.8).
    """

    def clean(self, name: str, value: Any) -> Cleaned:
        """Return (the 16 digits as text, None), or (None, FieldError)."""
        text, error = super().clean(name, digits_of_nik(value) if isinstance(value, str) else value)
        if error is None and not is_nik(text):
            return None, FieldError(name, FieldFault.NOT_A_NIK)
        return text, error


@dataclass(frozen=True)
class Anything(Field):
    """A field definition that accepts any value; `clean` returns (value unchanged, None). It is for an object with
    fields of its own, which are validated elsewhere.
    """

    def clean(self, name: str, value: Any) -> Cleaned:
        return value, None


REPORT_FIELDS: dict[str, Field] = {
    "title": Text(longest=200),
    "body": Text(longest=50_000),
    "classification": Choice(required=False, among=tuple(Classification)),
    "category": Text(required=False, longest=300),
    "confidentiality": Choice(required=False, among=tuple(Confidentiality)),
    "channel": Listed(of=ChoiceList.CHANNEL),
    "location": Anything(required=False),
    "occurred_on": PastDay(required=False),
    "submitted_at": Moment(required=False),
    "reporter": Anything(required=False),
    "attachments": Anything(required=False),
    "fields": Anything(required=False),
}

LOCATION_FIELDS: dict[str, Field] = {
    "text": Text(required=False, longest=300),
    "district": Text(required=False, longest=300),
    "village": Text(required=False, longest=300),
    "lat": Coordinate(required=False, bound=90),
    "lon": Coordinate(required=False, bound=180),
}

REPORTER_FIELDS: dict[str, Field] = {
    "name": Text(required=False, longest=200),
    "phone": Phone(required=False, longest=30),
    "email": Email(required=False, longest=254),
    "address": Text(required=False, longest=500),
    "nik": Nik(required=False, longest=16),
}

MOST_FILES = 10


def clean_report(
    payload: Any, more: Mapping[str, Field] | None = None, moment: str = "intake", *, file_fields: bool = True
) -> Report:
    """Return the payload of an intake form or API body as a Report that is ready to be stored; `more` adds fields to
    those of the API. `moment` says which of the office's fields are asked for; "" means that all may be given and none
    is missed (reports of SP4N). Without `file_fields` those that take a file are not asked for. Raises
    ActionRefused(missing_input) with every error of every field.
    """
    values, errors = check_fields(offered({**REPORT_FIELDS, **(more or {})}), payload)
    location, faults = clean_part(values.pop("location", {}), "location", LOCATION_FIELDS)
    reporter, more_faults = clean_part(values.pop("reporter", {}), "reporter", REPORTER_FIELDS)
    files, file_faults = _files(values.pop("attachments", []))
    found, place_faults = _references(values, location)
    given_fields = values.pop("fields", None)
    values.setdefault("classification", Classification.COMPLAINT.value)
    values.setdefault("confidentiality", Confidentiality.OPEN.value)
    filled = _own_fields(given_fields, values, found["category_id"], moment, file_fields)
    all_errors = (*errors, *faults, *more_faults, *file_faults, *place_faults, *filled.errors)
    if all_errors:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=all_errors)
    anonymous = values["confidentiality"] == Confidentiality.ANONYMOUS
    return Report({**values, **found}, {} if anonymous else reporter, [*files, *filled.files], filled)


def _own_fields(
    given: Any, values: Mapping[str, Any], category_id: int | None, moment: str, file_fields: bool
) -> FieldInput:
    """Return the office's fields of a report, validated for its category, classification and confidentiality."""
    active = active_fields()
    if not active and given is None:
        return NOTHING
    categories = categories_of(db.session.get(Category, category_id) if category_id is not None else None)
    asked = [f for f in active if f.applies_to(categories, values["classification"])]
    if moment:
        asked = [f for f in asked if moment in f.moments and (file_fields or f.type != "file")]
    anonymous = values["confidentiality"] == Confidentiality.ANONYMOUS
    return read_fields(given, asked, {}, anonymous, complete=bool(moment))


def clean_part(value: Any, name: str, fields: Mapping[str, Field]) -> tuple[dict[str, Any], list[FieldError]]:
    """Return (values, errors) of the object `name` in a payload: its cleaned members as a dict, and a list of
    FieldError with fields that begin with `name.`; ({}, [one error]) when the value is no object.
    """
    cleaned, errors = check_fields(fields, value)
    if not isinstance(value, Mapping):
        return {}, [FieldError(name, FieldFault.WRONG_TYPE)]
    return cleaned, [FieldError(f"{name}.{e.field}", e.fault, e.limit) for e in errors]


def _references(values: dict[str, Any], location: dict[str, Any]) -> tuple[dict[str, Any], list[FieldError]]:
    """Return (columns, errors): a dict of the columns of category and place (primary keys, text and coordinates), and a
    list of FieldError for unknown names. Removes `category` from `values`.
    """
    texts = (values.pop("category", None) or None, location.get("district") or None, location.get("village") or None)
    found = find_named(texts)
    keys = (found.category, found.district, found.village)
    errors = [
        FieldError(*fault) for fault, text, key in zip(_UNKNOWN, texts, keys, strict=True) if text and key is None
    ]
    return {
        "category_id": found.category,
        "district_id": found.district,
        "village_id": found.village,
        "location_text": location.get("text", ""),
        "latitude": location.get("lat"),
        "longitude": location.get("lon"),
    }, errors


_UNKNOWN = (
    ("category", FieldFault.UNKNOWN_CATEGORY),
    ("location.district", FieldFault.UNKNOWN_PLACE),
    ("location.village", FieldFault.UNKNOWN_PLACE),
)


def _files(value: Any) -> tuple[list[tuple[str, bytes]], list[FieldError]]:
    """Return (files, errors): the valid attachments as a list of (file name, bytes), and a list of FieldError for the
    others, more than ten, or a value that is no list.
    """
    if not isinstance(value, list):
        return [], [FieldError("attachments", FieldFault.WRONG_TYPE)]
    if len(value) > MOST_FILES:
        return [], [FieldError("attachments", FieldFault.TOO_LONG, str(MOST_FILES))]
    files: list[tuple[str, bytes]] = []
    errors: list[FieldError] = []
    for position, item in enumerate(value):
        cleaned, faults = clean_part(item, f"attachments.{position}", FILE_FIELDS)
        if faults:
            errors += faults
            continue
        try:
            name, content = decode_file(cleaned)
            file_facts(name, content)
        except ActionRefused as refused:
            errors += [FieldError(f"attachments.{position}.{e.field}", e.fault, e.limit) for e in refused.errors]
        else:
            files.append((name, content))
    return files, errors
