"""Planted faults, written down by hand: what is broken, where, and the one test that must see it."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@dataclass(frozen=True)
class Fault:
    """One text of one file exchanged for another."""

    area: str
    name: str
    file: str
    old: str
    new: str
    test: str

    def times_found(self, root: Path = ROOT) -> int:
        """How often the text stands in its file; anything but once means that the code has moved on."""
        path = root / self.file
        return path.read_text("utf-8").count(self.old) if path.exists() else 0

    def plant(self, root: Path) -> None:
        path = root / self.file
        path.write_text(path.read_text("utf-8").replace(self.old, self.new), "utf-8")


def all_faults() -> list[Fault]:
    """Every fault, area by area."""
    return [fault for path in sorted(HERE.glob("*.toml")) for fault in _read(path)]


def _read(path: Path) -> Iterator[Fault]:
    for entry in tomllib.loads(path.read_text("utf-8"))["fault"]:
        yield Fault(path.stem, **entry)
