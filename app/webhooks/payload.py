"""Body of webhook messages: the report and its status, never any text from the case.

For a secret or anonymous report only the kind of change is sent, because a receiver's logs may be public. A receiver
with a key reads more from the API.
"""

import json
from typing import Any
from urllib.parse import quote

from flask import current_app

from app.core.clock import office_time
from app.models import SyncChange
from app.models.change_feed import LINKED, REMOVED
from workflow_rules.process.actions import Action
from workflow_rules.process.events import SystemEvent
from workflow_rules.process.identity import Confidentiality

PREFIX = "complaint."
EVERY_TYPE = f"{PREFIX}*"
TEST_TYPE = "webhook.test"
# Changes that are internal: a new tracking code, access to an identity, an inspected file. An unlinked report is sent
# as removed.
_NEVER_TOLD = {
    *(SystemEvent.CODE_REPLACED, SystemEvent.FILE_CHECKED, SystemEvent.UNLINKED),
    *(SystemEvent.IDENTITY_OPENED, SystemEvent.IDENTITY_REMOVED),
}
_KINDS = dict.fromkeys((*SystemEvent, *Action, LINKED, REMOVED))
EVENT_TYPES = tuple(f"{PREFIX}{kind}" for kind in _KINDS if kind not in _NEVER_TOLD)
GUARDED = frozenset({Confidentiality.SECRET.value, Confidentiality.ANONYMOUS.value})
THIN = ("tracking_id", "number", "kind", "at")


def type_of(change: SyncChange) -> str:
    return f"{PREFIX}{change.kind}"


def body_of(change: SyncChange, guarded: bool) -> str:
    """Return the JSON text of a change that is signed and sent; it does not change between tries. For a `guarded`
    (secret or anonymous) report the text has only tracking id, number, kind of change and time.
    """
    at = office_time(change.at).isoformat()
    data = {
        "tracking_id": change.tracking_id,
        "number": change.number,
        "kind": change.kind,
        "at": at,
        "status": change.status,
        "revision": change.revision,
        "version": change.version,
        "origin": change.origin,
        "url": f"{current_app.config['PUBLIC_BASE_URL']}/api/v1/sp4n/reports/{quote(change.tracking_id, safe='')}",
    }
    body = {"type": type_of(change), "timestamp": at, "data": data}
    return _written(_thin(body) if guarded else body)


def thinned(body: str) -> str:
    """Return the JSON text of a message reduced to tracking id, number, kind and time, for a report that became secret
    or anonymous since.
    """
    return _written(_thin(json.loads(body)))


def trial_body(at: str) -> str:
    """Return the JSON text of a test message; `at` is an ISO 8601 time."""
    return _written({"type": TEST_TYPE, "timestamp": at, "data": {"at": at}})


def _thin(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "data": {name: body["data"][name] for name in THIN}}


def _written(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
