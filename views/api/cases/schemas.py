"""JSON Schemas of a case, under the names by which the OpenAPI document refers to them."""

from typing import Any

from app.cases.report_input import LOCATION_FIELDS, MOST_FILES, REPORT_FIELDS, REPORTER_FIELDS
from views.api.http.query_values import STEP, listed
from workflow_rules.process.choices import ChoiceList
from workflow_rules.process.identity import Classification, Confidentiality
from workflow_rules.process.parameters import Choice, Field, Listed, Text
from workflow_rules.process.steps import CaseStatus, Route, TrackState
from workflow_rules.time.deadlines import TimeState, Unit

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}


def ref(name: str) -> Schema:
    """Return a JSON Schema that is a `$ref` to the OpenAPI component schema of this name."""
    return {"$ref": f"#/components/schemas/{name}"}


def closed(properties: dict[str, Schema], *optional: str) -> Schema:
    """Return a JSON Schema of an object that requires all properties except the optional ones and allows no others."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def or_null(schema: Schema) -> Schema:
    """Return a JSON Schema that allows null besides the values of `schema`."""
    return {"anyOf": [schema, {"type": "null"}]}


def word(values: Any) -> Schema:
    """Return a JSON Schema of a string that must be one of these values."""
    return {"type": "string", "enum": [str(value) for value in values]}


def many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def enveloped(result: Schema, *optional: str, **more: Schema) -> Schema:
    """Return the JSON Schema of a response body with `result` and the members of `more`.

    Only the members named in `optional` may be missing.
    """
    return closed({"result": result, **more}, *optional)


_COORDINATE = or_null({"type": "number"})
LOCATION = closed(
    {
        "text": TEXT,
        "district": or_null(TEXT),
        "village": or_null(TEXT),
        "lat": _COORDINATE,
        "lon": _COORDINATE,
    }
)
_STEP: dict[str, Schema] = {
    "step": STEP,
    "agency": or_null(TEXT),
    "actor": TEXT,
    "opened_at": MOMENT,
    "due_at": MOMENT,
    "state": word(TimeState),
}
OPEN_STEP = closed(_STEP)
TRACK = closed({"agency": TEXT, "lead": FLAG, "state": word(TrackState)})
COMPLAINT_PARTS: dict[str, Schema] = {
    "id": WHOLE,
    "number": TEXT,
    "sp4n_tracking_id": or_null(TEXT),
    "title": or_null(TEXT),
    "body": or_null(TEXT),
    "classification": word(Classification),
    "category": or_null(TEXT),
    "confidentiality": word(Confidentiality),
    "channel": listed(ChoiceList.CHANNEL),
    "fields": {"type": "object", "x-fields": "shown"},
    "location": or_null(LOCATION),
    "occurred_on": or_null({"type": "string", "format": "date"}),
    "status": word(CaseStatus),
    "cycle": WHOLE,
    "route": or_null(word(Route)),
    "paused": FLAG,
    "field_visit": FLAG,
    "version": WHOLE,
    "sop_version": TEXT,
    "received_at": MOMENT,
    "submitted_at": or_null(MOMENT),
    "open_steps": many(ref("OpenStep")),
    "agencies": many(ref("AgencyTrack")),
}
# Columns not published: internal keys and digests, and those that are published in another form above.
COMPLAINT_HIDDEN = frozenset(
    {
        *("sp4n_revision", "sp4n_hash", "category_id", "location_text", "district_id", "village_id", "latitude"),
        *("longitude", "rated", "urgency", "sop_version_id", "answered_at", "ended_at", "next_due_at", "closes_at"),
        *("merged_into_id", "tracking_code_hash", "search_words", "sent_to", "redacted"),
        *("anonymity_confirmed", "corrected", "field_values", "field_words"),
        *("imported_at", "imported_key", "old_number"),
    }
)
EVENT = closed(
    {
        "seq": WHOLE,
        "kind": TEXT,
        "step": or_null(TEXT),
        "agency": or_null(TEXT),
        "actor": TEXT,
        "officer": or_null(TEXT),
        "on_behalf_of": or_null(TEXT),
        "delegation": or_null(TEXT),
        "at": MOMENT,
        "data": {"type": "object"},
        "hash": TEXT,
    }
)
_ALLOWANCE = closed({"value": WHOLE, "unit": word(Unit)})
_PAUSE = closed({"from": MOMENT, "to": or_null(MOMENT), "question": or_null(TEXT)})
_SEGMENT = closed({"kind": TEXT, "from": MOMENT, "to": MOMENT, "counted_minutes": {"type": "number"}, "words": TEXT})
DEADLINE = closed(
    {
        **_STEP,
        "closed_at": or_null(MOMENT),
        "clock_from": MOMENT,
        "allowance": _ALLOWANCE,
        "warn_at": MOMENT,
        "pauses": many(_PAUSE),
        "explanation": many(_SEGMENT),
    }
)
DONE_ACT = closed({**COMPLAINT_PARTS, "events": many(ref("Event"))})
TAKEN_IN = closed({**COMPLAINT_PARTS, "tracking_code": TEXT})
_LETTER = closed({"agency": TEXT, "number": or_null(TEXT)})
REPORTED = closed(
    {
        **COMPLAINT_PARTS,
        "tracking_id": TEXT,
        "revision": or_null(WHOLE),
        "state_hash": TEXT,
        "stage": TEXT,
        "answer": or_null(closed({"text": TEXT, "at": MOMENT, "letter": or_null(_LETTER)})),
    }
)
_ALLOWED = closed({"action": TEXT, "step": or_null(TEXT), "agency": or_null(TEXT), "params": {"type": "object"}})
WORK = closed(
    {**_STEP, "complaint": closed({"id": WHOLE, "number": TEXT, "title": TEXT, "status": TEXT, "version": WHOLE})}
)


def field_schema(field: Field) -> Schema:
    """Return the JSON Schema of one field of a report; {} for a field whose rules the schema does not describe."""
    if isinstance(field, Listed):
        return listed(field.of, active=True)
    if isinstance(field, Text | Choice):
        return field.schema()
    return {}


_FILE = closed(
    {
        "filename": {"type": "string", "minLength": 1, "maxLength": 200},
        "content_base64": {"type": "string", "minLength": 1},
    }
)


def _bounded(name: str) -> Schema:
    bound = 90 if name == "lat" else 180
    return {"type": ["number", "null"], "minimum": -bound, "maximum": bound}


def _optional(fields: dict[str, Field]) -> dict[str, Schema]:
    return {name: or_null(field_schema(field)) for name, field in fields.items() if isinstance(field, Text | Choice)}


_PLACE = closed({**_optional(LOCATION_FIELDS), "lat": _bounded("lat"), "lon": _bounded("lon")}, *LOCATION_FIELDS)
_PERSON = closed(_optional(REPORTER_FIELDS), *REPORTER_FIELDS)
_REPORT_PARTS: dict[str, Schema] = {
    **{n: field_schema(f) if f.required else or_null(field_schema(f)) for n, f in REPORT_FIELDS.items()},
    "occurred_on": {"type": ["string", "null"], "format": "date"},
    "submitted_at": {"type": ["string", "null"], "format": "date-time"},
    "location": or_null(_PLACE),
    "reporter": or_null(_PERSON),
    "attachments": {"anyOf": [{"type": "array", "items": _FILE, "maxItems": MOST_FILES}, {"type": "null"}]},
    "fields": or_null({"type": "object", "x-fields": "given"}),
}
_OPTIONAL = [name for name, field in REPORT_FIELDS.items() if not field.required]
REPORT = closed(_REPORT_PARTS, *_OPTIONAL)
SP4N_PARTS: dict[str, Schema] = {
    **_REPORT_PARTS,
    "revision": {"type": "integer", "minimum": 0, "maximum": 2**53},
    "classification": or_null({"type": "string", "minLength": 1, "maxLength": 300}),
}
SP4N_OPTIONAL = (*_OPTIONAL, "channel")

COMPONENTS: dict[str, Schema] = {
    "OpenStep": OPEN_STEP,
    "AgencyTrack": TRACK,
    "Complaint": closed(COMPLAINT_PARTS),
    "Event": EVENT,
    "Deadline": DEADLINE,
    "ActedComplaint": DONE_ACT,
    "NewComplaint": TAKEN_IN,
    "ReportedComplaint": REPORTED,
    "AllowedAction": _ALLOWED,
    "WorklistItem": WORK,
    "Report": REPORT,
}
