"""Versions of texts: drafted, checked, activated with a reason, and put back to the original."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.definitions import forget_version
from app.core.extensions import db
from app.core.locks import TEXT_LOCK, wait_for_lock
from app.core.transaction import one_transaction, save_row
from app.models import TextVersion
from app.texts.current import Texts, originals_of, texts_of
from app.texts.field_names import check_with_fields
from app.texts.kinds import KINDS, LANGUAGES, PARTS, TextKind
from app.texts.placeholders import Fault, TextFault

LONGEST_REASON = 1000
UNSTORABLE = frozenset(
    {TextFault.TOO_LONG, TextFault.CONTROL_CHARACTER, TextFault.LINE_BREAK, TextFault.EMPTY, TextFault.NOT_USED}
)
"""Faults that not even a draft may have; those of placeholders are found by its check."""


class Refusal(StrEnum):
    """Why a change of a text is refused as a whole; each value is the key of a sentence."""

    CHANGED_MEANWHILE = "changed_meanwhile"
    NOT_A_DRAFT = "not_a_draft"


class VersionRefused(Exception):
    """Raised when a text may not be changed now; `newest` is the newest version of its kind, None without one."""

    def __init__(self, refusal: Refusal, newest: TextVersion | None) -> None:
        super().__init__(refusal.value)
        self.refusal, self.newest = refusal, newest


class TextsAtFault(Exception):
    """Raised for words that cannot be used; `faults` are those of `faults_of`."""

    def __init__(self, faults: "Faults") -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


Faults = Mapping[str, Sequence[Fault]]
"""The faults of a text by path, `subject.id`, `subject.en`, `body.id` or `body.en`."""


@dataclass(frozen=True)
class Overview:
    """A value object: one kind as the list shows it, with its active version and its draft (None: there is none)."""

    kind: TextKind
    active: TextVersion | None
    draft: TextVersion | None

    @property
    def changed(self) -> bool:
        """Whether the office has worded this text otherwise than the original."""
        return self.active is not None and texts_of(self.active) != originals_of(self.kind)


def faults_of(kind: TextKind, texts: Texts, only: Collection[TextFault] = frozenset(TextFault)) -> Faults:
    """Return the faults of a text by path, or `only` those with these reasons; {} if there are none. English may be
    left out: then Indonesian is used.
    """
    found = {}
    for part in PARTS:
        for language in LANGUAGES:
            listed = _faults_of_part(kind, part, language, texts.get((part, language), ""))
            if faults := [fault for fault in listed if fault.reason in only]:
                found[f"{part}.{language}"] = faults
    return found


def _faults_of_part(kind: TextKind, part: str, language: str, words: str) -> list[Fault]:
    if part not in kind.parts or language not in kind.languages:
        return [Fault(TextFault.NOT_USED)] if words else []
    limits = replace(kind.limits_of(part), may_be_empty=language != LANGUAGES[0])
    return check_with_fields(words, kind.allowed, kind.readers, limits)


def overview() -> list[Overview]:
    """Return every kind with its active version and its draft, in the order of the screen."""
    statement = select(TextVersion).where(TextVersion.state.in_(("active", "draft")))
    rows = {(row.code, row.state): row for row in db.session.scalars(statement.options(*_PEOPLE))}
    return [Overview(kind, rows.get((code, "active")), rows.get((code, "draft"))) for code, kind in KINDS.items()]


def history(code: str) -> Sequence[TextVersion]:
    """Return the versions of a kind, newest first."""
    statement = select(TextVersion).where(TextVersion.code == code).order_by(TextVersion.number.desc())
    return db.session.scalars(statement.options(*_PEOPLE)).all()


def find_version(version_id: int) -> TextVersion | None:
    """Return a version of a text of this release; None if there is none."""
    row = db.session.get(TextVersion, version_id)
    return row if row is not None and row.code in KINDS else None


def save_draft(kind: TextKind, texts: Texts, by: int | None, now: datetime, seen: int | None = None) -> TextVersion:
    """Store and return a new draft, which replaces an earlier draft of its kind; commits. Nothing else changes. A draft
    may have faults of its placeholders, which are refused when it is activated.

    `seen` is the number of the newest version that the author has seen (0: none); None accepts any. Raises TextsAtFault
    for words that cannot be stored, VersionRefused (CHANGED_MEANWHILE) if there is a newer version than the one seen.
    """
    if unstorable := faults_of(kind, texts, UNSTORABLE):
        raise TextsAtFault(unstorable)
    with one_transaction():
        return _new_draft(kind, texts, by, now, seen)


def activate(version_id: int, reason: str, by: int | None, now: datetime) -> TextVersion:
    """Make a draft the active version of its kind, retire its predecessor, and return it; commits. `reason` is stored
    with it.

    Raises VersionRefused (NOT_A_DRAFT) if it is no draft, TextsAtFault if it cannot be used in this release, and
    sqlalchemy's NoResultFound if there is no such version.
    """
    with one_transaction():
        wait_for_lock(TEXT_LOCK)
        row = db.session.get_one(TextVersion, version_id, populate_existing=True)
        if row.state != "draft":
            raise VersionRefused(Refusal.NOT_A_DRAFT, _newest(row.code))
        if faults := faults_of(KINDS[row.code], texts_of(row)):
            raise TextsAtFault(faults)
        _activate(row, reason, by, now)
        return row


def restore_original(kind: TextKind, reason: str, by: int | None, now: datetime, seen: int) -> TextVersion:
    """Store the original words of a kind as its newest version, activate it with a reason, and return it; commits.
    Raises VersionRefused (CHANGED_MEANWHILE) if there is a newer version than the one with the number `seen`.
    """
    with one_transaction():
        row = _new_draft(kind, originals_of(kind), by, now, seen)
        _activate(row, reason, by, now)
        return row


_PEOPLE = (joinedload(TextVersion.made_by), joinedload(TextVersion.activated_by))


def _newest(code: str) -> TextVersion | None:
    newest = select(TextVersion).where(TextVersion.code == code).order_by(TextVersion.number.desc()).limit(1)
    return db.session.scalars(newest).first()


def _new_draft(kind: TextKind, texts: Texts, by: int | None, now: datetime, seen: int | None) -> TextVersion:
    wait_for_lock(TEXT_LOCK)
    newest = _newest(kind.code)
    number = newest.number if newest is not None else 0
    if seen is not None and seen != number:
        raise VersionRefused(Refusal.CHANGED_MEANWHILE, newest)
    _retire(kind.code, "draft")
    words = {f"{part}_{language}": said for (part, language), said in texts.items()}
    row = TextVersion(code=kind.code, number=number + 1, made_by_id=by, made_at=now, **words)
    save_row(row)
    forget_version()
    return row


def _activate(row: TextVersion, reason: str, by: int | None, now: datetime) -> None:
    _retire(row.code, "active")
    row.state, row.reason, row.activated_by_id, row.activated_at = "active", reason, by, now
    save_row(row)
    forget_version()


def _retire(code: str, state: str) -> None:
    """Retire the version of a kind in a state, `active` or `draft`, if there is one."""
    former = select(TextVersion).where(TextVersion.code == code, TextVersion.state == state)
    for row in db.session.scalars(former):
        row.state = "retired"
        save_row(row)
