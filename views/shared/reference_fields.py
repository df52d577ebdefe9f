"""Fields of the reference-data forms, each with its label, its hint and its bounds, and how values are shown."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

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


def tidy(text: Any) -> Any:
    """Text in one spelling (NFC) without outer white space; what is left empty is an empty text."""
    return unicodedata.normalize("NFC", text).strip() if isinstance(text, str) else text or ""


def line(
    column: str, most: int = LINE, needed: bool = False, hint: str = "", *checks: Any, default: str = ""
) -> StringField:
    """One line of text; `default` stands there in a new row's form."""
    first = DataRequired() if needed else Optional()
    return StringField(
        COLUMNS[column],
        validators=[first, Length(max=most), *checks],
        filters=[tidy],
        description=HINTS[hint] if hint else "",
        default=default or None,
    )


def nip_field(column: str = "nip") -> StringField:
    """An employee number of 18 digits; spaces, as it is printed, are taken out."""
    return StringField(
        COLUMNS[column],
        validators=[Optional(), Regexp(r"^[0-9]{18}$", message=REFUSED["bad_nip"])],
        filters=[tidy, lambda text: text.replace(" ", "")],
        description=HINTS["nip"],
    )


def prose(column: str, most: int = PROSE, hint: str = "", lang: str = "") -> TextAreaField:
    """Several lines of text, of a language where it is always the same."""
    return TextAreaField(
        COLUMNS[column],
        validators=[Optional(), Length(max=most)],
        filters=[tidy],
        description=HINTS[hint] if hint else "",
        render_kw={"lang": lang} if lang else {},
    )


def day(column: str, needed: bool = True, hint: str = "") -> DateField:
    """A calendar day, typed with the browser's own control."""
    first = InputRequired() if needed else Optional()
    return DateField(COLUMNS[column], validators=[first], widget=NativeDate(), description=HINTS[hint] if hint else "")


def amount(column: str, most: int, needed: bool = True, hint: str = "") -> IntegerField:
    """A whole number from 1 on."""
    first = InputRequired() if needed else Optional()
    return IntegerField(
        COLUMNS[column],
        validators=[first, NumberRange(min=1, max=most)],
        description=HINTS[hint] if hint else "",
    )


def tick(column: str, hint: str = "") -> BooleanField:
    """Yes or no; FAB's own would demand a yes wherever the column may not be null."""
    return BooleanField(COLUMNS[column], default=True, description=HINTS[hint] if hint else "")


def choice(
    column: str,
    labels: Labels,
    blank: bool = False,
    first: str | None = None,
    hint: str = "",
    none: str | None = None,
) -> SelectField:
    """One word of the vocabulary, shown in the officer's language; `first` stands there in a new row's form, and
    `none` is stored where nothing is chosen.
    """
    choices: list[tuple[str, Any]] = [("", "–")] if blank else []
    return SelectField(
        COLUMNS[column],
        choices=[*choices, *labels.items()],
        validators=[Optional()] if blank else [InputRequired()],
        coerce=lambda value: value or none if blank else value,
        filters=[lambda value: value or none] if blank else [],
        default=first,
        description=HINTS[hint] if hint else "",
    )


def choices(column: str, labels: Mapping[str, Any], hint: str = "") -> SelectMultipleField:
    """Any number of words of the vocabulary."""
    return SelectMultipleField(COLUMNS[column], choices=list(labels.items()), description=HINTS[hint] if hint else "")


def worded(labels: Labels) -> Callable[[Any], Any]:
    """Shows a stored word in the officer's language."""
    return lambda value: str(labels[value]) if value in labels else value or "–"


def all_worded(labels: Labels) -> Callable[[Any], str]:
    """Shows stored words in the officer's language, with commas between."""
    return lambda values: ", ".join(str(labels.get(value, value)) for value in values or []) or "–"


def spaced_nip(nip: str) -> str:
    """A NIP as it is printed, or a dash."""
    return nip_in_parts(nip) or "–"


def unbroken_hours(text: str) -> str:
    """Hours with each period kept on one line."""
    return text.replace("-", f"{WORD_JOINER}–{WORD_JOINER}") or "–"
