"""The hash chain of the event log: each record carries the hash of the one before it.

Format 1 hashes the whole record at once. Format 2 hashes every field by itself under a salt of its own, so that a field
can be left out of a copy and the rest still be verified. A hash of format 2 says so at its end: its record cannot be
passed off as one of format 1, which cannot be verified once a part of it is left out.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

GENESIS = "0" * 64
SALTED = ":2"
"""The end of every hash of format 2."""

_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def link(previous: str, record: Mapping[str, Any], seed: str | None = None) -> str:
    """The hash of a record after the one before it: of format 2 where the record has a seed, else of format 1."""
    if seed is None:
        return _sha256(f"{previous}\n{_canonical(record)}")
    salts = salts_of(record, seed)
    digests = [digest(name, commitment(value, salts[name])) for name, value in fields_of(record)]
    body = _canonical(sorted(digests))
    return _sha256(f"{previous}\n{body}") + SALTED


def fields_of(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every field by its name; each particular under `data` is one of its own, as `data.<name>`."""
    for name, value in record.items():
        if name == "data":
            yield from ((f"data.{inner}", part) for inner, part in value.items())
        else:
            yield name, value


def salts_of(record: Mapping[str, Any], seed: str) -> dict[str, str]:
    """The salt of each field. A salt says nothing of the seed, nor of another salt: the seed stands at both ends."""
    return {name: _sha256(f"{seed}\n{name}\n{seed}") for name, _ in fields_of(record)}


def commitment(value: Any, salt: str) -> str:
    """What stands for a value that is left out: nobody can guess the value from it without the salt."""
    return _sha256(f"{salt}\n{'null' if value is None else _canonical(value)}")


def digest(name: str, committed: str) -> str:
    """The digest of a field, of which the hash of the record is made."""
    return _sha256(f"{name}\n{committed}")


def first_break(records: Iterable[tuple[str, str, Mapping[str, Any], str | None]]) -> int | None:
    """Position of the first (previous, own hash, record, seed) that does not follow from the one before, or None."""
    expected = GENESIS
    for position, (previous, own, record, seed) in enumerate(records):
        if previous != expected or link(previous, record, seed) != own:
            return position
        expected = own
    return None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
