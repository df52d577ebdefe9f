"""Intake of complaints from Open311 clients; a repeated submission gets the first response."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from app.accounts.api_keys import KnownKey, find_key
from app.cases.receive_complaint import receive_complaint
from app.cases.record_intake import seal, unseal
from app.cases.report_input import Report
from app.core.hashing import keyed_digest
from app.core.transaction import one_transaction
from app.web.idempotency import store_answer, stored_answer
from workflow_rules.process.actors import REPORTER

REMEMBERED = timedelta(hours=24)
LONGEST_TITLE = 120
SCOPE = "open311"


def take_request(report: Report, key: KnownKey, sent: Mapping[str, Any], address: str | None = None) -> dict[str, str]:
    """Receive a complaint that a program submits for a citizen and commit; return a dict with `number` and `code` (the
    tracking code).

    The same submission (`sent`) by the same key from the same network address within 24 hours gets the first response,
    since clients retry. Raises ActionRefused(missing_input) if its files exceed the storage limits.
    """
    caller = f"open311:{key.id}"
    digest = keyed_digest(json.dumps({"sent": sent, "from": address}, sort_keys=True, ensure_ascii=True).encode())
    with one_transaction():
        stored = stored_answer(caller, digest, digest, lifetime=REMEMBERED)
        if stored is not None:
            return dict(json.loads(unseal(stored.body)))
        received = receive_complaint(report, REPORTER, address=address, tell=True)
        answer = {"number": received.complaint.number, "code": received.tracking_code}
        store_answer(caller, digest, digest, 200, seal(json.dumps(answer)))
        return answer


def title_from(description: str) -> str:
    """Return a title for a complaint: the first non-empty line of its description, cut at a word after at most 120
    characters and then ended by " …". Returns "" for an empty description.
    """
    first = next((line.strip() for line in description.splitlines() if line.strip()), "")
    if len(first) <= LONGEST_TITLE:
        return first
    return f"{first[:LONGEST_TITLE].rpartition(' ')[0] or first[:LONGEST_TITLE]} …"


def open311_key(given: str, now: datetime) -> KnownKey | None:
    """Return the API key (KnownKey) for the plain text given, if it is valid at `now` and has the scope `open311`;
    otherwise None.
    """
    key = find_key(given, now) if given else None
    return key if key is not None and SCOPE in key.scopes else None
