"""Word-by-word difference of two texts."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|\S+")
MOST_COMPARED = 4_000_000
"""Limit on pairs of words; longer texts are shown whole, because comparing them would take too long."""


@dataclass(frozen=True)
class Piece:
    """A run of words found in both texts (`same`), only in the old one (`gone`) or only in the new one (`new`)."""

    kind: str
    text: str


def difference_in_words(old: str, new: str) -> tuple[Piece, ...]:
    """Return the pieces in reading order. `same` with `new` gives the new text, `same` with `gone` the old one.

    Too long texts are not compared: the old one is returned as `gone`, the new one as `new`.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) * len(after) > MOST_COMPARED:
        return tuple(piece for piece in (Piece("gone", old), Piece("new", new)) if piece.text)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
            continue
        if b > a:
            pieces.append(Piece("gone", "".join(before[a:b])))
        if d > c:
            pieces.append(Piece("new", "".join(after[c:d])))
    return tuple(pieces)
