"""The complaint's own number: one spelling, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_rules.process.complaint_number import format_complaint_number, read_complaint_number


@pytest.mark.parametrize(
    ("year", "running", "number"),
    [(2026, 1, "LB-2026-000001"), (2026, 999_999, "LB-2026-999999"), (2027, 42, "LB-2027-000042")],
)
def test_a_number_is_written_with_six_digits(year: int, running: int, number: str) -> None:
    assert format_complaint_number(year, running) == number
    assert read_complaint_number(number) == number


@given(st.integers(2000, 9999), st.integers(1, 999_999))
def test_a_number_is_read_as_it_was_written(year: int, running: int) -> None:
    number = format_complaint_number(year, running)
    assert len(number) == 14
    assert read_complaint_number(number) == number


@pytest.mark.parametrize("running", [0, -1, 1_000_000, 10**30])
def test_there_is_no_number_beyond_the_six_digits(running: int) -> None:
    with pytest.raises(ValueError, match="no number"):
        format_complaint_number(2026, running)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LB-2026-0000001",
        "LB-26-000001",
        "LB-2026-00000a",
        "XLB-2026-000001",
        "LB-2026-000001; DROP TABLE",
        "LB-\u0662\u0660\u0662\u0666-000001",
        "LB-2026-000000",
    ],
)
def test_anything_else_and_a_number_that_is_never_given_are_none(text: str) -> None:
    assert read_complaint_number(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "LB-2026-1",
        "lb-2026-000001",
        " LB-2026-000001",
        "LB-2026-000001\n",
        "LB-2026-000001 ",
        "LB\u200b-2026-000001",
        "LB-2026\u2013000001",
        "LB-2026-00000\uff11",
    ],
)
def test_another_spelling_is_read_as_the_one_spelling(text: str) -> None:
    assert read_complaint_number(text) == "LB-2026-000001"


@pytest.mark.parametrize(
    "typed",
    [
        "LB-2026-000042",
        "lb-2026-42",
        " LB 2026 000042 ",
        "lb 2026 42",
        "LB2026000042",
        "lb-2026000042",
        "LB–2026–000042",
        "LB/2026/0042",
        "LB.2026.42",
        "LB - 2026 - 42",
    ],
)
def test_a_number_is_read_however_it_was_typed(typed: str) -> None:
    assert read_complaint_number(typed) == "LB-2026-000042"


@pytest.mark.parametrize(
    "typed", ["", "42", "2026-42", "LB-2026-0", "LB-2026-1234567", "LB-26-42", "LB202642", "LB-٢٠٢٦-42", "x" * 999]
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert read_complaint_number(typed) is None
