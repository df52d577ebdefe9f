"""How a setting is declared: one line gives its type, default, bounds, meaning, and whether it is secret."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, get_args

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, ValidationInfo
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

MACHINE, OFFICE = "machine", "office"


class Settings(BaseSettings):
    """The base class of the sections of settings (pydantic). Each subclass is one section of docs/configuration.md:
    `title` and `note` are its heading and first paragraph, `group` says who decides: the administrator of the machine,
    or the office.
    """

    model_config = SettingsConfigDict(
        case_sensitive=True, enable_decoding=False, alias_generator=str.upper, frozen=True, hide_input_in_errors=True
    )
    group: ClassVar[str]
    title: ClassVar[str]
    note: ClassVar[str] = ""


def setting(
    default: Any,
    meaning: str,
    *,
    bounds: tuple[int, int] | None = None,
    usual: str = "",
    allowed: str = "",
    expected: str = "",
    name: str | None = None,
    secret: bool = False,
    checked: bool = False,
) -> Any:
    """Return the declaration of a setting as a pydantic `Field`. `default` is `...` where `read_environment` computes
    it from other settings.

    `usual` and `allowed` are the texts of the documentation where default and type do not say it. `expected` completes
    the sentence of an error ("PORT is 'x', not …"). `name` is the variable where it is not the field's name in upper
    case. With `checked` the validators run for the default too.
    """
    least, most = bounds or (None, None)
    texts: dict[str, Any] = {"usual": usual, "allowed": allowed, "expected": expected}
    if bounds:
        texts["allowed"] = allowed or f"{least} to {f'{most:,}' if bounds[1] >= 10**5 else most}"
        texts["expected"] = f"a number from {least} to {most}"
    alias: dict[str, Any] = {"validation_alias": name} if name else {}
    about: dict[str, Any] = {"description": meaning, "json_schema_extra": texts, "repr": not secret}
    return Field(default, ge=least, le=most, validate_default=checked, **alias, **about)


def texts_of(field: FieldInfo) -> dict[str, str]:
    """Return the texts of a declared setting as a dict: `usual`, `allowed`, `expected`."""
    return field.json_schema_extra  # type: ignore[return-value]


def choices_of(field: FieldInfo) -> tuple[str, ...]:
    """Return a tuple of the words that a setting may have as its value; () where it is no choice between words."""
    words: tuple[Any, ...] = get_args(field.annotation)
    return words if words and all(isinstance(word, str) for word in words) else ()


def variables(section: type[Settings]) -> dict[str, FieldInfo]:
    """Return a dict from the name of each environment variable of a section to its declared setting (pydantic
    `FieldInfo`).
    """
    return {str(field.validation_alias): field for field in section.model_fields.values()}


def sentences_of(faults: ValidationError, section: type[Settings]) -> list[str]:
    """Return a list of one sentence for each invalid setting: the validator's own message, or the setting's value and
    what was expected.
    """
    declared = variables(section)
    sentences: list[str] = []
    for fault in faults.errors():
        name, error = str(fault["loc"][0]), fault.get("ctx", {}).get("error")
        if isinstance(error, ValueError) and error.args:
            sentences += error.args
            continue
        field = declared[name]
        expected = texts_of(field)["expected"] or f"one of {', '.join(choices_of(field))}"
        shown = f" {fault['input']!r}," if field.repr else ""
        sentences.append(f"{name} is{shown} not {expected}.")
    return sentences


def matching(pattern: str) -> BeforeValidator:
    """Return a pydantic validator that accepts only texts that match the whole regular expression; it raises ValueError
    without a message for others.
    """

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError
        return text

    return BeforeValidator(check)


def beginning(*starts: str) -> AfterValidator:
    """Return a pydantic validator that accepts only texts with one of these beginnings; it raises ValueError for
    others, with a message that does not repeat the text.
    """

    def check(text: str, info: ValidationInfo) -> str:
        if not text.startswith(starts):
            expected = f"{', '.join(starts[:-1])} or {starts[-1]}"
            raise ValueError(f"{str(info.field_name).upper()} does not begin with {expected}.")
        return text

    return AfterValidator(check)


# Python and pydantic also accept signs, underscores and the digits of other scripts.
Number = Annotated[int, matching("[0-9]+")]
Switch = Annotated[bool, matching("(?i)on|off")]
AbsolutePath = Annotated[str, matching("(?s)/.*")]
ANY_CASE = BeforeValidator(str.lower)
"""Validator that accepts a word in upper and lower case."""
