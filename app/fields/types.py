"""How the value of each type of field is validated, described as JSON Schema, written as text and read from it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import regex
from flask_babel import gettext

from app.core.identifiers import is_phone
from app.fields.definitions import DefinedField
from app.files.attachments import FILE_FIELDS
from app.web.formats import day
from workflow_rules.process.complaint_number import visible
from workflow_rules.process.parameters import Choice, Cleaned, Field, Flag, Number, Part, Text
from workflow_rules.process.refusals import FieldError, FieldFault

LONGEST_LINE, LONGEST_TEXT = 300, 4000
LARGEST = 10**12
PATTERN_SECONDS = 0.05
"""Time after which the match of a pattern is given up; a value that takes longer is refused."""


@dataclass(frozen=True)
class Patterned(Text):
    """A field definition for a text that matches a regular expression as a whole; an empty pattern allows any text."""

    pattern: str = ""

    def clean(self, name: str, value: Any) -> Cleaned:
        text, error = super().clean(name, value)
        if error is None and self.pattern and not matches(self.pattern, text):
            return None, FieldError(name, FieldFault.NOT_IN_PATTERN, self.pattern)
        return text, error

    def schema(self) -> dict[str, Any]:
        return {**super().schema(), **({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {})}


def matches(pattern: str, text: str) -> bool:
    """Return whether the whole text matches a pattern; False if the match takes too long."""
    try:
        return regex.fullmatch(pattern, text, timeout=PATTERN_SECONDS) is not None
    except TimeoutError:
        return False


@dataclass(frozen=True)
class Amount(Field):
    """A field definition for a number within bounds, with at most six decimals."""

    least: float = -LARGEST
    most: float = LARGEST

    def clean(self, name: str, value: Any) -> Cleaned:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None, FieldError(name, FieldFault.WRONG_TYPE)
        if not self.least <= value <= self.most:
            return None, FieldError(name, FieldFault.OUT_OF_RANGE, f"{self.least:g}-{self.most:g}")
        return round(value, 6), None

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Day(Field):
    """A field definition for a date `YYYY-MM-DD` between 1900 and 2200."""

    def clean(self, name: str, value: Any) -> Cleaned:
        try:
            found = date.fromisoformat(value)
        except (TypeError, ValueError):
            found = None
        if found is None or found.isoformat() != value or not 1900 <= found.year <= 2200:
            return None, FieldError(name, FieldFault.NOT_A_DATE)
        return value, None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class Several(Choice):
    """A field definition for a list of distinct options."""

    def clean(self, name: str, value: Any) -> Cleaned:
        if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
            return None, FieldError(name, FieldFault.WRONG_TYPE)
        if set(value) - set(self.among):
            return None, FieldError(name, FieldFault.NOT_ALLOWED, ", ".join(self.among))
        if len(set(value)) < len(value):
            return None, FieldError(name, FieldFault.DUPLICATE)
        return [code for code in self.among if code in value], None

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": super().schema(), "uniqueItems": True}


@dataclass(frozen=True)
class Telephone(Text):
    """A field definition for a telephone number as `is_phone` accepts it."""

    def clean(self, name: str, value: Any) -> Cleaned:
        text, error = super().clean(name, visible(value) if isinstance(value, str) else value)
        if error is None and not is_phone(text):
            return None, FieldError(name, FieldFault.NOT_A_PHONE)
        return text, error


def _text(field: DefinedField, longest: int) -> Field:
    bounds = field.bounds
    return Patterned(
        longest=int(bounds.get("most", longest)), shortest=int(bounds.get("least", 1)), pattern=field.pattern
    )


_BUILDERS: Mapping[str, Callable[[DefinedField], Field]] = {
    "text": lambda field: _text(field, LONGEST_LINE),
    "long_text": lambda field: _text(field, LONGEST_TEXT),
    "integer": lambda f: Number(least=int(f.bounds.get("least", -LARGEST)), most=int(f.bounds.get("most", LARGEST))),
    "decimal": lambda f: Amount(least=f.bounds.get("least", -LARGEST), most=f.bounds.get("most", LARGEST)),
    "date": lambda _field: Day(),
    "boolean": lambda _field: Flag(),
    "choice": lambda field: Choice(among=tuple(field.options)),
    "choices": lambda field: Several(among=tuple(field.options)),
    "phone": lambda _field: Telephone(longest=30),
    "file": lambda _field: Part(members=tuple(FILE_FIELDS)),
}


def parameter_of(field: DefinedField) -> Field:
    """Return the field as a definition of the kind that actions have, which validates its values."""
    return _BUILDERS[field.type](field)


def text_of(field: DefinedField, value: Any) -> str:
    """Return a value as text for people, in the current locale; "" for no value."""
    if value is None or value in ("", []):
        return ""
    if field.type == "boolean":
        return gettext("ya") if value else gettext("tidak")
    if field.type == "choice":
        return field.option(value)
    if field.type == "choices":
        return ", ".join(field.option(code) for code in value)
    if field.type == "date":
        return day(date.fromisoformat(value))
    if field.type == "file":
        return str(value["filename"])
    return str(value)


_YES, _NO = frozenset({"1", "ya", "yes", "true", "benar"}), frozenset({"0", "tidak", "no", "false", "salah"})
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_THOUSANDS = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+")
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


def value_of(field: DefinedField, text: str, *, thousands: bool = False) -> Any:
    """Return the value that a text from a program or a spreadsheet means, not validated; a text that is not understood
    is returned as it is, for validation to refuse. With `thousands` a point in a number may separate thousands, as in
    Indonesian, and a decimal number that can be read both ways (1.500) is not understood.
    """
    plain = text.strip()
    if field.type in ("integer", "decimal"):
        return _number(plain, field.type == "integer", thousands)
    if field.type == "boolean":
        word = plain.casefold()
        return word in _YES if word in _YES | _NO else plain
    if field.type == "date":
        found = _DAY_FIRST.fullmatch(plain)
        return f"{found[3]}-{found[2]:0>2}-{found[1]:0>2}" if found else re.split("[T ]", plain, maxsplit=1)[0]
    if field.type == "choice":
        return _option(field, plain)
    if field.type == "choices":
        whole = _option(field, plain)
        parts = [plain] if whole in field.options else plain.split(";" if ";" in plain else ",")
        return [_option(field, part.strip()) for part in parts if part.strip()]
    return text


def _number(text: str, whole: bool, thousands: bool) -> int | float | str:
    grouped = thousands and _THOUSANDS.fullmatch(text.partition(",")[0])
    if grouped and ("," in text or whole):
        text = text.replace(".", "")
    elif grouped:
        return text
    plain = text.replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        return text
    if not whole:
        return float(plain)
    return int(plain) if "." not in plain else text


def _option(field: DefinedField, text: str) -> str:
    """Return the code of the option whose code or label (in either language) this is; the text itself for none."""
    word = text.casefold()
    named = (code for code, labels in field.options.items() if word in (code, *map(str.casefold, filter(None, labels))))
    return text if text in field.options else next(named, text)
