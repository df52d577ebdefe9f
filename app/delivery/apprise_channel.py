"""WhatsApp, Telegram and SMS through Apprise.

The administrator configures the service; a recipient is only a number or name.
"""

import time
from urllib.parse import quote

import apprise
from flask import current_app

from app.delivery.messages import compose_text
from app.delivery.recipients import gateway_address
from app.models import Delivery
from app.notices.outbox import GatewayAway, Refused, Unsent

SILENT_SECONDS = 3.5
"""Apprise times out after 4 s and only reports failure; a failure after this long was a time-out, not a rejection."""


def send_by_apprise(message: Delivery) -> bool:
    """Send one message to the Apprise URL in GATEWAY_URL and return True; return False, without sending, if no gateway
    is configured or the message has no recipient there.

    `{to}` in the URL is replaced by the recipient's number or name. Raises Refused for an invalid GATEWAY_URL,
    GatewayAway on a time-out, Unsent on any other failure.
    """
    pattern = current_app.config.get("GATEWAY_URL")
    address = gateway_address(message)
    if not pattern or not address:
        return False
    service = apprise.Apprise()
    if not service.add(pattern.replace("{to}", quote(address, safe="+"))):
        raise Refused("GATEWAY_URL is not an address that Apprise knows")
    title, body = compose_text(message)
    began = time.monotonic()
    if not service.notify(title=title, body=body):
        silent = time.monotonic() - began > SILENT_SECONDS
        raise GatewayAway("no answer") if silent else Unsent("the message service did not accept it")
    return True
