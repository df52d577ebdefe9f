"""E-mails to officers about their own account, queued in the transaction of the cause, whatever channels they chose for
notices.
"""

from datetime import datetime, timedelta

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.models import Delivery
from app.notices.outbox import CLAIM_SECONDS


def notify_account(user_id: int, news: str, now: datetime) -> None:
    """Add and flush an e-mail (`Delivery`) to a user about the user's own account in the current transaction; a job
    sends it after the commit. `news` is `password_changed` or `sign_on_linked`; `now` is aware UTC.
    """
    _queue(Delivery(user_id=user_id, account_news=news), now)


def send_link(user_id: int, link_id: int, token: str, now: datetime) -> None:
    """Add and flush the e-mail (`Delivery`) with a password link in the current transaction; a job sends it after the
    commit. The link's token is stored encrypted in the delivery until it has been sent.
    """
    _queue(Delivery(user_id=user_id, account_news="password_link", password_link_id=link_id, sealed_code=token), now)


def notify_old_address(user_id: int, address: str, now: datetime) -> None:
    """Add and flush an e-mail (`Delivery`) to the former address of a user account whose address was changed, in the
    current transaction; a job sends it after the commit. The address is stored encrypted until then.
    """
    _queue(Delivery(user_id=user_id, account_news="address_changed", sealed_code=address), now)


def _queue(message: Delivery, now: datetime) -> None:
    message.channel, message.created_at = "email", now
    message.next_try_at = now + timedelta(seconds=CLAIM_SECONDS)
    db.session.add(message)
    db.session.flush()
    enqueue_after_commit(JobName.DELIVER, message.id)
