"""A signed letter becomes a file: drawn from its frozen content, kept with its hash, drawn again after a failure."""

import hashlib

from sqlalchemy import select

from app.after_commit import enqueue_after_commit
from app.documents.letter import letter_pdf
from app.documents.storage import write_file
from app.extensions import db
from app.job_names import JobName
from app.models import Letter
from app.transaction import one_transaction


def render_letter(letter_id: int) -> str:
    """Draw one waiting letter and say how its file stands; a letter that is being drawn elsewhere is passed by."""
    with one_transaction():
        statement = select(Letter).where(Letter.id == letter_id, Letter.pdf_state == "queued")
        letter = db.session.scalars(statement.with_for_update(skip_locked=True)).first()
        if letter is None or letter.frozen is None:
            return "elsewhere"
        try:
            content = letter_pdf(letter.frozen)
        except (ValueError, RecursionError, MemoryError) as error:
            letter.pdf_state, letter.pdf_error = "failed", f"{type(error).__name__}: {error}"[:300]
            return letter.pdf_state
        letter.pdf_path = write_file(f"letters/{letter.complaint_id}", "pdf", content)
        letter.pdf_hash = hashlib.sha256(content).hexdigest()
        letter.pdf_state, letter.pdf_error = "ready", None
        return letter.pdf_state


def relay_documents(batch: int = 50) -> int:
    """Hand to Redis every letter that still waits for its file."""
    with one_transaction():
        ids = list(db.session.scalars(select(Letter.id).where(Letter.pdf_state == "queued").limit(batch)))
        for letter_id in ids:
            enqueue_after_commit(JobName.RENDER_LETTER, letter_id)
    return len(ids)
