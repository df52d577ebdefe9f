"""E-mail by SMTP (RFC 5321): a 4xx reply is retried, a 5xx reply is final."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import SplitResult, unquote, urlsplit

from flask import current_app

from app.outbound.gateway import ComposedMessage, GatewayAway, Refused, Unsent

SMTP_SECONDS = 20
"""Default of the setting SMTP_SECONDS: the longest wait for one reply of the server."""

SHUTTING_DOWN = 421


def send_mail(url: str, address: str, message: ComposedMessage) -> None:
    """Send one message as e-mail through the server of `url` (`smtp://`, `smtps://` or `smtp+starttls://` with
    `user:password@host:port`). Raises Refused if the message can never be sent, Unsent or GatewayAway to retry.
    """
    try:
        mail = as_mail(address, message)
    except ValueError as error:
        raise Refused(_text_of(error)) from error
    with _server(urlsplit(url)) as server:
        _transmit(server, mail, address)


def as_mail(address: str, message: ComposedMessage) -> EmailMessage:
    """Return a message as an automatic e-mail to this address. Raises ValueError for a malformed header value."""
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail.set_content(message.body)
    if message.html is not None:
        mail.add_alternative(message.html, subtype="html")
    if message.file is not None:
        main, _, kind = message.file.media_type.partition("/")
        mail.add_attachment(message.file.content, maintype=main, subtype=kind, filename=message.file.name)
    host = urlsplit(current_app.config["PUBLIC_BASE_URL"]).hostname or "localhost"
    mail["From"] = current_app.config.get("MAIL_FROM") or f"lapor@{host}"
    mail["To"] = address
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<delivery-{message.id}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def _transmit(server: smtplib.SMTP, mail: EmailMessage, address: str) -> None:
    """Send the e-mail to this address only, whatever its headers say. Raises Refused (never to be sent), Unsent or
    GatewayAway (to be retried).
    """
    try:
        server.send_message(mail, to_addrs=[address])
    except smtplib.SMTPRecipientsRefused as error:
        raise _by_code(min(code for code, _ in error.recipients.values()), error) from error
    except smtplib.SMTPResponseException as error:
        raise _by_code(error.smtp_code, error) from error
    except (OSError, smtplib.SMTPException) as error:
        # smtplib wraps a reply time-out in SMTPServerDisconnected.
        silent = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        raise (GatewayAway if silent else Unsent)(_text_of(error)) from error
    except ValueError as error:
        raise Refused(_text_of(error)) from error


def _by_code(code: int, error: Exception) -> Exception:
    """Return (do not raise) the exception for an SMTP reply code: Refused for 5xx, GatewayAway for 421 (RFC 5321, 3.8),
    otherwise Unsent.
    """
    kind = Refused if 500 <= code < 600 else GatewayAway if code == SHUTTING_DOWN else Unsent
    return kind(_text_of(error))


def _text_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


@contextmanager
def _server(url: SplitResult) -> Iterator[smtplib.SMTP]:
    """Context manager: yield a connected and authenticated SMTP connection, closed at the end. Raises GatewayAway if
    the server cannot be reached or refuses the sign-in.

    Errors while disconnecting are ignored, because the message has been accepted by then.
    """
    try:
        server = _signed_in(url)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise GatewayAway(_text_of(error)) from error
    try:
        yield server
    finally:
        with suppress(OSError, smtplib.SMTPException):
            server.quit()
        server.close()


def address_of(url: SplitResult) -> tuple[str, int]:
    """Return (host, port) of an SMTP_URL; without a port it is 465 for `smtps://`, otherwise 25."""
    usual = smtplib.SMTP_SSL_PORT if url.scheme == "smtps" else smtplib.SMTP_PORT
    return url.hostname or "localhost", url.port or usual


def _signed_in(url: SplitResult) -> smtplib.SMTP:
    """Return an authenticated smtplib.SMTP, closed if sign-in fails. Raises OSError, SMTPException or ValueError."""
    host, port = address_of(url)
    seconds = current_app.config.get("SMTP_SECONDS", SMTP_SECONDS)
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=seconds, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=seconds)
    try:
        if url.scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except Exception:
        server.close()
        raise
    return server
