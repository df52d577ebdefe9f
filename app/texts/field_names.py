"""The fields of the office as placeholders, `{field.<code>}`: which a text may hold, and the faults of the others."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.fields.definitions import DefinedField, active_fields, known_fields
from app.texts.names import NAMES, Name
from app.texts.placeholders import Allowed, Fault, Limits, TextFault, ValueType, check

PREFIX = "field."
_FIELD = re.compile(r"\{(?:#if )?(field\.[a-z0-9_]+)")
_WORD = re.compile(r"[^\W_]+")
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
    described = {name: NAMES[name].says for name in allowed if name in NAMES}
    described |= {PREFIX + code: field.label for code, field in known.items() if is_shown(field, readers)}
    shown = {PREFIX + code: _type_of(field) for code, field in known.items() if is_shown(field, readers)}
    return [_explained(fault, known, described) for fault in check(text, {**allowed, **shown}, limits)]


def _explained(fault: Fault, known: Mapping[str, DefinedField], described: Mapping[str, Any]) -> Fault:
    """Return the fault of a name that belongs to a field as one that says why its value is not shown, and that of
    another name with the one that it describes in words, unless it was nearly written right.
    """
    if fault.reason is not TextFault.UNKNOWN_PLACEHOLDER:
        return fault
    name = fault.found.strip("{}").removeprefix("#if ").partition("|")[0]
    field = known.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    if field is None:
        meant = "" if fault.suggestion else _meant(name, described)
        pattern = "{#if %s}" if fault.found.startswith("{#if ") else "{%s}"
        return replace(fault, suggestion=pattern % meant) if meant else fault
    reason = TextFault.PERSONAL_FIELD if field.personal else TextFault.HIDDEN_FIELD
    return replace(fault, reason=reason, suggestion="")


def _meant(words: str, described: Mapping[str, Any]) -> str:
    """Return the name whose explanation has most of these words, at least half of them, and few others; "" for none."""
    asked = set(_WORD.findall(words.lower()))
    best, found = (0.5, 0), ""
    for name, says in described.items():
        said = _WORD.findall(str(says).partition(";")[0].lower())
        rank = (len(asked.intersection(said)) / max(len(asked), 1), -len(said))
        if rank[0] >= best[0] and (not found or rank > best):
            best, found = rank, name
    return found


def _type_of(field: DefinedField) -> ValueType:
    return _TYPES.get(field.type, ValueType.TEXT)
