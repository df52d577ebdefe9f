"""The officer roles of the process, as the office maintains them."""

from sqlalchemy import select

from app.core.definitions import per_version
from app.core.extensions import db
from app.models import ActorRow
from workflow_rules.process.actors import Actor, Organisation


@per_version
def process_actors() -> tuple[Actor, ...]:
    """Return the roles of the process with their superiors, in their order."""
    rows = db.session.scalars(select(ActorRow).order_by(ActorRow.order, ActorRow.code))
    return tuple(Actor(row.code, Organisation(row.organisation), row.superior) for row in rows)


def actors_of(organisation: Organisation) -> frozenset[str]:
    """Return the codes of the roles of the office, or of those that each agency has."""
    return frozenset(actor.code for actor in process_actors() if actor.organisation is organisation)


def agency_actors() -> frozenset[str]:
    return actors_of(Organisation.AGENCY)
