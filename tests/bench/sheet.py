"""The figures of one or more runs of `make bench` as the tables of docs/benchmarks.md.

python -m tests.bench.sheet 10k.json 100k.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HEAD = ("", "p50 ms", "p95 ms", "a second", "SQL", "bytes", "bare ms", "times bare", "bare a second", "goal", "")
RIGHT = " ---: |"


def main(paths: list[str]) -> None:
    """Print a table for each file."""
    for path in paths:
        told = json.loads(Path(path).read_text("utf-8"))
        print(f"\n**{told['size']:,} complaints**\n")
        print("| " + " | ".join(HEAD) + " |")
        print("| --- |" + RIGHT * (len(HEAD) - 1))
        for line in told["measured"]:
            print("| " + " | ".join(_cells(line)) + " |")


def _cells(line: dict[str, Any]) -> list[str]:
    goal, met = _goal(line)
    figures = (line["p50"], line["p95"], line["per_second"])
    counts = (str(line[name]) if line[name] else "" for name in ("statements", "bytes"))
    bare = (_number(line["bare"]), f"{line['ratio']:.2f}", _number(line["bare_per_second"]))
    return [line["name"], *map(_number, figures), *counts, *bare, goal, met]


def _goal(line: dict[str, Any]) -> tuple[str, str]:
    if line["goal_ms"]:
        return f"≤ {line['goal_ms']:g} ms", "met" if line["p50"] <= line["goal_ms"] else "missed"
    if line["goal_per_second"]:
        reached = line["per_second"] >= line["goal_per_second"]
        return f"≥ {line['goal_per_second']:g} a second", "met" if reached else "missed"
    return "", ""


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if value < 0.1 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


if __name__ == "__main__":
    main(sys.argv[1:])
