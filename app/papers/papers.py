"""Papers: frozen content that a worker draws as a PDF file."""

import hashlib
from datetime import datetime
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core.after_commit import enqueue_after_commit
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.hashing import json_digest
from app.core.jobs import JobName
from app.core.resource_limits import DrawingRefused
from app.core.storage import StoreAway, write_file
from app.core.transaction import one_transaction
from app.core.work_queue import WorkQueue
from app.models import Paper, PaperKind
from app.papers.kinds import html_of
from app.papers.layouts import LAYOUT, layout_of
from app.papers.lost_files import notify_of_paper
from app.papers.render import draw_pdf

log = structlog.get_logger()

MOST_TRIES = 3
PAPERS = WorkQueue(Paper, JobName.DRAW_PAPER, due=lambda _now: Paper.state == "queued")
# Exceptions that WeasyPrint raises for content it cannot draw.
_FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, ArithmeticError, RecursionError, OSError)


def make_paper(
    kind: PaperKind,
    key: str,
    frozen: dict[str, Any],
    *,
    at: datetime,
    complaint_id: int | None = None,
    agency_code: str | None = None,
) -> Paper:
    """Return the Paper row with this unique key. If there is none, create it in state "queued", in the caller's
    transaction or one of its own, and enqueue its drawing after the commit.

    Layout and site address are frozen in the content, so that a later release or address does not change the paper.
    """
    content = {"layout": LAYOUT, "site": current_app.config["PUBLIC_BASE_URL"], **frozen}
    values = {
        "kind": kind.value,
        "key": key,
        "frozen": content,
        "content_hash": json_digest(content),
        "complaint_id": complaint_id,
        "agency_code": agency_code,
        "state": "queued",
        "tries": 0,
        "made_at": at,
    }
    with one_transaction():
        statement = insert(Paper).values(values).on_conflict_do_nothing(index_elements=[Paper.key])
        made = db.session.execute(statement.returning(Paper.id)).scalar()
        if made is not None:
            enqueue_after_commit(JobName.DRAW_PAPER, made)
        found = select(Paper).where(Paper.key == key).execution_options(unscoped=True)
        return db.session.scalars(found).one()


def draw_paper(paper_id: int) -> str:
    """Draw one queued paper, store its PDF and return its new state: "ready", "failed", or "queued" if the store takes
    no file now. Returns "elsewhere" for a paper that is not queued or that another worker has locked.

    The try is committed before drawing, so that a paper that kills its worker each time fails after MOST_TRIES (3).
    """
    tried = _begin(paper_id)
    if tried is not None:
        return tried
    with one_transaction():
        paper = _waiting(paper_id)
        if paper is None:
            return "elsewhere"
        try:
            drawn = draw_pdf(html_of(PaperKind(paper.kind), paper.frozen), layout=layout_of(paper.frozen))
        except DrawingRefused as refused:
            log.warning("paper_not_drawn", paper=paper_id, reason=refused.reason)
            return _fail(paper, refused.reason)
        except _FAULTS as fault:
            log.exception("paper_not_drawn", paper=paper_id)
            return _fail(paper, f"{type(fault).__name__}: {fault}"[:300])
        try:
            keep_file(paper, drawn.content, drawn.pages)
        except StoreAway:
            # The paper is not at fault, so the try is not counted.
            paper.tries -= 1
        return paper.state


def keep_file(paper: Paper, content: bytes, pages: int | None = None) -> None:
    """Store the PDF of a paper and set path, hash, number of pages and the state "ready"; does not commit. Raises
    StoreAway.
    """
    earlier = paper.file_hash
    paper.path = write_file(f"papers/{paper.kind}", "pdf", content)
    paper.file_hash = hashlib.sha256(content).hexdigest()
    if earlier is not None and earlier != paper.file_hash:
        log.warning("paper_drawn_differently", paper=paper.id, earlier=earlier, now=paper.file_hash)
    paper.state, paper.error, paper.pages, paper.drawn_at = "ready", None, pages, utc_now()


def draw_again(paper_id: int) -> None:
    """Queue a failed paper again with its tries reset, commit, and enqueue its drawing; does nothing for a paper in any
    other state.
    """
    with one_transaction():
        if PAPERS.update_if(paper_id, Paper.state == "failed", state="queued", tries=0, error=None) is not None:
            enqueue_after_commit(JobName.DRAW_PAPER, paper_id)


def relay_papers(batch: int = 50) -> int:
    """Enqueue a drawing job for up to `batch` queued papers that no worker has locked; return how many were
    enqueued.
    """
    return PAPERS.relay(utc_now(), batch)


def _begin(paper_id: int) -> str | None:
    """Count and commit one try to draw a paper. Return None if it may be drawn, otherwise the result of the job:
    "elsewhere" (not queued or locked) or "failed" (no try is left).
    """
    with one_transaction():
        paper = _waiting(paper_id)
        if paper is None:
            return "elsewhere"
        if paper.tries >= MOST_TRIES:
            return _fail(paper, "ended")
        paper.tries += 1
        return None


def _waiting(paper_id: int) -> Paper | None:
    """Return the Paper row if it is queued, locked until the commit; None if it is not queued, another worker has
    locked it, or it needs the layout of a later release.
    """
    paper = PAPERS.lock(paper_id, Paper.state == "queued")
    return paper if paper is not None and layout_of(paper.frozen) <= LAYOUT else None


def _fail(paper: Paper, reason: str) -> str:
    paper.state, paper.error = "failed", reason
    notify_of_paper(paper, utc_now())
    return paper.state
