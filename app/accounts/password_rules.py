"""Password rules: two rule sets as a table, and their check as pure functions.

BSSN 4/2021 (letter a) requires mixed characters and an expiry; OWASP ASVS 5.0 (6.2.5, 6.2.10) and NIST SP 800-63B
forbid both. Each office chooses one set.
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
"""Words of this service and office, in lower case, which attackers try first."""

FEWEST_DIFFERENT = 6
LONGEST = 200
SHORTEST_OWN_WORD = 4
_LOOKS_LIKE = str.maketrans("013457@$!|", "oieastasii")


@dataclass(frozen=True)
class PasswordRules:
    """One rule set: least length, whether character kinds must be mixed, how many last passwords (the current one
    included) may not be reused, lifetime (None: unlimited), and how long before its end to warn.
    """

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
    """Why a new password is not accepted."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    NOT_MIXED = "not_mixed"
    SAME_CHARACTERS = "same_characters"
    COMMON = "common"
    OWN_WORD = "own_word"
    USED_BEFORE = "used_before"


class Age(StrEnum):
    """State of a password in its lifetime: valid, about to expire, or expired."""

    GOOD = "good"
    ENDING = "ending"
    OVER = "over"


def faults_of(
    password: str, rules: PasswordRules, own_words: Iterable[str], common: Collection[str]
) -> tuple[PasswordFault, ...]:
    """Return every fault of a new password, the simplest first; empty if none. Reuse is not checked here.

    `own_words` are the names of the account's owner; `common` holds common passwords in lower case.
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
    """Return the parts of the names, in lower case, that are at least four characters long."""
    parts = (part for name in names for part in re.split(r"[^a-z0-9]+", name.casefold()))
    return tuple(dict.fromkeys(part for part in parts if len(part) >= SHORTEST_OWN_WORD))


def ends_at(changed_at: datetime, rules: PasswordRules) -> datetime | None:
    """Return the instant at which a password expires; None if it does not."""
    return None if rules.lasts is None else changed_at + rules.lasts


def age_of(changed_at: datetime, rules: PasswordRules, now: datetime) -> Age:
    """Return the state of a password at `now`; it is expired from the exact end of its lifetime."""
    end = ends_at(changed_at, rules)
    if end is None or now < end - rules.warned_before:
        return Age.GOOD
    return Age.ENDING if now < end else Age.OVER


def _is_mixed(password: str) -> bool:
    """Return whether the password has upper and lower case letters, a digit and another character."""
    kinds = (str.isupper, str.islower, str.isdigit, lambda c: not c.isalnum())
    return all(any(kind(character) for character in password) for kind in kinds)


def _is_common(password: str, common: Collection[str]) -> bool:
    """Return whether the password is a common word, a run or a repetition, ignoring surrounding digits and signs and
    look-alike characters.
    """
    plain = password.casefold()
    core = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    begun = re.sub(r"[^a-z]+$", "", plain)
    letters = re.sub(r"[^a-z]", "", plain)
    shapes = (plain, core, letters, core.translate(_LOOKS_LIKE), begun.translate(_LOOKS_LIKE))
    return _is_a_run(plain) or any(shape in common or _repeats(shape, common) for shape in shapes)


def _is_a_run(text: str) -> bool:
    """Return whether the characters follow each other at a constant step: 1234…, 9876…, abcd…"""
    return len({(ord(after) - ord(before)) % 10 for before, after in pairwise(text)}) <= 1


def _repeats(text: str, common: Collection[str]) -> bool:
    """Return whether the text repeats a piece of one to eight characters that is shorter than four or common."""
    match = re.fullmatch(r"(.{1,8}?)\1+", text)
    return match is not None and (len(match[1]) < 4 or match[1] in common)


def _holds_a_word(password: str, own_words: Iterable[str]) -> bool:
    plain = password.casefold()
    words = (*CONTEXT_WORDS, *(word.casefold() for word in own_words if len(word) >= SHORTEST_OWN_WORD))
    return any(word in shape for word in words for shape in (plain, plain.translate(_LOOKS_LIKE)))


LIST = Path(__file__).with_name("common_passwords.txt")


@cache
def common_passwords() -> frozenset[str]:
    """Return the bundled list of common passwords in lower case, without its comment lines."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
