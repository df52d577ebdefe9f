"""every change of what people can write is in the journal; a delegation is ended, never deleted, and none overlaps

One trigger function records old and new values with the person, whom the program names for the transaction. Entries
of one transaction carry the same `change`, so that an act of the program and the rows it changed are read as one.
Older entries have none.
"""

import sqlalchemy as sa
from alembic import op

from migrations.indexes import build, drop, while_the_office_works
from migrations.journal import FUNCTION, journal

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

KIND = "row_changed"
TABLES = {
    "ab_api_key": {"masked": "key_hash,lookup_hash", "passed": "last_used_on"},
    "ab_group": {},
    "ab_group_role": {},
    "ab_permission_view_role": {},
    "ab_register_user": {"masked": "password,email,registration_hash"},
    "ab_role": {},
    "ab_user": {
        "masked": "password,email",
        "passed": "last_login,login_count,fail_login_count,created_on,changed_on,created_by_fk,changed_by_fk",
    },
    "ab_user_group": {},
    "ab_user_role": {},
    "agency": {},
    "api_key": {"masked": "key_hash,previous_hash", "passed": "last_used_at"},
    "category": {},
    "delegation": {"passed": "noted_at"},
    "district": {},
    "emblem": {"key": "sha256", "masked": "png"},
    "holiday": {},
    "linked_subject": {"masked": "subject", "passed": "used_at"},
    "national_limit": {},
    "notice_preference": {"key": "user_id", "masked": "gateway_to"},
    "officer_profile": {"key": "user_id", "masked": "nip"},
    "report_recipient": {"key": "schedule_id,user_id"},
    "report_schedule": {},
    "saved_list": {"only": "shared"},
    "signing_means": {
        "key": "user_id",
        "masked": "nik,certificate,subject,issuer,valid_until,fingerprint",
        "passed": "changed_at",
    },
    "sop_step": {},
    "sop_version": {"masked": "approver_nip"},
    "two_step": {"key": "user_id", "masked": "secret,salt", "passed": "last_step"},
    "village": {},
    "webhook_endpoint": {
        "masked": "secret,previous_secret",
        "passed": "position,succeeded_at,failures,failing_since,held_until,version",
    },
    "working_week": {},
}
CHANGE = """
CREATE OR REPLACE FUNCTION change_of_transaction() RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    change text := nullif(current_setting('lapor.change', true), '');
BEGIN
    IF change IS NULL THEN
        change := gen_random_uuid();
        PERFORM set_config('lapor.change', change, true);
    END IF;
    RETURN change;
END $$
"""
DELEGATION = """
CREATE OR REPLACE FUNCTION guard_delegation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a delegation is ended, never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.giver_id = OLD.giver_id
        AND daterange(NEW.starts_on, NEW.ends_on, '[]') <@ daterange(OLD.starts_on, OLD.ends_on, '[]') THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('delegation of ' || NEW.giver_id, 23));
    IF EXISTS (
        SELECT 1 FROM delegation d WHERE d.giver_id = NEW.giver_id AND d.id <> NEW.id
        AND daterange(d.starts_on, d.ends_on, '[]') && daterange(NEW.starts_on, NEW.ends_on, '[]')
    ) THEN
        RAISE EXCEPTION 'two delegations of one office overlap'
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'ex_delegation_starts_on', TABLE = 'delegation';
    END IF;
    RETURN NEW;
END $$
"""
GUARD = """
CREATE OR REPLACE TRIGGER delegation_is_guarded BEFORE INSERT OR DELETE OR UPDATE OF giver_id, starts_on, ends_on
ON delegation FOR EACH ROW EXECUTE FUNCTION guard_delegation()
"""


def upgrade() -> None:
    op.add_column("journal_entry", sa.Column("change", sa.Uuid(), nullable=True), if_not_exists=True)
    with while_the_office_works():
        build("ix_journal_entry_change", "journal_entry", "change")
    op.execute(CHANGE)
    op.execute("ALTER TABLE journal_entry ALTER COLUMN change SET DEFAULT change_of_transaction()")
    _check(add=(KIND,))
    op.execute(FUNCTION)
    for table, columns in TABLES.items():
        journal(table, **columns)
    op.execute(DELEGATION)
    op.execute(GUARD)


def downgrade() -> None:
    op.execute("DROP TRIGGER delegation_is_guarded ON delegation")
    op.execute("DROP FUNCTION guard_delegation()")
    for table in TABLES:
        op.execute(f"DROP TRIGGER {table}_is_journalled ON {table}")
    op.execute("DROP FUNCTION journal_row()")
    op.execute("ALTER TABLE journal_entry ALTER COLUMN change DROP DEFAULT")
    op.execute("DROP FUNCTION change_of_transaction()")
    with while_the_office_works():
        drop("ix_journal_entry_change")
    op.drop_column("journal_entry", "change")


def _check(add: tuple[str, ...] = ()) -> None:
    """The kinds that the journal takes: those it takes now, and these; an older program writes none it does not know."""
    found = op.get_bind().execute(
        sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_journal_entry_kind'")
    )
    kinds = set(found.scalar_one().split("'")[1::2]) | set(add)
    op.drop_constraint(op.f("ck_journal_entry_kind"), "journal_entry")
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    op.create_check_constraint(op.f("ck_journal_entry_kind"), "journal_entry", f"kind IN ({listed})")
