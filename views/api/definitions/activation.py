"""The body of an activation, shared by the endpoints of definitions."""

from datetime import date

from app.core.problem import Problem
from app.vocabulary.refusals import field_sentences
from app.web.json_input import json_object
from views.api.cases.schemas import closed
from views.api.http.query_values import read_value
from views.api.resources.forms import LONGEST_REASON
from workflow_rules.process.parameters import clean_text
from workflow_rules.process.refusals import FieldError, FieldFault

LONGEST_DECREE = 300
REASON_BODY = closed({"reason": {"type": "string", "minLength": 1, "maxLength": LONGEST_REASON}})


DECREE_BODY = closed(
    {
        **REASON_BODY["properties"],
        "decree_number": {"type": "string", "minLength": 1, "maxLength": LONGEST_DECREE},
        "decree_date": {"type": "string", "format": "date"},
    }
)


def decree_of_body() -> tuple[str, str, date]:
    """Return (reason, number of the decree, its office date) in the JSON body. Raises Problem(422) with every fault."""
    body, found = json_object(), dict[str, str]()
    faults = [FieldError(str(name), FieldFault.UNKNOWN_FIELD) for name in body if name not in DECREE_BODY["properties"]]
    for name, longest in (("reason", LONGEST_REASON), ("decree_number", LONGEST_DECREE), ("decree_date", 10)):
        text, fault = clean_text(name, body[name], longest) if body.get(name) is not None else ("", None)
        found[name] = text
        faults += [fault] if fault is not None else []
        if fault is None and not text:
            faults.append(FieldError(name, FieldFault.REQUIRED))
    day = read_value({"type": "string", "format": "date"}, found["decree_date"])
    if found["decree_date"] and day is None:
        faults.append(FieldError("decree_date", FieldFault.NOT_A_DATE))
    if faults:
        raise Problem(422, "missing_input", errors=field_sentences(tuple(faults)))
    return found["reason"], found["decree_number"], day


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
