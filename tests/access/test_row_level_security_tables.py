"""Every table is walled or is not by a decision that stands here, and so is every statement that looks beyond."""

import re
from pathlib import Path

from flask import Flask
from flask_appbuilder import Model
from sqlalchemy import text

from app.core.extensions import db
from tests.access.isolated_rows import CASE_OF, SHUT, tables

OPEN = {
    "the framework's accounts and rights: who asks is read before it is known what may be seen": {
        *("ab_api_key", "ab_group", "ab_group_role", "ab_permission", "ab_permission_view", "ab_permission_view_role"),
        *("ab_register_user", "ab_role", "ab_user", "ab_user_group", "ab_user_role", "ab_view_menu"),
    },
    "reference data, which every officer reads": {
        *("agency", "category", "district", "village", "holiday", "working_week", "national_limit", "emblem"),
        *("sop_version", "sop_step", "officer_profile", "delegation", "standard_text", "text_version"),
        *("choice", "choice_officer", "field_definition", "definition_state", "actor", "process_step", "role_grant"),
        *("office", "office_role"),
    },
    "of one account, and found by its id alone; it names no case but what that account saw": {
        *("notice_preference", "saved_list", "sign_in", "signing_means", "report_job", "report_schedule"),
        "report_recipient",
    },
    "of one account's password and sign-in elsewhere: asked before anybody is known, and only hashes": {
        *("password_age", "former_password", "password_link", "linked_subject"),
        *("two_step", "recovery_code", "half_sign_in", "login_count"),
    },
    "of a program, and only its hash": {"api_key"},
    "found by caller and key together: an answer is its own caller's": {"idempotency_key"},
    "counts, without a word on any case": {"number_counter", "store_sweep"},
    "what the program found when it looked at itself: numbers and names of rows, read by who looks after it": {
        *("invariant_run", "invariant_result", "invariant_finding"),
    },
    "whether this copy is held back, and when it was backed up": {"sending_hold", "backup_run"},
    "names of stored files that are to go": {"file_to_remove"},
    "how a mail server or message service answers": {"gateway_state"},
    "changes of settings, never of a case": {"journal_entry", "identity_grant"},
}

WITHOUT_ISOLATION = {
    "app/papers/verification.py": 1,  # whoever holds the very file of a letter learns whether it is genuine
    "app/casefile/case.py": 1,  # whoever holds a letter's verification code
    "app/monitoring/gauges.py": 1,  # counts for the monitor, which is let in by its token
    "app/monitoring/health.py": 1,  # whether the database answers and the wall stands, asked by nobody
    "app/core/schema.py": 1,  # which migration the tables are at
    "app/privacy/keys_in_use.py": 1,  # under which keys anything lies: their ids alone
    "app/worklists/left_cases.py": 1,  # number, dates and reason of the cases that an agency left
    "app/public/tracked_case.py": 2,  # the key that proves a reporter; the answer to the case theirs was merged into
}


def test_every_table_was_decided_on_and_stands_in_the_database_as_decided(context: Flask) -> None:
    decided = [*CASE_OF, *SHUT, *(name for names in OPEN.values() for name in names)]
    assert sorted(decided) == sorted(Model.metadata.tables)
    secured = text("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relrowsecurity")
    policies = text("SELECT tablename FROM pg_policies WHERE 'lapor_walled' = ANY(roles)")
    assert set(db.session.scalars(secured)) == CASE_OF.keys() | SHUT
    assert sorted(db.session.scalars(policies)) == sorted(CASE_OF)
    hanging = {name for name, t in tables.items() if "complaint_id" in t.c or name == "complaint"}
    assert hanging <= CASE_OF.keys() | SHUT


def test_the_places_that_read_without_isolation_are_these() -> None:
    found = {}
    for folder in ("app", "views", "jobs"):
        for path in sorted(Path(folder).rglob("*.py")):
            count = len(re.findall(r"without_isolation\b[\"']?[=:]", path.read_text("utf-8")))
            found |= {path.as_posix(): count} if count else {}
    assert found == WITHOUT_ISOLATION
