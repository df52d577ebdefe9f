"""A mail server that keeps what it takes, and can hold a conversation at any place of it until the test lets it go."""

from __future__ import annotations

import asyncio
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

PLACES = ("connect", "MAIL", "RCPT", "DATA", "dot", "QUIT")
"""The greeting; the answers to three commands; after the message was taken; after its sender was told so."""

TAKEN = ("dot", "QUIT")
"""The places at which the message has been taken."""


class Conversation(SMTP):
    """One caller, held at one place at most."""

    held_at = ""

    async def push(self, status: Any) -> None:
        """Two answers have no hook of their own: the greeting, and the word to send the message."""
        if str(status).startswith("220 "):
            self.held_at = self.event_handler.next_place(self)
            await self.hold("connect")
        elif str(status).startswith("354 "):
            await self.hold("DATA")
        await super().push(status)

    async def hold(self, place: str) -> None:
        if self.held_at == place:
            await self.event_handler.hold(place)


class Door(Controller):
    """Each caller gets a conversation of its own."""

    def factory(self) -> Conversation:
        return Conversation(self.handler, **self.SMTP_kwargs)


class MailServer:
    """Keeps every message, and says at which places callers are held now."""

    def __init__(self, port: int) -> None:
        self.mails: list[EmailMessage] = []
        self.holding: set[str] = set()
        self._places: list[str] = []
        self._conversations: list[Conversation] = []
        self._gate = asyncio.Event()
        self._door = Door(self, hostname="127.0.0.1", port=port)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._door.port}"

    def start(self) -> None:
        self._door.start()

    def stop(self) -> None:
        self.let_go()
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._door.loop).result()
        self._door.stop()

    def hold_at(self, *places: str) -> None:
        """Hold the next callers, one at each place in this order; those after them pass."""
        assert set(places) <= set(PLACES)
        self._door.loop.call_soon_threadsafe(self._gate.clear)
        self.holding.clear()
        self._places = list(places)

    def let_go(self) -> None:
        self._places = []
        self._door.loop.call_soon_threadsafe(self._gate.set)

    async def _hang_up(self) -> None:
        """A caller that was killed while it was held has left its line open."""
        for conversation in self._conversations:
            if conversation.transport is not None:
                conversation.transport.close()

    def next_place(self, caller: Conversation) -> str:
        """Where the caller who has just come is to be held."""
        self._conversations.append(caller)
        return self._places.pop(0) if self._places else ""

    async def hold(self, place: str) -> None:
        self.holding.add(place)
        await self._gate.wait()

    async def handle_MAIL(  # noqa: N802  (aiosmtpd's name)
        self, server: Conversation, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        await server.hold("MAIL")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, server: Conversation, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        await server.hold("RCPT")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Conversation, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        await server.hold("dot")
        return "250 OK"

    async def handle_QUIT(self, server: Conversation, session: Any, envelope: Any) -> str:  # noqa: N802
        await server.hold("QUIT")
        return "221 Bye"

    def about(self, number: str) -> list[EmailMessage]:
        """The messages about one complaint."""
        return [mail for mail in list(self.mails) if number in str(mail.get_body(("plain",)))]
