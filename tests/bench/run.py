"""`make bench`: what a request, an act and a letter cost with so many complaints, each beside the least that any
program would pay on the same machine in the same run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from tests.bench.arithmetic import measure_arithmetic
from tests.bench.calls import Call, measure
from tests.bench.fields import measure_fields
from tests.bench.filling.load import Filling
from tests.bench.house import House, Served, measured_house
from tests.bench.inside import measure_inside
from tests.bench.lives import measure_lives
from tests.bench.served import ALONE, TOGETHER, measure_reads
from tests.bench.table import Line, kept, show_head, write_json
from tests.bench.visitors import officer
from tests.bench.writes import measure_writes

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}
SMALL, MOST_STEPS = 1_000, 100_000
PARTS: dict[str, Callable[[House, Served], Iterator[Line]]] = {
    "reads": measure_reads,
    "writes": measure_writes,
    "fields": measure_fields,
    "arithmetic": lambda _house, _served: measure_arithmetic(),
}


def main() -> None:
    """Fill, serve, measure, tell."""
    asked = _asked()
    size, began = SIZES[asked.size], time.perf_counter()
    with measured_house() as house:
        lines, more = _part(house, size, asked.only) if asked.only else _measure(house, size)
        if asked.json:
            write_json(asked.json, lines, {"size": size, **more})
    if not asked.served_only and not asked.only:
        measure_inside(min(size, MOST_STEPS))
    print(f"{time.perf_counter() - began:.0f} s in all")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="100k", help="how many complaints")
    parser.add_argument("--json", help="where the figures are written as JSON")
    parser.add_argument("--served-only", action="store_true", help="without what is measured inside one process")
    parser.add_argument("--only", choices=(*PARTS, "lives"), help="one part of what is served")
    return parser.parse_args()


def _part(house: House, size: int, name: str) -> tuple[list[Line], dict[str, Any]]:
    """One part alone, with as many complaints from its beginning."""
    Filling(house.app).grow_to(size)
    served = house.serve()
    if name == "lives":
        return [], _lives(house, served)
    show_head()
    return kept(PARTS[name](house, served)), {}


def _lives(house: House, served: Served) -> dict[str, Any]:
    return {"lives": [asdict(lives.show()) for lives in measure_lives(house, served)]}


def _measure(house: House, size: int) -> tuple[list[Line], dict[str, Any]]:
    filling = Filling(house.app)
    filling.grow_to(SMALL)
    served = house.serve()
    small = _list_page(served)
    began = time.perf_counter()
    filling.grow_to(size)
    print(f"{filling.count:,} complaints; {filling.count - SMALL:,} of them in {time.perf_counter() - began:.0f} s")
    fresh = served.megabytes()
    show_head()
    lines = kept(_all(house, served))
    large = next(line.p50 for line in lines if line.name == "list of complaints")
    more = {"worker_mb": served.megabytes(), "worker_mb_fresh": fresh, "list_against_1k": large / (small * 1000)}
    print(
        f"list of complaints at {size:,} against {SMALL:,}: {more['list_against_1k']:.2f} times (goal 1.1; at 1 m 1.2)"
    )
    print(f"a web worker holds {more['worker_mb']:.0f} MB, {fresh:.0f} MB before it was asked (goal 120)")
    return lines, more | _lives(house, served)


def _all(house: House, served: Served) -> Iterator[Line]:
    for measure_part in PARTS.values():
        yield from measure_part(house, served)


def _list_page(served: Served) -> float:
    """Seconds of the list as long as there are few."""
    call = Call("/aduan/", headers=officer(served.port, "admin.aduan"))
    measure(served.port, [call] * 10, [call] * 10)
    return measure(served.port, [call] * ALONE, [call] * TOGETHER).p50


if __name__ == "__main__":
    main()
