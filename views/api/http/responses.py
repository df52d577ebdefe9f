"""Response envelope of the API, with its version header."""

from typing import Any

from flask import Response, jsonify, request

from app.core.identifiers import LARGEST_ID
from app.core.problem import Problem
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason


def answer(result: Any, status: int = 200, version: int | None = None, **more: Any) -> Response:
    """Return a JSON response with `result` and the members of `more`; `version` becomes the ETag."""
    response = jsonify({"result": result, **more})
    response.status_code = status
    if version is not None:
        response.headers["ETag"] = f'"v{version}"'
    return response


def id_in_range(number: int) -> int:
    """Return the id from the path unchanged. Raises Problem(404) if it is larger than any id."""
    if number > LARGEST_ID:
        raise Problem(404)
    return number


def expected_version(body: dict[str, Any]) -> int:
    """Return the case version the caller has seen, from `If-Match` or else from `expected_version` in the body.

    An `If-Match` that is no version gives -1, which matches none. Raises Problem(428) without either,
    ActionRefused(missing_input) if `expected_version` is no integer.
    """
    tag = request.headers.get("If-Match", "").strip()
    if tag:
        digits = tag.removeprefix("W/").strip('"').removeprefix("v")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 12 else -1
    if body.get("expected_version") is None:
        raise Problem(428)
    version = body["expected_version"]
    if isinstance(version, bool) or not isinstance(version, int):
        wrong = FieldError("expected_version", FieldFault.WRONG_TYPE)
        raise ActionRefused(RefusalReason.MISSING_INPUT, errors=(wrong,))
    return version
