"""Password rules: two rule sets as a table, and their check as pure functions.

BSSN 4/2021 (letter a) requires mixed characters and an expiry; OWASP ASVS 5.0 (6.2.5, 6.2.10) and NIST SP 800-63B
forbid both. Each office chooses one set.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from zxcvbn import zxcvbn

CONTEXT_WORDS = ("lapor", "balangan", "kominfo", "sp4n")
"""Words of this service and office, in lower case, which attackers try first."""

FEWEST_DIFFERENT = 6
LONGEST = 200
SHORTEST_OWN_WORD = 4
LEAST_GUESSES = 10**10
"""Number of guesses that a password must withstand; zxcvbn's best score begins there."""

MOST_ESTIMATED = 72
"""zxcvbn sees only this many characters, since its time grows with the square of the length."""

INDONESIAN_WORDS = (
    *("rahasia", "katasandi", "sandi", "katakunci", "indonesia", "merdeka", "pancasila", "nusantara", "garuda"),
    *("bismillah", "alhamdulillah", "assalamualaikum", "subhanallah", "allahuakbar", "ramadhan", "lebaran"),
    *("sayang", "cinta", "akucintakamu", "akusayangkamu", "keluarga", "bahagia", "semangat", "sukses", "berkah"),
    *("selamat", "terimakasih", "apakabar", "sahabat", "bersama", "harimau", "rajawali", "melati", "mawar"),
    *("pemerintah", "kabupaten", "pemkab", "bupati", "sekda", "dinas", "kantor", "pegawai", "petugas", "admin"),
    *("kalimantan", "kalsel", "selatan", "banjarmasin", "banjarbaru", "martapura", "paringin", "jakarta"),
    *("januari", "februari", "maret", "april", "juni", "juli", "agustus", "september", "oktober", "november"),
    *("desember", "senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu", "satuduatiga", "percobaan", "demo"),
)
"""Words that people in Indonesia take for passwords; zxcvbn knows English ones only."""

_KINDS = (str.isupper, str.islower, str.isdigit, lambda c: not c.isalnum())
"""Tests of a character, each of which one character of a mixed password passes."""

_LOOKS_LIKE = str.maketrans("013457@$!|", "oieastasii")
_SIGNS_AS_LETTERS = str.maketrans("@({[<!|$+%", "acccciistx")
"""Replaces signs that stand for letters. zxcvbn would try every combination of them, which takes seconds."""


@dataclass(frozen=True)
class PasswordRules:
    """A value object with one rule set for passwords: least length, whether character kinds must be mixed, how many
    last passwords (the current one included) may not be reused, lifetime (None: unlimited), and how long before its end
    to warn.
    """

    shortest: int
    mixed: bool
    remembered: int
    lasts: timedelta | None
    warned_before: timedelta = timedelta(days=14)


RULES = {
    "bssn": PasswordRules(shortest=12, mixed=True, remembered=5, lasts=timedelta(days=90)),
    "nist": PasswordRules(shortest=15, mixed=False, remembered=1, lasts=None),
}


class PasswordFault(StrEnum):
    """An enum of the reasons why a new password is not accepted."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    NOT_MIXED = "not_mixed"
    SAME_CHARACTERS = "same_characters"
    COMMON = "common"
    OWN_WORD = "own_word"
    USED_BEFORE = "used_before"


class Age(StrEnum):
    """An enum of the states of a password in its lifetime: valid, about to expire, or expired."""

    GOOD = "good"
    ENDING = "ending"
    EXPIRED = "over"


def faults_of(
    password: str, rules: PasswordRules, own_words: Collection[str], office_words: Iterable[str] = ()
) -> tuple[PasswordFault, ...]:
    """Return a tuple of all faults of a new password, the simplest first; () if it is accepted. Reuse of former
    passwords is not checked here.

    The password must not contain one of `own_words`, the names of the account's owner. It may contain `office_words`,
    the name of the owner's agency, but these count as easy to guess. A password that is too short is not estimated.
    """
    words = (*own_words, *office_words)
    mixed = all(any(map(kind, password)) for kind in _KINDS)
    plain = password.casefold()
    shapes = (plain, plain.translate(_LOOKS_LIKE))
    forbidden = (*CONTEXT_WORDS, *(word.casefold() for word in own_words if len(word) >= SHORTEST_OWN_WORD))
    found = (
        (PasswordFault.TOO_SHORT, len(password) < rules.shortest),
        (PasswordFault.TOO_LONG, len(password) > LONGEST),
        (PasswordFault.UNREADABLE, not password.isprintable()),
        (PasswordFault.NOT_MIXED, rules.mixed and not mixed),
        (PasswordFault.SAME_CHARACTERS, len(set(password)) < FEWEST_DIFFERENT),
        (PasswordFault.COMMON, len(password) >= rules.shortest and _guesses(password, words) < LEAST_GUESSES),
        (PasswordFault.OWN_WORD, any(word in shape for word in forbidden for shape in shapes)),
    )
    return tuple(fault for fault, there in found if there)


def words_of_names(*names: str) -> tuple[str, ...]:
    """Return a tuple of the distinct words of these names, in lower case, that are at least four characters long."""
    parts = (part for name in names for part in re.split(r"[^a-z0-9]+", name.casefold()))
    return tuple(dict.fromkeys(part for part in parts if len(part) >= SHORTEST_OWN_WORD))


def ends_at(changed_at: datetime, rules: PasswordRules) -> datetime | None:
    """Return when a password expires that was changed at `changed_at`, in that datetime's zone; None if it never
    does.
    """
    return None if rules.lasts is None else changed_at + rules.lasts


def age_of(changed_at: datetime, rules: PasswordRules, now: datetime) -> Age:
    """Return the state (valid, about to expire, expired) at `now` of a password set at `changed_at`; it is expired from
    the exact end of its lifetime.
    """
    end = ends_at(changed_at, rules)
    if end is None or now < end - rules.warned_before:
        return Age.GOOD
    return Age.ENDING if now < end else Age.EXPIRED


def _guesses(password: str, words: Iterable[str]) -> int:
    """Return how many guesses the password withstands (estimated by zxcvbn), if the attacker tries the given words
    first.
    """
    text = password[:MOST_ESTIMATED].translate(_SIGNS_AS_LETTERS)
    return int(zxcvbn(text, user_inputs=(*words, *CONTEXT_WORDS, *INDONESIAN_WORDS))["guesses"])
