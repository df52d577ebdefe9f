"""The table of notification channels: how officers and reporters can be reached besides the bell.

docs/contributing.md tells how to add one.
"""

from dataclasses import dataclass

from flask import current_app
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from app.outbound.apprise_gateway import send_by_apprise
from app.outbound.gateway import Gateway
from app.outbound.smtp_gateway import send_mail


@dataclass(frozen=True)
class NotificationChannel:
    """A value object: one channel of outgoing messages. `name` is stored with every message; see NOTIFICATION_CHANNELS
    in `app/models/complaint.py`.

    `preference` is the column of NoticePreference that holds an officer's address at this service, None for no
    messages. `reporter_column` is the column of Reporter with a reporter's address. For a channel `for_everyone` the
    preference is a switch, on by default, and an officer's address is the e-mail address of the account; its messages
    are queued even while the setting is empty, so that the administrator sees them.
    """

    name: str
    label: LazyString
    server: LazyString
    """Name of the server on the health page."""
    server_in_english: str
    """Name of the server in warnings for a monitor."""
    setting: str
    """Setting with the address of the server; the channel is on when it is not empty."""
    gateway: Gateway
    preference: str
    reporter_column: str
    for_everyone: bool = False

    def server_url(self) -> str | None:
        """Return the address of the server, with its password; None if the channel is off."""
        return current_app.config.get(self.setting) or None

    def takes_messages(self) -> bool:
        """Return whether messages are queued for this channel."""
        return self.for_everyone or self.server_url() is not None


EMAIL = NotificationChannel(
    name="email",
    label=_("Surel"),
    server=_("Server surel"),
    server_in_english="mail server",
    setting="SMTP_URL",
    gateway=send_mail,
    preference="by_email",
    reporter_column="email",
    for_everyone=True,
)
MESSAGE_SERVICE = NotificationChannel(
    name="gateway",
    label=_("WhatsApp, Telegram, atau SMS"),
    server=_("Layanan pesan (GATEWAY_URL)"),
    server_in_english="message service",
    setting="GATEWAY_URL",
    gateway=send_by_apprise,
    preference="gateway_to",
    reporter_column="phone",
)

CHANNELS = {channel.name: channel for channel in (EMAIL, MESSAGE_SERVICE)}
"""All channels by name. A reporter gets messages on the first one that has an address."""
