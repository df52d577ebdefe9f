"""Webhook endpoints and their messages, as shown to administrators."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from app.core.extensions import db
from app.models import Complaint, WebhookDelivery, WebhookEndpoint

GIVEN_UP = ("gone", "failing")


@dataclass(frozen=True)
class EndpointLine:
    """A value object: a webhook endpoint with its numbers of waiting and parked messages."""

    endpoint: WebhookEndpoint
    waiting: int
    parked: int


def all_endpoints() -> list[EndpointLine]:
    """Return a list with an EndpointLine for every webhook endpoint, sorted by name."""
    mine = select(func.count()).where(WebhookDelivery.endpoint_id == WebhookEndpoint.id).correlate(WebhookEndpoint)
    waiting, parked = (mine.where(WebhookDelivery.state == s).scalar_subquery() for s in ("queued", "parked"))
    rows = select(WebhookEndpoint, waiting, parked).order_by(WebhookEndpoint.name)
    return [EndpointLine(*row) for row in db.session.execute(rows)]


@dataclass(frozen=True)
class ReceiverSigns:
    """A value object with numbers of webhook endpoints: `wanted` (not disabled by hand), `failing` now, `given_up`
    (disabled by the program); and the number of `parked` messages.
    """

    wanted: int
    failing: int
    given_up: int
    parked: int


def receiver_signs() -> ReceiverSigns:
    """Return the ReceiverSigns of all webhook endpoints for the health page, by one statement."""
    by_hand, given_up = WebhookEndpoint.disabled_for == "by_hand", WebhookEndpoint.disabled_for.in_(GIVEN_UP)
    failing = WebhookEndpoint.active.is_(True) & WebhookEndpoint.failing_since.is_not(None)
    parked = select(func.count()).where(WebhookDelivery.state == "parked").scalar_subquery()
    counts = (func.count().filter(by_hand.is_not(True)), func.count().filter(failing), func.count().filter(given_up))
    return ReceiverSigns(*db.session.execute(select(*counts, parked).select_from(WebhookEndpoint)).one())


def find_endpoint(endpoint_id: int) -> WebhookEndpoint | None:
    return db.session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id)).first()


def count_messages(endpoint_id: int, state: str | None) -> int:
    return db.session.execute(select(func.count()).where(*_of(endpoint_id, state))).scalar_one()


def messages_of(endpoint_id: int, state: str | None, limit: int, offset: int) -> Sequence[WebhookDelivery]:
    """Return up to `limit` WebhookDelivery rows of an endpoint from `offset`, newest first, only those in `state` if
    given.
    """
    statement = select(WebhookDelivery).where(*_of(endpoint_id, state)).order_by(WebhookDelivery.id.desc())
    return db.session.scalars(statement.limit(limit).offset(offset)).all()


def find_message(endpoint_id: int, delivery_id: int) -> WebhookDelivery | None:
    mine = (WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.id == delivery_id)
    return db.session.scalars(select(WebhookDelivery).where(*mine)).first()


def numbers_of(messages: Sequence[WebhookDelivery]) -> dict[int, str]:
    """Return a dict of complaint id to case number for the messages' complaints that the officer may see."""
    wanted = {message.complaint_id for message in messages}
    rows = select(Complaint.id, Complaint.number).where(Complaint.id.in_(wanted))
    return {row.id: row.number for row in db.session.execute(rows)}


def _of(endpoint_id: int, state: str | None) -> list[ColumnElement[bool]]:
    mine = [WebhookDelivery.endpoint_id == endpoint_id]
    return [*mine, WebhookDelivery.state == state] if state else mine
