"""Queries for the pages of waiting SP4N entries and report changes; none of them returns a reporter's identity."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core.extensions import db
from app.fields.visibility import event_data_shown
from app.models import Complaint, ComplaintEvent, InboundHold
from workflow_rules.process.actors import Person

QUARANTINE, CONFLICTS = ("report", "message"), ("conflict", "loosening")
LONG_TEXTS = frozenset({"title", "body", "location_text"})
_WORDS = re.compile(r"\s+|\S+")
MOST_COMPARED = 4_000_000
"""Limit on pairs of words; longer texts are shown whole, because comparing them would take too long."""


@dataclass(frozen=True)
class Waiting:
    """A value object: the numbers of entries that wait for the Admin, on the quarantine page and on the
    conflict page.
    """

    quarantine: int
    conflicts: int


@dataclass(frozen=True)
class Piece:
    """A value object: a run of words found in both texts (`same`), only in the old one (`gone`) or only in the new one
    (`new`).
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """A value object: one changed field of a report; `pieces` holds a word-by-word difference for long texts, else it
    is empty.
    """

    name: str
    before: Any
    after: Any
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class ReportChange:
    """A value object: what one revision changed in a report, at `at` (aware datetime): the fields, and the names of the
    files added and removed. `resumes` says whether the change answered an open question and ended its pause.
    """

    at: datetime
    resumes: bool
    changes: tuple[Change, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def count_waiting() -> Waiting:
    """Return a Waiting with the numbers of waiting entries of both pages, by one statement."""
    kinds = InboundHold.kind
    counts = (func.count().filter(kinds.in_(QUARANTINE)), func.count().filter(kinds.in_(CONFLICTS)))
    return Waiting(*db.session.execute(select(*counts).where(InboundHold.state == "waiting")).one())


def waiting_holds(kinds: tuple[str, ...], limit: int, offset: int = 0) -> list[InboundHold]:
    """Return a list of up to `limit` waiting entries (InboundHold rows) of these kinds from `offset`, oldest first."""
    statement = select(InboundHold).where(InboundHold.kind.in_(kinds), InboundHold.state == "waiting")
    statement = statement.options(joinedload(InboundHold.complaint)).order_by(InboundHold.id)
    return list(db.session.scalars(statement.limit(limit).offset(offset)))


def settled_holds(kinds: tuple[str, ...], limit: int) -> list[InboundHold]:
    """Return a list of up to `limit` entries (InboundHold rows) of these kinds that a person settled, newest decision
    first.
    """
    statement = select(InboundHold).where(InboundHold.kind.in_(kinds), InboundHold.settled_by_id.is_not(None))
    statement = statement.options(joinedload(InboundHold.complaint), joinedload(InboundHold.settled_by))
    return list(db.session.scalars(statement.order_by(InboundHold.settled_at.desc()).limit(limit)))


def find_hold(hold_id: int, kinds: tuple[str, ...]) -> InboundHold | None:
    """Return the entry (InboundHold row) with this id, waiting or settled; None if there is none of these kinds."""
    statement = select(InboundHold).where(InboundHold.id == hold_id, InboundHold.kind.in_(kinds))
    return db.session.scalars(statement.options(joinedload(InboundHold.complaint))).first()


def last_change(events: Iterable[ComplaintEvent], complaint: Complaint, person: Person) -> ReportChange | None:
    """Return the newest ReportChange among these events of the case (oldest first) of which this person may see
    anything; None if there is none.
    """
    revised = [event for event in events if event.kind in ("revised", "settled")]
    for event in reversed(revised):
        data = event_data_shown(event, complaint, person)
        changes = changes_between(data.get("before", {}), data.get("after", {}))
        added, removed = (tuple(f["filename"] for f in data.get(name, ())) for name in ("files_added", "files_removed"))
        if changes or added or removed:
            return ReportChange(event.at, bool(data.get("resumes")), changes, added, removed)
    return None


def changes_between(before: dict[str, Any], after: dict[str, Any]) -> tuple[Change, ...]:
    """Return a tuple with a Change for each field of `after`: title, body and location first, the others by name."""
    order = ("title", "body", "location_text")
    changes = []
    for name in sorted(after, key=lambda name: (order.index(name) if name in order else len(order), name)):
        old, new = before.get(name), after[name]
        pieces = difference_in_words(str(old or ""), str(new or "")) if name in LONG_TEXTS else ()
        changes.append(Change(name, old, new, pieces))
    return tuple(changes)


def difference_in_words(old: str, new: str) -> tuple[Piece, ...]:
    """Return a tuple with the Pieces of two texts in reading order: `same` with `new` gives the new text, `same` with
    `gone` the old one. Texts too long to compare give one `gone` (the old text) and one `new`.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) * len(after) > MOST_COMPARED:
        return tuple(piece for piece in (Piece("gone", old), Piece("new", new)) if piece.text)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
            continue
        if b > a:
            pieces.append(Piece("gone", "".join(before[a:b])))
        if d > c:
            pieces.append(Piece("new", "".join(after[c:d])))
    return tuple(pieces)
