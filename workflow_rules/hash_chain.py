"""The chain that makes the event log its own witness: each record carries the hash of the one before."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

GENESIS = "0" * 64


def link(previous: str, record: Mapping[str, Any]) -> str:
    """SHA-256 over the previous hash and the record as canonical JSON (sorted keys, UTF-8, no spaces)."""
    body = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{body}".encode()).hexdigest()


def first_break(records: Iterable[tuple[str, str, Mapping[str, Any]]]) -> int | None:
    """Position of the first (previous, own hash, record) that does not follow from the one before, or None."""
    expected = GENESIS
    for position, (previous, own, record) in enumerate(records):
        if previous != expected or link(previous, record) != own:
            return position
        expected = own
    return None
