"""Changes that the reporter made to a report at SP4N, as shown on the case page."""

from typing import Any

from app.casefile.case import Case
from app.casefile.labels import PARTS
from app.sp4n.inbound.quarantine_pages import last_change
from app.vocabulary.words import CLASSIFICATIONS, CONFIDENTIALITIES


def report_news(case: Case) -> dict[str, Any]:
    """Return the template values for the last change of the report.

    It counts as news until an officer has acted after it.
    """
    change = last_change(case.events, case.complaint, case.person)
    acted = [event.at for event in case.events if event.officer_id is not None]
    return {
        "report_change": change,
        "report_change_is_news": change is not None and not any(at > change.at for at in acted),
        "report_parts": PARTS,
        "report_words": {"classification": CLASSIFICATIONS, "confidentiality": CONFIDENTIALITIES},
    }
