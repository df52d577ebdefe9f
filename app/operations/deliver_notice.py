"""One notice leaves the house: tried until it is sent or has failed for hours, never twice at once."""

import smtplib
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from flask import current_app
from sqlalchemy import select

from app.after_commit import enqueue_after_commit
from app.extensions import db
from app.job_names import JobName
from app.messages import compose_mail
from app.models import Notice
from app.transaction import one_transaction

DELAYS = (60, 300, 900, 1800, 3600, 3600, 3600, 3600)
SMTP_SECONDS = 20


def deliver_notice(notice_id: int, now: datetime) -> str:
    """Send one waiting notice and say how it stands; its row is locked meanwhile, so a second worker passes it by."""
    with one_transaction():
        statement = select(Notice).where(Notice.id == notice_id, Notice.state == "queued")
        notice = db.session.scalars(statement.with_for_update(skip_locked=True)).first()
        if notice is None:
            return "elsewhere"
        _try(notice, now)
        return notice.state


def _try(notice: Notice, now: datetime) -> None:
    if not current_app.config.get("SMTP_URL"):
        notice.state, notice.last_error = "skipped", "SMTP_URL is not set"
        return
    notice.attempts += 1
    try:
        _send(notice)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _put_off(notice, error, now)
    else:
        notice.state, notice.sent_at, notice.last_error = "sent", now, None


def _put_off(notice: Notice, error: Exception, now: datetime) -> None:
    notice.last_error = f"{type(error).__name__}: {error}"[:300]
    if notice.attempts > len(DELAYS):
        notice.state = "failed"
        return
    notice.next_try_at = now + timedelta(seconds=DELAYS[notice.attempts - 1])


def _send(notice: Notice) -> None:
    url = urlsplit(current_app.config["SMTP_URL"])
    kind = smtplib.SMTP_SSL if url.scheme == "smtps" else smtplib.SMTP
    with kind(url.hostname or "localhost", url.port or 25, timeout=SMTP_SECONDS) as server:
        if url.scheme == "smtp+starttls":
            server.starttls()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        server.send_message(compose_mail(notice))


def relay_notices(now: datetime, batch: int = 200) -> int:
    """Hand to Redis every notice that is due: those it forgot, and those whose next try has come."""
    with one_transaction():
        due = select(Notice.id).where(Notice.state == "queued", Notice.next_try_at <= now)
        ids = list(db.session.scalars(due.order_by(Notice.next_try_at).limit(batch)))
        for notice_id in ids:
            enqueue_after_commit(JobName.DELIVER_NOTICE, notice_id)
    return len(ids)
