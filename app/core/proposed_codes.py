"""Codes made from names, for those who leave the code to the program."""

import re
import unicodedata
from collections.abc import Container, Iterator
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, select

from app.core.extensions import db

LONGEST = 50
_OTHER = re.compile(r"[^a-z0-9]+")


def code_of(name: str) -> str:
    """Return the letters and digits of a name as a code: lower case, without accents, words joined by underscores, and
    with a letter first. "" for a name without any.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    code = _OTHER.sub("_", plain).strip("_")
    code = code if not code or code[0].isalpha() else f"k_{code}"
    return code[:LONGEST].rstrip("_")


def free_code(name: str, taken: Container[str]) -> str:
    """Return the code of a name, with a number behind it if the code is taken; "" for a name without a code."""
    code = code_of(name)
    return next(one for one in _numbered(code) if one not in taken) if code else ""


def taken_codes(column: Any, *where: ColumnElement[bool]) -> frozenset[str]:
    """Return the codes in a column of a table, of the rows that meet the conditions."""
    return frozenset(db.session.scalars(select(column).where(*where)))


def _numbered(code: str) -> Iterator[str]:
    yield code
    for number in count(2):
        yield f"{code}_{number}"
