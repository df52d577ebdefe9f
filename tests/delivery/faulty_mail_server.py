"""An SMTP server that goes wrong where it is told: at the greeting, at a command, before or after the final dot."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

CUT, HANG = "cut", "hang"
USUAL = {
    "connect": "220 ready",
    "EHLO": "250-here\r\n250 AUTH PLAIN",
    "AUTH": "235 welcome",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    "dot": "250 taken",
    "RSET": "250 OK",
    "QUIT": "221 bye",
}


class FaultyMailServer:
    """Answers by `script`, which replaces the usual answers: an answer, CUT or HANG at each place.

    With a certificate it speaks TLS from the first byte, or after STARTTLS if the script answers that.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.script: dict[str, str] = {}
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.conversations = 0
        self._tls, self._over = tls, threading.Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._serve)]
        self.address = f"localhost:{self._door.getsockname()[1]}"

    def start(self) -> None:
        self._threads[0].start()

    def stop(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        with suppress(OSError):
            while not self._over.is_set():
                caller, _ = self._door.accept()
                self.conversations += 1
                self._threads.append(threading.Thread(target=self._talk_to, args=(caller,)))
                self._threads[-1].start()

    def _talk_to(self, caller: socket.socket) -> None:
        with suppress(OSError, ConnectionError):
            if self._tls is not None and "STARTTLS" not in self.script:
                caller = self._tls.wrap_socket(caller, server_side=True)
            with caller:
                self._converse(caller)

    def _converse(self, caller: socket.socket) -> None:
        self._say(caller, "connect")
        lines = caller.makefile("rb")
        while line := lines.readline():
            words = line.decode("ascii", "replace").split()
            command = words[0].upper() if words else ""
            if command == "RCPT":
                self.recipients.append(" ".join(words))
            self._say(caller, command)
            if command == "DATA" and self._answer("DATA").startswith("354"):
                self._take(caller, lines)
            elif command == "STARTTLS" and self._tls is not None:
                self._converse_secretly(caller)
                return

    def _converse_secretly(self, caller: socket.socket) -> None:
        with self._tls.wrap_socket(caller, server_side=True) as secret:
            self.script["connect"] = ""
            self._converse(secret)

    def _take(self, caller: socket.socket, lines: Iterator[bytes]) -> None:
        if self.script.get("before dot") == CUT:
            raise ConnectionError
        content = b"".join(iter(lambda: next(lines), b".\r\n"))
        if self.script.get("dot", "250").startswith(("250", CUT, HANG)):
            self.mails.append(message_from_bytes(content, policy=default))
        self._say(caller, "dot")

    def _answer(self, place: str) -> str:
        return self.script.get(place, USUAL.get(place, "500 what?"))

    def _say(self, caller: socket.socket, place: str) -> None:
        answer = self._answer(place)
        if answer == HANG:
            self._over.wait(60)
        if answer in (CUT, HANG):
            raise ConnectionError
        if answer:
            caller.sendall(f"{answer}\r\n".encode())


@contextmanager
def faulty_mail_server(tls: ssl.SSLContext | None = None) -> Iterator[FaultyMailServer]:
    """A server on a free port of this machine, until the test is over."""
    server = FaultyMailServer(tls)
    server.start()
    try:
        yield server
    finally:
        server.stop()
