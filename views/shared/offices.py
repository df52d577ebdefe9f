"""An office as officers call it."""

from app.vocabulary.words import ACTORS, DELEGATION_KINDS
from workflow_rules.process.actors import Capacity


def office_name(capacity: Capacity) -> str:
    """An office in words, with the house it is in and the way it is held."""
    name = str(ACTORS[capacity.actor.value])
    held = f"{DELEGATION_KINDS[capacity.kind.value]} {name}" if capacity.kind else name
    return f"{held} · {capacity.agency.upper()}" if capacity.agency else held
