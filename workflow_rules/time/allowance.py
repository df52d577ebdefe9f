"""Allowances of the SOP: a whole number of working minutes or working days."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """An enum of the SOP's units of time, never converted into each other: a sum reads "7 hari 8 jam 30 menit"."""

    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Allowance:
    """The printed time granted for a step. Raises ValueError for a negative or fractional value or unknown unit."""

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        """Raise ValueError for an invalid value or unit; convert a unit given as text."""
        whole_amount(self.value)
        object.__setattr__(self, "unit", Unit(self.unit))


def whole_amount(value: int) -> int:
    """Return the amount unchanged. Raises ValueError when it is negative or not an `int` (`True` is rejected too)."""
    if type(value) is not int or value < 0:
        raise ValueError(f"not a whole amount of zero or more: {value!r}")
    return value
