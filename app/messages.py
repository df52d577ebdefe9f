"""What a notice says: number, step, limit and a link; never a word about the reporter."""

from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from flask import current_app, render_template
from flask_babel import force_locale

from app.labels.words import STEPS
from app.models import Notice
from app.skin_formats import moment


def compose_mail(notice: Notice) -> EmailMessage:
    """The e-mail of one notice; its Message-ID is the notice's own, so that a second copy is known as one."""
    base = current_app.config["PUBLIC_BASE_URL"]
    host = urlsplit(base).hostname or "localhost"
    with force_locale("id"):
        told = {
            "notice": notice,
            "step": STEPS[notice.task.step],
            "due": moment(notice.task.due_at),
            "link": f"{base}/aduan/{notice.complaint_id}",
        }
        text = render_template("messages/notice.txt", **told)
        subject = render_template("messages/subject.txt", **told).strip()
    mail = EmailMessage()
    mail["Subject"] = subject
    mail["From"] = current_app.config.get("MAIL_FROM", f"lapor@{host}")
    mail["To"] = notice.user.email
    mail["Date"] = format_datetime(notice.created_at)
    mail["Message-ID"] = f"<notice-{notice.id}@{host}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    return mail
