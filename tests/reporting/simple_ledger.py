"""A second bookkeeper: steps, limits and lateness of a case straight from rows of the event log, minute by minute.

It shares nothing with the product but the log itself: its own table of what follows what (as in design section 4), its
own allowances (as printed in the SOP), and the slow calendar of the rules' tests.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from app.core.extensions import db

MINUTES = dict.fromkeys(
    ("register", "check", "report", "direct", "relay", "agency_receive", "agency_dispose", "send_answer", "reply"), 60
) | {"dispose_answer": 30}
DAYS = {"draft_answer": 5, "sign_answer": 2}
EXTENDED_DAYS = 14
NEXT = {
    "register": "check",
    "approve_check": "report",
    "report": "direct",
    "accept": "agency_dispose",
    "dispose": "draft_answer",
    "submit_draft": "sign_answer",
    "sign": "send_answer",
    "dispose_answer": "reply",
}
BACK = {
    "check": "register",
    "report": "check",
    "direct": "report",
    "sign_answer": "draft_answer",
    "dispose_answer": "draft_answer",
    "reply": "dispose_answer",
}
ENDS = {"archive": "archived", "merge": "merged", "withdraw": "withdrawn", "close": "closed"}


@dataclass
class Open:
    """One opening of a step."""

    step: str
    agency: str | None
    since: datetime
    clock_from: datetime
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    paused: datetime | None = None
    extended: bool = False
    closed: datetime | None = None


@dataclass
class Track:
    """One agency on the case."""

    instead_of: str | None
    visit: bool
    cross: bool
    sent: bool = False
    answered: bool = False
    left: bool = False


@dataclass
class Book:
    """A case as its events, read one by one, leave it."""

    number: str
    category: str
    district: str
    open: dict[tuple[str, str | None], Open] = field(default_factory=dict)
    done: list[Open] = field(default_factory=list)
    tracks: dict[str, Track] = field(default_factory=dict)
    causes: set[str] = field(default_factory=set)
    ended: str | None = None
    moved: int = 0

    def read(self, kind: str, step: str | None, agency: str | None, at: datetime, data: Any) -> None:
        before = {key: one.paused for key, one in self.open.items()}
        getattr(self, f"on_{kind}", self.on_step)(kind, step, agency, at, data)
        after = {key: one.paused for key, one in self.open.items()}
        changed = before != after or (kind not in ("received",) and kind in NEXT)
        self.moved = int(changed and kind != "received")

    def on_step(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        if kind in NEXT:
            self.shut(step, agency, at)
            self.begin(NEXT[kind], agency, at)
        if kind in ENDS:
            self.end(ENDS[kind], at)

    def on_received(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        self.begin("register", None, at)

    def on_direct(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        was = self.shut("direct", agency, at)
        others = [code for code, track in self.tracks.items() if not track.left and code not in data["agencies"]]
        cross = len(data["agencies"]) + len(others) > 1
        for code in data["agencies"]:
            self.tracks[code] = Track(agency, bool(data.get("field_visit")), cross)
        self.causes |= {"cross_agency"} if cross else set()
        self.causes |= {"field_visit"} if data.get("field_visit") else set()
        if data["route"] == "fast":
            self.hand_over(agency, at)
        else:
            self.begin("relay", agency, at).clock_from = was.clock_from

    def on_relay(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        self.shut("relay", agency, at)
        self.hand_over(agency, at)

    def hand_over(self, instead_of: str | None, at: datetime) -> None:
        for code, track in self.tracks.items():
            if not track.left and not track.sent and track.instead_of == instead_of:
                track.sent = True
                self.begin("agency_receive", code, at)

    def on_send_back(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        self.causes.add("sent_back")
        self.shut(step, None if step == "dispose_answer" else agency, at)
        self.begin(BACK[step], agency, at)
        if step == "dispose_answer":
            self.tracks[agency].answered = False

    def on_decline(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        self.causes.add("declined")
        self.shut(step, agency, at)
        self.tracks[agency].left = True
        self.begin("direct", agency, at)

    def on_continue_without(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        self.shut("direct", agency, at)
        self.join(at)

    def on_mark_field_visit(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        self.causes.add("field_visit")
        self.tracks[agency].visit = True

    def on_send(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        self.shut(step, agency, at)
        self.tracks[agency].answered = True
        self.join(at)

    def join(self, at: datetime) -> None:
        if not self.open and all(track.answered for track in self.tracks.values() if not track.left):
            self.begin("dispose_answer", None, at)

    def on_request_information(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        self.causes.add("asked")
        self.open[step, agency].paused = at

    def on_add_information(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        one = self.open[step, agency]
        one.pauses.append((one.paused or at, at))
        one.paused = None

    def on_reply(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        self.shut("reply", None, at)

    def on_reopen(self, kind: str, step: Any, agency: Any, at: datetime, data: Any) -> None:
        self.causes.add("reopened")
        self.tracks = {}
        self.begin("check", None, at)

    def begin(self, step: str, agency: str | None, at: datetime) -> Open:
        self.open[step, agency] = Open(step, agency, at, at)
        return self.open[step, agency]

    def shut(self, step: str, agency: str | None, at: datetime) -> Open:
        one = self.open.pop((step, agency))
        one.closed = at
        one.extended = self.is_extended(one)
        if one.paused:
            one.pauses.append((one.paused, at))
        self.done.append(one)
        return one

    def is_extended(self, one: Open) -> bool:
        track = self.tracks.get(one.agency or "")
        return track is not None and (track.visit or track.cross)

    def end(self, how: str, at: datetime) -> None:
        self.ended = how
        for step, agency in list(self.open):
            self.shut(step, agency, at)


def due(slow: Any, one: Open, extended: bool) -> datetime:
    """The limit of an opening by the slow calendar."""
    ended = [pause for pause in one.pauses if pause[1] != one.closed or one.paused is None]
    if one.step in DAYS:
        days = EXTENDED_DAYS if extended and one.step == "draft_answer" else DAYS[one.step]
        return slow.add_days(one.clock_from, days, ended)
    return slow.add_minutes(one.clock_from, MINUTES[one.step], ended)


def used(slow: Any, one: Open, until: datetime) -> int:
    """Working minutes of an opening until an instant."""
    pauses = [*one.pauses, (one.paused, until)] if one.paused and one.closed is None else one.pauses
    return slow.elapsed(one.clock_from, until, pauses) // timedelta(minutes=1)


def rows_of_the_log() -> list[Any]:
    """The log with what else a register needs of a case, in the order of cases and events."""
    statement = """
        SELECT c.id, c.number, e.kind, e.step, e.agency_code, e.at, e.data, coalesce(k.code, '') AS category,
            coalesce(d.code, '') AS district
        FROM complaint_event e JOIN complaint c ON c.id = e.complaint_id
        LEFT JOIN category k ON k.id = c.category_id LEFT JOIN district d ON d.id = c.district_id
        ORDER BY c.id, e.seq
    """
    return list(db.session.execute(text(statement)))
