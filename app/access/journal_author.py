"""Author of a change of settings, passed to PostgreSQL for the journal that the trigger `journal_row` writes.

At most one statement per transaction, sent before the first write to a journalled table; work on cases sends none.
Without a signed-in user (a command, a job) the author of the entry is the system.
"""

import re
from typing import Any

from flask import has_app_context
from sqlalchemy import Connection, Engine, event

from app.access.current_person import known_person
from app.access.row_level_security import SETS_ISOLATION
from app.core.clock import utc_now

JOURNALLED = frozenset(
    {
        *("actor", "process_step", "office", "office_role", "role_grant"),
        *("ab_api_key", "ab_group", "ab_group_role", "ab_permission_view_role", "ab_register_user", "ab_role"),
        *("ab_user", "ab_user_group", "ab_user_role", "agency", "api_key", "category", "delegation", "district"),
        *("choice", "choice_officer", "field_definition"),
        *("emblem", "holiday", "identity_grant", "linked_subject", "national_limit", "notice_preference"),
        *("officer_profile", "report_recipient", "report_schedule", "saved_list", "signing_means", "sop_step"),
        *("standard_text", "text_version"),
        *("sop_version", "two_step", "village", "webhook_endpoint", "working_week"),
    }
)
"""Names of the tables with the trigger; a test compares them with the database and asks a reason for every other table.
"""

SET_AUTHOR = "SELECT set_config('lapor.person', %s, true), set_config('lapor.now', %s, true)"
_NOT_JOURNALLED = "UPDATE api_key SET last_used_at="
"""Start of the statement that records the last use of an API key. The trigger ignores it, so it needs no author."""
_NAMED = "journal_author"
_WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) (?:ONLY )?\"?(\w+)")


def install_journal_author(engine: Engine) -> None:
    """Register on the engine the listeners that store the author of each write to a journalled table; calling it again
    has no effect.
    """
    for name, listener in (("begin", _forget), ("rollback_savepoint", _forget), ("before_cursor_execute", _name)):
        if not event.contains(engine, name, listener):
            event.listen(engine, name, listener)


def _name(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
    """Called before each SQL statement. When it writes to a journalled table, set in the transaction the author's user
    id ("" for the system) and the time (UTC), which the trigger reads; skipped if that author is already set.
    """
    found = _WRITES.match(statement)
    if found is None or found[1] not in JOURNALLED or statement.startswith(_NOT_JOURNALLED):
        return
    person = known_person().id if has_app_context() else None
    author = "" if person is None else str(person)
    if connection.info.get(_NAMED) == author:
        return
    values = (author, utc_now().isoformat())
    connection.exec_driver_sql(SET_AUTHOR, values, execution_options={SETS_ISOLATION: True})
    connection.info[_NAMED] = author


def _forget(connection: Connection, *_: Any) -> None:
    """Called when a transaction begins or is rolled back to a savepoint: forget the author noted for the connection, so
    that the next write to a journalled table sets the author again.
    """
    connection.info.pop(_NAMED, None)
