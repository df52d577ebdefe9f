"""Whole lives of cases over HTTP: from their arrival through all eleven steps to the reply, so many at once."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.core.clock import utc_now
from tests.bench.house import House, Served
from tests.bench.living import HOUSES, PEOPLE, acts_at
from tests.bench.promises import LASTING, broken, not_once, unfinished
from tests.bench.tally import percentile
from tests.bench.visitors import program
from tests.story.live import PROJECT

LIVES = {1: 30, 8: 120}
"""So many lives by so many clients at once."""

CREATED = 1
SEEN = 5


@dataclass(frozen=True)
class Lives:
    """Lives and acts a second, milliseconds of an act at the middle and at 95 of 100, and what went wrong."""

    clients: int
    lives: int
    per_second: float
    acts_per_second: float
    p50: float
    p95: float
    slowest_act: str
    errors: int

    def show(self) -> Lives:
        """Print it at once."""
        speed = f"{self.per_second:.2f} lives and {self.acts_per_second:.1f} acts a second"
        times = f"an act p50 {self.p50:.1f} ms, p95 {self.p95:.1f} ms (slowest: {self.slowest_act})"
        print(f"{self.lives} lives, {self.clients} at once: {speed}; {times}; {self.errors} errors", flush=True)
        return self


def measure_lives(house: House, served: Served) -> Iterator[Lives]:
    """One client, then eight, while a job worker draws the letters; afterwards every life must have come to its end,
    and every promise hold.
    """
    worker = house.run("worker", "worker-lives")
    people = people_at(served.port)
    began, wrong = utc_now(), list[str]()
    lead([served.port], people, "Pemanasan", 2, 2)
    for clients, count in LIVES.items():
        mark = f"Daur {clients}"
        found = lead([served.port], people, mark, clients, count)
        wrong += faults(found, mark, count)
        yield _figures(found, clients)
    worker.terminate()
    worker.wait(60)
    wrong += broken(LASTING, began)
    assert not wrong, wrong[:SEEN]


def people_at(port: int) -> dict[str, dict[str, str]]:
    """The headers of everybody who acts in a life."""
    return {username: program(port, username) for username in PEOPLE}


def lead(ports: list[int], people: dict[str, Any], mark: str, clients: int, count: int) -> dict[str, Any]:
    """Everything that the driver found."""
    plan = {"ports": ports, "clients": clients, "lives": count, "people": people, "mark": mark}
    command = [sys.executable, "-m", "tests.bench.living"]
    done = subprocess.run(command, cwd=PROJECT, input=json.dumps(plan), capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def faults(found: dict[str, Any], mark: str, count: int) -> list[str]:
    """What the driver was refused, and what of its lives is not on record as it was asked for."""
    acts = CREATED + len(acts_at(HOUSES[0]))
    return [*found["wrong"], *unfinished(found["cases"], acts), *not_once(mark, count)]


def _figures(found: dict[str, Any], clients: int) -> Lives:
    acts: dict[str, list[float]] = {}
    for name, seconds in found["seconds"]:
        acts.setdefault(name, []).append(seconds)
    acts.pop("create")
    times = [seconds for one in acts.values() for seconds in one]
    middle = {name: statistics.median(own) for name, own in acts.items()}
    slowest = max(middle, key=lambda name: middle[name])
    return Lives(
        clients=clients,
        lives=len(found["cases"]),
        per_second=len(found["cases"]) / found["whole"],
        acts_per_second=len(times) / found["whole"],
        p50=statistics.median(times) * 1000,
        p95=percentile(times, 95) * 1000,
        slowest_act=f"{slowest}, {middle[slowest] * 1000:.1f} ms",
        errors=len(found["wrong"]) + sum(found["again"].values()),
    )
