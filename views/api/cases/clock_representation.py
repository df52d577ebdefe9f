"""JSON representation of the clocks of a case."""

from datetime import datetime
from typing import Any

from app.casefile import time_ledger
from app.models import Complaint
from app.reference.national_limits import load_national_limits
from app.reference.sop import load_sop
from views.api.cases.representation import instant
from workflow_rules.time.working_calendar import WorkingCalendar


def clocks(row: Complaint, calendar: WorkingCalendar, now: datetime) -> dict[str, Any]:
    """Return a dict with the JSON members `whole_sop`, `national`, `time_used` and `ledger` of a case.

    `time_used` sums the working minutes per organisation; instants are RFC 3339 text with the office offset.
    """
    ledger = time_ledger.read_ledger(row.id)
    whole = time_ledger.whole_clock_of(row)
    national = time_ledger.national_clocks_of(row, load_national_limits(), calendar, now)
    return {
        "whole_sop": {
            "begins_at": instant(whole.begins),
            "due_at": instant(whole.due_at(load_sop(row.sop_version), calendar)),
            "done_at": instant(row.answered_at),
        },
        "national": [
            {
                "stage": clock.limit.stage.value,
                "working_days": clock.limit.days,
                "begins_at": instant(clock.begins),
                "due_at": instant(clock.due_at),
                "done_at": instant(clock.done_at),
                "state": clock.state.value,
                "source": clock.limit.source,
                "valid_from": clock.limit.valid_from.isoformat(),
            }
            for clock in national
        ],
        "time_used": [
            {"house": share.key, "minutes": round(share.used.total_seconds() / 60, 1)}
            for share in time_ledger.time_shares(ledger, calendar, now, time_ledger.by_organisation)
        ],
        "ledger": [
            {"kind": e.kind.value, "at": instant(e.at), "step": e.step, "agency": e.track} | {"house": e.organisation}
            for e in ledger
        ],
    }
