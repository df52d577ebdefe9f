"""cheaper sight: the second wall is asked once a statement and not once a row, and what pages count lies in indexes

The policies of 0018 stood behind one view of three parts, which PostgreSQL went through anew for each row. Now each part
is asked by itself: an agency's cases, which fit into a hash, then the one case of a reporter, then what is public.
Who sees what is the same. What an agency was sent, late cases, open steps and unread notices are read from their
indexes alone.
"""

from alembic import op

from migrations.indexes import build, drop, exchange, while_the_office_works

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ROLE = "lapor_walled"
# A walled role may have been granted writing on every table and view: these two join, so that nothing can be written
# through them.
VIEWS = {
    "case_of_agency": """
        SELECT t.complaint_id
        FROM (SELECT string_to_array(current_setting('lapor.agency', true), ',') AS codes) own
        JOIN agency_track t ON t.agency_code = ANY (own.codes) AND t.sent_at IS NOT NULL
    """,
    "case_in_public": """
        SELECT c.id AS complaint_id
        FROM (SELECT current_setting('lapor.public', true) AS said) asked
        JOIN complaint c ON asked.said = 'yes' AND c.confidentiality = 'open' AND c.status <> 'withdrawn'
    """,
}
OLD_SIGHT = """
CREATE VIEW case_in_sight AS
    SELECT complaint_id, false AS in_public FROM agency_track
    WHERE sent_at IS NOT NULL AND agency_code = ANY (string_to_array(current_setting('lapor.agency', true), ','))
    UNION ALL
    SELECT nullif(current_setting('lapor.case', true), '')::bigint, false
    UNION ALL
    SELECT id, true FROM complaint
    WHERE current_setting('lapor.public', true) = 'yes' AND confidentiality = 'open' AND status <> 'withdrawn'
"""
OLD_IN_SIGHT = "EXISTS (SELECT FROM case_in_sight s WHERE s.complaint_id = {key})"
OLD_TOLD = "EXISTS (SELECT FROM case_in_sight s WHERE s.complaint_id = {key} AND NOT s.in_public)"

# A setting behind a SELECT is read once a statement.
TOLD = (
    "EXISTS (SELECT FROM case_of_agency s WHERE s.complaint_id = {key})"
    " OR {key} = (SELECT nullif(current_setting('lapor.case', true), '')::bigint)"
)
# A value and not an EXISTS: that could become a hash of every public case there is.
PUBLIC = (
    "(SELECT current_setting('lapor.public', true)) = 'yes'"
    " AND (SELECT true FROM case_in_public p WHERE p.complaint_id = {key})"
)
IN_SIGHT = f"{TOLD} OR ({PUBLIC})"
# Of an own row it need not be looked up that there is such a row; of one that is to be written it must.
OWN_ROW = (
    "sent_at IS NOT NULL"
    " AND agency_code = ANY ((SELECT string_to_array(current_setting('lapor.agency', true), ','))::text[])"
)

OF_A_CASE = ("attachment", "complaint_event", "ledger_entry", "letter", "step_task", "sync_change")
OFFICER = "current_setting('lapor.agency', true) <> ''"
OF_NO_CASE = {
    "notice": f"complaint_id IS NULL AND {OFFICER}",
    "delivery": "complaint_id IS NULL",
    "paper": f"complaint_id IS NULL AND kind = 'sop_sheet' AND {OFFICER}",
}
# Name, table, columns in order, columns that lie in it besides, rows that it holds.
INDEXES = (
    ("ix_agency_track_agency_case", "agency_track", "agency_code, complaint_id", "sent_at", ""),
    ("ix_complaint_next_due", "complaint", "next_due_at", "id", "next_due_at IS NOT NULL"),
    (
        "ix_step_task_open_actor",
        "step_task",
        "actor, agency_code, due_at",
        "id, complaint_id, cycle, step, warn_at, paused_at",
        "closed_at IS NULL",
    ),
    ("ix_notice_unread", "notice", "user_id", "complaint_id", "read_at IS NULL"),
)


def _policies(in_sight: str, told: str) -> dict[str, str]:
    """Which rows of each table a walled request reads, changes and may write."""
    rules = {"complaint": in_sight.format(key="complaint.id")}
    rules |= {name: in_sight.format(key=f"{name}.complaint_id") for name in (*OF_A_CASE, "agency_track")}
    rules |= {"reporter": told.format(key="reporter.complaint_id")}
    for name, free in OF_NO_CASE.items():
        rules[name] = f"({free}) OR {in_sight.format(key=f'{name}.complaint_id')}"
    return rules


def _replace_indexes(*, more: bool) -> None:
    """The same names over the same rows, with or without the columns besides."""
    for name, table, columns, besides, rows in INDEXES:
        exchange(name, table, columns, besides if more else "", rows)


def upgrade() -> None:
    with while_the_office_works():
        _replace_indexes(more=True)
        build("ix_step_task_open_case", "step_task", "complaint_id", "actor, agency_code", "closed_at IS NULL")
        build("ix_complaint_fast", "complaint", "id", where="route = 'fast' AND ended_at IS NULL")
    for name, rows in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {rows}")
        op.execute(f"REVOKE INSERT, UPDATE, DELETE ON {name} FROM {ROLE}")
        op.execute(f"GRANT SELECT ON {name} TO {ROLE}")
    for table, rule in _policies(IN_SIGHT, TOLD).items():
        op.execute(f"ALTER POLICY walled ON {table} USING ({rule}) WITH CHECK ({rule})")
    own_first = f"({OWN_ROW}) OR {IN_SIGHT.format(key='agency_track.complaint_id')}"
    op.execute(f"ALTER POLICY walled ON agency_track USING ({own_first})")
    op.execute("DROP VIEW case_in_sight")


def downgrade() -> None:
    with while_the_office_works():
        drop("ix_complaint_fast")
        drop("ix_step_task_open_case")
        _replace_indexes(more=False)
    op.execute(OLD_SIGHT)
    op.execute(f"GRANT SELECT ON case_in_sight TO {ROLE}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON case_in_sight FROM {ROLE}")
    for table, rule in _policies(OLD_IN_SIGHT, OLD_TOLD).items():
        op.execute(f"ALTER POLICY walled ON {table} USING ({rule}) WITH CHECK ({rule})")
    for name in VIEWS:
        op.execute(f"DROP VIEW {name}")
