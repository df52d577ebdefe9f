"""What all message gateways share: the message they send and the errors they raise."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.models.messages import AttachedFile


@dataclass(frozen=True)
class ComposedMessage:
    """The text of one delivery. `html` and `file` are for gateways that can send them; others leave them out."""

    id: int
    created_at: datetime
    subject: str
    body: str
    html: str | None = None
    file: AttachedFile | None = None


Gateway = Callable[[str, str, ComposedMessage], None]
"""Sends one message: `gateway(url, address, message)`. `url` is the value of the channel's setting. Raises Refused,
GatewayAway or Unsent.
"""


class Unsent(Exception):
    """Raised if a message could not be sent now and should be tried again: the gateway or mail server is down, slow or
    asks to retry later.
    """


class GatewayAway(Unsent):
    """Raised if the gateway or mail server is unreachable, silent or closing, so that any other message would fail
    too.
    """


class Refused(Exception):
    """Raised if a message can never be sent, because its address or content is rejected; a person must check it."""
