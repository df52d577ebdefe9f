"""A single hash over the whole event log, meant to be printed: rewriting the log would contradict every print."""

import hashlib
from collections.abc import Iterable


def checkpoint(heads: Iterable[tuple[str, int, str]]) -> str:
    """Return the hex SHA-256 over the last event of every complaint: in the given order, one ASCII line `<number>
    <sequence of its last event> <hash of that event>` with a line feed for each. Pass (number, sequence, hash) sorted
    by number as text.

    An event's hash covers all events before it (see `hash_chain`), so the checkpoint covers the whole log. Without
    complaints it is the hash of the empty string.
    """
    digest = hashlib.sha256()
    for number, seq, head in heads:
        digest.update(f"{number} {seq} {head}\n".encode("ascii"))
    return digest.hexdigest()
