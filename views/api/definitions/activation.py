"""The body of an activation, shared by the endpoints of definitions."""

from app.core.problem import Problem
from app.vocabulary.refusals import field_sentences
from app.web.json_input import json_object
from views.api.cases.schemas import closed
from views.api.resources.forms import LONGEST_REASON
from workflow_rules.process.parameters import clean_text
from workflow_rules.process.refusals import FieldError, FieldFault

REASON_BODY = closed({"reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON}})


def reason_of_body() -> str:
    """Return the reason in the JSON body. Raises Problem(422) without a valid one, or for another member."""
    body = json_object()
    faults = [FieldError(str(name), FieldFault.UNKNOWN_FIELD) for name in body if name != "reason"]
    reason, fault = "", None
    if body.get("reason") is None:
        fault = FieldError("reason", FieldFault.REQUIRED)
    else:
        reason, fault = clean_text("reason", body["reason"], LONGEST_REASON)
    faults += [fault] if fault is not None else []
    if faults:
        raise Problem(422, "missing_input", errors=field_sentences(tuple(faults)))
    return reason
