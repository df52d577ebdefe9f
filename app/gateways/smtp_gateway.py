"""E-mail by SMTP (RFC 5321): a 4xx answer is tried again, a 5xx one is final."""

import smtplib
from urllib.parse import unquote, urlsplit

from flask import current_app

from app.gateways.errors import Refused, Unsent
from app.gateways.messages import compose_mail
from app.models import Delivery

SMTP_SECONDS = 20


class SmtpGateway:
    """Sends through the server of SMTP_URL (`smtp://`, `smtps://`, `smtp+starttls://user:password@host:port`)."""

    def send(self, message: Delivery) -> bool:
        url = current_app.config.get("SMTP_URL")
        if not url:
            return False
        try:
            _send(url, message)
        except ValueError as error:
            raise Refused(f"{type(error).__name__}: {error}") from error
        except smtplib.SMTPRecipientsRefused as error:
            raise _by_code(min(code for code, _ in error.recipients.values()), error) from error
        except smtplib.SMTPResponseException as error:
            raise _by_code(error.smtp_code, error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unsent(f"{type(error).__name__}: {error}") from error
        return True


def _by_code(code: int, error: Exception) -> Exception:
    kind = Refused if 500 <= code < 600 else Unsent
    return kind(f"{type(error).__name__}: {error}")


def _send(address: str, message: Delivery) -> None:
    url = urlsplit(address)
    mail = compose_mail(message)
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    with kind(url.hostname or "localhost", url.port or 25, timeout=SMTP_SECONDS) as server:
        if url.scheme == "smtp+starttls":
            server.starttls()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(mail)
