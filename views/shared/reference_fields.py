"""WTForms fields of the reference data forms, with label, hint and validators."""

import re
import unicodedata
from collections.abc import Callable, Container, Mapping
from itertools import chain, count
from typing import Any

from flask import request
from wtforms import BooleanField, DateField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from app.reference.labels import COLUMNS, HINTS
from app.vocabulary.words import Labels
from app.web.fields import NativeDate
from app.web.form_labels import REFUSED
from app.web.formats import nip_in_parts

WORD, LINE, PROSE = 80, 300, 4000
WORD_JOINER = "\u2060"
AGENCY_CODE = Regexp(r"^[a-z][a-z0-9_]*$", message=REFUSED["bad_code"])
PLACE_CODE = Regexp(r"^[0-9]{2}(\.[0-9]{2,4}){1,3}$", message=REFUSED["bad_place_code"])
LONGEST_PROPOSED = 50
USUAL_ORDER = 100
"""The place of a new row that nobody has placed."""


def tidy(text: Any) -> Any:
    """Return a text in Unicode NFC without outer white space; "" for None."""
    return unicodedata.normalize("NFC", text).strip() if isinstance(text, str) else text or ""


def line(
    column: str,
    most: int = LINE,
    needed: bool = False,
    hint: str = "",
    *checks: Any,
    default: str | Callable[[], str] = "",
) -> StringField:
    """Return a single-line text field (WTForms) of at most `most` characters.

    `needed` makes it required, `checks` are further validators, `default` (a text, or a function that returns it)
    prefills the form of a new row.
    """
    first = DataRequired() if needed else Optional()
    return StringField(
        COLUMNS[column],
        validators=[first, Length(max=most), *checks],
        filters=[tidy],
        description=HINTS[hint] if hint else "",
        default=default or None,
    )


def free_code(name: str, taken: Container[str]) -> str:
    """Return a code made from a name, which is not among `taken`: its letters and digits in lower case without accents,
    words joined by underscores, a letter first, and a number behind it if needed. "" for a name without any.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    code = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    code = (code if not code or code[0].isalpha() else f"k_{code}")[:LONGEST_PROPOSED].rstrip("_")
    numbered = (f"{code}_{number}" for number in count(2))
    return next(one for one in chain([code], numbered) if one not in taken) if code else ""


def propose_code(form: Any, name: str, taken: Callable[[], Container[str]]) -> None:
    """Let the form of a new row leave out the code, which `free_code` then makes from a name."""
    form.code.flags.required, form.code.description = False, HINTS["proposed_code"]
    if request.method == "POST" and not form.code.data:
        form.code.data = free_code(name, taken())


def nip_field(column: str = "nip") -> StringField:
    """Return a form field for a NIP (employee number, 18 digits); spaces are removed."""
    return StringField(
        COLUMNS[column],
        validators=[Optional(), Regexp(r"^[0-9]{18}$", message=REFUSED["bad_nip"])],
        filters=[tidy, lambda text: text.replace(" ", "")],
        description=HINTS["nip"],
    )


def prose(column: str, most: int = PROSE, hint: str = "", lang: str = "") -> TextAreaField:
    """Return a multi-line text field (WTForms) of at most `most` characters.

    `lang` is the language of the text if it is fixed.
    """
    return TextAreaField(
        COLUMNS[column],
        validators=[Optional(), Length(max=most)],
        filters=[tidy],
        description=HINTS[hint] if hint else "",
        render_kw={"lang": lang} if lang else {},
    )


def day(column: str, needed: bool = True, hint: str = "") -> DateField:
    """Return a date form field that uses the browser's date picker; `needed` makes it required."""
    first = InputRequired() if needed else Optional()
    return DateField(COLUMNS[column], validators=[first], widget=NativeDate(), description=HINTS[hint] if hint else "")


def amount(column: str, most: int, needed: bool = True, hint: str = "", default: int | None = None) -> IntegerField:
    """Return an integer form field for values from 1 to `most`; `needed` makes it required, `default` prefills the form
    of a new row.
    """
    first = InputRequired() if needed else Optional()
    return IntegerField(
        COLUMNS[column],
        validators=[first, NumberRange(min=1, max=most)],
        description=HINTS[hint] if hint else "",
        default=default,
    )


def tick(column: str, hint: str = "") -> BooleanField:
    """Return a checkbox field, ticked in the form of a new row.

    FAB's own field would require a tick for a column that is not nullable.
    """
    return BooleanField(COLUMNS[column], default=True, description=HINTS[hint] if hint else "")


def choice(
    column: str,
    labels: Labels,
    blank: bool = False,
    first: str | None = None,
    hint: str = "",
    none: str | None = None,
) -> SelectField:
    """Return a drop-down field with the codes and labels of a vocabulary.

    `first` is preselected in the form of a new row; `none` is stored if nothing is chosen, which `blank` allows.
    """
    first_of_all: list[tuple[str, Any]] = [("", "–")] if blank else []
    return SelectField(
        COLUMNS[column],
        choices=lambda: [*first_of_all, *labels.items()],
        validators=[Optional()] if blank else [InputRequired()],
        coerce=lambda value: value or none if blank else value,
        filters=[lambda value: value or none] if blank else [],
        default=first,
        description=HINTS[hint] if hint else "",
    )


def choices(column: str, labels: Mapping[str, Any], hint: str = "") -> SelectMultipleField:
    """Return a multi-select field with the codes and labels of a vocabulary, read when a form is made."""
    hint_text = HINTS[hint] if hint else ""
    return SelectMultipleField(COLUMNS[column], choices=lambda: list(labels.items()), description=hint_text)


def worded(labels: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Return a function that takes a stored code and returns its label, for display.

    It returns an unknown code unchanged and a dash for an empty value.
    """
    return lambda value: str(labels[value]) if value in labels else value or "–"


def all_worded(labels: Mapping[str, Any]) -> Callable[[Any], str]:
    """Return a function that takes a list of stored codes and returns their labels as one comma-separated text.

    It returns an unknown code unchanged and a dash for an empty list.
    """
    return lambda values: ", ".join(str(labels.get(value, value)) for value in values or []) or "–"


def spaced_nip(nip: str) -> str:
    """Return a NIP (employee number) as text in the groups in which it is printed; a dash if it is empty."""
    return nip_in_parts(nip) or "–"


def unbroken_hours(text: str) -> str:
    """Return office hours with a non-breaking en dash inside each period; a dash if there are none."""
    return text.replace("-", f"{WORD_JOINER}–{WORD_JOINER}") or "–"
