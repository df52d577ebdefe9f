"""What is served over HTTP, measured beside a bare program that does the same SQL and draws the same template."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.core.extensions import db
from tests.bench.asked import ask_once
from tests.bench.calls import Call, measure
from tests.bench.house import House, Served
from tests.bench.table import Line
from tests.bench.visitors import integration, officer, program

ALONE, TOGETHER = 40, 80
WORD = "selokan"


@dataclass(frozen=True)
class Page:
    """A page or answer by its name, who asks for it, and what the goal is in milliseconds."""

    name: str
    path: str
    officer: str = ""
    headers: Mapping[str, str] | None = None
    goal: float = 0


def pages_of(port: int) -> list[Page]:
    """Everything that is read; the detail page is one of a case that went all the way."""
    case = db.session.execute(text("SELECT max(id) FROM complaint WHERE status = 'closed'")).scalar_one()
    middle = db.session.execute(text("SELECT max(position) / 2 FROM sync_change")).scalar_one()
    mark = db.session.execute(text("SELECT mark FROM sync_change WHERE position = :at"), {"at": middle}).scalar_one()
    db.session.rollback()
    reader, key = program(port, "admin.aduan"), integration()
    return [
        Page("inbox", "/", "admin.aduan", goal=12),
        Page("list of complaints", "/aduan/", "admin.aduan", goal=12),
        Page("list, a deep page", "/aduan/?hal=200", "admin.aduan"),
        Page("list at an agency", "/aduan/", "admin.dplh"),
        Page("detail page", f"/aduan/{case}", "admin.aduan", goal=15),
        Page("search for a word", f"/aduan/?q={WORD}", "admin.aduan", goal=20),
        Page("search for a word at an agency", f"/aduan/?q={WORD}", "admin.dplh"),
        Page("API list of 100", "/api/v1/complaint/?page_size=100", headers=reader, goal=15),
        Page("worklist of 100", "/api/v1/worklist/?page_size=100", headers=reader),
        Page("feed page of 1,000", f"/api/v1/sp4n/changes?limit=1000&after={_cursor(middle, mark)}", headers=key),
    ]


def _cursor(position: int, mark: str) -> str:
    from app.feed.read import cursor_of as cursor
    from app.models import SyncChange

    return cursor(SyncChange(position=position, mark=mark))


def measure_reads(house: House, served: Served) -> Iterator[Line]:
    """Each page of ours and of the bare program, in turn."""
    pages = pages_of(served.port)
    bare = house.serve_bare(_written(house, pages))
    visitors = {name: officer(served.port, name) for name in {page.officer for page in pages} - {""}}
    for number, page in enumerate(pages):
        headers = dict(page.headers or visitors[page.officer])
        call, plain = Call(page.path, headers=headers), Call(f"/{number}")
        measure(served.port, [call] * 8, [call] * 8)
        measure(bare.port, [plain] * 8, [plain] * 8)
        ours = measure(served.port, [call] * ALONE, [call] * TOGETHER)
        least = measure(bare.port, [plain] * ALONE, [plain] * TOGETHER)
        yield Line.of_calls(page.name, ours, least, statements=_statements(house, page), goal_ms=page.goal)
    bare.process.terminate()
    bare.process.wait(20)


def _written(house: House, pages: list[Page]) -> Any:
    """The pages in a file for the bare program."""
    told = {
        str(number): {"path": page.path, "officer": page.officer, "headers": dict(page.headers or {})}
        for number, page in enumerate(pages)
    }
    path = house.folder / "asked.json"
    path.write_text(json.dumps(told), "utf-8")
    return path


def _statements(house: House, page: Page) -> int:
    return len(ask_once(house.app, page.officer, page.path, dict(page.headers or {})).statements)
