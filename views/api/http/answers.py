"""Answers as every call gives them, and the version that a caller has seen."""

from typing import Any

from flask import Response, jsonify, request

from app.core.problem import Problem
from workflow_rules.process.refusals import ActionRefused, FieldError, FieldFault, RefusalReason

LARGEST_ID = 2**63 - 1


def answer(result: Any, status: int = 200, version: int | None = None, **more: Any) -> Response:
    """A representation under `result`, as the framework's own stand."""
    response = jsonify({"result": result, **more})
    response.status_code = status
    if version is not None:
        response.headers["ETag"] = f'"v{version}"'
    return response


def id_in_range(number: int, largest: int = LARGEST_ID) -> int:
    """A row id from a path; what no row can have is not found."""
    if number > largest:
        raise Problem(404)
    return number


def expected_version(body: dict[str, Any]) -> int:
    """What the caller saw: If-Match or `expected_version`; 428 without either, 422 for what is no version."""
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
