"""One spelling for each telephone number, e-mail address and NIK, so that equal ones are found equal."""

import re

from workflow_rules.process.complaint_number import visible

MARKS = ("phone", "email", "nik")
"""The parts of an identity that name one person and no other."""

_WRITTEN_PHONE = re.compile(r"[+(]*[0-9][0-9 ()./\u2010-\u2015-]*[0-9)]")
_MOST_WRITTEN = 30
_BETWEEN_GROUPS = re.compile(r"[\s./_\u2010-\u2015-]+")
_DAYS_IN_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WOMENS_DAYS = 40
"""Added to the day of birth in a woman's NIK."""
COVER = "••••"
_NO_DIGIT = re.compile(r"[^0-9]")
_NIK_DIGITS = 16
_SHORTEST_PHONE, _LONGEST_PHONE = 8, 15
_SHORTEST_WRITTEN = 7


def plain_mark(kind: str, text: str) -> str:
    """The one spelling; "" where the text holds no such mark (`kind` is one of MARKS)."""
    return {"phone": _phone, "email": _email, "nik": _nik}[kind](text)


def kind_of_mark(text: str) -> str | None:
    """Which mark a text that somebody typed is; None for one that is none."""
    if "@" in text:
        return "email" if _email(text) else None
    return next((kind for kind in ("nik", "phone") if plain_mark(kind, text)), None)


def is_phone(text: str) -> bool:
    """Whether a text is a telephone number as people write it: `(0526) 21 234`, `+62 812-3456-7890`, `0526/21234`."""
    digits = sum(c.isdecimal() for c in text)
    written = len(text) <= _MOST_WRITTEN and _WRITTEN_PHONE.fullmatch(text)
    return bool(written) and _SHORTEST_WRITTEN <= digits <= _LONGEST_PHONE


def digits_of_nik(text: str) -> str:
    """A NIK without what people write between its groups; of anything else what is left."""
    return _BETWEEN_GROUPS.sub("", visible(text))


def is_nik(digits: str) -> bool:
    """Whether these are the sixteen digits of a NIK: its seventh to twelfth are a day of birth, a woman's 40 more."""
    if len(digits) != _NIK_DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    day, month = int(digits[6:8]), int(digits[8:10])
    day -= _WOMENS_DAYS if day > _WOMENS_DAYS else 0
    return 1 <= month <= len(_DAYS_IN_MONTH) and 1 <= day <= _DAYS_IN_MONTH[month - 1]


def _phone(text: str) -> str:
    """Digits with the country's code as a 0: +62 812, 62812, 0062812 and 0812 are one number."""
    digits = _NO_DIGIT.sub("", text)
    for code in ("0062", "62"):
        if digits.startswith(code):
            digits = f"0{digits.removeprefix(code).lstrip('0')}"
            break
    else:
        digits = digits if digits.startswith("0") or not digits else f"0{digits}" if digits.startswith("8") else digits
    return digits if _SHORTEST_PHONE <= len(digits) <= _LONGEST_PHONE else ""


def _email(text: str) -> str:
    address = text.strip().casefold()
    name, _, host = address.partition("@")
    return address if name and "." in host and not re.search(r"\s", address) else ""


def _nik(text: str) -> str:
    """Sixteen digits; a NIK begins with the number of a province, and none of those begins with 0."""
    digits = _NO_DIGIT.sub("", text)
    return digits if len(digits) == _NIK_DIGITS and digits[0] != "0" else ""


def masked(kind: str, text: str) -> str:
    """Enough of a part of an identity to know it again, and no more: 08••••12, a••••@••••, and of the rest nothing."""
    if kind == "phone" and (digits := _phone(text)):
        return f"{digits[:2]}{COVER}{digits[-2:]}"
    if kind == "email" and (address := _email(text)):
        return f"{address[0]}{COVER}@{COVER}"
    return COVER


_TRACKING_ID = re.compile(r"[0-9]{6,15}")


def is_tracking_id(text: str) -> bool:
    """Whether SP4N could have given this number: 6 to 15 digits, no others' digits that look like ours."""
    return _TRACKING_ID.fullmatch(text) is not None
