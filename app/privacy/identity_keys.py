"""Rotation of identity keys while the program runs: values under older keys are re-encrypted under the newest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, Table, Text, and_, literal, or_, select, type_coerce, update

from app.core.encrypted_columns import KeyMissing, identity_keys, keyed_mark, keyed_words, newest_key_id, sealed_anew
from app.core.extensions import db
from app.core.identifiers import MARKS
from app.models import IdempotencyKey, JournalEntry, Reporter
from app.privacy.keys_in_use import key_id_in, sealed_columns, used_key_ids

BATCH = 100
"""Rows locked per batch; a batch takes less than a tenth of a second."""


@dataclass
class Rotation:
    """Result of a rotation: rows re-encrypted and rows unreadable, by table; ids of keys no longer needed."""

    rows: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)
    idle: list[str] = field(default_factory=list)


def rotate_identity_keys(now: datetime) -> Rotation:
    """Re-encrypt everything under the newest key, in batches, and return the result; writes a journal entry.

    An interrupted rotation is resumed by calling this again.
    """
    done = Rotation()
    for table, columns in sealed_columns().items():
        _reseal_table(table, columns, done)
    used = used_key_ids() | _ids_in_kept_answers()
    done.idle = [name for name in identity_keys() if name not in used and name != newest_key_id()]
    data = {"rows": done.rows, "unreadable": done.unreadable, "newest": newest_key_id(), "idle": done.idle}
    db.session.add(JournalEntry(kind="identity_keys_rotated", at=now, officer_id=None, data=data))
    db.session.commit()
    return done


def _reseal_table(table: Table, columns: list[Column[Any]], done: Rotation) -> None:
    (key,) = table.primary_key.columns
    last: Any = None
    while rows := _stale_rows(table, key, columns, last):
        sealed = sum(_reseal_row(table, key, columns, row) for row in rows)
        db.session.commit()
        last = rows[-1][0]
        _count(done.rows, table, sealed)
        _count(done.unreadable, table, len(rows) - sealed)


def _count(counts: dict[str, int], table: Table, rows: int) -> None:
    if rows:
        counts[table.name] = counts.get(table.name, 0) + rows


def _stale_rows(table: Table, key: Column[Any], columns: list[Column[Any]], last: Any) -> list[Row[Any]]:
    """Return the next batch of rows with a value under an older key, locked, with the encrypted values as stored."""
    older = or_(*(and_(column.is_not(None), key_id_in(column) != newest_key_id()) for column in columns))
    statement = select(key, *(type_coerce(column, Text).label(column.name) for column in columns)).where(older)
    if last is not None:
        statement = statement.where(key > last)
    return list(db.session.execute(statement.order_by(key).limit(BATCH).with_for_update(of=table)))


def _reseal_row(table: Table, key: Column[Any], columns: list[Column[Any]], row: Row[Any]) -> bool:
    """Re-encrypt one row and renew its search digests. Return False if a key is missing."""
    kept = {column.name: row._mapping[column.name] for column in columns}
    try:
        anew = {name: sealed_anew(text) for name, text in kept.items() if text is not None}
    except KeyMissing:
        return False
    same = (type_coerce(column, Text) == kept[column.name] for column in columns if kept[column.name] is not None)
    values: dict[str, Any] = {name: type_coerce(literal(sealed), Text) for name, (sealed, _) in anew.items()}
    if table is Reporter.__table__:
        values |= _keyed({name: content.decode() for name, (_, content) in anew.items()})
    db.session.execute(update(table).where(key == row[0], *same).values(values))
    return True


def _keyed(identity: dict[str, str]) -> dict[str, Any]:
    """Return the search digests of an identity, under the newest key."""
    marks = {f"{kind}_mark": keyed_mark(kind, identity[kind]) for kind in MARKS if kind in identity}
    return marks | ({"name_words": keyed_words(identity["name"])} if "name" in identity else {})


def _ids_in_kept_answers() -> set[str]:
    """Return ids of older keys that occur in stored form answers.

    These answers are not re-encrypted: they are deleted after a week.
    """
    names = [name for name in identity_keys() if name != newest_key_id()]
    return {name for name in names if _is_in_kept_answers(name)}


def _is_in_kept_answers(name: str) -> bool:
    held = select(IdempotencyKey.id).where(IdempotencyKey.body.contains(f"{name}:", autoescape=True)).limit(1)
    return db.session.execute(held).first() is not None


def told(done: Rotation) -> Iterable[str]:
    """Yield the result of a rotation as lines of text for the command line."""
    for table, rows in done.rows.items():
        yield f"{table}: {rows} rows sealed under the newest key ({newest_key_id()})."
    for table, rows in done.unreadable.items():
        yield f"{table}: {rows} rows could not be opened, since their key is not among IDENTITY_KEYS."
    if not done.rows and not done.unreadable:
        yield f"Everything was sealed under the newest key ({newest_key_id()}) already."
    for place, name in enumerate(identity_keys(), 1):
        if name in done.idle:
            yield f"Key {place} of IDENTITY_KEYS ({name}) is used no more and may be taken out."
        elif name != newest_key_id():
            yield f"Key {place} of IDENTITY_KEYS ({name}) is still needed; forms keep their answers for a week."
