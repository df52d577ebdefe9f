"""Rotation of identity keys while the program runs: values under older keys are re-encrypted under the newest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, Table, Text, and_, literal, or_, select, type_coerce, update

from app.core.encrypted_columns import (
    KeyMissing,
    encrypted_again,
    identifier_digest,
    identity_keys,
    name_digests,
    newest_key_id,
)
from app.core.extensions import db
from app.core.identifiers import MARKS
from app.models import IdempotencyKey, JournalEntry, Reporter
from app.privacy.keys_in_use import key_id_in, sealed_columns, used_key_ids

BATCH = 100
"""Rows locked per batch; a batch takes less than a tenth of a second."""


@dataclass
class Rotation:
    """The result of rotating the identity keys: `rows` re-encrypted and `unreadable` rows as dicts from table name to
    number of rows; `idle` lists the ids of keys that are no longer needed.
    """

    rows: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, int] = field(default_factory=dict)
    idle: list[str] = field(default_factory=list)


def rotate_identity_keys(now: datetime) -> Rotation:
    """Re-encrypt every value under the newest identity key, write a journal entry, and return the `Rotation`. Each
    batch is committed; rows without their key are counted as unreadable and not changed.

    An interrupted rotation is resumed by calling this again.
    """
    done = Rotation()
    for table, columns in sealed_columns().items():
        _reseal_table(table, columns, done)
    used = used_key_ids() | _ids_in_stored_answers()
    done.idle = [name for name in identity_keys() if name not in used and name != newest_key_id()]
    data = {"rows": done.rows, "unreadable": done.unreadable, "newest": newest_key_id(), "idle": done.idle}
    db.session.add(JournalEntry(kind="identity_keys_rotated", at=now, officer_id=None, data=data))
    db.session.commit()
    return done


def _reseal_table(table: Table, columns: list[Column[Any]], done: Rotation) -> None:
    """Re-encrypt the values of one table that are under an older key and count them in `done`; each batch is locked and
    committed by itself.
    """
    (key,) = table.primary_key.columns
    older = or_(*(and_(column.is_not(None), key_id_in(column) != newest_key_id()) for column in columns))
    # The values are read as stored, without decrypting them.
    stored = (type_coerce(column, Text).label(column.name) for column in columns)
    stale = select(key, *stored).where(older).order_by(key).limit(BATCH).with_for_update(of=table)
    rows = db.session.execute(stale).all()
    while rows:
        sealed = sum(_reseal_row(table, key, columns, row) for row in rows)
        db.session.commit()
        _count(done.rows, table, sealed)
        _count(done.unreadable, table, len(rows) - sealed)
        rows = db.session.execute(stale.where(key > rows[-1][0])).all()


def _count(counts: dict[str, int], table: Table, rows: int) -> None:
    if rows:
        counts[table.name] = counts.get(table.name, 0) + rows


def _reseal_row(table: Table, key: Column[Any], columns: list[Column[Any]], row: Row[Any]) -> bool:
    """Re-encrypt the values of one row under the newest key, renew its search digests and return True. Return False,
    without a change, if a key is missing.
    """
    stored = {column.name: row._mapping[column.name] for column in columns}
    try:
        renewed = {name: encrypted_again(text) for name, text in stored.items() if text is not None}
    except KeyMissing:
        return False
    same = (type_coerce(column, Text) == stored[column.name] for column in columns if stored[column.name] is not None)
    values: dict[str, Any] = {name: type_coerce(literal(sealed), Text) for name, (sealed, _) in renewed.items()}
    if table is Reporter.__table__:
        identity = {name: content.decode() for name, (_, content) in renewed.items()}
        values |= {f"{kind}_mark": identifier_digest(kind, identity[kind]) for kind in MARKS if kind in identity}
        if "name" in identity:
            values["name_words"] = name_digests(identity["name"])
    db.session.execute(update(table).where(key == row[0], *same).values(values))
    return True


def _ids_in_stored_answers() -> set[str]:
    """Return the set of ids (8 hex digits each) of identity keys in IDENTITY_KEYS, except the newest, that occur in the
    stored answers to forms and API calls; empty if none does. These answers are not re-encrypted: they are deleted
    after a week.
    """
    found = set()
    for name in identity_keys().keys() - {newest_key_id()}:
        holding = select(IdempotencyKey.id).where(IdempotencyKey.body.contains(f"{name}:", autoescape=True)).limit(1)
        if db.session.execute(holding).first() is not None:
            found.add(name)
    return found


def rotation_lines(done: Rotation) -> Iterable[str]:
    """Yield the result of a rotation as English sentences for the command line."""
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
