"""Standard answers and letters beside the text areas of the forms of a case."""

from collections.abc import Iterable

from app.casefile.case import Case
from app.core.office import current_office
from app.texts.standard import Offered, offered_texts
from views.shared.action_forms import ActionForm
from workflow_rules.process.actions import Action

AREAS = {Action.REPLY: "text", Action.SUBMIT_DRAFT: "body"}
"""The text area of each form into which a standard text is inserted."""


def standard_texts(case: Case, forms: Iterable[ActionForm]) -> dict[str, list[Offered]]:
    """Return the standard texts that the page offers, by the element id of the text area; {} for forms without any."""
    found = {}
    for form in forms:
        if area := AREAS.get(form.allowed.action):
            found[form.control(area).id] = offered_texts(
                case, form.allowed, case.full_name(current_office().head_office)
            )
    return found
