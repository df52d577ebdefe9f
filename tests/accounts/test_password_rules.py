"""The rules of passwords, as a table written by hand: what is refused and for what reason, and when one ends."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.password_rules import RULES, Age, age_of, ends_at, faults_of, words_of_names
from app.settings.office_settings import PASSWORD_RULES

OWN = words_of_names("kepala.dishub", "Bima", "Ketapang", "kepala.dishub@balangan.example")
OFFICE = words_of_names("Dinas Pertamanan")
GOOD = "Kuda-Lari-7-Kali"

TABLE = (
    # password, faults under bssn, faults under nist
    (GOOD, "", ""),
    ("x9$kQ1mZr7!a", "", "too_short"),
    ("kuda lari tujuh kali", "not_mixed", ""),
    ("KUDA-LARI-7-KALI", "not_mixed", ""),
    ("kuda-lari-7-kali", "not_mixed", ""),
    ("Kuda-Lari-Tujuh-Kali", "not_mixed", ""),
    ("KudaLari7KaliSehari", "not_mixed", ""),
    ("Pendek-1!", "too_short", "too_short"),
    ("A1-" + "a" * 40, "same_characters common", "same_characters common"),
    ("A-1z" * 51, "too_long same_characters common", "too_long same_characters common"),
    ("Kuda-Lari-7\x00Kali", "unreadable", "unreadable"),
    ("Rahasia2026!!!!", "common", "common"),
    ("P4ssw0rd!202677", "common", "common"),
    ("1ndonesia2026!!", "not_mixed common", "common"),
    ("Qwerty123Qwerty!", "common", "common"),
    ("akucintakamu 123", "not_mixed common", "common"),
    ("123456789012345", "not_mixed common", "common"),
    ("abcdefghijklmnop", "not_mixed common", "common"),
    ("Lap0r-Hebat-77xyz", "own_word", "own_word"),
    ("Hijau-Balangan-2026", "own_word", "own_word"),
    ("Kominfo-Terus-Maju-9", "own_word", "own_word"),
    ("Ketapang-Subur-88!", "own_word", "own_word"),
    ("K3tap4ng-Subur-88!", "own_word", "own_word"),
    ("Dishub-Jaya-2031!", "own_word", "own_word"),
    ("Pertamanan-2031!", "common", "common"),
    ("Bismillah-2026!", "common", "common"),
    ("Password-2026!!", "common", "common"),
    ("Admin-Admin-Admin-1", "common", "common"),
)


@pytest.mark.parametrize(("password", "bssn", "nist"), TABLE)
def test_what_is_wrong_with_a_password(password: str, bssn: str, nist: str) -> None:
    for name, expected in (("bssn", bssn), ("nist", nist)):
        assert " ".join(faults_of(password, RULES[name], OWN, OFFICE)) == expected, name


def test_short_parts_of_a_name_are_not_looked_for() -> None:
    assert words_of_names("a.li", "Siti", "Nur Azizah") == ("siti", "azizah")


@pytest.mark.parametrize(
    ("after", "age"),
    [
        (timedelta(0), Age.GOOD),
        (timedelta(days=76) - timedelta(seconds=1), Age.GOOD),
        (timedelta(days=76), Age.ENDING),
        (timedelta(days=90) - timedelta(seconds=1), Age.ENDING),
        (timedelta(days=90), Age.EXPIRED),
    ],
)
def test_a_password_of_bssn_warns_for_two_weeks_and_ends_after_ninety_days(after: timedelta, age: Age) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    assert age_of(begin, RULES["bssn"], begin + after) is age
    assert age_of(begin, RULES["nist"], begin + after) is Age.GOOD
    assert ends_at(begin, RULES["nist"]) is None


@pytest.mark.parametrize(
    "pattern", ["4@8({[<369!1|0$5+7%2", "0123456789", "1q2w3e4r5t", "12.03.1999", "\u0130\ud800\x00\u4e2d"]
)
def test_no_password_takes_long_to_check(pattern: str) -> None:
    begun = time.process_time()
    faults_of(pattern * 20, RULES["nist"], OWN, OFFICE)
    assert time.process_time() - begun < 1


def test_the_setting_names_every_set_of_rules() -> None:
    assert set(PASSWORD_RULES) == set(RULES)
