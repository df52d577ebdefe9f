"""What the environment says of watching the program, and of switches that are meant for its developers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LOG_FORMATS = ("json", "text")
SWITCHES = ("FLASK_DEBUG", "PYTHONDEVMODE", "PYTHONINSPECT", "WERKZEUG_RUN_MAIN", "PYTHONASYNCIODEBUG")
"""Each opens the program to whoever watches it, or slows it; none belongs beside citizens' complaints."""


def watching_settings(given: Mapping[str, str], reasons: list[str]) -> dict[str, Any]:
    """How logs look, who may read the metrics, which developers' switches are set, and the clock's zone."""
    usual = "json" if given.get("LAPOR_ENV", "").lower() == "production" else "text"
    log_format = given.get("LOG_FORMAT", usual).lower()
    if log_format not in LOG_FORMATS:
        reasons.append(f"LOG_FORMAT is {log_format!r}, not json or text.")
    set_switches = tuple(name for name in SWITCHES if given.get(name, "0").lower() not in ("0", "false", "no"))
    trusts_all = given.get("FORWARDED_ALLOW_IPS") == "*"
    return {
        "LOG_FORMAT": log_format,
        "METRICS_TOKEN": given.get("METRICS_TOKEN"),
        "DEVELOPERS_SWITCHES": set_switches + (("FORWARDED_ALLOW_IPS",) if trusts_all else ()),
        "CLOCK_ZONE": given.get("TZ"),
    }
