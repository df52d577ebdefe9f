"""Numbers as people write them: telephone numbers, NIKs, and what nobody sees in a pasted one."""

import pytest

from app.core.identifiers import digits_of_nik, is_nik, is_phone
from workflow_rules.process.complaint_number import visible

BIRTHDAYS = ["010190", "310190", "410190", "710190", "290299", "690299", "300490", "700490"]
NO_BIRTHDAYS = [
    "000190",
    "400190",
    "320190",
    "720190",
    "990190",
    "011390",
    "010090",
    "511390",
    "300290",
    "310490",
    "710490",
]


@pytest.mark.parametrize("birthday", BIRTHDAYS)
def test_a_nik_holds_a_day_of_birth_of_a_man_or_a_woman(birthday: str) -> None:
    assert is_nik(f"631101{birthday}0001")


@pytest.mark.parametrize("birthday", NO_BIRTHDAYS)
def test_a_nik_of_a_day_or_month_that_does_not_exist_is_none(birthday: str) -> None:
    assert not is_nik(f"631101{birthday}0001")


@pytest.mark.parametrize(
    "typed", ["6311 0145 0290 0001", "631101.450290.0001", "631101-450290-0001", "6311\u200b014502900001"]
)
def test_a_nik_may_be_written_in_groups(typed: str) -> None:
    assert digits_of_nik(typed) == "6311014502900001"


@pytest.mark.parametrize("digits", ["", "631101450290001", "63110145029000011", "631101450290000a", "٦٣١١٠١٤٥٠٢٩٠٠٠٠١"])
def test_what_has_not_sixteen_digits_is_no_nik(digits: str) -> None:
    assert not is_nik(digits)


@pytest.mark.parametrize(
    "typed",
    [
        "(0526) 21 234",
        "0526-21234",
        "0526/21234",
        "+62 812-3456-7890",
        "(+62) 812 3456",
        "0812.3456.7890",
        "0812 3456 789 (1)",
    ],
)
def test_a_telephone_number_is_taken_as_it_is_written(typed: str) -> None:
    assert is_phone(typed)


@pytest.mark.parametrize(
    "typed", ["", "+", "12345", "0812 3456 7890 1234", "nol", "0812x34567", "0812\n345678", "1" * 31, "()()()()()"]
)
def test_what_cannot_be_called_is_no_telephone_number(typed: str) -> None:
    assert not is_phone(typed)


@pytest.mark.parametrize("unseen", ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202a", "\u2066"])
def test_what_nobody_sees_is_not_there(unseen: str) -> None:
    assert visible(f"{unseen}LB-2026{unseen}-000001{unseen}") == "LB-2026-000001"
