"""Officers hear of their own account by e-mail, whatever they chose for notices; in the transaction of the cause."""

from datetime import datetime, timedelta

from app.core.after_commit import enqueue_after_commit
from app.core.extensions import db
from app.core.jobs import JobName
from app.models import Delivery
from app.notices.outbox import LEASE_SECONDS


def tell_of_account(user_id: int, news: str, now: datetime) -> None:
    """Put one message on its way; `news` is one of ACCOUNT_NEWS without a link."""
    _queue(Delivery(user_id=user_id, account_news=news), now)


def send_link(user_id: int, link_id: int, token: str, now: datetime) -> None:
    """Put a link on its way; what stands in it lies sealed in the message until that was sent."""
    _queue(Delivery(user_id=user_id, account_news="password_link", password_link_id=link_id, sealed_code=token), now)


def tell_old_address(user_id: int, address: str, now: datetime) -> None:
    """Somebody changed the address of an account: what was the address until now hears of it. It lies sealed in the
    message until that was sent.
    """
    _queue(Delivery(user_id=user_id, account_news="address_changed", sealed_code=address), now)


def _queue(message: Delivery, now: datetime) -> None:
    message.channel, message.created_at = "email", now
    message.next_try_at = now + timedelta(seconds=LEASE_SECONDS)
    db.session.add(message)
    db.session.flush()
    enqueue_after_commit(JobName.DELIVER, message.id)
