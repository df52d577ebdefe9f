"""What a password must be, as one table of two rule sets and a function over plain text.

BSSN 4/2021 (letter a) asks for a mix of characters and a period of validity; OWASP ASVS 5.0 (6.2.5, 6.2.10) and NIST SP
800-63B forbid asking for either. Both are written down here, and an office chooses.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path

CONTEXT_WORDS = ("lapor", "balangan", "kominfo", "sp4n")
"""Words of this service and its office, in small letters: the first that a stranger tries."""

FEWEST_DIFFERENT = 6
LONGEST = 200
SHORTEST_OWN_WORD = 4
_LOOKS_LIKE = str.maketrans("013457@$!|", "oieastasii")


@dataclass(frozen=True)
class PasswordRules:
    """One set of rules; `kept` is how many passwords may not be taken again, the present one among them."""

    shortest: int
    mixed: bool
    kept: int
    lasts: timedelta | None
    warned_before: timedelta = timedelta(days=14)


RULES = {
    "bssn": PasswordRules(shortest=12, mixed=True, kept=5, lasts=timedelta(days=90)),
    "nist": PasswordRules(shortest=15, mixed=False, kept=1, lasts=None),
}


class PasswordFault(StrEnum):
    """Why a new password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    NOT_MIXED = "not_mixed"
    SAME_CHARACTERS = "same_characters"
    COMMON = "common"
    OWN_WORD = "own_word"
    USED_BEFORE = "used_before"


class Age(StrEnum):
    """How a password stands on its way to the end of its time."""

    GOOD = "good"
    ENDING = "ending"
    OVER = "over"


def faults_of(
    password: str, rules: PasswordRules, own_words: Iterable[str], common: Collection[str]
) -> tuple[PasswordFault, ...]:
    """Everything that is wrong with a new password, the plainest first; whether it was used before is not known here.

    `own_words` are the names of whose it is to be, `common` holds words in small letters.
    """
    found = (
        (PasswordFault.TOO_SHORT, len(password) < rules.shortest),
        (PasswordFault.TOO_LONG, len(password) > LONGEST),
        (PasswordFault.UNREADABLE, not password.isprintable()),
        (PasswordFault.NOT_MIXED, rules.mixed and not _is_mixed(password)),
        (PasswordFault.SAME_CHARACTERS, len(set(password)) < FEWEST_DIFFERENT),
        (PasswordFault.COMMON, _is_common(password, common)),
        (PasswordFault.OWN_WORD, _holds_a_word(password, own_words)),
    )
    return tuple(fault for fault, there in found if there)


def words_of_names(*names: str) -> tuple[str, ...]:
    """The parts of user name, names and address that are long enough to be looked for in a password."""
    parts = (part for name in names for part in re.split(r"[^a-z0-9]+", name.casefold()))
    return tuple(dict.fromkeys(part for part in parts if len(part) >= SHORTEST_OWN_WORD))


def ends_at(changed_at: datetime, rules: PasswordRules) -> datetime | None:
    """When a password ends by its age; None where it does not."""
    return None if rules.lasts is None else changed_at + rules.lasts


def age_of(changed_at: datetime, rules: PasswordRules, now: datetime) -> Age:
    """Where a password stands; it is over at the very instant its time is."""
    end = ends_at(changed_at, rules)
    if end is None or now < end - rules.warned_before:
        return Age.GOOD
    return Age.ENDING if now < end else Age.OVER


def _is_mixed(password: str) -> bool:
    """Capital and small letter, digit, and something that is none of them."""
    kinds = (str.isupper, str.islower, str.isdigit, lambda c: not c.isalnum())
    return all(any(kind(character) for character in password) for kind in kinds)


def _is_common(password: str, common: Collection[str]) -> bool:
    """Whether all that is left without the digits and signs around it is a word that everybody tries."""
    plain = password.casefold()
    core = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    begun = re.sub(r"[^a-z]+$", "", plain)
    letters = re.sub(r"[^a-z]", "", plain)
    shapes = (plain, core, letters, core.translate(_LOOKS_LIKE), begun.translate(_LOOKS_LIKE))
    return _is_a_run(plain) or any(shape in common or _repeats(shape, common) for shape in shapes)


def _is_a_run(text: str) -> bool:
    """Characters that follow each other by one rule: 1234…, 9876…, abcd…"""
    return len({(ord(after) - ord(before)) % 10 for before, after in pairwise(text)}) <= 1


def _repeats(text: str, common: Collection[str]) -> bool:
    """One short piece over and over: the word twice is the word."""
    match = re.fullmatch(r"(.{1,8}?)\1+", text)
    return match is not None and (len(match[1]) < 4 or match[1] in common)


def _holds_a_word(password: str, own_words: Iterable[str]) -> bool:
    plain = password.casefold()
    words = (*CONTEXT_WORDS, *(word.casefold() for word in own_words if len(word) >= SHORTEST_OWN_WORD))
    return any(word in shape for word in words for shape in (plain, plain.translate(_LOOKS_LIKE)))


LIST = Path(__file__).with_name("common_passwords.txt")


@cache
def common_passwords() -> frozenset[str]:
    """The list in small letters, without its lines about where it comes from."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
