"""Content that papers freeze: letterhead, signatory, copies, and the texts that the office may reword."""

from collections.abc import Iterable
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select

from app.core.extensions import db
from app.core.office import current_office
from app.models import Agency, Complaint, ComplaintEvent, OfficerProfile
from app.texts.current import wording
from app.texts.kinds import KINDS
from app.texts.placeholders import Values
from app.texts.values import case_values
from workflow_rules.process.actors import Capacity, Person


def office() -> Agency:
    """Return the Agency row of the agency that runs the complaint service. Raises NoResultFound when the office is
    not set up.
    """
    return db.session.scalars(select(Agency).where(Agency.code == current_office().head_office)).one()


def letterhead(agency: Agency) -> dict[str, Any]:
    """Return an agency's letterhead as a dict: its code, name and contact data, `paper` (its size, such as F4), `over`
    (the lines above the name) and `emblem` (hash of its picture or None).

    An agency without an emblem of its own uses the office's, which is the regency's.
    """
    names = ("code", "name", "address", "postcode", "city", "phone", "email", "website", "paper")
    head = {name: getattr(agency, name) for name in names}
    return {**head, "over": agency.letterhead_over, "emblem": agency.emblem_hash or office().emblem_hash}


def signatory(name: str, officer_id: int | None, on_behalf_of: int | None, kind: str | None) -> dict[str, Any]:
    """Return the signatory block of an officer as a dict with `name`, `nip`, `rank`, `office`, `own_position` and
    `kind`; a value that is not known is "".

    `office` is the position acted for (Plt., Plh., a.n.: Permendagri 1/2023); `kind` is the kind of delegation or None.
    """
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
    """Return the signatory block (a dict, see `signatory`) for a person who acts now in this capacity."""
    return signatory(by.name, by.id, capacity.on_behalf_of, capacity.kind.value if capacity.kind else None)


def signatory_of_event(event: ComplaintEvent) -> dict[str, Any]:
    """Return the signatory block (a dict, see `signatory`) for the officer who caused an event."""
    name = event.officer.get_full_name() if event.officer else ""
    return signatory(name, event.officer_id, event.on_behalf_of_id, event.delegation_kind)


def copies_of(agency: Agency) -> list[str]:
    """Return a list of the recipients of copies (tembusan) of an agency's letters, without the "Yth." that the paper
    prints.
    """
    lines = (line.strip().rstrip(".;") for line in agency.letter_copies.splitlines())
    return [line.removeprefix("Yth.").strip() for line in lines if line]


def slot_texts(keys: Iterable[str], complaint: Complaint, more: Values) -> dict[str, str]:
    """Return the texts of a paper of this case by key (see `PAPER_TEXTS`) as they are worded now, in Indonesian. `more`
    are the values of names that the case alone does not have.
    """
    with force_locale("id"):
        return {key: _slot_text(f"paper.{key}", complaint, more) for key in keys}


def _slot_text(code: str, complaint: Complaint, more: Values) -> str:
    values = {"office.name": office().name, **case_values(complaint, KINDS[code].readers), **more}
    return wording(code, values)["body"]
