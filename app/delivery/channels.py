"""Channels that send a message."""

from typing import Protocol

from app.delivery.apprise_channel import AppriseGateway
from app.delivery.smtp_channel import SmtpGateway
from app.models import Delivery
from app.notices.outbox import GatewayAway, Refused, Unsent

__all__ = ["GatewayAway", "Refused", "Unsent", "channel_named"]


class Gateway(Protocol):
    """A channel that can send messages."""

    def send(self, message: Delivery) -> bool:
        """Send a message; return False if the channel is not configured or has no recipient.

        Raises Unsent if it should be retried, Refused if it can never be sent.
        """
        ...


_CHANNELS: dict[str, Gateway] = {"email": SmtpGateway(), "gateway": AppriseGateway()}


def channel_named(name: str) -> Gateway:
    """Return the channel of that name; raises KeyError if there is none."""
    return _CHANNELS[name]
