"""Rules for who may open a reporter's identity, and which parts of it: roles with that right."""

from dataclasses import dataclass

from app.access.people import roles_with
from workflow_rules.process.actors import Capacity, Person
from workflow_rules.process.facts import ComplaintFacts
from workflow_rules.process.identity import Confidentiality
from workflow_rules.process.parameters import Field, Text
from workflow_rules.process.steps import TrackState

EVERYTHING = ("name", "phone", "email", "address", "nik")
CONTACT = ("name", "phone")

REASON: dict[str, Field] = {"reason": Text(shortest=10, longest=500)}


@dataclass(frozen=True)
class Opening:
    """A value object with the right of a person to open a reporter's identity: the capacity used, and the names of the
    parts of the identity that are shown.
    """

    capacity: Capacity
    fields: tuple[str, ...]


def opening_for(person: Person, facts: ComplaintFacts) -> Opening | None:
    """Return an `Opening`: in which capacity this person may open the reporter's identity, and which parts of it. None
    if the person may not open the identity, or if the reporter is anonymous.
    """
    if facts.confidentiality is Confidentiality.ANONYMOUS:
        return None
    opening, calling = roles_with("can_open", "Identity"), roles_with("can_call", "Identity")
    for capacity in person.capacities:
        role = capacity.held_as or capacity.actor
        if role in opening:
            return Opening(capacity, EVERYTHING)
        if role in calling and _may_call(capacity, facts):
            return Opening(capacity, CONTACT)
    return None


def _may_call(capacity: Capacity, facts: ComplaintFacts) -> bool:
    """Return whether the writer of an agency's draft may see the reporter's contact: in a case of open identity
    that has not ended, while the agency works on it and has not sent its answer.
    """
    track = facts.track(capacity.agency)
    works = track is not None and track.active and track.sent_at is not None and track.state is not TrackState.SENT
    return facts.confidentiality is Confidentiality.OPEN and facts.ended is None and works
