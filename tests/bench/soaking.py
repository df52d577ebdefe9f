"""An office and its citizens at work for as long as a run lasts: a process of its own.

    python -m tests.bench.soaking < PLAN      (JSON)

PLAN: {"port", "seconds", "think", "officers", "tracked": [[number, code]], "reads", "creates"}: seconds that it lasts
and that an officer thinks, who the officers are, cases whose codes are known, tracking reads and new cases a second.
Writes a line of JSON for each answer.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from random import Random
from typing import Any

from tests.bench.citizens import Creator, Pace, Reader
from tests.bench.visits import Officer, Visitor

READERS, CREATORS = 10, 4


class Teller:
    """Writes down each answer; one at a time."""

    def __init__(self) -> None:
        self._guard = threading.Lock()

    def __call__(self, **told: Any) -> None:
        line = json.dumps(told)
        with self._guard:
            print(line, flush=True)


def visitors_of(plan: dict[str, Any], over: threading.Event) -> list[Visitor]:
    """Everybody in the plan."""
    common = (plan["port"], over, Teller())
    reads, creates = Pace(plan["reads"]), Pace(plan["creates"])
    officers: list[Visitor] = [Officer(*common, Random(name), name, plan["think"]) for name in plan["officers"]]
    readers = [Reader(*common, Random(n), reads, plan["tracked"]) for n in range(READERS)]
    return [*officers, *readers, *(Creator(*common, Random(n), creates) for n in range(CREATORS))]


def main() -> None:
    """Read the plan, let everybody work, and end them all after their time."""
    plan, over = json.load(sys.stdin), threading.Event()
    visitors = visitors_of(plan, over)
    ends = time.monotonic() + plan["seconds"]
    for visitor in visitors:
        visitor.start()
    over.wait(ends - time.monotonic())
    over.set()
    for visitor in visitors:
        visitor.join()


if __name__ == "__main__":
    main()
