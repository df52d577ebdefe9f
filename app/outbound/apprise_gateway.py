"""WhatsApp, Telegram and SMS through Apprise.

The administrator configures the service; a recipient is only a number or name.
"""

import time
from urllib.parse import quote

from app.outbound.gateway import ComposedMessage, GatewayAway, Refused, Unsent

SILENT_SECONDS = 3.5
"""Apprise times out after 4 s and only reports failure; a failure after this long was a time-out, not a rejection."""


def send_by_apprise(url: str, address: str, message: ComposedMessage) -> None:
    """Send subject and body of one message to an Apprise URL, in which `{to}` is replaced by the recipient's number or
    name.

    Raises Refused for an invalid URL, GatewayAway on a time-out, Unsent on any other failure.
    """
    import apprise  # a sixth of a second, for the one process that sends

    service = apprise.Apprise()
    if not service.add(url.replace("{to}", quote(address, safe="+"))):
        raise Refused("GATEWAY_URL is not an address that Apprise knows")
    began = time.monotonic()
    if not service.notify(title=message.subject, body=message.body):
        silent = time.monotonic() - began > SILENT_SECONDS
        raise GatewayAway("no answer") if silent else Unsent("the message service did not accept it")
