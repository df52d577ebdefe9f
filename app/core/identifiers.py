"""Normal forms of phone numbers, e-mail addresses and NIK, so that equal ones compare equal."""

import re

from workflow_rules.process.complaint_number import visible

LARGEST_ID, LARGEST_INTEGER = 2**63 - 1, 2**31 - 1
"""Largest values of a bigint and of an integer column, which a larger number in an address would overflow."""

MARKS = ("phone", "email", "nik")
"""Kinds of identifier that belong to one person only."""

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


def normal_identifier(kind: str, text: str) -> str:
    """Return the normal form of a phone number, e-mail address or NIK (`kind` is `phone`, `email` or `nik`), so that
    equal ones compare equal; "" when the text holds no valid one.
    """
    return {"phone": _phone, "email": _email, "nik": _nik}[kind](text)


def identifier_kind(text: str) -> str | None:
    """Return which kind of identifier a typed text is ("email", "nik" or "phone"); None if it is none of these."""
    if "@" in text:
        return "email" if _email(text) else None
    return next((kind for kind in ("nik", "phone") if normal_identifier(kind, text)), None)


def is_phone(text: str) -> bool:
    """Return whether a text is a phone number of 7 to 15 digits in a usual notation: `(0526) 21 234`, `+62
    812-3456-7890`, `0526/21234`.
    """
    digits = sum(c.isdecimal() for c in text)
    written = len(text) <= _MOST_WRITTEN and _WRITTEN_PHONE.fullmatch(text)
    return bool(written) and _SHORTEST_WRITTEN <= digits <= _LONGEST_PHONE


def digits_of_nik(text: str) -> str:
    """Return a typed text without separators and invisible characters, so that a NIK has only its digits; nothing is
    checked, and other characters remain.
    """
    return _BETWEEN_GROUPS.sub("", visible(text))


def is_nik(digits: str) -> bool:
    """Return whether the text has the sixteen digits of a NIK, of which the seventh to tenth are a day and month of
    birth (with 40 added to the day for women).
    """
    if len(digits) != _NIK_DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    day, month = int(digits[6:8]), int(digits[8:10])
    day -= _WOMENS_DAYS if day > _WOMENS_DAYS else 0
    return 1 <= month <= len(_DAYS_IN_MONTH) and 1 <= day <= _DAYS_IN_MONTH[month - 1]


def _phone(text: str) -> str:
    """Return the digits of a phone number with the country code replaced by 0, so that +62 812, 62812, 0062812 and 0812
    are equal; "" unless there are 8 to 15 of them.
    """
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
    """Return the sixteen digits of a NIK, or "" for any other text. A NIK begins with a province number, which never
    begins with 0.
    """
    digits = _NO_DIGIT.sub("", text)
    return digits if len(digits) == _NIK_DIGITS and digits[0] != "0" else ""


def masked(kind: str, text: str) -> str:
    """Return a phone number or e-mail address (`kind` is `phone` or `email`) with most characters hidden (08••••12,
    a••••@••••); •••• for a NIK or an invalid text.
    """
    if kind == "phone" and (digits := _phone(text)):
        return f"{digits[:2]}{COVER}{digits[-2:]}"
    if kind == "email" and (address := _email(text)):
        return f"{address[0]}{COVER}@{COVER}"
    return COVER


_TRACKING_ID = re.compile(r"[0-9]{6,15}")


def is_tracking_id(text: str) -> bool:
    """Return whether the text has the form of an SP4N tracking id: 6 to 15 ASCII digits."""
    return _TRACKING_ID.fullmatch(text) is not None
