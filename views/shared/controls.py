"""Form controls, and those of the office's own fields with the values that a form sends for them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict

from app.fields.definitions import DefinedField, active_fields, known_fields
from app.fields.types import LONGEST_LINE, LONGEST_TEXT
from views.shared.intake_fields import file_as_json

PREFIX = "fields."
"""Beginning of the names of the controls of the office's fields."""

Categories = Sequence[tuple[str, str, Mapping[str, str]]]
"""Categories as `categories_in_use` returns them."""

MOST_NAMED = 3
FOR_SOME = lazy_gettext("(wajib untuk sebagian aduan)")
_KINDS = {
    "long_text": "area",
    "date": "date",
    "boolean": "select",
    "choice": "select",
    "choices": "ticks",
    "file": "file",
}


@dataclass(frozen=True)
class Control:
    """A value object: one form control for a parameter of an action.

    `kind` is input, area, radios, select, tick, ticks, date, agencies, score, secret or file. `longest` is the maximum
    number of characters (None: no limit), `rows` the height of a text area in lines.
    """

    name: str
    id: str
    kind: str
    label: str
    hint: str
    required: bool
    value: Any
    error: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    longest: int | None = None
    rows: int = 3
    when: str = ""
    """For which complaints it is required, if only for some, or whether it may stay empty; "" if it is required."""

    @property
    def described_by(self) -> str:
        """The value of `aria-describedby`: the element ids of hint and error, those that exist; "" for neither."""
        parts = (f"{self.id}-petunjuk" if self.hint else "", f"{self.id}-galat" if self.error else "")
        return " ".join(part for part in parts if part)


def field_controls(
    asked: Iterable[DefinedField],
    key: str,
    typed: Mapping[str, Any],
    errors: Mapping[str, str],
    categories: Categories | None = None,
) -> list[Control]:
    """Return a control for each field, with what was typed and its error; `key` begins the ids of the elements.
    `categories` are those among which the form itself lets one choose; None: the category is known. What was typed
    into a field that is asked for no more, because it ended meanwhile, stays on the page with its error.
    """
    shown = list(asked)
    codes = {one.code for one in shown}
    ended = [one for code, one in known_fields().items() if code not in codes and errors.get(PREFIX + code)]
    return [_control(one, key, typed, errors, categories) for one in (*shown, *ended)]


def _control(
    one: DefinedField, key: str, typed: Mapping[str, Any], errors: Mapping[str, str], categories: Categories | None
) -> Control:
    name = PREFIX + one.code
    of_some = categories is not None and bool(one.categories or one.classifications)
    required = one.required and one.only_if is None and not of_some
    value: Any = typed.get(name, "")
    if one.type == "choices" and isinstance(typed, MultiDict):
        value = typed.getlist(name)
    return Control(
        name=name,
        id=f"{key}-{one.code}" if key else name,
        kind=_KINDS.get(one.type, "input"),
        label=one.label,
        hint=one.hint,
        required=required,
        when="" if required else _when(one, categories),
        value=value,
        error=errors.get(name, ""),
        choices=_choices(one),
        longest={"text": LONGEST_LINE, "long_text": LONGEST_TEXT}.get(one.type),
    )


def _when(one: DefinedField, categories: Categories | None) -> str:
    """Return for which complaints a field that is not always required is asked for, as text in the current locale."""
    named = _named(one.categories, categories) if categories else ""
    if one.required:
        only_categories = named and not one.classifications and one.only_if is None
        return gettext("(wajib untuk %(categories)s)", categories=named) if only_categories else str(FOR_SOME)
    return (
        gettext("(boleh kosong, hanya untuk %(categories)s)", categories=named) if named else gettext("(boleh kosong)")
    )


def _named(codes: Collection[str], categories: Categories) -> str:
    """Return the names of these categories in one text, at most `MOST_NAMED` of them."""
    names = {code: name for top, of, below in categories for code, name in ((top, of), *below.items())}
    found = sorted(names[code] for code in codes if code in names)
    shown = ", ".join(found[:MOST_NAMED])
    more = len(found) - MOST_NAMED
    return gettext("%(names)s, dan %(count)s lainnya", names=shown, count=more) if more > 0 else shown


def _choices(one: DefinedField) -> tuple[tuple[str, str], ...]:
    if one.type == "boolean":
        return (("1", gettext("Ya")), ("0", gettext("Tidak")))
    return tuple((code, one.option(code)) for code in one.options)


def intake_controls(moment: str, errors: Iterable[Mapping[str, str]], categories: Categories) -> list[Control]:
    """Return the controls of the fields that a form of a new complaint asks for, filled with what this request sent.
    Fields of certain categories are among them, since the category is chosen on the form, among `categories`.
    """
    asked = [one for one in active_fields() if moment in one.moments]
    # A fault of a part of a file is shown at the file.
    faults = {".".join(error["field"].split(".")[:2]): error["message"] for error in errors}
    return field_controls(asked, "", request.form, faults, categories)


def typed_values(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return stored values of fields, by code, as the names and texts that a form would send."""
    found: dict[str, list[str]] = {}
    for code, value in values.items():
        texts = value if isinstance(value, list) else [int(value) if isinstance(value, bool) else value]
        found[PREFIX + code] = [str(text) for text in texts]
    return found


def sent_fields(form: MultiDict[str, str], keep_empty: bool = False) -> dict[str, Any]:
    """Return the office's fields that a form sent, by code, as the API takes them. Text that is no number stays text,
    and a field that is not known any more stays too, so that both are refused with a sentence. With `keep_empty` an
    empty field is None, which removes its value.
    """
    known, found = known_fields(), {}
    for name in form:
        if not name.startswith(PREFIX):
            continue
        one = known.get(name.removeprefix(PREFIX))
        texts = [text for text in form.getlist(name) if text.strip()]
        if texts:
            found[name.removeprefix(PREFIX)] = _value(one, texts)
        elif keep_empty and one is not None:
            found[one.code] = None
    return found


def sent_intake_fields() -> dict[str, Any]:
    """Return the office's fields that the form of a new complaint sent, by code, as the API takes them, with files."""
    files = {name: file for name, file in request.files.items() if name.startswith(PREFIX) and file.filename}
    return sent_fields(request.form) | {name.removeprefix(PREFIX): file_as_json(file) for name, file in files.items()}


def _value(one: DefinedField | None, texts: list[str]) -> Any:
    kind = one.type if one is not None else ""
    if kind == "choices":
        return texts
    text = texts[0]
    if kind == "boolean":
        return {"1": True, "0": False}.get(text, text)
    if kind in ("integer", "decimal"):
        plain = text.strip().replace(",", ".")
        try:
            return int(plain) if kind == "integer" else float(plain)
        except ValueError:
            return text
    return text.strip() if kind == "date" else text
