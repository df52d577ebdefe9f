"""The body by which programs and the screen describe a field, with the right type of every member."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.fields.check import Fault
from app.models.definition import AUDIENCES

LONGEST = 100_000


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


Text = Annotated[str, Field(max_length=LONGEST)]


class LabelBody(_Strict):
    """A text in both languages; English may be missing or null."""

    id: Text
    en: Text | None = None


class OptionBody(_Strict):
    """An option of a choice; a label given as plain text is the Indonesian one."""

    code: Text
    label: LabelBody | Text


class BoundsBody(_Strict):
    """Bounds of a number, or of the length of a text."""

    least: int | float | None = None
    most: int | float | None = None


class ConditionBody(_Strict):
    """The field and the value on which a field depends."""

    field: Text
    is_: str | int | float | bool = Field(alias="is")


class FieldBody(_Strict):
    """A field as the API takes it (configuration section 8)."""

    code: Text
    label: LabelBody
    hint: LabelBody | None = None
    type: Text
    options: list[OptionBody] | None = None
    bounds: BoundsBody | None = None
    pattern: Text | None = None
    categories: list[Text] | None = None
    classifications: list[Text] | None = None
    moments: list[Text]
    required: bool = False
    only_if: ConditionBody | None = None
    visible_to: list[Text] = ["office"]
    personal: bool = False
    order: int = 100
    active_from: Text | None = None
    active_until: Text | None = None


assert set(FieldBody.model_fields["visible_to"].default) <= set(AUDIENCES)
_REASONS = {"missing": "required", "extra_forbidden": "unknown_member", "string_too_long": "too_long"}


def read_body(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Return (body with every member, []), or ({}, faults) if members are missing, unknown or of a wrong type."""
    try:
        body = FieldBody.model_validate(given)
    except ValidationError as error:
        return {}, _faults(error)
    plain = body.model_dump(by_alias=True, exclude={"active_from", "active_until"})
    for name, empty in _EMPTY.items():
        plain[name] = plain[name] if plain[name] is not None else empty
    plain["bounds"] = {name: value for name, value in plain["bounds"].items() if value is not None}
    plain["options"] = [{"code": o["code"], "label": _label(o["label"])} for o in plain["options"]]
    plain["label"], plain["hint"] = _label(plain["label"]), _label(plain["hint"])
    return plain, []


def without(given: Mapping[str, Any], faults: Iterable[Fault]) -> dict[str, Any]:
    """Return a body without the members that could not be read, so that the others can be checked beside them."""
    plain = deepcopy(dict(given))
    for fault in faults:
        *above, last = fault.path.split(".")
        holder: Any = plain
        for name in above:
            holder = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(holder, dict):
            holder.pop(last, None)
    return plain


_EMPTY: dict[str, Any] = {
    "hint": {"id": "", "en": ""},
    "options": [],
    "bounds": {},
    "pattern": "",
    "categories": [],
    "classifications": [],
}


def _label(label: Any) -> dict[str, str]:
    """Return a label or hint without outer white space, with "" for no English text."""
    if isinstance(label, str):
        return {"id": label.strip(), "en": ""}
    return {"id": label["id"].strip(), "en": (label["en"] or "").strip()}


def _faults(error: ValidationError) -> list[Fault]:
    """Return one fault for each path; of a member that may have several types the first message counts."""
    found: dict[str, Fault] = {}
    for one in error.errors():
        path = ".".join(str(part) for part in one["loc"] if str(part) not in _TYPES)
        found.setdefault(path, Fault(path, _REASONS.get(one["type"], "wrong_type"), str(LONGEST)))
    return list(found.values())


_TYPES = frozenset({"LabelBody", "constrained-str", "str", "int", "float", "bool"})
