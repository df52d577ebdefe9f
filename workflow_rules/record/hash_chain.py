"""The hash chain of the event log: each record's hash covers the hash of the one before it.

Format 1 hashes the whole record at once. Format 2 hashes every field separately with its own salt, so that a field can
be omitted from a copy and the rest still be verified. A hash of format 2 ends with `:2`, so that its record cannot be
passed off as one of format 1.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

GENESIS = "0" * 64
SALTED = ":2"
"""Suffix of every hash of format 2."""

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def link(previous: str, record: Mapping[str, Any], seed: str | None = None) -> str:
    """Return the hash of a record that follows the hash `previous`: SHA-256 in hex (format 1), with a seed in format 2
    and then with the suffix SALTED.
    """
    if seed is None:
        return _sha256(f"{previous}\n{_canonical(record)}")
    salts = salts_of(record, seed)
    digests = [digest(name, commitment(value, salts[name])) for name, value in fields_of(record)]
    body = _canonical(sorted(digests))
    return _sha256(f"{previous}\n{body}") + SALTED


def fields_of(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield (name, value) for every field of a record; each member of `data` is a field of its own, `data.<name>`."""
    for name, value in record.items():
        if name == "data":
            yield from ((f"data.{inner}", part) for inner, part in value.items())
        else:
            yield name, value


def salts_of(record: Mapping[str, Any], seed: str) -> dict[str, str]:
    """Return a dict of field name to salt (hex SHA-256) for a record, derived from the seed. A salt reveals neither the
    seed nor other salts; the seed is hashed at both ends of the text.
    """
    return {name: _sha256(f"{seed}\n{name}\n{seed}") for name, _ in fields_of(record)}


def commitment(value: Any, salt: str) -> str:
    """Return the hex SHA-256 that replaces an omitted value in a copy; nobody can guess the value without the salt."""
    return _sha256(f"{salt}\n{'null' if value is None else _canonical(value)}")


def digest(name: str, committed: str) -> str:
    """Return one field's digest (hex SHA-256) by name and commitment; the record's hash is computed from these."""
    return _sha256(f"{name}\n{committed}")


def first_break(records: Iterable[tuple[str, str, Mapping[str, Any], str | None]]) -> int | None:
    """Return the index (from 0) of the first record with a hash that does not follow from the one before, or None when
    the chain is intact. Each record is (previous hash, own hash, record, seed).
    """
    expected = GENESIS
    for position, (previous, own, record, seed) in enumerate(records):
        if previous != expected or link(previous, record, seed) != own:
            return position
        expected = own
    return None


def checkpoint(heads: Iterable[tuple[str, int, str]]) -> str:
    """Return one hex SHA-256 over the whole event log, meant to be printed: rewriting the log would contradict every
    print. It covers one ASCII line `<number> <sequence> <hash>` with a line feed for the last event of every complaint,
    in the given order. Pass (number, sequence, hash) sorted by number as text.
    """
    covered = hashlib.sha256()
    for number, seq, head in heads:
        covered.update(f"{number} {seq} {head}\n".encode("ascii"))
    return covered.hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
