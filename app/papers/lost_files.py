"""Recovery of paper files that are missing from the store.

A paper without an electronic signature is drawn again to the same bytes. A signed file cannot be recreated, so a second
copy is stored at signing; if both are lost, the paper and the health page report it.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select

from app.casefile.facts import open_tasks_of
from app.core.after_commit import enqueue_after_commit
from app.core.clock import utc_now
from app.core.extensions import db
from app.core.jobs import JobName
from app.core.storage import is_stored, read_file, stored_files, write_named
from app.core.transaction import one_transaction
from app.models import Letter, Paper, PaperKind, StepTask
from app.notices.notify import Notifier
from app.reference.calendar import load_working_calendar
from app.reference.sop import load_sop
from workflow_rules.process.steps import StepKind

log = structlog.get_logger()

LOST = "lost"
ELECTRONIC = frozenset({"certificate", "bsre"})
FEW, BATCH, MOST_WAITING = 20, 1000, 500


def store_second_copy(paper: Paper, content: bytes) -> None:
    """Write a second copy of a paper's electronically signed file to the store, named by its hash. A failure is logged,
    not raised.
    """
    try:
        write_named(_copy_path(paper), content)
    except Exception:
        log.exception("second_copy_not_stored", paper=paper.id)


def check_letters_to_send() -> int:
    """Recover files that are missing from the store, of signed letters that wait to be sent (the 500 with the earliest
    deadlines), and return how many were missing. Commits after each paper.
    """
    own = (Letter.complaint_id == StepTask.complaint_id) & (Letter.agency_code == StepTask.agency_code)
    waits = (StepTask.closed_at.is_(None), StepTask.step == StepKind.SEND_ANSWER.value, Letter.state == "signed")
    letters = select(Letter.paper_id).join_from(StepTask, Letter, own).where(*waits).order_by(StepTask.due_at)
    waiting = Paper.id.in_(letters.limit(MOST_WAITING).scalar_subquery())
    with one_transaction():
        rows = db.session.execute(select(Paper.id, Paper.path).where(waiting, Paper.state == "ready")).all()
    return _restore([paper_id for paper_id, path in rows if not is_stored(path)])


def check_every_paper() -> int:
    """Compare all papers with a listing of the store, recover missing files, and return how many were missing. Lost
    papers whose signed file is in the store again lose their error.

    If more than 20 files and a tenth of all are missing, besides those of papers that are already known as lost, the
    store itself is probably unavailable: an error is logged, no file is recovered and 0 returned.
    """
    there = {file.path for file in stored_files("papers")}
    ready = select(Paper.id, Paper.path, Paper.error).where(Paper.state == "ready").order_by(Paper.id).limit(BATCH)
    missing, newly, checked, last = list[int](), 0, 0, 0
    while True:
        with one_transaction():
            rows = db.session.execute(ready.where(Paper.id > last).execution_options(unscoped=True)).all()
        if not rows:
            break
        last, checked = rows[-1].id, checked + len(rows)
        gone = [row for row in rows if (row.path or "") not in there]
        missing += [row.id for row in gone]
        newly += sum(row.error != LOST for row in gone)
    with one_transaction():
        # Lost files that were restored with the signed bytes.
        lost = select(Paper).where(Paper.error == LOST).with_for_update(of=Paper, skip_locked=True)
        for paper in db.session.scalars(lost.execution_options(unscoped=True)):
            if _read_if_same(paper, paper.path or "") is not None:
                paper.error = None
    if newly > max(FEW, checked // 10):
        log.error("lost_papers_held_back", papers=checked, lost=newly)
        return 0
    return _restore(missing)


def notify_of_paper(paper: Paper, now: datetime) -> None:
    """Write a notice that a paper has no file, to whoever receives cases in its agency or in the office, once for each
    step; does not commit. Does nothing for a paper that belongs to no case.
    """
    if paper.complaint is None:
        return
    own = [task for task in open_tasks_of(paper.complaint) if task.agency_code == paper.agency_code]
    last = select(StepTask).where(
        StepTask.complaint_id == paper.complaint_id, StepTask.agency_code == paper.agency_code
    )
    task = own[0] if own else db.session.scalars(last.order_by(StepTask.id.desc()).limit(1)).first()
    if task is not None:
        first = StepKind.AGENCY_RECEIVE if paper.agency_code else StepKind.REGISTER
        actor = load_sop(paper.complaint.sop_version).of_kind(first).actor
        Notifier(load_working_calendar(), now).paper_failed(paper.complaint, task, (actor, paper.agency_code))


def _restore(lost: Sequence[int]) -> int:
    """Recover the missing files of these papers, each in its own transaction: a signed file from its second copy, any
    other by enqueuing its drawing. Return how many were missing; papers locked by another worker are skipped.
    """
    restored = 0
    for paper_id in lost:
        with one_transaction():
            ready = select(Paper).where(Paper.id == paper_id, Paper.state == "ready")
            ready = ready.with_for_update(of=Paper, skip_locked=True).execution_options(unscoped=True)
            paper = db.session.scalars(ready).first()
            if paper is None or is_stored(paper.path):
                continue
            log.warning("paper_file_lost", paper=paper.id, kind=paper.kind)
            if paper.kind == PaperKind.ANSWER_LETTER and paper.frozen.get("signing") in ELECTRONIC:
                _restore_from_copy(paper)
            else:
                paper.state, paper.tries, paper.path, paper.error = "queued", 0, None, None
                enqueue_after_commit(JobName.DRAW_PAPER, paper.id)
            restored += 1
    return restored


def _restore_from_copy(paper: Paper) -> None:
    """Write a signed file to its path again from its second copy. If the copy is missing or differs, set the paper's
    error to "lost" and notify the admin of its agency. Does not commit.
    """
    content = _read_if_same(paper, _copy_path(paper))
    if content is not None and paper.path is not None:
        write_named(paper.path, content)
        paper.error = None
    elif paper.error != LOST:
        paper.error = LOST
        notify_of_paper(paper, utc_now())


def _read_if_same(paper: Paper, path: str) -> bytes | None:
    """Return the stored bytes at this path if their SHA-256 is the paper's; None if they differ or there is no such
    file.
    """
    try:
        content = read_file(path)
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == paper.file_hash else None


def _copy_path(paper: Paper) -> str:
    return f"copies/{paper.file_hash}.pdf"
