"""Receivers of webhooks and what they were told, as the pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from app.core.extensions import db
from app.models import Complaint, WebhookDelivery, WebhookEndpoint

GIVEN_UP = ("gone", "failing")


@dataclass(frozen=True)
class EndpointLine:
    """A receiver with how many messages wait and how many are parked."""

    endpoint: WebhookEndpoint
    waiting: int
    parked: int


def all_endpoints() -> list[EndpointLine]:
    """By name, each with its counts; each count has an index that holds just its rows."""
    waiting, parked = (_counted(state) for state in ("queued", "parked"))
    rows = select(WebhookEndpoint, waiting, parked).order_by(WebhookEndpoint.name)
    return [EndpointLine(*row) for row in db.session.execute(rows)]


@dataclass(frozen=True)
class ReceiverSigns:
    """How many receivers there are that nobody switched off, how many of them fail now, how many the program gave up,
    and how many messages are parked.
    """

    wanted: int
    failing: int
    given_up: int
    parked: int


def receiver_signs() -> ReceiverSigns:
    """How the receivers do, in one statement."""
    by_hand, given_up = WebhookEndpoint.disabled_for == "by_hand", WebhookEndpoint.disabled_for.in_(GIVEN_UP)
    failing = WebhookEndpoint.active.is_(True) & WebhookEndpoint.failing_since.is_not(None)
    parked = select(func.count()).where(WebhookDelivery.state == "parked").scalar_subquery()
    counts = (func.count().filter(by_hand.is_not(True)), func.count().filter(failing), func.count().filter(given_up))
    return ReceiverSigns(*db.session.execute(select(*counts, parked).select_from(WebhookEndpoint)).one())


def _counted(state: str) -> ScalarSelect[int]:
    mine = (WebhookDelivery.endpoint_id == WebhookEndpoint.id, WebhookDelivery.state == state)
    return select(func.count()).where(*mine).correlate(WebhookEndpoint).scalar_subquery()


def find_endpoint(endpoint_id: int) -> WebhookEndpoint | None:
    return db.session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id)).first()


def count_messages(endpoint_id: int, state: str | None) -> int:
    return db.session.execute(select(func.count()).where(*_of(endpoint_id, state))).scalar_one()


def messages_of(endpoint_id: int, state: str | None, limit: int, offset: int) -> Sequence[WebhookDelivery]:
    """The newest first, of one state or all."""
    statement = select(WebhookDelivery).where(*_of(endpoint_id, state)).order_by(WebhookDelivery.id.desc())
    return db.session.scalars(statement.limit(limit).offset(offset)).all()


def find_message(endpoint_id: int, delivery_id: int) -> WebhookDelivery | None:
    mine = (WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.id == delivery_id)
    return db.session.scalars(select(WebhookDelivery).where(*mine)).first()


def numbers_of(messages: Sequence[WebhookDelivery]) -> dict[int, str]:
    """Numbers of the complaints that messages tell of, for whoever may see them."""
    wanted = {message.complaint_id for message in messages}
    rows = select(Complaint.id, Complaint.number).where(Complaint.id.in_(wanted))
    return {row.id: row.number for row in db.session.execute(rows)}


def _of(endpoint_id: int, state: str | None) -> list[ColumnElement[bool]]:
    mine = [WebhookDelivery.endpoint_id == endpoint_id]
    return [*mine, WebhookDelivery.state == state] if state else mine
