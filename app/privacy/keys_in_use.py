"""Detection of the identity keys in use, from all encrypted columns; these are found by type, so none is missed."""

from typing import Any

from flask import current_app
from sqlalchemy import Column, ColumnElement, Table, Text, func, literal, select, type_coerce, union
from sqlalchemy.exc import SQLAlchemyError

from app.core.encrypted_columns import SealedBytes, SealedText, identity_keys
from app.core.extensions import db
from app.models import Model


def sealed_columns() -> dict[Table, list[Column[Any]]]:
    """Return a dict from SQLAlchemy table to the list of its encrypted columns; tables without such columns are left
    out.
    """
    tables = Model.metadata.sorted_tables
    found = {table: [c for c in table.columns if isinstance(c.type, SealedText | SealedBytes)] for table in tables}
    return {table: columns for table, columns in found.items() if columns}


def key_id_in(column: Column[Any]) -> ColumnElement[str]:
    """Return an SQL expression for the id of the key under which a column's value is encrypted."""
    return func.split_part(type_coerce(column, Text), literal(":"), 1)


def used_key_ids() -> set[str]:
    """Return the set of ids of all identity keys under which a value is stored. Scans every encrypted column of the
    database, regardless of agency isolation.
    """
    parts = [select(key_id_in(column)).where(column.is_not(None)) for cs in sealed_columns().values() for column in cs]
    return set(db.session.execute(union(*parts), execution_options={"without_isolation": True}).scalars())


def unknown_key_ids() -> set[str]:
    """Return the set of ids of keys under which values are stored but which are not in IDENTITY_KEYS; those values
    cannot be decrypted.
    """
    return used_key_ids() - identity_keys().keys()


def keys_are_known() -> bool:
    """Return whether all encrypted values can be decrypted; False if the database cannot be read.

    A positive result is cached for the process, which can decrypt whatever it encrypts itself.
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
