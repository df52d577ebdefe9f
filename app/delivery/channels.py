"""Ways out of the house for a message: each sends one delivery, or says why it could not."""

from typing import Protocol

from app.delivery.apprise_channel import AppriseGateway
from app.delivery.smtp_channel import SmtpGateway
from app.models import Delivery
from app.notices.outbox import GatewayAway, Refused, Unsent

__all__ = ["GatewayAway", "Refused", "Unsent", "channel_named"]


class Gateway(Protocol):
    """One channel."""

    def send(self, message: Delivery) -> bool:
        """Send it; False where the channel is not set up, Unsent to try again later, Refused when it never will."""
        ...


_CHANNELS: dict[str, Gateway] = {"email": SmtpGateway(), "gateway": AppriseGateway()}


def channel_named(name: str) -> Gateway:
    """The way out of that name; KeyError for one that is not there."""
    return _CHANNELS[name]
