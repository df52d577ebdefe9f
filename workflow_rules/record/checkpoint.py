"""One hash for the whole event log at an instant, to be printed: who rewrites a chain must find every print."""

import hashlib
from collections.abc import Iterable


def checkpoint(heads: Iterable[tuple[str, int, str]]) -> str:
    """SHA-256 over the last event of every complaint: for each, in the order of the complaint's number, the line
    `<number> <sequence of its last event> <hash of that event>` ended by a line feed, in ASCII.

    The hash of an event covers all events before it (see `hash_chain`), so the checkpoint covers the whole log. Without
    any complaint it is the hash of nothing. Numbers order as text, which is their order of year and running number.
    """
    digest = hashlib.sha256()
    for number, seq, head in heads:
        digest.update(f"{number} {seq} {head}\n".encode("ascii"))
    return digest.hexdigest()
