"""Regencies, districts and villages of Indonesia with their official codes, from the files in `regions`."""

import csv
import io
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "regions"
WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"
KINDS = {"Kabupaten": "kabupaten", "Kota": "kota"}


@dataclass(frozen=True)
class Regency:
    """A value object: a kabupaten or kota with its official code, its full name, its province and its zone."""

    code: str
    name: str
    province: str
    zone: str

    @property
    def kind(self) -> str:
        """The kind of the office: kabupaten or kota."""
        return KINDS[self.name.split(" ", 1)[0]]

    @property
    def short_name(self) -> str:
        """The name without its kind: "Balangan"."""
        return self.name.split(" ", 1)[1].removeprefix("Administrasi ")


def zone_of(province: str) -> str:
    """Return the key of the zone of a province by its official code (Keppres 41/1987)."""
    number = int(province[:2])
    if number in (61, 62) or number < 40:
        return WIB
    return WITA if number < 80 else WIT


@cache
def regencies() -> dict[str, Regency]:
    """Return all regencies by code, in the order of their codes."""
    provinces = {row["code"]: row["name"] for row in _rows("provinces")}
    rows = (
        Regency(row["code"], row["name"], provinces[row["province_code"]], zone_of(row["province_code"]))
        for row in _rows("regencies")
    )
    return {row.code: row for row in rows}


def places_of(regency: str) -> list[dict[str, Any]]:
    """Return the districts of a regency with their villages, as rows of a profile; [] for an unknown code."""
    districts = {
        row["code"]: {"code": row["code"], "name": row["name"], "villages": list[dict[str, str]]()}
        for row in _rows("districts")
        if row["regency_code"] == regency
    }
    for row in _rows("villages"):
        if row["district_code"] in districts:
            villages = districts[row["district_code"]]["villages"]
            villages.append({"code": row["code"], "name": row["name"]})  # type: ignore[attr-defined]
    return [*districts.values()]


def _rows(name: str) -> Iterator[dict[str, str]]:
    content = lzma.decompress((HERE / f"{name}.csv.xz").read_bytes()).decode()
    return iter(csv.DictReader(io.StringIO(content)))
