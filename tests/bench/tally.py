"""What clients tell while a long run lasts: how many answers of each kind, how long they took, and which were wrong."""

from __future__ import annotations

import math
import statistics
import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Seconds = dict[str, list[float]]


def percentile(seconds: Sequence[float], share: float) -> float:
    """The time within which so many in a hundred were answered."""
    return sorted(seconds)[math.ceil(share / 100 * len(seconds)) - 1]


def slope(minutes: Sequence[float], values: Sequence[float]) -> float | None:
    """By how much a value grows in an hour, by least squares; None where two points are not there yet."""
    if len(minutes) < 2:
        return None
    return float(statistics.linear_regression(minutes, values).slope) * 60


@dataclass
class Tally:
    """Noted by the thread that reads what clients tell, looked at by the one that prints."""

    whole: Seconds = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    _latest: Seconds = field(default_factory=lambda: defaultdict(list))
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def note(self, told: Mapping[str, Any]) -> None:
        """One answer: `kind`, `seconds`, `status` (0 where there was none), and `wrong` where it was not expected."""
        with self._guard:
            for seconds in (self.whole, self._latest):
                seconds[told["kind"]].append(told["seconds"])
            self.refused += told["status"] == 409
            if told.get("wrong"):
                name = f"{told['kind']} {told['status']}"
                self.errors[name] += 1
                self.examples.setdefault(name, told["wrong"])

    def turn(self) -> Seconds:
        """What was answered since the last turn."""
        with self._guard:
            latest, self._latest = self._latest, defaultdict(list)
        return latest

    @property
    def fivehundreds(self) -> int:
        """Answers that say that the program failed."""
        return sum(count for name, count in self.errors.items() if name.rpartition(" ")[2].startswith("5"))


def in_words(seconds: Seconds) -> str:
    """Kind by kind its milliseconds at the middle and at 95 of 100."""
    told = (f"{kind} {_times(times)}" for kind, times in sorted(seconds.items()) if times)
    return "  ".join(told)


def _times(times: Sequence[float]) -> str:
    return f"{percentile(times, 50) * 1000:.0f}/{percentile(times, 95) * 1000:.0f}"
