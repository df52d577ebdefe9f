"""Search for personal data in a text: identity, phone and plate numbers, e-mail addresses, and names that introduce
themselves.

The search goes by form alone: it has false positives and misses a bare name, so it serves as a warning only.
"""

import re
from datetime import date

Trace = tuple[str, int, int]
"""Kind (one of KINDS), start and end index in the text."""

KINDS = ("nik", "email", "phone", "plate", "name")
COVER = "•••"

_NIK = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){15}(?!\d)")
_EMAIL = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,6}")
# Mobile numbers in national and international form; landlines by the code of their area (0526 is Paringin).
_MOBILE = re.compile(r"(?<![\d+])(?:\+?62|0062|0)[ .()\-]{0,3}8(?:[ .()\-]{0,2}\d){7,12}(?!\d)")
_LANDLINE = re.compile(r"(?<![\d+])\(?(?:\+62[ ]?|0)[2-9]\d{1,2}\)?[ .\-]?\d{5,8}(?!\d)")
_REGIONS = "A[ABDEG]?|B[ABDEGHKLMNP]?|D[ABCDEGHKLMNPRST]?|E[ABD]?|F|G|H|K[BHTU]?|L|M|N|P[AB]?|R|S|T|W|Z"
"""Region letters at the start of an Indonesian number plate (DA is South Kalimantan)."""

_PLATE = re.compile(
    rf"(?<![^\W_])(?:(?:{_REGIONS})[ .\-]?\d{{1,4}}[ .\-]?[A-Z]{{1,3}}"
    rf"|(?:{_REGIONS.lower()})[ .\-]?\d{{4}}[ .\-]?[a-z]{{1,3}})(?![^\W_])"
)
_SAID = re.compile(
    r"\b(?:nama\s+(?:lengkap\s+)?(?:saya|aku|kami)|namaku|saya\s+bernama|perkenalkan,?\s+saya|atas\s+nama\s+saya)\b"
    r"(?:\s+(?:adalah|ialah|yaitu))?\s*[:=,]?\s*",
    re.IGNORECASE,
)
_CAPITAL_NAME = re.compile(r"[A-Z][\w'.\-]*(?:[ ]+[A-Z][\w'.\-]*){0,4}")
_SMALL_NAME = re.compile(r"[^\W\d_][\w'\-]*(?:[ ]+[^\W\d_][\w'\-]*)?")
# Words that continue a sentence and are no name: "nama saya dirahasiakan", "nama saya tidak perlu ditulis".
_NO_NAME = re.compile(
    r"(?:di(?:rahasia|sebut|tulis|samar|sembunyi|cantum|tutup|ketahui|publikasi|catat|muat|hapus|umum)\w*"
    r"|ter(?:cantum|tulis|daftar|catat|sebut)\w*|(?:me|ber)(?:rahasia|sembunyi|nyebut)\w*"
    r"|tidak|tak|jangan|tanpa|tolong|mohon|harap|agar|supaya|biar|bila|jika|kalau|karena|sudah|belum|akan|bisa|boleh"
    r"|harus|perlu|cukup|dan|atau|yang|di|ke|dari|pada|untuk|dengan|oleh|ini|itu|sendiri|warga|ada|rahasia)\b",
    re.IGNORECASE,
)


def personal_traces(text: str) -> list[Trace]:
    """Return where a text seems to hold personal data, as a list of (kind, start index, end index) in text order,
    without overlaps; [] if nothing was found. Of two traces with the same start the longer counts, and overlapping ones
    are merged.
    """
    found = [("nik", *match.span()) for match in _NIK.finditer(text) if _has_birthday(match.group())]
    for kind, pattern in (("email", _EMAIL), ("phone", _MOBILE), ("phone", _LANDLINE), ("plate", _PLATE)):
        found += [(kind, *match.span()) for match in pattern.finditer(text)]
    for match in _SAID.finditer(text):
        if _NO_NAME.match(text, match.end()):
            continue
        if name := _CAPITAL_NAME.match(text, match.end()) or _SMALL_NAME.match(text, match.end()):
            found.append(("name", *name.span()))
    merged: list[Trace] = []
    for trace in sorted(found, key=lambda trace: (trace[1], -trace[2])):
        if not merged or trace[1] >= merged[-1][2]:
            merged.append(trace)
        elif trace[2] > merged[-1][2]:
            merged[-1] = (merged[-1][0], merged[-1][1], trace[2])
    return merged


def without_traces(text: str) -> str:
    """Return the text with each piece of personal data replaced by `COVER` ("•••"), repeated until `personal_traces`
    finds none.
    """
    while traces := personal_traces(text):
        for _, begin, end in reversed(traces):
            text = f"{text[:begin]}{COVER}{text[end:]}"
    return text


def _has_birthday(written: str) -> bool:
    """Return whether digits 7 to 12 of a typed NIK are a valid day, month and year of birth (for women 40 is added to
    the day).
    """
    digits = re.sub(r"\D", "", written)
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    try:
        # 2000 was a leap year and 1900 was not: with 2000, 29 February is valid for either century.
        date(2000 + year, month, day - 40 if day > 40 else day)
    except ValueError:
        return False
    return True
