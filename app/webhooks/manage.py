"""Management of webhook endpoints by an administrator.

Every change is written to the journal; secrets never are.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select, update

from app.core.after_commit import enqueue_after_commit
from app.core.clock import office_time
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.locks import WEBHOOK_NAME_LOCK, wait_for_lock
from app.core.transaction import one_transaction
from app.feed.sequence import number_changes
from app.models import JournalEntry, SyncChange, WebhookDelivery, WebhookEndpoint
from app.webhooks.deliver import disable
from app.webhooks.payload import TEST_TYPE, trial_body
from app.webhooks.relay import WEBHOOKS, new_message_id
from app.webhooks.signature import new_secret


@dataclass(frozen=True)
class EndpointInput:
    """A value object: form input for a webhook endpoint; its URL is checked already."""

    name: str
    url: str
    event_types: tuple[str, ...]


class NameTaken(Exception):
    """Raised if another webhook endpoint has this name."""


class FormIsOld(Exception):
    """Raised if the webhook endpoint was changed after the form was displayed."""


def add_endpoint(given: EndpointInput, officer_id: int | None, now: datetime) -> WebhookEndpoint:
    """Create and return a webhook endpoint that receives every change from now on; commits. Raises NameTaken if another
    endpoint has the name.
    """
    number_changes()
    with one_transaction():
        _claim_name(given.name, None)
        last = db.session.execute(select(func.coalesce(func.max(SyncChange.position), 0))).scalar_one()
        endpoint = WebhookEndpoint(secret=new_secret(), secret_at=now, position=last, created_at=now)
        _fill(endpoint, given)
        db.session.add(endpoint)
        _journal(endpoint.name, "added", None, given, officer_id, now)
    return endpoint


def change_endpoint(
    endpoint_id: int, given: EndpointInput, version: int, officer_id: int | None, now: datetime
) -> None:
    """Change name, URL and event types of a webhook endpoint and write a journal entry; commits.

    Raises LookupError if there is no such endpoint, NameTaken if another one has the name, or FormIsOld if `version` is
    not current.
    """
    with one_transaction():
        endpoint = _locked_endpoint(endpoint_id, version)
        _claim_name(given.name, endpoint.id)
        before = EndpointInput(endpoint.name, endpoint.url, tuple(endpoint.event_types))
        if before != given:
            _fill(endpoint, given)
            endpoint.version += 1
            _journal(before.name, "changed", before, given, officer_id, now)


def rotate_secret(endpoint_id: int, version: int, hours: int, officer_id: int | None, now: datetime) -> WebhookEndpoint:
    """Replace the secret of a webhook endpoint, commit, and return the endpoint; the old secret also signs for `hours`
    more hours (0: not at all).

    Raises LookupError if there is no such endpoint, FormIsOld if `version` is not current.
    """
    with one_transaction():
        endpoint = _locked_endpoint(endpoint_id, version)
        overlaps = hours > 0
        endpoint.previous_secret = endpoint.secret if overlaps else None
        endpoint.previous_until = now + timedelta(hours=hours) if overlaps else None
        endpoint.secret, endpoint.secret_at = new_secret(), now
        endpoint.version += 1
        _journal(endpoint.name, "rotated", None, None, officer_id, now, hours=hours)
    return endpoint


def switch_endpoint(endpoint_id: int, active: bool, officer_id: int | None, now: datetime) -> WebhookEndpoint:
    """Enable or disable a webhook endpoint, commit, and return the endpoint; messages queued meanwhile are sent once it
    is enabled.

    Raises LookupError if there is no such endpoint.
    """
    with one_transaction():
        endpoint = _locked_endpoint(endpoint_id)
        if endpoint.active and not active:
            disable(endpoint, "by_hand", officer_id, now)
        elif active and not endpoint.active:
            _enable(endpoint, officer_id, now)
    return endpoint


def send_test(endpoint_id: int, now: datetime) -> int:
    """Enqueue a test message to a webhook endpoint, also to a disabled one, commit, and return the id of the message;
    it is tried once.

    Raises LookupError if there is no such endpoint.
    """
    with one_transaction():
        endpoint = _locked_endpoint(endpoint_id)
        body = trial_body(office_time(now).isoformat())
        known = {"endpoint_id": endpoint.id, "message_id": new_message_id(), "type": TEST_TYPE, "body": body}
        message = WebhookDelivery(**known, at=now, next_try_at=now)
        db.session.add(message)
        db.session.flush()
        enqueue_after_commit(JobName.DELIVER_WEBHOOK, message.id)
        return message.id


def send_again(endpoint_id: int, delivery_id: int, now: datetime) -> bool:
    """Queue a parked or delivered message for another three days, commit, and return True; return False if it is queued
    already, a test, or not of this endpoint.
    """
    mine = (WebhookDelivery.id == delivery_id, WebhookDelivery.endpoint_id == endpoint_id)
    return _requeue((*mine, WebhookDelivery.state != "queued"), now) > 0


def send_again_since(endpoint_id: int, since: datetime, states: Iterable[str], now: datetime) -> int:
    """Queue again every message of an endpoint since an instant (aware) that is in one of these states, commit, and
    return how many; tests are left out.
    """
    mine = (WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.at >= since)
    return _requeue((*mine, WebhookDelivery.state.in_(tuple(states))), now)


def _requeue(which: tuple[Any, ...], now: datetime) -> int:
    with one_transaction():
        values: dict[str, Any] = {"state": "queued", "attempts": 0, "next_try_at": now, "finished_at": None}
        again = WEBHOOKS.update_free(*which, WebhookDelivery.change_id.is_not(None), **values)
        if again:
            enqueue_after_commit(JobName.RELAY_WEBHOOKS)
        return len(again)


def _locked_endpoint(endpoint_id: int, version: int | None = None) -> WebhookEndpoint:
    statement = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id).with_for_update()
    endpoint = db.session.scalars(statement.execution_options(populate_existing=True)).first()
    if endpoint is None:
        raise LookupError(endpoint_id)
    if version is not None and version != endpoint.version:
        raise FormIsOld
    return endpoint


def _claim_name(name: str, own_id: int | None) -> None:
    """Wait for the advisory lock on names, held until the transaction ends, and raise NameTaken if another endpoint has
    this name. The lock makes callers wait for each other, so that the unique constraint is never violated.
    """
    wait_for_lock(WEBHOOK_NAME_LOCK)
    others = exists().where(WebhookEndpoint.name == name, WebhookEndpoint.id.is_distinct_from(own_id))
    if db.session.execute(select(others)).scalar_one():
        raise NameTaken


def _fill(endpoint: WebhookEndpoint, given: EndpointInput) -> None:
    endpoint.name, endpoint.url, endpoint.event_types = given.name, given.url, list(given.event_types)


def _enable(endpoint: WebhookEndpoint, officer_id: int | None, now: datetime) -> None:
    endpoint.active, endpoint.disabled_for, endpoint.disabled_at = True, None, None
    endpoint.failures, endpoint.failing_since, endpoint.held_until = 0, None, None
    endpoint.version += 1
    waiting = (WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.state == "queued")
    again = update(WebhookDelivery).where(*waiting).values(next_try_at=now, attempts=0)
    db.session.execute(again.execution_options(synchronize_session=False))
    _journal(endpoint.name, "enabled", None, None, officer_id, now)
    enqueue_after_commit(JobName.RELAY_WEBHOOKS)


def _journal(
    name: str,
    act: str,
    before: EndpointInput | None,
    after: EndpointInput | None,
    officer_id: int | None,
    now: datetime,
    **more: Any,
) -> None:
    """Add an endpoint's journal entry to the session, its URL stored without the query, which may hold a key."""
    sides = {
        side: {**asdict(given), "url": given.url.partition("?")[0], "event_types": list(given.event_types)}
        for side, given in (("before", before), ("after", after))
        if given is not None
    }
    data = {"endpoint": name, "act": act, **sides, **more}
    db.session.add(JournalEntry(kind="webhook_changed", at=now, officer_id=officer_id, data=data))
