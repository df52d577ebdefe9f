"""What the API keeps for a while only."""

from app.core.clock import utc_now
from app.web import idempotency as forgetting
from jobs.context import in_app


@in_app
def forget_answers() -> int:
    """Answers kept for repeats, older than a week."""
    return forgetting.forget_answers(utc_now())
