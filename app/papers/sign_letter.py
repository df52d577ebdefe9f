"""The electronic signature inside the signing action, complete before its transaction commits."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from psycopg.errors import LockNotAvailable
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.core.extensions import db
from app.core.resource_limits import DrawingRefused
from app.models import Letter, Paper, PaperKind
from app.papers.kinds import html_of
from app.papers.layouts import layout_of
from app.papers.lost_files import store_second_copy
from app.papers.papers import keep_file
from app.papers.signing import SignFunction, signer_of
from app.papers.signing.signers import NUMBER_SECONDS, SIGNING_SECONDS, SigningOfficer, refused
from app.papers.signing.time_limit import TimeIsUp, time_limit
from app.papers.subprocess_render import render_in_subprocess
from app.vocabulary.signing import SigningFault
from workflow_rules.process.actors import Person
from workflow_rules.process.decide import Decision

log = structlog.get_logger()


def prepare_signature(letter: Letter, by: Person, decision: Decision) -> SignFunction | None:
    """Return the function that will sign the letter electronically (see `SignFunction`), or None if its agency signs
    with ink.

    Raises ActionRefused (signing_refused, signing_unavailable, or missing_input without a passphrase) before a number
    is reserved.
    """
    signer = signer_of(letter.agency.signing_method)
    return signer.prepare(SigningOfficer(by.id or 0, decision.params.get("passphrase"), decision.event.at))


@contextmanager
def waiting_shortly() -> Iterator[None]:
    """Context manager: limit lock waits in the block to NUMBER_SECONDS (8), because another letter of the agency may be
    at a signing service.

    Raises ActionRefused(signing_unavailable) on a timeout.
    """
    before = db.session.execute(text("SHOW lock_timeout")).scalar_one()
    _wait_at_most(f"{NUMBER_SECONDS}s")
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        raise refused(SigningFault.BUSY) from error
    _wait_at_most(before)


def _wait_at_most(time: str) -> None:
    db.session.execute(text("SELECT set_config('lock_timeout', :time, true)"), {"time": time})


def sign_now(paper: Paper, sign: SignFunction) -> None:
    """Draw the PDF of a letter from its frozen content, sign it, and store the signed file and a second copy of it; the
    paper gets its hash and the state "ready", not yet committed.

    Raises ActionRefused (signing_refused or signing_unavailable) if drawing or signing fails or takes too long,
    StoreAway if the file cannot be stored.
    """
    began = time.perf_counter()
    try:
        with time_limit(SIGNING_SECONDS - NUMBER_SECONDS):
            content = sign(_drawn(paper), paper.frozen)
    except TimeIsUp:
        log.warning("letter_not_signed_in_time", paper=paper.id)
        raise refused(SigningFault.TOO_SLOW) from None
    keep_file(paper, content)
    store_second_copy(paper, content)
    db.session.flush()
    log.info("letter_signed", paper=paper.id, seconds=round(time.perf_counter() - began, 2))


def _drawn(paper: Paper) -> bytes:
    """Return the bytes of a letter's PDF, drawn in a child process, so that the web process never loads WeasyPrint.
    Raises ActionRefused(signing_unavailable) if it cannot be drawn.
    """
    try:
        html = html_of(PaperKind(paper.kind), paper.frozen)
        return render_in_subprocess(html, SIGNING_SECONDS // 2, layout_of(paper.frozen))
    except DrawingRefused as error:
        log.warning("letter_not_drawn", paper=paper.id, reason=error.reason)
        again = error.reason in ("time", "ended")
        raise refused(SigningFault.NOT_DRAWN_IN_TIME if again else SigningFault.NOT_DRAWN) from None
