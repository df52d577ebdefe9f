"""A prototype case taken out of the tables: every row of it as a template, and what a copy has to know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ARRAY, Table, select

from app.casefile.event_history import hashed_record
from app.core.extensions import db
from app.models import (
    AgencyTrackRow,
    Complaint,
    ComplaintEvent,
    Delivery,
    DeliveryItem,
    IssuedNumber,
    LedgerRow,
    Letter,
    Notice,
    Paper,
    Reporter,
    StepAlarm,
    StepPause,
    StepTask,
    SyncChange,
)
from tests.bench.filling.holes import Holes
from tests.bench.filling.stories import Made

COUNTED = ("complaint_event", "step_task", "notice", "delivery", "letter", "paper")
"""Tables whose keys other rows name, so that a copy gives them itself."""
SENT_AFTER = timedelta(seconds=30)
_KEYED_BY_NOBODY = ("agency_track", "ledger_entry", "step_pause", "step_alarm", "sync_change")
# Without its seed a copy of an event is one of format 1, whose hash costs a twentieth.
_NOT_COPIED = {"complaint": ("search_words",), "complaint_event": ("seed",)} | dict.fromkeys(_KEYED_BY_NOBODY, ("id",))
_OF_THE_CASE = {
    "number": "number",
    "title": "title",
    "body": "body",
    "location_text": "place",
    "category_id": "category",
    "district_id": "district",
    "village_id": "village",
    "tracking_code_hash": "code",
}


@dataclass(frozen=True)
class Part:
    """The rows of one table."""

    table: str
    columns: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Prototype:
    """What a copy is made of; `records` and `papers` are what the hashes are taken of, `signed` which letter each
    paper shows, `letters` whose numbers are drawn and when.
    """

    made: Made
    received_at: datetime
    parts: tuple[Part, ...]
    records: tuple[str, ...]
    papers: tuple[str, ...]
    signed: tuple[int, ...]
    letters: tuple[tuple[str, datetime], ...]
    instants: dict[str, datetime]
    days: dict[str, date]
    keys: dict[str, int]
    changes: int
    reported: bool


def read_prototype(made: Made) -> Prototype:
    """Every row of the case, the way it stands now."""
    rows = _Rows(made.complaint_id)
    holes = Holes(rows.texts(), rows.keys())
    parts = tuple(_part(table, found, holes) for table, found in rows.found.items() if found)
    case = rows.found[Complaint.__table__][0]
    records = tuple(_record(case["number"], row, holes) for row in rows.found[ComplaintEvent.__table__])
    letters = tuple((row["agency_code"], row["issued_at"]) for row in rows.found[IssuedNumber.__table__])
    return Prototype(
        made,
        case["received_at"],
        parts,
        records,
        tuple(holes.canonical(row["frozen"]) for row in rows.found[Paper.__table__]),
        rows.signed(),
        letters,
        holes.instants,
        holes.days,
        {name: len(rows.found[table]) for table, name in _counted()},
        len(rows.found[SyncChange.__table__]),
        rows.reported,
    )


def _counted() -> Iterator[tuple[Table, str]]:
    models = (ComplaintEvent, StepTask, Notice, Delivery, Letter, Paper)
    return ((model.__table__, model.__tablename__) for model in models)


class _Rows:
    """The rows of one case by table, in the order of their keys."""

    def __init__(self, case: int) -> None:
        self.case, self.found = case, dict[Table, list[dict[str, Any]]]()
        for model in (
            Complaint,
            ComplaintEvent,
            StepTask,
            AgencyTrackRow,
            LedgerRow,
            Notice,
            Letter,
            Paper,
            SyncChange,
        ):
            table: Table = model.__table__
            self._read(table, table.c.id if model is Complaint else table.c.complaint_id, [case])
        tasks = [row["id"] for row in self.found[StepTask.__table__]]
        for model in (StepPause, StepAlarm):
            self._read(model.__table__, model.__table__.c.task_id, tasks)
        papers = [row["id"] for row in self.found[Paper.__table__]]
        self._read(IssuedNumber.__table__, IssuedNumber.__table__.c.paper_id, papers)
        self._read_deliveries()
        who = Reporter.__table__.c.complaint_id
        self.reported = db.session.execute(select(who).where(who == case)).first() is not None

    def _read(self, table: Table, key: Any, values: Sequence[int]) -> None:
        order = table.c.id if "id" in table.c else next(iter(table.primary_key.columns))
        rows = db.session.execute(select(table).where(key.in_(values)).order_by(order)).mappings()
        arrays = {c.name for c in table.columns if isinstance(c.type, ARRAY)}
        self.found[table] = [dict(row) | {name: as_array(row[name]) for name in arrays} for row in rows]

    def _read_deliveries(self) -> None:
        """What went out in one message with news of other cases goes out in one of its own."""
        notices = {row["id"]: row for row in self.found[Notice.__table__]}
        self._read(DeliveryItem.__table__, DeliveryItem.__table__.c.notice_id, list(notices))
        items = self.found[DeliveryItem.__table__]
        self._read(Delivery.__table__, Delivery.__table__.c.id, [item["delivery_id"] for item in items])
        for row in self.found[Delivery.__table__]:
            told = [notices[i["notice_id"]]["created_at"] for i in items if i["delivery_id"] == row["id"]]
            row |= {"created_at": min(told), "next_try_at": min(told) + SENT_AFTER, "sent_at": min(told) + SENT_AFTER}
            row["digest_on"] = None

    def texts(self) -> dict[str, str]:
        """What a copy says in its own words, by what the prototype says."""
        case = self.found[Complaint.__table__][0]
        found = {case["number"]: "number", case["title"]: "title"}
        if case["sp4n_tracking_id"]:
            found[case["sp4n_tracking_id"]] = "tracking"
        for event in self.found[ComplaintEvent.__table__]:
            if "into" in event["data"]:
                found[event["data"]["into"]] = "into"
        for n, letter in enumerate(self.found[IssuedNumber.__table__]):
            found[letter["number"]] = f"letter_number{n}"
        for n, letter in enumerate(r for r in self.found[Letter.__table__] if r["verification_code"]):
            found[letter["verification_code"]] = f"verification{n}"
        return found

    def signed(self) -> tuple[int, ...]:
        """For each paper the place of its letter."""
        order = [row["paper_id"] for row in self.found[Letter.__table__]]
        return tuple(order.index(row["id"]) for row in self.found[Paper.__table__])

    def keys(self) -> dict[tuple[str, int], str]:
        """The hole of each key that rows of the case name."""
        found = {("complaint", self.case): "complaint"}
        for table, name in _counted():
            found |= {(name, row["id"]): f"{name}{n}" for n, row in enumerate(self.found[table])}
        return found


def as_array(words: Sequence[str] | None) -> str | None:
    """As COPY reads a list of plain words."""
    return None if words is None else "{" + ",".join(words) + "}"


def _part(table: Table, rows: list[dict[str, Any]], holes: Holes) -> Part:
    columns = tuple(c.name for c in table.columns if c.name not in _NOT_COPIED.get(table.name, ()))
    lines = [holes.line(table.name, columns, row, _own(table.name, n, row, holes)) for n, row in enumerate(rows)]
    return Part(table.name, columns, "".join(lines))


def _own(table: str, number: int, row: dict[str, Any], holes: Holes) -> dict[str, str]:
    """Holes of the columns that follow neither from keys nor from texts."""
    if table == "complaint":
        merged = {"merged_into_id": "into_id"} if row["merged_into_id"] else {}
        return _OF_THE_CASE | merged
    if table == "complaint_event":
        return {"previous_hash": f"hash{number}", "hash": f"hash{number + 1}"}
    if table == "issued_number":
        return {"running": f"running{number}", "year": f"year{number}"}
    if table == "sync_change":
        event = holes.keys["complaint_event", row["event_id"]]
        return {"position": f"position{number}", "mark": f"mark_{event}"}
    return {"content_hash": f"content{number}", "key": f"paper_key{number}"} if table == "paper" else {}


def _record(number: str, row: dict[str, Any], holes: Holes) -> str:
    event: Any = SimpleNamespace(**row)
    return holes.canonical(hashed_record(number, event))
