"""Secrets and signature headers of Standard Webhooks 1.0.0."""

import base64
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime

from standardwebhooks import Webhook

SECRET_BYTES = 32


def new_secret() -> str:
    """Return a new random signing secret in the format of the standard (`whsec_` and base64)."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(message_id: str, at: datetime, body: str, keys: Iterable[str]) -> dict[str, str]:
    """Return a dict of the three signature headers (webhook-id, webhook-timestamp, webhook-signature) of one request
    sent at `at` (aware); `keys` are the secrets, newest first.
    """
    at = at.astimezone(UTC)  # the library reads every datetime as UTC, whatever its zone
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(message_id, at, body) for key in keys),
    }
