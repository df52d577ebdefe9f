"""Client of the virus scanner clamd; it sends bytes, so the scanner opens no file of the store."""

import socket
import struct
from contextlib import closing
from urllib.parse import urlsplit

from flask import current_app

CONNECT_SECONDS = 2.0
SCAN_SECONDS = 30.0
PIECE = 64 * 1024
LONGEST_ANSWER = 4096


class ScannerAway(Exception):
    """Raised if there is no verdict: the scanner is unreachable, too slow or reports an error."""


def is_set_up() -> bool:
    """Return whether a scanner is configured (CLAMAV_URL)."""
    return bool(current_app.config.get("CLAMAV_URL"))


def answers() -> bool:
    """Return whether the virus scanner answers a PING; errors are not raised."""
    try:
        return _ask(b"PING", b"", CONNECT_SECONDS) == "PONG"
    except ScannerAway:
        return False


def found_in(content: bytes) -> str | None:
    """Return the name of the malware that the virus scanner finds in these bytes, or None if they are clean; raises
    ScannerAway if there is no verdict.

    clamd(8): `zINSTREAM`, then chunks prefixed by their length (4 bytes, big-endian), then a length of zero; the
    response is `stream: OK`, `stream: NAME FOUND` or `... ERROR`.
    """
    pieces = (content[at : at + PIECE] for at in range(0, len(content), PIECE))
    stream = b"".join([*(struct.pack(">I", len(piece)) + piece for piece in pieces), struct.pack(">I", 0)])
    said = _ask(b"INSTREAM", stream, SCAN_SECONDS)
    if said == "stream: OK":
        return None
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerAway(said[:100])


def _ask(command: bytes, body: bytes, seconds: float) -> str:
    try:
        with closing(_connected()) as link:
            link.settimeout(seconds)
            link.sendall(b"z" + command + b"\0" + body)
            return _answer(link)
    except (OSError, ValueError) as problem:
        raise ScannerAway(type(problem).__name__) from None


def _connected() -> socket.socket:
    parts = urlsplit(str(current_app.config["CLAMAV_URL"]))
    if parts.scheme == "tcp":
        return socket.create_connection((parts.hostname or "", parts.port or 0), CONNECT_SECONDS)
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(CONNECT_SECONDS)
    try:
        link.connect(parts.path)
    except OSError:
        link.close()
        raise
    return link


def _answer(link: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        piece = link.recv(LONGEST_ANSWER)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
