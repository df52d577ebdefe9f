"""second_wall: the database itself shows a walled request no case but its own, whatever statement it is asked

A role without a login, `lapor_walled`, whose sight three settings of the transaction name: the agencies of an officer,
the one case of a reporter, or what is public. Tables of a case have a policy for it; the owner of the tables, as which
everything else runs, is not subject to any.

A role belongs to the whole server, so several databases share this one, and each account that migrates is granted it.
The policies stand behind a view of the owner: one that read `agency_track` itself could not be used on that table.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ROLE = "lapor_walled"
MAKE_ROLE = """
DO $$
BEGIN
    BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lapor_walled') THEN
            CREATE ROLE lapor_walled NOLOGIN;
        END IF;
    EXCEPTION
        -- Another database of this server is being migrated at the same time.
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN NULL;
    END;
    BEGIN
        SET LOCAL ROLE lapor_walled;
        RESET ROLE;
        RETURN;
    EXCEPTION WHEN insufficient_privilege OR invalid_parameter_value THEN NULL;
    END;
    BEGIN
        GRANT lapor_walled TO CURRENT_USER;
    EXCEPTION
        WHEN undefined_object OR insufficient_privilege THEN NULL;
        WHEN unique_violation OR internal_error THEN NULL;
    END;
    BEGIN
        SET LOCAL ROLE lapor_walled;
        RESET ROLE;
    EXCEPTION WHEN insufficient_privilege OR invalid_parameter_value THEN
        RAISE EXCEPTION 'The account "%" may not make the role lapor_walled, behind which requests of agencies and of '
            'the public are read. Let an administrator of this database server run once: '
            'CREATE ROLE lapor_walled NOLOGIN; GRANT lapor_walled TO "%"; and migrate again.',
            current_user, current_user USING ERRCODE = 'insufficient_privilege';
    END;
END $$
"""

SIGHT = """
CREATE VIEW case_in_sight AS
    SELECT complaint_id, false AS in_public FROM agency_track
    WHERE sent_at IS NOT NULL AND agency_code = ANY (string_to_array(current_setting('lapor.agency', true), ','))
    UNION ALL
    SELECT nullif(current_setting('lapor.case', true), '')::bigint, false
    UNION ALL
    SELECT id, true FROM complaint
    WHERE current_setting('lapor.public', true) = 'yes' AND confidentiality = 'open' AND status <> 'withdrawn'
"""

IN_SIGHT = "EXISTS (SELECT FROM case_in_sight s WHERE s.complaint_id = {table}.{column})"
TOLD = "EXISTS (SELECT FROM case_in_sight s WHERE s.complaint_id = {table}.{column} AND NOT s.in_public)"
OWN_AGENCY = "agency_code = ANY (string_to_array(current_setting('lapor.agency', true), ','))"

OF_A_CASE = (
    *("agency_track", "attachment", "complaint_event", "ledger_entry", "letter", "step_task"),
    "sync_change",
)
# A table whose rows hang on a row of a walled table: what is hidden there is hidden here.
HANGS_ON = {
    "letter_scan": ("letter_id", "letter"),
    "step_pause": ("task_id", "step_task"),
    "step_alarm": ("task_id", "step_task"),
    "delivery_item": ("notice_id", "notice"),
}
# Rows that belong to no case: an officer's own, or for delivery also what a reporter's act sends to officers.
OFFICER = "current_setting('lapor.agency', true) <> ''"
OF_NO_CASE = {
    "notice": f"complaint_id IS NULL AND {OFFICER}",
    "delivery": "complaint_id IS NULL",
    "paper": f"complaint_id IS NULL AND kind = 'sop_sheet' AND {OFFICER}",
}
# No policy at all: a walled request has no business there, so it finds nothing and can write nothing.
SHUT = (
    *("inbound_hold", "inbound_message", "register", "rehearsal", "sync_comparison", "sync_import", "sync_ledger"),
    *("sync_peer", "webhook_delivery", "webhook_endpoint"),
)


def _policies() -> dict[str, str]:
    """Which rows of each table a walled request reads, changes and may write."""
    rules = {"complaint": IN_SIGHT.format(table="complaint", column="id")}
    rules |= {name: IN_SIGHT.format(table=name, column="complaint_id") for name in OF_A_CASE}
    rules |= {"reporter": TOLD.format(table="reporter", column="complaint_id"), "issued_number": OWN_AGENCY}
    for name, free in OF_NO_CASE.items():
        rules[name] = f"({free}) OR {IN_SIGHT.format(table=name, column='complaint_id')}"
    for name, (column, other) in HANGS_ON.items():
        rules[name] = f"EXISTS (SELECT FROM {other} o WHERE o.id = {name}.{column})"
    return rules


def upgrade() -> None:
    op.execute(MAKE_ROLE)
    op.execute(SIGHT)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version, case_in_sight FROM {ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {ROLE}")
    for table, rule in _policies().items():
        op.execute(f"CREATE POLICY walled ON {table} TO {ROLE} USING ({rule})")
    for table in (*_policies(), *SHUT):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    """The role stays: other databases of the server may be using it."""
    for table in (*_policies(), *SHUT):
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in _policies():
        op.execute(f"DROP POLICY walled ON {table}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {ROLE}")
    op.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ROLE}")
    op.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {ROLE}")
    op.execute("DROP VIEW case_in_sight")
