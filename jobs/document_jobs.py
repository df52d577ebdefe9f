"""Papers drawn in the background."""

from app.operations import papers
from jobs.job_context import in_app


@in_app
def draw_paper(paper_id: int) -> str:
    return papers.draw_paper(paper_id)


@in_app
def relay_papers() -> int:
    return papers.relay_papers()
