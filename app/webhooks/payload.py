"""What a webhook says of a change: which report, and how it stands; never a word that anybody wrote.

Of a report that is secret or anonymous it says only that something of this kind happened: its status, version and
address stay out, since the receiver's log is nobody's secret. Who may know more reads it at the API with a key.
"""

import json
from typing import Any
from urllib.parse import quote

from flask import current_app

from app.core.clock import office_time
from app.models import SyncChange
from app.models.sync import LINKED, REMOVED
from workflow_rules.process.actions import Action
from workflow_rules.process.events import SystemEvent
from workflow_rules.process.identity import Confidentiality

PREFIX = "complaint."
EVERY_TYPE = f"{PREFIX}*"
TEST_TYPE = "webhook.test"
# Nobody's business outside: a new code, who looked at an identity, a file that was examined. What is untied is told of
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
    """The JSON that is signed and sent, the same at every try."""
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
    """The same message without what a report that has become secret since does not tell."""
    return _written(_thin(json.loads(body)))


def trial_body(at: str) -> str:
    """A message that tells of nothing."""
    return _written({"type": TEST_TYPE, "timestamp": at, "data": {"at": at}})


def _thin(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "data": {name: body["data"][name] for name in THIN}}


def _written(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
