"""What of an event's data each reader is shown, by hand: five readers, three kinds of case (design section 6)."""

from typing import Any

import pytest

from app.access.visibility import data_shown
from app.models import Complaint, ComplaintEvent
from workflow_rules.process.actors import Capacity, Person
from workflow_rules.process.standard_sop import Officer

OFFICE = Person(1, "Kasi", (Capacity(Officer.SECTION_HEAD),))
OWN = Person(2, "Kepala Dishub", (Capacity(Officer.AGENCY_HEAD, "dishub"),))
OTHER = Person(3, "Kepala DPLH", (Capacity(Officer.AGENCY_HEAD, "dplh"),))
PROGRAM = Person(None, "key", observes=True)
SUPERVISOR = Person(4, "Pengawas", observes=True)
pytestmark = pytest.mark.usefixtures("context")
READERS = {"office": OFFICE, "own": OWN, "other": OTHER, "program": PROGRAM, "supervisor": SUPERVISOR}
MINE = "Telepon saya 0812 3456 7890"
COVERED = "Telepon saya •••"

PROOF: dict[str, Any] = {"kind": "reply", "actor": "complaint_admin", "data": {"proof": "Kartu", "channel": "post"}}
LETTER: dict[str, Any] = {
    "kind": "submit_draft",
    "actor": "agency_secretary",
    "agency_code": "dishub",
    "data": {"subject": "Hal", "body": "Isi", "note": "Catatan", "reason": "Alasan", "letter": 7},
}
OF_OFFICE: dict[str, Any] = {"kind": "direct", "actor": "office_head", "data": {"note": "Segera", "reason": "Dekat"}}
ADDED: dict[str, Any] = {"kind": "add_information", "actor": "reporter", "data": {"body": MINE, "filename": "a.jpg"}}
BY_AGENCY: dict[str, Any] = {"kind": "note", "actor": "agency_admin", "agency_code": "dishub", "data": {"body": MINE}}
REVISED: dict[str, Any] = {
    "kind": "revised",
    "actor": "system",
    "data": {"before": "x", "after": "y", "files_added": 1},
}


@pytest.mark.parametrize(
    ("event", "case", "shown"),
    [
        # How the reporter proved who it is: hidden in a secret case and from every program.
        (PROOF, "open", {"office": "proof channel", "own": "proof channel", "program": "channel"}),
        (PROOF, "open", {"other": "proof channel"}),
        (PROOF, "secret", {"office": "proof channel", "own": "channel", "other": "channel", "program": ""}),
        (PROOF, "anonymous", {"own": "proof channel", "program": "", "supervisor": "proof channel"}),
        # What an agency and the office write to each other: not for another agency.
        (LETTER, "open", {"own": "subject body note reason letter", "other": "letter"}),
        (LETTER, "open", {"office": "subject body note reason letter", "program": "subject body note reason letter"}),
        # What the office writes to all of them.
        (OF_OFFICE, "open", {"own": "note reason", "other": "note reason"}),
        # Earlier texts: not for an agency where the reporter is protected; later ones where it was redacted.
        (REVISED, "open", {"own": "before after files_added", "program": "after files_added"}),
        (REVISED, "secret", {"office": "before after files_added", "own": "after files_added"}),
        (REVISED, "redacted", {"office": "before after files_added", "own": ""}),
        (ADDED, "secret", {"own": "body filename"}),
        (ADDED, "redacted", {"own": "body", "supervisor": "body filename"}),
    ],
)
def test_which_fields_are_shown(event: dict[str, Any], case: str, shown: dict[str, str]) -> None:
    for name, fields in shown.items():
        assert set(_shown(event, case, READERS[name])) == set(fields.split()), name


@pytest.mark.parametrize(
    ("event", "case", "reader", "text"),
    [
        (ADDED, "open", "own", MINE),
        (ADDED, "secret", "own", COVERED),
        (ADDED, "anonymous", "other", COVERED),
        (ADDED, "secret", "office", MINE),
        (ADDED, "secret", "supervisor", MINE),
        # An agency's own words are no text of the reporter.
        (BY_AGENCY, "secret", "own", MINE),
    ],
)
def test_what_a_protected_reporter_wrote_is_covered_for_agencies(
    event: dict[str, Any], case: str, reader: str, text: str
) -> None:
    assert _shown(event, case, READERS[reader])["body"] == text


def _shown(event: dict[str, Any], case: str, reader: Person) -> dict[str, Any]:
    redacted = case == "redacted"
    complaint = Complaint(confidentiality="secret" if redacted else case, redacted=redacted)
    return data_shown(ComplaintEvent(**event), complaint, reader)
