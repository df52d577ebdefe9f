"""One spelling for each telephone number, e-mail address and NIK, so that equal ones are found equal."""

import re

MARKS = ("phone", "email", "nik")
"""The parts of an identity that name one person and no other."""

COVER = "••••"
_NO_DIGIT = re.compile(r"[^0-9]")
_NIK_DIGITS = 16
_SHORTEST_PHONE, _LONGEST_PHONE = 8, 15


def plain_mark(kind: str, text: str) -> str:
    """The one spelling; "" where the text holds no such mark (`kind` is one of MARKS)."""
    return {"phone": _phone, "email": _email, "nik": _nik}[kind](text)


def kind_of_mark(text: str) -> str | None:
    """Which mark a text that somebody typed is; None for one that is none."""
    if "@" in text:
        return "email" if _email(text) else None
    return next((kind for kind in ("nik", "phone") if plain_mark(kind, text)), None)


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
