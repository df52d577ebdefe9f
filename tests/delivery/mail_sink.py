"""A real SMTP server for tests: keeps what it takes, and answers as it is told."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.output_search import search_mail


class Sink:
    """What arrived, and the answer to the next message (after its final dot)."""

    def __init__(self, port: int) -> None:
        self.mails: list[EmailMessage] = []
        self.heard = 0
        self.answer = "250 OK"
        self.recipient_answer = "250 OK"
        self.url = f"smtp://127.0.0.1:{port}"

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        self.heard += 1
        if self.answer.startswith(("250", "cut")):
            self.mails.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
            search_mail(self.mails[-1])
        if self.answer == "cut":
            server.transport.close()
        return self.answer

    @property
    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.mails]


@contextmanager
def mail_sink() -> Iterator[Sink]:
    """A sink on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sink = Sink(port)
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
