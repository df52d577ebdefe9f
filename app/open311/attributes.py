"""The office's fields as attributes of Open311 services: which a service asks for, and the values that are sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.fields.definitions import DefinedField, asked_at, known_fields
from app.fields.types import value_of
from app.fields.values import categories_of
from app.reference.named_rows import find_category
from workflow_rules.process.identity import Classification

DATATYPES = {
    **dict.fromkeys(("text", "phone"), "string"),
    "long_text": "text",
    **dict.fromkeys(("integer", "decimal"), "number"),
    "date": "datetime",
    **dict.fromkeys(("boolean", "choice"), "singlevaluelist"),
    "choices": "multivaluelist",
}
"""Data type in GeoReport v2 of each type of field. It has none for files, which are sent as `media`."""


def service_fields(code: str) -> list[DefinedField]:
    """Return the fields that a service (the code of a category) asks for, in their order: those of the public form
    without files.
    """
    categories = categories_of(find_category(code))
    asked = asked_at("public_intake", categories, Classification.COMPLAINT.value)
    return [one for one in asked if one.type in DATATYPES]


def values_sent(sent: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the attributes that a client sent, each with all its texts, as the API takes `fields`, not validated;
    attributes without a text are left out, unknown ones stay.
    """
    known, found = known_fields(), {}
    for code, texts in sent.items():
        filled = [text for text in texts if text.strip()]
        if filled:
            found[code] = _value(known.get(code), filled)
    return found


def _value(one: DefinedField | None, texts: list[str]) -> Any:
    if one is None:
        return texts[0]
    read = [value_of(one, text) for text in texts]
    if one.type == "choices":
        return [code for codes in read for code in codes]
    return read[0] if len(read) == 1 else texts
