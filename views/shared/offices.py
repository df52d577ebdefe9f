"""Display names of officers' capacities."""

from app.access.process_rows import ACTORS
from app.vocabulary.words import DELEGATION_KINDS
from workflow_rules.process.actors import Capacity


def office_name(capacity: Capacity) -> str:
    """Return the display name of a capacity, for example "Plh. Kepala OPD · DISHUB".

    It names the actor, the kind of delegation if the capacity is held for another officer, and the agency if any.
    """
    name = str(ACTORS[capacity.actor])
    held = f"{DELEGATION_KINDS[capacity.kind.value]} {name}" if capacity.kind else name
    return f"{held} · {capacity.agency.upper()}" if capacity.agency else held
