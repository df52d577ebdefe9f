"""What was measured, on the screen and as JSON."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.core.extensions import db
from tests.bench.calls import Figures

PACKAGES = ("flask", "flask-appbuilder", "sqlalchemy", "psycopg", "gunicorn", "weasyprint", "jinja2")
WIDTHS = (9, 9, 10, 5, 9)
HEAD = ("p50 ms", "p95 ms", "a second", "SQL", "bytes")


@dataclass(frozen=True)
class Line:
    """One thing measured; milliseconds of one client at p50 and p95, calls a second of several, and the bare limit."""

    name: str
    p50: float
    bare: float
    p95: float | None = None
    per_second: float | None = None
    bare_per_second: float | None = None
    statements: int | None = None
    bytes: int | None = None
    goal_ms: float = 0
    goal_per_second: float = 0

    @property
    def ratio(self) -> float:
        return self.p50 / self.bare

    @classmethod
    def of_calls(cls, name: str, ours: Figures, bare: Figures, **more: Any) -> Line:
        """A line of two answers to the same call."""
        own = {"p95": ours.p95 * 1000, "per_second": ours.per_second, "bare_per_second": bare.per_second}
        return cls(name, ours.p50 * 1000, bare.p50 * 1000, bytes=ours.bytes, **own, **more)

    def show(self) -> Line:
        """Print it at once: a long run is watched."""
        told = _row(_number(self.p50), _number(self.p95), _number(self.per_second), self.statements, self.bytes)
        goal = f"{self.goal_ms:g} ms" if self.goal_ms else f"{self.goal_per_second:g}/s" if self.goal_per_second else ""
        print(f"{self.name:<34}{told}{_number(self.bare):>9}{self.ratio:>7.2f}{goal:>9}", flush=True)
        return self


def _number(value: float | None) -> str | None:
    if value is None:
        return None
    return f"{value:.4f}" if value < 0.1 else f"{value:.1f}" if value < 1000 else f"{value:.0f}"


def show_head() -> None:
    """What stands in which column."""
    print(f"{'measured':<34}{_row(*HEAD)}{'bare ms':>9}{'ratio':>7}{'goal':>9}", flush=True)


def _row(*cells: object) -> str:
    return "".join(f"{'' if cell is None else cell:>{width}}" for cell, width in zip(cells, WIDTHS, strict=True))


def versions() -> dict[str, str]:
    """By what was measured."""
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    server = db.session.execute(text("SHOW server_version")).scalar_one()
    return found | {"python": platform.python_version(), "postgresql": str(server), "processors": str(os.cpu_count())}


def write_json(path: str, lines: Iterable[Line], more: dict[str, Any]) -> None:
    """Everything for whoever compares runs."""
    told = {"versions": versions(), "load": os.getloadavg()[0], **more}
    told["measured"] = [asdict(line) | {"ratio": line.ratio} for line in lines]
    Path(path).write_text(json.dumps(told, indent=1), "utf-8")
    print(f"written: {path}", file=sys.stderr)


def kept(lines: Iterable[Line], show: Callable[[Line], Line] = Line.show) -> list[Line]:
    """Each line shown as soon as it is there."""
    return [show(line) for line in lines]
