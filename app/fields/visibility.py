"""What an officer or program may read of the office's fields in the events of a case."""

from typing import Any

from app.access.visibility import data_shown
from app.fields.definitions import known_fields
from app.fields.values import audience_of
from app.models import Complaint, ComplaintEvent
from workflow_rules.process.actors import Person

_BY_CODE = ("values", "personal", "definitions")
_CORRECTED = ("before", "after")
_OF_FIELD = "fields."


def event_data_shown(event: ComplaintEvent, complaint: Complaint, person: Person) -> dict[str, Any]:
    """Return the data of an event that `data_shown` lets this person read, without the fields that are not visible to
    them. Of personal fields only the office sees that they were filled in.
    """
    data = data_shown(event, complaint, person)
    if "definitions" not in data:
        return data
    audience, known = audience_of(person), known_fields()
    hidden = {c for c in data["definitions"] if c not in known or audience not in known[c].visible_to}
    if audience != "office":
        hidden |= {code for code in data["definitions"] if code in known and known[code].personal}
    shown = dict(data)
    for name in _BY_CODE:
        if name in shown:
            shown[name] = {code: value for code, value in shown[name].items() if code not in hidden}
    for name in _CORRECTED:
        if name in shown:
            shown[name] = {part: v for part, v in shown[name].items() if part.removeprefix(_OF_FIELD) not in hidden}
    if "changed" in shown:
        shown["changed"] = [part for part in shown["changed"] if part.removeprefix(_OF_FIELD) not in hidden]
    return shown
