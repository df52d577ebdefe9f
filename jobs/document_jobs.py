"""Papers drawn in the background."""

from app.operations import render_letter as drawing
from jobs.job_context import in_app


@in_app
def render_letter(letter_id: int) -> str:
    return drawing.render_letter(letter_id)


@in_app
def relay_documents() -> int:
    return drawing.relay_documents()
