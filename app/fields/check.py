"""Check of a drafted field: every fault with its path in the body of the API."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import regex
from sqlalchemy import exists, select

from app.core.extensions import db
from app.fields.definitions import DefinedField, known_fields
from app.fields.types import LARGEST, LONGEST_LINE, LONGEST_TEXT, PATTERN_SECONDS, parameter_of
from app.models import Category, Complaint, FieldDefinition, PersonalValue
from app.models.definition import AUDIENCES, FIELD_TYPES, MOMENTS
from workflow_rules.process.identity import Classification
from workflow_rules.process.parameters import clean_text

MOST_OPTIONS = 200
MOST_ACTIVE = 100
LONGEST_CODE, LONGEST_LABEL, LONGEST_HINT, LONGEST_PATTERN = 60, 300, 1000, 200
LARGEST_ORDER = 10_000
WITH_OPTIONS = ("choice", "choices")
RESERVED = ("confidentiality", "occurred_on", "village")
"""Codes of the attributes that every Open311 service has."""

_CODE = regex.compile(r"[a-z][a-z0-9_]*")
_SLOW = ("a" * 3000 + "!", "0" * 3000 + "!", " " * 3000 + "!", "ab" * 1500 + "!")
"""Texts on which patterns with nested repetition do not come to an end."""


@dataclass(frozen=True)
class Fault:
    """A value object: a fault of a draft. `path` names the member of the body, `reason` is the key of its message."""

    path: str
    reason: str
    limit: str = ""


def faults_of_body(body: Mapping[str, Any]) -> list[Fault]:
    """Return the faults of a draft as the API takes it, whose members have the right types; [] if it can be activated
    as far as it alone is concerned.
    """
    return [
        *_of_code(body["code"], "code", LONGEST_CODE),
        *([Fault("code", "reserved_code")] if body["code"] in RESERVED else []),
        *_of_text(body["label"]["id"], "label.id", LONGEST_LABEL, needed=True),
        *_of_text(body["label"]["en"], "label.en", LONGEST_LABEL),
        *_of_text(body["hint"]["id"], "hint.id", LONGEST_HINT),
        *_of_text(body["hint"]["en"], "hint.en", LONGEST_HINT),
        *_of_words(body["moments"], MOMENTS, "moments", needed=True),
        *_of_words(body["visible_to"], AUDIENCES, "visible_to", needed=True),
        *_of_words(body["classifications"], tuple(Classification), "classifications"),
        *([] if body["type"] in FIELD_TYPES else [Fault("type", "unknown_word", ", ".join(FIELD_TYPES))]),
        *([] if 1 <= body["order"] <= LARGEST_ORDER else [Fault("order", "out_of_range", f"1-{LARGEST_ORDER}")]),
        *_of_options(body),
        *_of_pattern(body),
        *_of_bounds(body),
        *_of_personal(body),
        *_of_file(body),
    ]


def _of_file(body: Mapping[str, Any]) -> Iterator[Fault]:
    """A file is sent with a report only; later files are attached to the case."""
    if body["type"] == "file":
        later = [n for n, moment in enumerate(body["moments"]) if moment not in ("intake", "public_intake")]
        yield from (Fault(f"moments.{place}", "file_later") for place in later)


def _of_code(code: str, path: str, longest: int) -> Iterator[Fault]:
    if not _CODE.fullmatch(code) or len(code) > longest:
        yield Fault(path, "bad_code", str(longest))


def _of_text(text: str, path: str, longest: int, needed: bool = False) -> Iterator[Fault]:
    if not text:
        if needed:
            yield Fault(path, "required")
        return
    _, error = clean_text(path, text, longest)
    if error is not None:
        yield Fault(path, error.fault.value, str(longest))


def _of_words(words: list[str], known: tuple[str, ...], path: str, needed: bool = False) -> Iterator[Fault]:
    if needed and not words:
        yield Fault(path, "required")
    for place, word in enumerate(words):
        if word not in known:
            yield Fault(f"{path}.{place}", "unknown_word", ", ".join(known))
    if len(set(words)) < len(words):
        yield Fault(path, "duplicate")


def _of_options(body: Mapping[str, Any]) -> Iterator[Fault]:
    options = body["options"]
    if body["type"] not in WITH_OPTIONS:
        if options:
            yield Fault("options", "not_for_type")
        return
    if not options:
        yield Fault("options", "required")
    if len(options) > MOST_OPTIONS:
        yield Fault("options", "too_many", str(MOST_OPTIONS))
        return
    codes = [option["code"] for option in options]
    for place, option in enumerate(options):
        yield from _of_code(option["code"], f"options.{place}.code", LONGEST_CODE)
        yield from _of_text(option["label"]["id"], f"options.{place}.label.id", LONGEST_LABEL, needed=True)
        yield from _of_text(option["label"]["en"], f"options.{place}.label.en", LONGEST_LABEL)
        if codes.index(option["code"]) < place:
            yield Fault(f"options.{place}.code", "duplicate")


def _of_pattern(body: Mapping[str, Any]) -> Iterator[Fault]:
    pattern = body["pattern"]
    if not pattern:
        return
    if body["type"] not in ("text", "long_text"):
        yield Fault("pattern", "not_for_type")
        return
    if len(pattern) > LONGEST_PATTERN:
        yield Fault("pattern", "too_long", str(LONGEST_PATTERN))
        return
    try:
        compiled = regex.compile(pattern)
        for text in _SLOW:
            compiled.fullmatch(text, timeout=PATTERN_SECONDS)
    except regex.error:
        yield Fault("pattern", "not_a_pattern")
    except TimeoutError:
        yield Fault("pattern", "slow_pattern")


def _of_bounds(body: Mapping[str, Any]) -> Iterator[Fault]:
    bounds, kind = body["bounds"], body["type"]
    if not bounds:
        return
    if kind not in ("text", "long_text", "integer", "decimal"):
        yield Fault("bounds", "not_for_type")
        return
    of_text = kind in ("text", "long_text")
    lowest = 1 if of_text else -LARGEST
    highest = {"text": LONGEST_LINE, "long_text": LONGEST_TEXT}.get(kind, LARGEST)
    for name, value in bounds.items():
        whole = isinstance(value, int) or kind == "decimal"
        if not whole or not lowest <= value <= highest:
            yield Fault(f"bounds.{name}", "out_of_range", f"{lowest}-{highest}")
    if "least" in bounds and "most" in bounds and bounds["least"] > bounds["most"]:
        yield Fault("bounds.most", "least_above_most")


def _of_personal(body: Mapping[str, Any]) -> Iterator[Fault]:
    if not body["personal"]:
        return
    if body["type"] not in ("text", "long_text", "phone"):
        yield Fault("type", "not_personal")
    for audience in ("agency", "public"):
        if audience in body["visible_to"]:
            yield Fault("visible_to", "personal_is_shown", audience)


def faults_beside(row: FieldDefinition) -> list[Fault]:
    """Return the faults of a draft beside the other definitions and the values that cases have."""
    categories = db.session.scalars(select(Category.code).where(Category.code.in_(row.categories)))
    named = faults_of_names(row, frozenset(categories), known_fields())
    return [*named, *_of_earlier(row), *_of_number(row)]


def faults_of_names(
    row: FieldDefinition, categories: Collection[str], fields: Mapping[str, DefinedField]
) -> Iterator[Fault]:
    """Yield the faults of the categories and of the other field that a definition names, beside those that there are
    (`fields` by code).
    """
    for place, code in enumerate(row.categories):
        if code not in categories:
            yield Fault(f"categories.{place}", "unknown_category")
    if row.only_if is None:
        return
    other = fields.get(row.only_if["field"])
    if other is None or other.code == row.code or other.personal or other.active_until is not None:
        yield Fault("only_if.field", "unknown_field")
    elif parameter_of(other).clean("only_if.is", row.only_if["is"])[1] is not None:
        yield Fault("only_if.is", "not_a_value")


def _of_earlier(row: FieldDefinition) -> Iterator[Fault]:
    """A field that cases have values of keeps its type and its secrecy."""
    earlier = known_fields().get(row.code)
    if earlier is None:
        return
    personal = exists().where(PersonalValue.code == row.code)
    stored = exists().where(Complaint.field_values.has_key(row.code))
    # An administrator sees no case, but a value in any case counts.
    used = db.session.scalar(select(stored | personal), execution_options={"unscoped": True})
    if used and earlier.type != row.type:
        yield Fault("type", "has_values")
    if used and earlier.personal != row.personal:
        yield Fault("personal", "has_values")


def _of_number(row: FieldDefinition) -> Iterator[Fault]:
    current = {code for code, one in known_fields().items() if one.active_until is None}
    if len(current | {row.code}) > MOST_ACTIVE:
        yield Fault("code", "too_many", str(MOST_ACTIVE))
