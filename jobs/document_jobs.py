"""Papers drawn in the background."""

from app.papers import lost_files, papers
from jobs.context import in_app


@in_app
def draw_paper(paper_id: int) -> str:
    return papers.draw_paper(paper_id)


@in_app
def relay_papers() -> int:
    """Papers that wait, and letters whose file is gone while an officer waits to send them."""
    lost_files.check_letters_to_send()
    return papers.relay_papers()


@in_app
def check_papers() -> int:
    """Every drawn paper, held against the store."""
    return lost_files.check_every_paper()
