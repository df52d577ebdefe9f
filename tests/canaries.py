"""Texts that nobody may find where they do not belong: each secret field of the test data holds one.

`SECRET_REPORTER` is who reports secretly wherever a test does not name its own reporter. Its fields share a mark, so
that one regular expression finds them in any output, however they were written: escaped, in base64, without hyphens.
"""

import base64
import re

MARK = "kanarirhs"
PHONE = "0800-7310-7310"
SECRET_REPORTER = {
    "name": f"{MARK} Melati",
    "address": f"Gang {MARK} No. 7",
    "phone": PHONE,
    "email": f"{MARK}@warga.example",
    "nik": "6311074510731073",
}
OFFICE = frozenset({"admin.aduan", "kasi", "kabid", "kadis", "pengawas"})
"""Who may know a secret reporter: the office that answers, and who supervises it (design section 6)."""

PASSWORDS = ("balangan-demo",)


def phone_canaries(phone: str) -> tuple[str, ...]:
    """What tells a number of three groups however it was cut; four digits alone stand in one hash of a thousand."""
    first, middle, last = phone.split("-")
    pairs = ((first.lstrip("0"), middle), (middle, last))
    return tuple(f"{a}{between}{b}" for a, b in pairs for between in ("", "-", " "))


def _in_base64(text: str) -> list[str]:
    """What stays the same of a text in base64, wherever in a longer one it begins."""
    shifted = (base64.b64encode(b" " * before + text.encode()).decode() for before in range(3))
    return [encoded[4 if before else 0 : -4].rstrip("=") for before, encoded in enumerate(shifted)]


_DIGITS = r"[\s.\-]*".join(PHONE.replace("-", "").lstrip("0"))
IDENTITY = re.compile(
    "|".join(
        [
            f"(?i:{MARK})",
            _DIGITS,
            SECRET_REPORTER["nik"][-10:],
            *map(re.escape, _in_base64(MARK) + _in_base64(MARK.capitalize())),
        ]
    )
)
CREDENTIALS = re.compile(
    "|".join(
        [*map(re.escape, PASSWORDS), r"\blb_[A-Za-z0-9_-]{43}\b", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.", r"whsec_\w{20}"]
    )
)
