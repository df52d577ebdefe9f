"""Which identity keys are needed: read off every sealed column there is, found by its type so that none is missed."""

from typing import Any

from flask import current_app
from sqlalchemy import Column, ColumnElement, Table, Text, func, literal, select, type_coerce, union
from sqlalchemy.exc import SQLAlchemyError

from app.core.encrypted_columns import SealedBytes, SealedText, identity_keys
from app.core.extensions import db
from app.models import Model


def sealed_columns() -> dict[Table, list[Column[Any]]]:
    """Every sealed column, by its table."""
    tables = Model.metadata.sorted_tables
    found = {table: [c for c in table.columns if isinstance(c.type, SealedText | SealedBytes)] for table in tables}
    return {table: columns for table, columns in found.items() if columns}


def key_id_in(column: Column[Any]) -> ColumnElement[str]:
    """The id of the key under which the value of a sealed column lies there."""
    return func.split_part(type_coerce(column, Text), literal(":"), 1)


def used_key_ids() -> set[str]:
    """Ids of the keys under which something is sealed; reads every sealed column once, whoever asks."""
    parts = [select(key_id_in(column)).where(column.is_not(None)) for cs in sealed_columns().values() for column in cs]
    return set(db.session.execute(union(*parts), execution_options={"beyond_wall": True}).scalars())


def unknown_key_ids() -> set[str]:
    """Ids of keys that are needed and not among IDENTITY_KEYS: what they sealed cannot be opened."""
    return used_key_ids() - identity_keys().keys()


def keys_are_known() -> bool:
    """Whether everything sealed can be opened; asked of the tables until it is so, and then known for this process,
    since what it seals itself it can open.
    """
    if current_app.extensions.get("identity_keys_known"):
        return True
    try:
        known = not unknown_key_ids()
    except SQLAlchemyError:
        db.session.rollback()
        return False
    current_app.extensions["identity_keys_known"] = known
    return known
