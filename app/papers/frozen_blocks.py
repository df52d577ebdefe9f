"""Blocks that papers freeze: the letterhead of an agency, and whose name stands below, in which capacity."""

from typing import Any

from sqlalchemy import select

from app.core.extensions import db
from app.models import Agency, ComplaintEvent, OfficerProfile
from workflow_rules.process.actors import Capacity, Person

OFFICE_AGENCY = "diskominfosan"


def office() -> Agency:
    """The agency that runs the complaint service."""
    return db.session.scalars(select(Agency).where(Agency.code == OFFICE_AGENCY)).one()


def letterhead(agency: Agency) -> dict[str, Any]:
    """Everything that a letterhead shows; an agency without an emblem of its own bears the office's, which is the
    regency's.
    """
    names = ("code", "name", "address", "postcode", "city", "phone", "email", "website", "paper")
    head = {name: getattr(agency, name) for name in names}
    return {**head, "over": agency.letterhead_over, "emblem": agency.emblem_hash or office().emblem_hash}


def signatory(name: str, officer_id: int | None, on_behalf_of: int | None, kind: str | None) -> dict[str, Any]:
    """Whose name stands below, and for whom (Plt., Plh., a.n.: Permendagri 1/2023)."""
    own = db.session.get(OfficerProfile, officer_id) if officer_id is not None else None
    giver = db.session.get(OfficerProfile, on_behalf_of) if on_behalf_of else own
    return {
        "name": name,
        "nip": own.nip if own else "",
        "rank": own.rank if own else "",
        "office": giver.position if giver else "",
        "own_position": own.position if own else "",
        "kind": kind,
    }


def signatory_of(by: Person, capacity: Capacity) -> dict[str, Any]:
    """The person who acts now."""
    return signatory(by.name, by.id, capacity.on_behalf_of, capacity.kind.value if capacity.kind else None)


def signatory_of_event(event: ComplaintEvent) -> dict[str, Any]:
    """The officer of something that was done."""
    name = event.officer.get_full_name() if event.officer else ""
    return signatory(name, event.officer_id, event.on_behalf_of_id, event.delegation_kind)


def copies_of(agency: Agency) -> list[str]:
    """Who gets a copy (tembusan) of an agency's letters, one name each, without the "Yth." that the paper prints."""
    lines = (line.strip().rstrip(".;") for line in agency.letter_copies.splitlines())
    return [line.removeprefix("Yth.").strip() for line in lines if line]
