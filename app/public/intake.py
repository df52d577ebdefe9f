"""Intake of complaints from the public form."""

from collections.abc import Iterator
from typing import Any

from app.cases.receive_complaint import Received, receive_complaint
from app.cases.report_input import clean_report
from workflow_rules.process.actors import REPORTER
from workflow_rules.process.identity import Channel, Confidentiality
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason


def receive_from_public(payload: dict[str, Any], address: str | None = None) -> Received:
    """Receive a citizen's complaint from the public form, with the reporter as actor, and commit; return a Received
    with the complaint and its tracking code. Both number and code are also sent to the contact given.

    Raises ActionRefused(missing_input) with all faulty fields. Unless anonymous, a name and a phone number or e-mail
    address are required.
    """
    payload = {**payload, "channel": Channel.WEB.value}
    errors = tuple(_missing(payload))
    try:
        report = clean_report(payload, moment="public_intake")
    except ActionRefused as refused:
        errors = (*refused.errors, *errors)
    if errors:
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=errors)
    return receive_complaint(report, REPORTER, address=address, tell=True)


def _missing(payload: dict[str, Any]) -> Iterator[FieldError]:
    location, reporter = payload.get("location", {}), payload.get("reporter", {})
    for given, lacking in (("lat", "lon"), ("lon", "lat")):
        if given in location and lacking not in location:
            yield FieldError(f"location.{lacking}", FieldFault.REQUIRED)
    if "confidentiality" not in payload:
        yield FieldError("confidentiality", FieldFault.REQUIRED)
    if payload.get("confidentiality") == Confidentiality.ANONYMOUS:
        return
    if "name" not in reporter:
        yield FieldError("reporter.name", FieldFault.REQUIRED)
    if "phone" not in reporter and "email" not in reporter:
        yield FieldError("reporter.phone", FieldFault.REQUIRED)
