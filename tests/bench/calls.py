"""Calls of the program as a driver makes them, and what is told of how they went."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.story.live import PROJECT


@dataclass(frozen=True)
class Call:
    """One request and the status that is expected."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    status: int = 200


@dataclass(frozen=True)
class Figures:
    """Seconds of one client's calls at the middle and at 95 of 100, calls a second of several, bytes of an answer."""

    p50: float
    p95: float
    per_second: float
    bytes: int


def ask(port: int, calls: Sequence[Call], clients: int) -> dict[str, Any]:
    """Everything the driver found."""
    plan = {"port": port, "clients": clients, "calls": [vars(call) for call in calls]}
    command = [sys.executable, "-m", "tests.bench.driver"]
    done = subprocess.run(command, cwd=PROJECT, input=json.dumps(plan), capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    assert not found["wrong"], found["wrong"][:3]
    return found


def measure(port: int, alone: Sequence[Call], together: Sequence[Call], clients: int = 8) -> Figures:
    """One client for the times of an answer, then several for how many are answered in a second."""
    one, many = ask(port, alone, 1), ask(port, together, clients)
    times = sorted(one["seconds"])
    p95 = times[min(len(times) - 1, round(0.95 * len(times)))]
    return Figures(statistics.median(times), p95, len(together) / many["whole"], round(statistics.median(one["bytes"])))
