"""What a message says: its notices with their limits and links, never a word about the reporter."""

from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import force_locale, gettext, ngettext

from app.clock import utc_now
from app.models import Delivery
from app.queries.notices import NoticeLine, notice_line
from app.queries.people import person_of
from app.queries.worklists import count_badges


def compose_mail(message: Delivery) -> EmailMessage:
    """The e-mail of one delivery; its Message-ID is the delivery's own, so that a second copy is known as one."""
    host = urlsplit(current_app.config["PUBLIC_BASE_URL"]).hostname or "localhost"
    mail = EmailMessage()
    with force_locale("id"):
        told = _told(message)
        mail["Subject"] = told["subject"]
        mail.set_content(render_template("messages/message.txt", **told))
        mail.add_alternative(render_template("messages/message.html", **told), subtype="html")
    mail["From"] = current_app.config.get("MAIL_FROM") or f"lapor@{host}"
    mail["To"] = message.user.email
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<delivery-{message.id}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    return mail


def compose_text(message: Delivery) -> tuple[str, str]:
    """Title and body for a service that carries plain text only."""
    with force_locale("id"):
        told = _told(message)
        return told["subject"], render_template("messages/message.txt", **told)


def _told(message: Delivery) -> dict[str, Any]:
    lines = [notice_line(item.notice) for item in message.items]
    now = utc_now()
    work = count_badges(person_of(message.user, now), now) if message.digest_on is not None else None
    return {
        "lines": lines,
        "work": work,
        "subject": _subject(message, lines),
        "base": current_app.config["PUBLIC_BASE_URL"],
        "link_of": _link_of,
    }


def _subject(message: Delivery, lines: list[NoticeLine]) -> str:
    if message.digest_on is not None:
        return gettext("Pekerjaan Anda pagi ini di Lapor Balangan")
    if len(lines) == 1:
        return lines[0].sentence
    return ngettext("%(num)d pemberitahuan", "%(num)d pemberitahuan", len(lines))


def _link_of(line: NoticeLine) -> str:
    base = current_app.config["PUBLIC_BASE_URL"]
    return f"{base}/aduan/{line.complaint_id}" if line.complaint_id else f"{base}/"
