"""Two versions of a text, word by word: what stayed, what went, what is new."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|\S+")
MOST_COMPARED = 4_000_000
"""Pairs of words: beyond it both texts are shown whole, since comparing them would keep a reader waiting."""


@dataclass(frozen=True)
class Piece:
    """Words that are in both texts (`same`), only in the old one (`gone`) or only in the new one (`new`)."""

    kind: str
    text: str


def difference_in_words(old: str, new: str) -> tuple[Piece, ...]:
    """The pieces in reading order; those that stayed and are new make the new text, stayed and gone the old one."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) * len(after) > MOST_COMPARED:
        return tuple(piece for piece in (Piece("gone", old), Piece("new", new)) if piece.text)
    return tuple(_pieces(before, after))


def _pieces(before: list[str], after: list[str]) -> Iterator[Piece]:
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(before[a:b]))
            continue
        if b > a:
            yield Piece("gone", "".join(before[a:b]))
        if d > c:
            yield Piece("new", "".join(after[c:d]))
