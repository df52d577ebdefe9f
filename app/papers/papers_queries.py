"""Papers of cases that a person may open, and SOP sheets."""

from sqlalchemy import func, select

from app.casefile.case import find_complaint
from app.casefile.rows import LARGEST_ID
from app.core.extensions import db
from app.models import Paper, PaperKind
from workflow_rules.process.actors import Person
from workflow_rules.process.refusals import ActionRefused, RefusalReason


def count_troubled() -> tuple[int, int]:
    """How many papers could not be drawn, and how many signed files are lost; over all cases."""
    lost = func.count().filter(Paper.error == "lost")
    failed = func.count().filter(Paper.state == "failed")
    counts = select(failed, lost).select_from(Paper).where(Paper.error.is_not(None))
    row = db.session.execute(counts.execution_options(unscoped=True)).one()
    return row[0], row[1]


def find_case_paper(paper_id: int, person: Person) -> Paper:
    """A paper of a case this person may see; a draft is only its own agency's business.

    Raises ActionRefused(not_visible).
    """
    paper = db.session.scalars(select(Paper).where(Paper.id == min(paper_id, LARGEST_ID))).first()
    if paper is None or paper.complaint_id is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    find_complaint(paper.complaint_id, person)
    draft = paper.kind == PaperKind.DRAFT_LETTER
    if draft and not person.sees_every_case and paper.agency_code not in person.agencies:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return paper


def find_sop_sheet(paper_id: int) -> Paper:
    """The sheet of an SOP version; raises ActionRefused(not_visible) for papers of any other kind."""
    sheet = select(Paper).where(Paper.id == min(paper_id, LARGEST_ID), Paper.kind == PaperKind.SOP_SHEET)
    paper = db.session.scalars(sheet).first()
    if paper is None:
        raise ActionRefused(RefusalReason.NOT_VISIBLE)
    return paper
