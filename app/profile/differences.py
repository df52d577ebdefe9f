"""What differs between the profile of a file and that of the office."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.profile.section import IDENTITIES, Profile, Row, identity
from app.profile.sections import SECTIONS
from app.profile.shown import shown_row, shown_value

ADDED, CHANGED, MISSING = "added", "changed", "missing"


@dataclass(frozen=True)
class Difference:
    """A value object: one difference. `kind` is ADDED (in the file only), CHANGED or MISSING (in the office only);
    `note` says what a missing row would come to.
    """

    kind: str
    path: str
    of_file: Any
    of_office: Any
    note: str = ""

    def __str__(self) -> str:
        told = []
        if self.kind != MISSING:
            told.append(f"file {shown_value(self.of_file, self.of_office)}")
        if self.kind != ADDED:
            told.append(f"office {shown_value(self.of_office, self.of_file)}")
        return f"{self.kind:7} {self.path}: {', '.join(told)}{f' ({self.note})' if self.note else ''}"


def differences(of_file: Profile, of_office: Profile) -> list[Difference]:
    """Return what differs, in the order of the sections. An ended row of the office that the file lacks is none, since
    absence means ended.
    """
    found = list[Difference]()
    for section in SECTIONS:
        there, here = of_file[section.name], of_office[section.name]
        found += _of_values(section.name, section.name, there, here, section.absent)
    return found


def _of_values(path: str, name: str, there: Any, here: Any, absent: str = "") -> Iterator[Difference]:
    if isinstance(there, dict) and isinstance(here, dict):
        for member in [*here, *(new for new in there if new not in here)]:
            yield from _of_values(f"{path}.{member}", member, there.get(member), here.get(member))
    elif name in IDENTITIES and _are_rows(there) and _are_rows(here):
        yield from _of_rows(path, name, there, here, absent)
    elif not _equal(there, here):
        yield Difference(CHANGED, path, there, here)


def _of_rows(path: str, name: str, there: list[Row], here: list[Row], absent: str) -> Iterator[Difference]:
    of_file, of_office = ({identity(row, name): row for row in rows} for rows in (there, here))
    for key, row in of_office.items():
        if key in of_file:
            yield from _of_values(path + shown_row(row, name), "", of_file[key], row)
        elif row.get("active", True):
            yield Difference(MISSING, path + shown_row(row, name), None, row, absent)
    for key, row in of_file.items():
        if key not in of_office:
            yield Difference(ADDED, path + shown_row(row, name), row, None)
    orders = (
        [shown_row(row, name)[1:-1] for row in there if identity(row, name) in of_office],
        [shown_row(row, name)[1:-1] for row in here if identity(row, name) in of_file],
    )
    if orders[0] != orders[1]:
        yield Difference(CHANGED, f"{path} (order)", *orders)


def _are_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _equal(one: Any, two: Any) -> bool:
    """Return whether two values are equal; Python alone holds 1 for equal to True."""
    return bool(one == two) and isinstance(one, bool) == isinstance(two, bool)
