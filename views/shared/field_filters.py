"""The office's fields in lists and reports: controls of their filters, their orders, and names of what was left out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.access.current_person import current_person
from app.fields.definitions import DefinedField
from app.fields.filters import (
    BOOLEANS,
    OF_FIELD,
    Fields,
    can_filter,
    can_sort,
    fields_offered_to,
    fields_shown_to,
    read_filter,
)
from app.fields.types import text_of
from app.fields.values import audience_of
from app.vocabulary.words import Labels
from app.web.fab_repairs import is_readable

_LONGEST_SHOWN = 80
_FAULTS: Labels = {
    "integer": _("Tulis bilangan bulat, misalnya 12"),
    "decimal": _("Tulis bilangan, misalnya 2,5"),
    "date": _("Tulis tanggal seperti 2026-11-24"),
    "choice": _("Pilihan ini tidak ada lagi. Pilih yang lain"),
    "choices": _("Pilihan ini tidak ada lagi. Pilih yang lain"),
    "boolean": _("Pilih ya atau tidak"),
}


@dataclass(frozen=True)
class FieldControl:
    """A value object: the control by which a form filters by a field. `kind` is select, date, number or text; `value`
    is what was typed, and `fault` the sentence about it, "" if it is right.
    """

    name: str
    label: str
    kind: str
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    fault: str = ""


def fields_of_reader() -> Fields:
    """Return the active fields whose values the signed-in officer may see in lists, by `field.<code>`."""
    return fields_offered_to(audience_of(current_person()))


def field_controls(fields: Fields, typed: Mapping[str, str]) -> list[FieldControl]:
    """Return a `FieldControl` for each field that can be filtered by, with the typed values by name."""
    return [_control(name, one, typed.get(name, "")) for name, one in fields.items() if can_filter(one)]


def _control(name: str, one: DefinedField, typed: str) -> FieldControl:
    fault = fault_of(one, typed)
    options: tuple[tuple[str, str], ...] = ()
    if one.type == "boolean":
        options = tuple((text, text_of(one, value)) for text, value in BOOLEANS.items())
    elif one.type in ("choice", "choices"):
        options = tuple((code, one.option(code)) for code in one.options)
    if options:
        # An unknown option is shown, so that the officer sees what was asked for.
        return FieldControl(name, one.label, "select", typed, (*options, *([(typed, typed)] if fault else [])), fault)
    kind = {"integer": "number", "decimal": "number", "date": "date"}.get(one.type, "text")
    # A browser would empty a date input whose value is no date.
    return FieldControl(name, one.label, "text" if fault and kind == "date" else kind, typed, (), fault)


def fault_of(one: DefinedField, typed: str) -> str:
    """Return the sentence about a typed value that a field cannot have; "" for one that it can have, and for none."""
    if not typed.strip() or read_filter(one, typed) is not None:
        return ""
    return str(_FAULTS.get(one.type, gettext("Tulis paling banyak 300 huruf, tanpa karakter kendali")))


def values_of(fields: Fields, values: Mapping[str, str]) -> tuple[tuple[str, Any], ...]:
    """Return (code, value) of those named values that are filters by these fields, as `ComplaintFilter` takes them."""
    named = ((fields[name], text) for name, text in values.items() if name in fields)
    return tuple((one.code, read_filter(one, text)) for one, text in named)


def field_orders(fields: Fields) -> dict[str, str]:
    """Return the orders by fields with their labels: `field.<code>` upwards and `-field.<code>` downwards."""
    found = {}
    for name, one in fields.items():
        if can_sort(one):
            found[name] = gettext("%(field)s, naik", field=one.label)
            found[f"-{name}"] = gettext("%(field)s, turun", field=one.label)
    return found


def left_out(names: Iterable[str]) -> list[str]:
    """Return how a note names parts of an address that filter by, sort by or show fields that a list does not offer. A
    field that this officer may not see is named as one that does not exist is: as it stands in the address.
    """
    known = fields_shown_to(audience_of(current_person()))
    return [_part(name, known.get(name.removeprefix("-"))) for name in names]


def _part(name: str, ended: DefinedField | None) -> str:
    if ended is not None:
        return gettext("%(field)s (isian ini sudah berakhir)", field=ended.label)
    said = name.removeprefix("-").removeprefix(OF_FIELD)
    return name[:_LONGEST_SHOWN] if said and is_readable(said) else gettext("isian yang tidak ada")
