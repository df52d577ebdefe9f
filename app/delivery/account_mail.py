"""What an officer is told by e-mail of the own account: never a password, and a link only while it opens something."""

from email.message import EmailMessage

from flask import current_app, render_template
from flask_babel import force_locale

from app.accounts.labels import ACCOUNT_MAILS
from app.core.clock import utc_now
from app.models import Delivery
from app.notices.errors import Refused

LINK_PATH = "/sandi-baru/"


def account_mail(message: Delivery) -> EmailMessage:
    """The e-mail without sender and recipient; raises Refused where its link has ended meanwhile."""
    link = message.password_link
    if link is not None and (message.sealed_code is None or link.ended_at or link.expires_at <= utc_now()):
        raise Refused("the link has ended")
    mail = EmailMessage()
    with force_locale("id"):
        subject, sentence = ACCOUNT_MAILS[link.kind if link is not None else str(message.account_news)]
        base = current_app.config["PUBLIC_BASE_URL"]
        told = {"sentence": str(sentence), "base": base, "user": message.user, "link": "", "until": None}
        if link is not None:
            told |= {"link": f"{base}{LINK_PATH}{message.sealed_code}", "until": link.expires_at}
        mail["Subject"] = str(subject)
        mail.set_content(render_template("messages/account.txt", **told))
    return mail
