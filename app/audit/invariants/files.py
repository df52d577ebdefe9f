"""Invariant I9: each row's file exists with the recorded digest, and each stored file has a row."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import fsspec
from flask import current_app
from sqlalchemy import Row, text

from app.audit.invariants.findings import Checked, Finding, Look, ago, bound, few
from app.core.extensions import db
from app.core.storage import read_pieces

FOLDERS = ("attachments", "papers", "reports")
"""Folders of the file store; `_ROWS` must name the rows of each."""

SWEEP_AGE = timedelta(days=1)
"""Younger files are skipped, since a file is written before its row is committed."""

_ROWS = """
    SELECT id, path, sha256 AS digest, added_at AS at, 'attachment' AS kind FROM attachment
    UNION ALL
    SELECT id, path, file_hash, coalesce(drawn_at, made_at), 'paper' FROM paper WHERE state = 'ready'
    UNION ALL
    SELECT id, path, file_hash, ended_at, 'report' FROM report_job WHERE state = 'done' AND path IS NOT NULL
"""
_OF_THE_LOOK = """
    SELECT * FROM ({rows}) AS kept
    WHERE :whole OR at >= :yesterday OR at >= :since OR id % :slices = :slice ORDER BY kind, id
""".replace("{rows}", _ROWS)


def files_and_rows(look: Look) -> Checked:
    """Check invariant I9 and return the violations with the number of rows checked.

    It holds when every row has its file with the recorded digest, and every file has a row. Files of the last day and a
    slice of older ones are hashed.
    """
    seen = 0
    found: list[Finding] = []
    rows = bound(_OF_THE_LOOK, look.values | {"yesterday": ago(look, days=1)})
    for row in db.session.execute(rows, execution_options={"yield_per": 1000}):
        seen += 1
        found += _faults(row)
    return Checked(seen, (*few(found), *_without_row(look)))


def _faults(row: "Row[tuple[int, str, str, datetime, str]]") -> Iterator[Finding]:
    try:
        digest = _digest(row.path)
    except FileNotFoundError:
        yield Finding("I9", row.path, "file_missing", {"kind": row.kind, "row": row.id})
        return
    except OSError as problem:
        yield Finding("I9", row.path, "file_unreadable", {"kind": row.kind, "why": type(problem).__name__})
        return
    if digest != row.digest:
        yield Finding("I9", row.path, "file_changed", {"kind": row.kind, "row": row.id})


def _digest(path: str) -> str:
    digest = hashlib.sha256()
    for piece in read_pieces(path):
        digest.update(piece)
    return digest.hexdigest()


def _without_row(look: Look) -> tuple[Finding, ...]:
    """Return one finding for all stored files without a row, with the first name and the count."""
    known = set(db.session.scalars(text(f"SELECT path FROM ({_ROWS}) AS kept")))  # noqa: S608 (our own words)
    known |= set(db.session.scalars(text("SELECT path FROM report_job WHERE path IS NOT NULL")))
    left = sorted(path for path, at in _stored() if path not in known and at < look.now - SWEEP_AGE)
    return (Finding("I9", left[0], "files_without_row", {"count": len(left)}),) if left else ()


def _stored() -> Iterator[tuple[str, datetime]]:
    """Yield path and modification time (aware) of every file in the folders."""
    store, root = fsspec.url_to_fs(str(current_app.config["STORAGE_URL"]).rstrip("/"))
    for folder in FOLDERS:
        for name, facts in store.find(f"{root}/{folder}", detail=True).items():
            yield name.removeprefix(f"{root}/").removeprefix(root).lstrip("/"), _written(facts)


def _written(facts: dict[str, object]) -> datetime:
    """Return the modification time that the store reports, or the maximum datetime when it reports none.

    Local stores report seconds, object stores a datetime.
    """
    at = facts.get("LastModified") or facts.get("mtime")
    if isinstance(at, int | float):
        return datetime.fromtimestamp(at, UTC)
    return at if isinstance(at, datetime) and at.tzinfo else datetime.max.replace(tzinfo=UTC)
