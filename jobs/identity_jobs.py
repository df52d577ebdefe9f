"""What is known of reporters for a while only."""

from flask import current_app

from app.core.clock import utc_now
from app.privacy import retention
from jobs.context import in_app


@in_app
def remove_identities() -> int:
    """Identities of cases that ended long ago, and what lay sealed in the quarantine; says how many identities."""
    now = utc_now()
    retention.wipe_settled_inbound(now)
    return retention.remove_identities(now, current_app.config["IDENTITY_RETENTION_YEARS"])
