"""The types of the rows of a profile: what each member may hold, with a sentence for what it may not."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from app.papers.emblems import LARGEST_FILE, is_png
from app.profile.section import Row
from app.profile.yaml_text import Fault

WORD, LINE, PROSE = 80, 300, 4000
LARGEST_ORDER = 10_000


class Strict(BaseModel):
    """Base of the rows: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


def row_of(model: type[Strict], item: Any, **made: Any) -> Row:
    """Return a database row as a row of the profile: the members of `model` in their order, with the values of `made`
    or else of the columns of that name.
    """
    return {
        field.alias or name: made[name] if name in made else _stored(getattr(item, name))
        for name, field in model.model_fields.items()
    }


def _stored(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, list) else value


def typed(model: type[Strict]) -> Callable[[Any], tuple[Row, list[Fault]]]:
    """Return a function that reads one row with the types of `model`."""

    def read(raw: Any) -> tuple[Row, list[Fault]]:
        try:
            return model.model_validate(raw).model_dump(by_alias=True), []
        except ValidationError as error:
            return {}, [Fault(e["loc"], _sentence(e, model)) for e in error.errors(include_url=False)]

    return read


_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is unknown here",
    "string_type": "must be text; put it in quotes",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "list_type": "must be a list",
    "model_type": "must have members, each with a value",
}


def _sentence(error: Mapping[str, Any], model: type[Strict]) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    if error["type"] == "extra_forbidden" and len(error["loc"]) == 1:
        return f"is unknown; known are {', '.join(field.alias or name for name, field in model.model_fields.items())}"
    return _SENTENCES.get(error["type"]) or error["msg"]


def one_of(words: Iterable[str]) -> AfterValidator:
    """Return the check of a text that is one of `words`."""
    known = tuple(words)

    def check(word: str) -> str:
        if word not in known:
            raise ValueError(f"must be one of {', '.join(known)}")
        return word

    return AfterValidator(check)


def text(longest: int, needed: bool = False) -> AfterValidator:
    """Return the check of a text of at most `longest` characters; a `needed` one is not empty."""

    def check(said: str) -> str:
        if needed and not said.strip():
            raise ValueError("must not be empty")
        if len(said) > longest:
            raise ValueError(f"is longer than {longest} characters")
        if re.search("[\0\ud800-\udfff]", said):
            raise ValueError("holds a character that cannot be stored")
        return said

    return AfterValidator(check)


def within(least: int, most: int) -> AfterValidator:
    """Return the check of a number from `least` to `most`."""

    def check(number: int) -> int:
        if not least <= number <= most:
            raise ValueError(f"must be between {least} and {most}")
        return number

    return AfterValidator(check)


def pattern(expression: str, message: str) -> AfterValidator:
    """Return the check of a text that matches a regular expression as a whole."""

    def check(said: str) -> str:
        if not re.fullmatch(expression, said):
            raise ValueError(message)
        return said

    return AfterValidator(check)


def picture(said: str) -> str:
    """Return the base64 text of a PNG file in lines of 76 characters. Raises ValueError for anything else."""
    try:
        png = base64.b64decode("".join(said.split()), validate=True)
    except binascii.Error as broken:
        raise ValueError("must be a PNG file in base64") from broken
    if len(png) > LARGEST_FILE or not is_png(png):
        raise ValueError(f"must be a PNG file of at most {LARGEST_FILE // 1024 // 1024} MB")
    return base64.encodebytes(png).decode()


def _distinct(words: list[str]) -> list[str]:
    if len(set(words)) < len(words):
        raise ValueError("names something twice")
    return sorted(words)


def _iso_day(said: str) -> str:
    try:
        if date.fromisoformat(said).isoformat() == said:
            return said
    except ValueError:
        pass
    raise ValueError("must be a date such as 2026-08-17")


Code = Annotated[
    str, text(WORD), pattern("[a-z][a-z0-9_]*", "must be a code: small letters, digits and _, a letter first")
]
Word = Annotated[str, text(WORD)]
NeededWord = Annotated[str, text(WORD, needed=True)]
Line = Annotated[str, text(LINE)]
NeededLine = Annotated[str, text(LINE, needed=True)]
Prose = Annotated[str, text(PROSE)]
Words = Annotated[list[str], AfterValidator(_distinct)]
Day = Annotated[str, AfterValidator(_iso_day)]
Order = Annotated[int, within(1, LARGEST_ORDER)]
MaybeText = Annotated[str, BeforeValidator(lambda said: "" if said is None else said)]


class Label(Strict):
    """A text in both languages; English may be missing."""

    id: NeededLine
    en: Annotated[MaybeText, text(LINE)] = ""
