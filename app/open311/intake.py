"""Intake of complaints from Open311 clients; a repeated submission gets the first response."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, select, text

from app.accounts.api_keys import KnownKey, find_key
from app.cases.receive_complaint import receive_complaint
from app.cases.record_intake import seal, unseal
from app.cases.report_input import Report
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.transaction import one_transaction
from app.models import IdempotencyKey
from workflow_rules.process.actors import REPORTER

REMEMBERED = timedelta(hours=24)
LONGEST_TITLE = 120


def take_request(report: Report, key: KnownKey, sent: Mapping[str, Any], address: str | None = None) -> dict[str, str]:
    """Receive a complaint that a program submits for a citizen; return `number` and `code` (the tracking code). The
    same submission (`sent`) by the same key from the same address within 24 hours returns the first response, since
    clients retry.

    Raises ActionRefused(missing_input) if its files exceed the storage limits.
    """
    caller, mark, now = f"open311:{key.id}", _mark({"sent": sent, "from": address}), utc_now()
    with one_transaction():
        lock = {"lock": f"{caller}:{mark}"}
        db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 13))"), lock)
        kept = _kept(caller, mark, now)
        if kept is not None:
            return dict(json.loads(unseal(kept)))
        received = receive_complaint(report, REPORTER, address=address, tell=True)
        answer = {"number": received.complaint.number, "code": received.tracking_code}
        db.session.add(_memory(caller, mark, answer, now))
        return answer


def title_from(description: str) -> str:
    """Return the first non-empty line of a description, cut at a word to at most 120 characters."""
    first = next((line.strip() for line in description.splitlines() if line.strip()), "")
    if len(first) <= LONGEST_TITLE:
        return first
    return f"{first[:LONGEST_TITLE].rpartition(' ')[0] or first[:LONGEST_TITLE]} …"


def _mark(sent: Mapping[str, Any]) -> str:
    """Return the HMAC of a submission; keyed, since a submission names people."""
    told = json.dumps(sent, sort_keys=True, ensure_ascii=True).encode()
    return hmac.new(str(current_app.config["SECRET_KEY"]).encode(), told, hashlib.sha256).hexdigest()


def _kept(caller: str, mark: str, now: datetime) -> str | None:
    """Return the stored response, encrypted; None if there is none from the last 24 hours. Older ones are deleted."""
    same = (IdempotencyKey.caller == caller, IdempotencyKey.key == mark)
    db.session.execute(delete(IdempotencyKey).where(*same, IdempotencyKey.created_at <= now - REMEMBERED))
    return db.session.scalars(select(IdempotencyKey.body).where(*same)).first()


def _memory(caller: str, mark: str, answer: dict[str, str], now: datetime) -> IdempotencyKey:
    body = seal(json.dumps(answer))
    return IdempotencyKey(caller=caller, key=mark, request_hash=mark, status=200, body=body, created_at=now)


SCOPE = "open311"


def open311_key(given: str, now: datetime) -> KnownKey | None:
    """Return the API key if it is valid and has the scope `open311`; otherwise None."""
    key = find_key(given, now) if given else None
    return key if key is not None and SCOPE in key.scopes else None
