"""Letter numbers by an agency's pattern."""

from datetime import date

import pytest

from app.papers.number_pattern import format_letter_number, number_pattern_holds

DAY = date(2026, 9, 3)


@pytest.mark.parametrize(
    ("pattern", "running", "number"),
    [
        ("{kode}/{nomor}/{akhiran}/{tahun}", 1, "500.12/001/KOMINFO-BLG/2026"),
        ("B/{kode}/{nomor}/{akhiran}/{bulan_romawi}/{tahun}", 573, "B/500.12/573/KOMINFO-BLG/IX/2026"),
        ("{nomor}.{bulan}.{tahun}", 12345, "12345.09.2026"),
    ],
)
def test_a_number_is_written_by_the_pattern(pattern: str, running: int, number: str) -> None:
    assert number_pattern_holds(pattern)
    assert format_letter_number(pattern, running, DAY, "500.12", "KOMINFO-BLG") == number


@pytest.mark.parametrize(
    "pattern", ["", "{nomor}", "{tahun}", "{nomor}{tahun}{lain}", "{nomor}{tahun}}", "{}{nomor}{tahun}"]
)
def test_a_pattern_that_would_give_a_number_twice_does_not_hold(pattern: str) -> None:
    assert not number_pattern_holds(pattern)


def test_a_suffix_with_braces_is_text() -> None:
    assert format_letter_number("{nomor}/{akhiran}/{tahun}", 7, DAY, "", "{tahun}") == "007/{tahun}/2026"
