"""What the form of a signature needs beyond its parameters: the draft that is shown, and what is asked for."""

from app.casefile.case import Case
from app.papers.letters import draft_hash
from app.vocabulary.signing import PASSPHRASE_HINTS
from workflow_rules.process.actions import Action
from workflow_rules.process.decide import AllowedAction


def draft_shown(case: Case, allowed: AllowedAction) -> str:
    """The hash of the draft that this page shows, so that what is read is what is signed."""
    if allowed.action is not Action.SIGN:
        return ""
    mine = (x for x in case.letters if x.agency_code == allowed.agency and x.state == "draft")
    return next((draft_hash(x) for x in mine if x.cycle == case.complaint.cycle), "")


def passphrase_hint(case: Case, allowed: AllowedAction) -> str:
    """What is to be typed where the agency signs electronically; empty where ink signs."""
    agency = case.agencies.get(allowed.agency or "")
    return str(PASSPHRASE_HINTS.get(agency.signing_method, "")) if agency else ""
