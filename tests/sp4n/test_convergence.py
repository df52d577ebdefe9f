"""Thousands of revisions shuffled, repeated and delayed: every report ends as its last revision says.

CONVERGENCE_REVISIONS in the environment makes it longer (600 unless told; 10000 takes some minutes).
"""

import base64
import hashlib
import os
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.audit.replay import audit_all
from app.core.extensions import db
from app.models import Attachment, Complaint, ComplaintEvent, InboundHold, Reporter
from app.sp4n.inbound.apply_batch import apply_batch
from app.sp4n.inbound.apply_revision import StaleRevision, apply_report
from tests.sp4n.reports import a_revision

REVISIONS = int(os.environ.get("CONVERGENCE_REVISIONS", "600"))
EACH = 12
SEED = 20261125
STRICTER = ("open", "secret", "anonymous")


def a_history(report: int, chance: random.Random) -> list[dict[str, Any]]:
    """The revisions of one report in their order; secrecy grows, everything else changes as it likes."""
    made, secrecy = [], 0
    for revision in range(1, EACH + 1):
        secrecy = min(2, secrecy + (chance.random() < 0.05))
        body = a_revision(revision, title=f"Judul {chance.randint(1, 4)}", body=f"Isi {chance.randint(1, 4)}")
        body["confidentiality"] = STRICTER[secrecy]
        body["category"] = chance.choice(["jalan_berlubang", "jalan_berlubang", None, "Lampu taman"])
        body["location"] = {"text": f"RT {chance.randint(1, 3)}", "district": chance.choice(["Paringin", "Juai"])}
        body["reporter"] = {"name": f"Aminah {chance.randint(1, 3)}", "phone": chance.choice([None, "0800-0000-0007"])}
        body["attachments"] = [a_file(n) for n in (1, 2) if chance.random() < 0.5]
        made.append({"tracking_id": str(900_000 + report), **body})
    made[-1]["category"] = "jalan_berlubang"
    return made


def a_file(number: int) -> dict[str, str]:
    content = base64.b64encode(f"%PDF-1.7 {number}".encode()).decode()
    return {"filename": f"{number}.pdf", "content_base64": content}


def delivered(histories: list[list[dict[str, Any]]], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Every revision at least once, in no order; the last of a report comes anywhere among them."""
    sent = [body for history in histories for body in history for _ in range(chance.choice((1, 1, 2, 3)))]
    chance.shuffle(sent)
    yield from sent


def held(tracking_id: str) -> dict[str, Any]:
    row = db.session.scalars(select(Complaint).where(Complaint.sp4n_tracking_id == tracking_id)).one()
    reporter = db.session.get(Reporter, row.id)
    mine = (Attachment.complaint_id == row.id, Attachment.removed_at.is_(None))
    return {
        "revision": row.sp4n_revision,
        "title": row.title,
        "body": row.body,
        "confidentiality": row.confidentiality,
        "category": row.category.code if row.category else None,
        "location": {"text": row.location_text, "district": row.district.name if row.district else None},
        "reporter": {"name": reporter.name, "phone": reporter.phone} if reporter else None,
        "files": sorted(str(name) for name in db.session.scalars(select(Attachment.sha256).where(*mine))),
    }


def said_last(history: list[dict[str, Any]]) -> dict[str, Any]:
    last = history[-1]
    files = [hashlib.sha256(base64.b64decode(f["content_base64"])).hexdigest() for f in last["attachments"]]
    plain = {k: last[k] for k in ("revision", "title", "body", "confidentiality", "category", "location")}
    reporter = None if last["confidentiality"] == "anonymous" else last["reporter"]
    return {**plain, "reporter": reporter, "files": sorted(files)}


def test_every_report_ends_as_its_last_revision_says(context: Flask) -> None:
    chance = random.Random(SEED)
    histories = [a_history(report, chance) for report in range(max(1, REVISIONS // (EACH * 7 // 4)))]
    waiting, count = list(delivered(histories, chance)), 0
    while waiting:
        if chance.random() < 0.2:
            part, waiting = waiting[:20], waiting[20:]
            apply_batch(part)
            count += len(part)
        else:
            body = waiting.pop(0)
            with suppress(StaleRevision):
                apply_report(body["tracking_id"], {k: v for k, v in body.items() if k != "tracking_id"})
            count += 1
        db.session.remove()
    assert count >= REVISIONS * 0.8
    for history in histories:
        assert held(history[0]["tracking_id"]) == said_last(history)
    assert list(db.session.scalars(select(InboundHold.kind).where(InboundHold.state == "waiting"))) == []
    received = list(db.session.scalars(select(ComplaintEvent.kind).where(ComplaintEvent.kind == "received")))
    assert len(received) == len(histories)
    assert audit_all() == []
