"""The times that the SOP grants: a whole number in one of two units."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """The two units of the SOP, whose sum is "7 hari 8 jam 30 menit": neither is ever turned into the other."""

    WORKING_MINUTES = "working_minutes"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Allowance:
    """The time granted for a step, as printed; `ValueError` for an amount or a unit that no calendar can count."""

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        """Check the amount, and take a unit that was stored as text."""
        whole_amount(self.value)
        object.__setattr__(self, "unit", Unit(self.unit))


def whole_amount(value: int) -> int:
    """Return the amount; `ValueError` when it is negative or anything but a plain whole number (`True` is none)."""
    if type(value) is not int or value < 0:
        raise ValueError(f"not a whole amount of zero or more: {value!r}")
    return value
