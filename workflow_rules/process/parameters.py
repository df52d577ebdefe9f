"""The parameters of each action: one table used to validate input and to build JSON Schema."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workflow_rules.process.actions import Action
from workflow_rules.process.choices import SEEDED_CHOICES, ChoiceList, Choices
from workflow_rules.process.complaint_number import read_complaint_number, visible
from workflow_rules.process.identity import Classification, Confidentiality
from workflow_rules.process.refusals import FieldError, FieldFault
from workflow_rules.process.steps import Route

Cleaned = tuple[Any, FieldError | None]
_INVISIBLE = frozenset({"Cf", "Zs", "Zl", "Zp", "Cc", "Cn", "Co"})
_FILLERS = frozenset("\u2800\u3164\uffa0\u115f\u1160\u034f\u17b4\u17b5")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and lone surrogates, except line ends and tab: only Unicode categories that will not grow."""

_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Direction marks that display a text in another order than it is stored in; messengers leave them around numbers."""

_VARIATION_SELECTORS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def is_blank(text: str) -> bool:
    """Return whether the text shows nothing: only spaces and invisible characters; True for an empty text."""
    return all(
        unicodedata.category(c) in _INVISIBLE or c in _FILLERS or any(ord(c) in v for v in _VARIATION_SELECTORS)
        for c in text
    )


def clean_text(name: str, value: Any, longest: int) -> Cleaned:
    """Return (NFC text without outer white space, None), or (None, FieldError) when it is no text, blank, longer than
    `longest` characters, or holds control characters or lone surrogates.
    """
    if not isinstance(value, str):
        return None, FieldError(name, FieldFault.WRONG_TYPE)
    if _CONTROLS.search(value):
        return None, FieldError(name, FieldFault.CONTROL_CHARACTERS)
    if is_blank(value):
        return None, FieldError(name, FieldFault.BLANK)
    text = unicodedata.normalize("NFC", _REORDERING.sub("", value.replace("\r\n", "\n"))).strip()
    if len(text) > longest:
        return None, FieldError(name, FieldFault.TOO_LONG, str(longest))
    return text, None


@dataclass(frozen=True)
class Field:
    """A definition of one parameter of an action or report; a secret one is validated and passed on, never recorded."""

    required: bool = True
    secret: bool = False

    def clean(self, name: str, value: Any) -> Cleaned:
        """Return (cleaned value, None), or (None, FieldError) if invalid. Raises NotImplementedError in this base."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """Return the value's JSON Schema as a dict. Raises NotImplementedError in this base; subclasses override it."""
        raise NotImplementedError


@dataclass(frozen=True)
class Text(Field):
    longest: int = 4000
    shortest: int = 1

    def clean(self, name: str, value: Any) -> Cleaned:
        text, error = clean_text(name, value, self.longest)
        if error is None and len(text) < self.shortest:
            return None, FieldError(name, FieldFault.TOO_SHORT, str(self.shortest))
        return text, error

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": self.shortest, "maxLength": self.longest}


@dataclass(frozen=True)
class CaseNumber(Text):
    """A field definition for a complaint number in any form that `read_complaint_number` accepts, cleaned to the
    canonical form. Other text is cleaned as text, and no case will be found for it.
    """

    def clean(self, name: str, value: Any) -> Cleaned:
        text, error = super().clean(name, visible(value) if isinstance(value, str) else value)
        return (text, error) if error is not None else (read_complaint_number(text) or text, None)


@dataclass(frozen=True)
class Choice(Field):
    among: tuple[str, ...] = ()

    def clean(self, name: str, value: Any) -> Cleaned:
        if not isinstance(value, str):
            return None, FieldError(name, FieldFault.WRONG_TYPE)
        if value not in self.among:
            return None, FieldError(name, FieldFault.NOT_ALLOWED, ", ".join(self.among))
        return value, None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.among)}


@dataclass(frozen=True)
class Listed(Choice):
    """A field definition for an active entry of a list; `fields_of` fills `among` from the list as it is now."""

    of: ChoiceList = ChoiceList.CHANNEL


@dataclass(frozen=True)
class Flag(Field):
    def clean(self, name: str, value: Any) -> Cleaned:
        return (value, None) if isinstance(value, bool) else (None, FieldError(name, FieldFault.WRONG_TYPE))

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Number(Field):
    least: int = 1
    most: int = 5

    def clean(self, name: str, value: Any) -> Cleaned:
        if isinstance(value, bool) or not isinstance(value, int):
            return None, FieldError(name, FieldFault.WRONG_TYPE)
        if not self.least <= value <= self.most:
            return None, FieldError(name, FieldFault.OUT_OF_RANGE, f"{self.least}-{self.most}")
        return value, None

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Codes(Field):
    """A field definition for a non-empty list of distinct agency codes; a guard checks that the agencies exist."""

    most: int = 40

    def clean(self, name: str, value: Any) -> Cleaned:
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            return None, FieldError(name, FieldFault.WRONG_TYPE)
        if not value:
            return None, FieldError(name, FieldFault.REQUIRED)
        if len(value) > self.most:
            return None, FieldError(name, FieldFault.TOO_LONG, str(self.most))
        if len(set(value)) < len(value):
            return None, FieldError(name, FieldFault.DUPLICATE)
        return list(value), None

    def schema(self) -> dict[str, Any]:
        item = {"type": "string", "minLength": 1}
        return {"type": "array", "items": item, "minItems": 1, "maxItems": self.most, "uniqueItems": True}


@dataclass(frozen=True)
class Part(Field):
    """A field definition for an object with no members but the named ones; the caller checks their values. Where `text`
    names a member, a plain string is taken as that member.
    """

    members: tuple[str, ...] = ()
    text: str = ""

    def clean(self, name: str, value: Any) -> Cleaned:
        if self.text and isinstance(value, str):
            value = {self.text: value}
        if not isinstance(value, Mapping):
            return None, FieldError(name, FieldFault.WRONG_TYPE)
        unknown = next((member for member in value if member not in self.members), None)
        if unknown is not None:
            return None, FieldError(f"{name}.{unknown}", FieldFault.UNKNOWN_FIELD)
        return dict(value), None

    def schema(self) -> dict[str, Any]:
        members = {member: {"type": _MEMBER_TYPES.get(member, ["string", "null"])} for member in self.members}
        whole = {"type": "object", "properties": members, "additionalProperties": False}
        return {"anyOf": [{"type": "string"}, whole]} if self.text else whole


@dataclass(frozen=True)
class Members(Field):
    """A field definition for an object whose members the office defines; the caller checks them."""

    def clean(self, name: str, value: Any) -> Cleaned:
        if not isinstance(value, Mapping):
            return None, FieldError(name, FieldFault.WRONG_TYPE)
        return dict(value), None

    def schema(self) -> dict[str, Any]:
        return {"type": "object"}


_FIELDS = Members(required=False)
_MEMBER_TYPES = {"lat": ["number", "null"], "lon": ["number", "null"]}
IDENTITY_PARTS = ("name", "phone", "email", "address", "nik")
LOCATION_PARTS = ("text", "district", "village", "lat", "lon")

FIELDS: dict[Action, Mapping[str, Field]] = {
    Action.REGISTER: {"incomplete_reason": Text(required=False, longest=2000), "fields": _FIELDS},
    Action.REQUEST_INFORMATION: {"question": Text(longest=2000)},
    Action.ADD_INFORMATION: {"text": Text(longest=20_000)},
    Action.ARCHIVE: {"reason": Listed(of=ChoiceList.ARCHIVE_REASON), "note": Text()},
    Action.MERGE: {"into": CaseNumber(longest=20)},
    Action.APPROVE_CHECK: {"fields": _FIELDS},
    Action.REPORT: {"note": Text(required=False)},
    Action.APPROVE: {"note": Text(required=False)},
    Action.DIRECT: {
        "agencies": Codes(),
        "lead": Text(longest=80),
        "instruction": Text(),
        "urgency": Listed(of=ChoiceList.URGENCY),
        "field_visit": Flag(),
        "route": Choice(among=tuple(Route)),
    },
    Action.RELAY: {},
    Action.SEND_BACK: {"note": Text()},
    Action.ACCEPT: {},
    Action.DECLINE: {"reason": Listed(of=ChoiceList.DECLINE_REASON), "note": Text()},
    Action.DISPOSE: {"instruction": Text(), "unit": Text(required=False, longest=200), "fields": _FIELDS},
    Action.MARK_FIELD_VISIT: {"reason": Text(longest=2000)},
    Action.SUBMIT_DRAFT: {"subject": Text(longest=300), "body": Text(longest=50_000), "fields": _FIELDS},
    Action.INITIAL: {},
    Action.SIGN: {"passphrase": Text(required=False, secret=True, longest=500)},
    Action.SEND: {"without_scan_reason": Text(required=False, longest=2000)},
    Action.CONTINUE_WITHOUT: {"agency": Text(longest=80)},
    Action.DISPOSE_ANSWER: {"instruction": Text()},
    Action.REPLY: {
        "text": Text(longest=20_000),
        "channel": Listed(required=False, of=ChoiceList.REPLY_MEDIUM),
        "proof": Text(required=False, longest=1000),
        "fields": _FIELDS,
    },
    Action.RATE: {"score": Number(), "comment": Text(required=False, longest=2000)},
    Action.REOPEN: {"reason": Text(longest=2000)},
    Action.CLOSE: {},
    Action.NOTE: {"text": Text()},
    Action.ATTACH: {
        "filename": Text(longest=200),
        "sha256": Text(longest=64),
        "media_type": Text(longest=100),
        "size": Number(most=20_000_000),
    },
    Action.WITHDRAW: {"reason": Text(longest=2000)},
    Action.CORRECT: {
        "category": Text(required=False, longest=300),
        "district": Text(required=False, longest=300),
        "village": Text(required=False, longest=300),
        "location": Part(required=False, members=LOCATION_PARTS, text="text"),
        "classification": Choice(required=False, among=tuple(Classification)),
        "title": Text(required=False, longest=200),
        "confidentiality": Choice(required=False, among=tuple(Confidentiality)),
        "reporter": Part(required=False, secret=True, members=IDENTITY_PARTS),
        "fields": _FIELDS,
        "reason": Text(longest=2000),
    },
    Action.CONFIRM_ANONYMITY: {},
    Action.ADD_AGENCY: {"agency": Text(longest=80), "instruction": Text()},
    Action.DROP_AGENCY: {"agency": Text(longest=80), "reason": Text(longest=2000)},
    Action.RECALL: {"agency": Text(longest=80), "reason": Text(longest=2000)},
    Action.EXTEND: {
        "agency": Text(longest=80),
        "working_days": Number(most=365),
        "reason": Text(longest=2000),
    },
    Action.RETURN_LETTER: {"note": Text()},
    Action.ASK_RELEASE: {"reason": Text(longest=2000)},
    Action.RELEASE: {"agency": Text(longest=80), "accept": Flag(), "note": Text()},
    Action.EXPIRE_QUESTION: {},
}

SECRETS = {action: frozenset(n for n, field in fields.items() if field.secret) for action, fields in FIELDS.items()}
"""Action to the names of its parameters that are passed on but not recorded."""


def fields_of(action: Action, again: bool = False, choices: Choices = SEEDED_CHOICES) -> Mapping[str, Field]:
    """Return the definitions (`Field`) of an action's parameters by name, where a list offers its active entries in
    `choices`. With `again`, those of a direction that replaces an agency which left: only agencies and instruction are
    required.
    """
    fields = FIELDS[action]
    if again and action is Action.DIRECT:
        optional = ("lead", "urgency", "field_visit", "route")
        fields = {name: replace(f, required=False) if name in optional else f for name, f in fields.items()}
    return offered(fields, choices)


def offered(fields: Mapping[str, Field], choices: Choices) -> Mapping[str, Field]:
    """Return the field definitions with the active entries of `choices` as the values of every listed field."""
    if not any(isinstance(field, Listed) for field in fields.values()):
        return fields
    return {
        name: replace(field, among=choices.active(field.of)) if isinstance(field, Listed) else field
        for name, field in fields.items()
    }


def check_fields(fields: Mapping[str, Field], params: Any) -> tuple[dict[str, Any], tuple[FieldError, ...]]:
    """Return (cleaned values by name, a `FieldError` for each faulty field); no error gives () as the second item.
    Unknown parameters are errors; a parameter that is None counts as not given.
    """
    if not isinstance(params, Mapping):
        return {}, (FieldError("params", FieldFault.WRONG_TYPE),)
    cleaned: dict[str, Any] = {}
    errors = [FieldError(str(name), FieldFault.UNKNOWN_FIELD) for name in params if name not in fields]
    for name, field in fields.items():
        if params.get(name) is None:
            if field.required:
                errors.append(FieldError(name, FieldFault.REQUIRED))
            continue
        cleaned[name], error = field.clean(name, params[name])
        if error is not None:
            errors.append(error)
    return cleaned, tuple(errors)


def json_schema(action: Action, again: bool = False, choices: Choices = SEEDED_CHOICES) -> dict[str, Any]:
    """Return the JSON Schema (a dict, draft 2020-12) of an action's parameters, from which clients can build forms."""
    return schema_of(fields_of(action, again, choices))


def schema_of(fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return the JSON Schema (a dict) of an object with exactly these fields."""
    return {
        "type": "object",
        "properties": {name: field.schema() for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
        "additionalProperties": False,
    }
