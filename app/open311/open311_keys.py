"""Keys of programs that hand in complaints for citizens through Open311."""

from datetime import datetime

from app.accounts.api_keys_security import KnownKey, find_key

SCOPE = "open311"


def open311_key(given: str, now: datetime) -> KnownKey | None:
    """The key if it is good now and holds the scope; None for anything else."""
    key = find_key(given, now) if given else None
    return key if key is not None and SCOPE in key.scopes else None
