"""The TLS certificate that a web server shows, as a visitor's browser would judge it."""

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509

CONNECT_SECONDS = 5.0


@dataclass(frozen=True)
class Shown:
    """A value object: when the certificate ends (aware UTC, None if none was shown), and what is wrong with it:
    `unreachable`, `untrusted` (expired, of another host, or of an unknown authority), or "" for nothing.
    """

    ends_at: datetime | None
    fault: str = ""


def shown_certificate(url: str) -> Shown:
    """Return what the server of an https address shows; errors are not raised."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    try:
        return Shown(_ends(host, port, ssl.create_default_context()))
    except ssl.SSLError:
        unchecked = ssl.create_default_context()
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        with suppress(OSError, ValueError):
            return Shown(_ends(host, port, unchecked), "untrusted")
    except (OSError, ValueError):
        pass
    return Shown(None, "unreachable")


def _ends(host: str, port: int, context: ssl.SSLContext) -> datetime | None:
    """Return when the certificate ends that the server shows under `context`. Raises OSError and ValueError."""
    with socket.create_connection((host, port), CONNECT_SECONDS) as plain:
        plain.settimeout(CONNECT_SECONDS)
        with context.wrap_socket(plain, server_hostname=host) as connection:
            der = connection.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(der).not_valid_after_utc if der else None
