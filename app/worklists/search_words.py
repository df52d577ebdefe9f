"""Search input split into words; accepts any input without raising."""

import re
import unicodedata
from collections.abc import Collection, Iterable

MOST_WORDS = 12
LONGEST_WORD = 60
SHORTEST_PREFIX = 2
SHORTEST_NUMBER_END = 4
WORD = re.compile(r"[^\W_]+")

_SAYING_NOTHING = """
    ada adalah agar akan atau bapak bagi belum bisa bu dan dapat dari dengan di ibu ini itu juga kami karena ke kepada
    kita lagi lebih maka mohon namun oleh pada pak para saat saja sampai sangat saya sebagai secara sehingga seperti
    serta setiap sudah supaya telah tersebut untuk yang
"""
# Words before the name of a place; only the name itself is stored.
_OF_A_PLACE = "desa kab kabupaten kec kecamatan kel kelurahan"
STOP_WORDS = frozenset(f"{_SAYING_NOTHING} {_OF_A_PLACE}".split())


def words_of(text: str) -> tuple[str, ...]:
    """Return a tuple of the distinct words of a text in lower case, in order, at most twelve, without stop words unless
    there are no others.
    """
    found = [word[:LONGEST_WORD].lower() for word in WORD.findall(unicodedata.normalize("NFKC", text))]
    telling = [word for word in found if word not in STOP_WORDS] or found
    return tuple(dict.fromkeys(telling))[:MOST_WORDS]


def is_half_typed(text: str, word: str) -> bool:
    """Return whether the typed text ends with this word, so that the word is searched as a prefix; False for one letter
    and for numbers below four digits.
    """
    whole = len(word) < SHORTEST_PREFIX or (word.isdigit() and len(word) < SHORTEST_NUMBER_END)
    return not whole and unicodedata.normalize("NFKC", text).lower().endswith(word)


def is_number(words: Iterable[str]) -> bool:
    """Return whether the searched words are only a complaint number: "42", "0042" or "LB-2026-000042"; True also
    without any word.
    """
    return all(word in ("lb", "lp") or word.isdigit() for word in words)


def field_lexemes(codes: Iterable[str], word: str, half_typed: bool) -> str:
    """Return the text of a tsquery for a word in the values of any of these fields, as `words_of_fields` of the
    database writes it; "" without a field. A half-typed word is a prefix.
    """
    prefix = ":*" if half_typed else ""
    return " | ".join(f"'.{code}.{word}'{prefix}" for code in codes)


def words_matching(text: str, words: Iterable[str], halves: Collection[str]) -> frozenset[str]:
    """Return the words of a text, in lower case, that are one of the searched words, or that begin with one of the
    half-typed ones; all of its words if the text without blanks and signs does.
    """
    found = frozenset(word.lower() for word in WORD.findall(unicodedata.normalize("NFKC", text)))
    whole = "".join(word.lower() for word in WORD.findall(unicodedata.normalize("NFKC", text)))
    wanted, begun = frozenset(words), tuple(halves)
    if whole in wanted or (begun and whole.startswith(begun)):
        return found
    return frozenset(word for word in found if word in wanted or (begun and word.startswith(begun)))


def number_lexemes(word: str) -> list[str]:
    """Return a list of the lexemes of a number as the database indexes it: by value and, from four digits on, by its
    ending. [] for a word that is no number.
    """
    if not (word.isascii() and word.isdigit()):
        return []
    value = word.lstrip("0")
    by_value = [f"no{value}"] if value and len(value) <= 6 else []
    return by_value + ([f"r{word[::-1]}:*"] if len(word) >= SHORTEST_NUMBER_END else [])
