"""What sixty fields on one category cost: the list, a case and a new report, each beside the same without a field."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

from tests.bench.calls import Call, Figures, ask, measure
from tests.bench.house import House, Served
from tests.bench.table import Line
from tests.bench.visitors import officer, program

ALONE, TOGETHER, MOST, ROUNDS = 40, 40, 60, 5
CATEGORY = "penerangan_jalan"
API = "/api/v1"
_REPORT = {"title": "Lampu padam (uji)", "body": "Sudah tiga hari.", "category": CATEGORY, "channel": "phone"}
# In other words, so that the case that is looked at does not get more and more similar ones.
_OTHER = _REPORT | {"title": "Pohon tumbang (uji)", "body": "Menutup separuh jembatan."}
_WHO = {"reporter": {"name": "Pelapor Uji", "phone": "0800-0000-0001", "address": "Jl. Contoh 1"}}
_KINDS: tuple[tuple[str, Any], ...] = (
    ("text", "PJU-12345"),
    ("integer", 7),
    ("choice", "a"),
    ("date", "2026-11-20"),
    ("boolean", True),
)


def measure_fields(house: House, served: Served) -> Iterator[Line]:
    """Before the fields are there and after; the new cases have a value in each of the sixty."""
    clerk = program(served.port, "admin.aduan")
    plain = json.dumps(_OTHER | _WHO)
    empty = _sent(served, "complaint/", clerk, json.dumps(_REPORT | _WHO))["id"]
    before = _asked(served, clerk, empty, plain)
    values = _make_fields(served)
    full = _sent(served, "complaint/", clerk, json.dumps(_REPORT | _WHO | {"fields": values}))["id"]
    filled = json.dumps(_OTHER | _WHO | {"fields": values})
    unused, used = _asked(served, clerk, empty, plain), _asked(served, clerk, full, filled)
    for name, none in before.items():
        yield Line.of_calls(f"{name}, fields empty", unused[name], none, goal_ms=round(none.p50 * 1150, 1))
        yield Line.of_calls(f"{name}, fields filled in", used[name], none, goal_ms=round(none.p50 * 1150, 1))


def _asked(served: Served, clerk: dict[str, str], case: int, body: str) -> dict[str, Figures]:
    """Return the figures of the quickest of five rounds of each call: the machine is not equally quick all the time."""
    visitor = officer(served.port, "admin.aduan")
    calls = {
        "list": Call("/aduan/", headers=visitor),
        "case": Call(f"/aduan/{case}", headers=visitor),
        "API case": Call(f"{API}/complaint/{case}", headers=clerk),
        "create": Call(f"{API}/complaint/", "POST", clerk, body, 201),
    }
    for call in calls.values():
        ask(served.port, [call] * 10, 2)
    rounds = [
        {name: measure(served.port, [call] * ALONE, [call] * TOGETHER) for name, call in calls.items()}
        for _ in range(ROUNDS)
    ]
    return {name: min((each[name] for each in rounds), key=lambda figures: figures.p50) for name in calls}


def _sent(served: Served, path: str, headers: dict[str, str], body: str) -> dict[str, Any]:
    """Post once, and return the answer's JSON object."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
    connection.request("POST", f"{API}/{path}", body, headers)
    answer = connection.getresponse()
    told: dict[str, Any] = json.loads(answer.read())
    assert answer.status < 300, told
    return told


def _make_fields(served: Served) -> dict[str, Any]:
    """Make and activate sixty fields; return a value for each."""
    admin, values = program(served.port, "administrator"), {}
    for number in range(MOST):
        kind, values[f"uji_{number}"] = _KINDS[number % len(_KINDS)]
        told: dict[str, Any] = {
            "code": f"uji_{number}",
            "label": {"id": f"Isian uji {number}"},
            "type": kind,
            "categories": [CATEGORY],
            "moments": ["intake"],
            "visible_to": ["office", "agency"],
        }
        if kind == "choice":
            told["options"] = [{"code": code, "label": {"id": code.upper()}} for code in "abc"]
        made = _sent(served, "field_definition/", admin, json.dumps(told))
        path = f"field_definition/{made['id']}/activate"
        _sent(served, path, admin, json.dumps({"reason": "Pengukuran dengan enam puluh isian"}))
    return values
