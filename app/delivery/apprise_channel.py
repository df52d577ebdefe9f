"""WhatsApp, Telegram and SMS through Apprise: the administrator sets the service, the others only a number or name."""

import time
from urllib.parse import quote

import apprise
from flask import current_app

from app.delivery.messages import compose_text
from app.delivery.recipients import gateway_address
from app.models import Delivery
from app.notices.outbox import GatewayAway, Refused, Unsent

SILENT_SECONDS = 3.5
"""Apprise waits 4 s for a service and says only that it failed: after so long it was silence, not a refusal."""


class AppriseGateway:
    """Sends by the Apprise address in GATEWAY_URL, in which `{to}` stands for the number or name of whom it is for."""

    def send(self, message: Delivery) -> bool:
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
