"""Health endpoints for load balancers and monitors, and the banner of a restored copy."""

from datetime import datetime

from flask import Flask, Response, jsonify

from app.access.current_person import may
from app.core.clock import utc_now
from app.core.schema import migrated
from app.monitoring.health import database_answers, redis_answers, restored_from, row_level_security_enforced
from app.outbound.restore_hold import is_held
from app.privacy.keys_in_use import keys_are_known
from views.monitoring.findings import outside_warnings, warnings


def install(app: Flask) -> None:
    """Register `/healthz` and `/readyz`, and the template function `held_since` for the banner of a restored copy."""
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    app.jinja_env.globals["held_since"] = held_since


def healthz() -> Response:
    """Return a JSON response with status 200 as long as the process answers; checks nothing else."""
    return jsonify(status="ok")


def readyz() -> tuple[Response, int]:
    """Return a JSON response with `status`, `parts` (name: whether it works) and `warnings`; 503 if a part fails.

    A dead scheduler or worker is only listed in `warnings`: the pages work without them and nothing is lost, so the web
    process must stay in service.
    """
    parts = {"database": database_answers(), "redis": redis_answers(), "migrations": migrated()}
    parts["wall"] = row_level_security_enforced()
    parts["identity_keys"] = parts["migrations"] and keys_are_known()
    ready = all(parts.values())
    notes = warnings(utc_now()) if parts["redis"] else []
    if parts["database"] and parts["migrations"]:
        notes += outside_warnings()
        notes += ["sending: held back, this is a restored copy"] if is_held() else []
    return jsonify(status="ready" if ready else "not_ready", parts=parts, warnings=notes), 200 if ready else 503


def held_since() -> datetime | None:
    """Return the time (aware UTC) of the backup from which this held copy was restored.

    None if this is no held copy, and for users who do not manage the system.
    """
    return restored_from() if may("can_manage", "System") else None
