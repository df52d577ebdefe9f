"""For every policy of row-level security a new row that an agency may not write, and one that it may.

The agency is aa, whose cases are 9001 and 9003 (without a reporter); 9002 is another's. A new row is a
copy of one that it sees. What may be read, changed and deleted is tried in `tests/access/test_row_level_security.py`;
only an INSERT is refused by nothing but a policy's WITH CHECK.
"""

from typing import Any, NamedTuple

Values = dict[str, Any]
BY_AGENCY: Values = {"agency": "aa"}


class Written(NamedTuple):
    """A table, values of the new row, those by which it is another's, and those by which it is one's own."""

    table: str
    copy: Values
    foreign: Values
    own: Values
    row: int | str | None = None
    settings: Values = BY_AGENCY


OTHER, OWN = {"complaint_id": 9002}, {"complaint_id": 9001}
BY_KEY = {"agency": "aa", "case": "9009"}
AT = "2038-01-01T08:00:00+08:00"

WRITTEN = (
    Written("agency_track", {"cycle": 2}, OTHER, OWN),
    Written("attachment", {}, OTHER, OWN),
    Written(
        "complaint",
        {"number": "9", "sp4n_tracking_id": "9", "imported_key": "9"},
        {"id": 9010},
        {"id": 9009},
        None,
        BY_KEY,
    ),
    Written("complaint_event", {"seq": 2}, OTHER, OWN),
    Written("delivery", {"cause_seq": 2}, OTHER, OWN, 9002),
    Written("delivery_item", {"channel": "gateway"}, {"notice_id": 9007}, {"notice_id": 9005}),
    Written("issued_number", {"running": 2, "paper_id": 9002}, {"agency_code": "bb"}, {"agency_code": "aa"}),
    Written("ledger_entry", {}, OTHER, OWN),
    Written("letter", {"state": "returned"}, OTHER, OWN, 9002),
    Written("letter_scan", {"attachment_id": 9002}, {"letter_id": 9003}, {"letter_id": 9002}),
    Written("notice", {"level": 1}, OTHER, OWN),
    Written("paper", {"key": "cc"}, OTHER, OWN),
    Written("paper", {"key": "cc", "complaint_id": None}, {"kind": "receipt"}, {"kind": "sop_sheet"}),
    Written("personal_value", {"code": "cc"}, OTHER, OWN),
    Written("reporter", {}, OTHER, {"complaint_id": 9003}),
    Written("step_alarm", {}, {"task_id": 9004}, {"task_id": 9002}),
    Written("step_pause", {}, {"task_id": 9004}, {"task_id": 9002}),
    Written("step_task", {"closed_at": AT}, OTHER, OWN),
    Written("sync_change", {"position": 9009, "event_id": 9009}, OTHER, OWN),
)
