"""WhatsApp, Telegram and SMS through Apprise: the administrator sets the service, the officer only a number or name."""

from urllib.parse import quote

import apprise
from flask import current_app

from app.extensions import db
from app.gateways.errors import Refused, Unsent
from app.gateways.messages import compose_text
from app.models import Delivery, NoticePreference


class AppriseGateway:
    """Sends by the Apprise address in GATEWAY_URL, in which `{to}` stands for the officer's number or name."""

    def send(self, message: Delivery) -> bool:
        pattern = current_app.config.get("GATEWAY_URL")
        preference = db.session.get(NoticePreference, message.user_id)
        if not pattern or preference is None or not preference.gateway_to:
            return False
        service = apprise.Apprise()
        if not service.add(pattern.replace("{to}", quote(preference.gateway_to, safe="+"))):
            raise Refused("GATEWAY_URL is not an address that Apprise knows")
        title, body = compose_text(message)
        if not service.notify(title=title, body=body):
            raise Unsent("the message service did not accept it")
        return True
