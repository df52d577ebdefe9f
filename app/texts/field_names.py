"""The fields of the office as placeholders, `{field.<code>}`: which a text may hold, and the faults of the others."""

import re
from dataclasses import replace

from app.fields.definitions import DefinedField, active_fields, known_fields
from app.texts.names import Name
from app.texts.placeholders import Allowed, Fault, Limits, TextFault, ValueType, check

PREFIX = "field."
_FIELD = re.compile(r"\{(?:#if )?(field\.[a-z0-9_]+)")
_OF_FIELDS = frozenset(
    {
        TextFault.UNKNOWN_PLACEHOLDER,
        TextFault.UNKNOWN_FORMAT,
        TextFault.PERSONAL_FIELD,
        TextFault.HIDDEN_FIELD,
    }
)
_TYPES = {"date": ValueType.DATE, "integer": ValueType.NUMBER, "decimal": ValueType.NUMBER}

Readers = frozenset[str]
"""Audiences of fields (`visible_to`): a text for these readers may hold a field that one of them may see."""

NOBODY: Readers = frozenset()
AGENCY: Readers = frozenset({"agency"})
REPORTER: Readers = frozenset({"reporter", "public"})


def is_shown(field: DefinedField, readers: Readers) -> bool:
    """Return whether a text for these readers may hold the value of a field; never that of a personal one."""
    return not field.personal and not readers.isdisjoint(field.visible_to)


def field_names(readers: Readers) -> tuple[Name, ...]:
    """Return the active fields that a text for these readers may hold, as names with their labels, in their order."""
    shown = (field for field in active_fields() if is_shown(field, readers))
    return tuple(Name(PREFIX + field.code, _type_of(field), field.label) for field in shown)


def with_fields(allowed: Allowed, text: str) -> Allowed:
    """Return these names with those of the fields in a text, whichever they are, for rendering: a field that the
    readers may no longer see, or that only another office had, has no value and makes no text faulty.
    """
    return {**allowed, **dict.fromkeys(_FIELD.findall(text), ValueType.MOMENT)}  # the type with all formats


def concerns_field(fault: Fault) -> bool:
    """Return whether a fault depends on the fields that this office has and on who may see them."""
    return fault.reason in _OF_FIELDS and bool(_FIELD.match(fault.found))


def check_with_fields(text: str, allowed: Allowed, readers: Readers, limits: Limits | None = None) -> list[Fault]:
    """Return the faults of a text that may hold these names and the fields that its readers may see, ended ones too."""
    known = known_fields()
    shown = {PREFIX + code: _type_of(field) for code, field in known.items() if is_shown(field, readers)}
    return [_explained(fault, known) for fault in check(text, {**allowed, **shown}, limits)]


def _explained(fault: Fault, known: dict[str, DefinedField]) -> Fault:
    """Return the fault of a name that belongs to a field as one that says why its value is not shown."""
    if fault.reason is not TextFault.UNKNOWN_PLACEHOLDER:
        return fault
    name = fault.found.strip("{}").removeprefix("#if ").partition("|")[0]
    field = known.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    if field is None:
        return fault
    reason = TextFault.PERSONAL_FIELD if field.personal else TextFault.HIDDEN_FIELD
    return replace(fault, reason=reason, suggestion="")


def _type_of(field: DefinedField) -> ValueType:
    return _TYPES.get(field.type, ValueType.TEXT)
