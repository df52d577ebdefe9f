"""sessions: tokens have a sign-in too, a changed account ends its own, a second step, and tries counted in the database"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BEFORE = (
    "kind IN ('bundle_made', 'calendar_changed', 'delegation_ended', 'key_made', 'key_revoked', 'key_rotated', "
    "'limit_changed', 'sop_activated', 'webhook_changed', "
    "'identity_keys_rotated', 'identity_searched', 'subject_reported')"
)
AFTER = BEFORE.replace("'sop_activated'", "'sign_ins_ended', 'sop_activated', 'two_step_removed'")
# Nobody's clock is asked: a sign-in that a change of its account ends, ended when it was last seen.
END_OF_ACCOUNT = """
    CREATE FUNCTION end_sign_ins_of_account() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE sign_in SET ended_at = seen_at WHERE user_id = NEW.id AND ended_at IS NULL;
        DELETE FROM half_sign_in WHERE user_id = NEW.id;
        RETURN NULL;
    END $$
"""
END_OF_OFFICER = """
    CREATE FUNCTION end_sign_ins_of_officer() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' THEN
            UPDATE sign_in SET ended_at = seen_at WHERE user_id = OLD.user_id AND ended_at IS NULL;
        END IF;
        IF TG_OP <> 'DELETE' THEN
            UPDATE sign_in SET ended_at = seen_at WHERE user_id = NEW.user_id AND ended_at IS NULL;
        END IF;
        RETURN NULL;
    END $$
"""
CAUSE = "num_nonnulls(task_id, delegation_id, report_job_id) = 1"
CAUSE_AFTER = "num_nonnulls(task_id, delegation_id, report_job_id, journal_id) = 1"
NOTICES = (
    "kind IN ('step_opened', 'step_near', 'step_late', 'step_overdue', 'initial_asked', 'information_added', "
    "'question_expired', 'delegation_ended', 'report_ready', 'report_failed')"
)
NOTICES_AFTER = NOTICES.replace("'report_failed'", "'report_failed', 'two_step_removed'")
TRIGGERS = {
    "an_account_ends_its_sign_ins": (
        "AFTER UPDATE OF active ON ab_user FOR EACH ROW WHEN (OLD.active IS DISTINCT FROM NEW.active)",
        "end_sign_ins_of_account",
    ),
    "a_role_ends_sign_ins": (
        "AFTER INSERT OR DELETE OR UPDATE ON ab_user_role FOR EACH ROW",
        "end_sign_ins_of_officer",
    ),
    "an_office_ends_sign_ins": (
        "AFTER UPDATE OF agency_code ON officer_profile FOR EACH ROW WHEN (OLD.agency_code IS DISTINCT FROM NEW.agency_code)",
        "end_sign_ins_of_officer",
    ),
    "a_new_office_ends_sign_ins": ("AFTER INSERT OR DELETE ON officer_profile FOR EACH ROW", "end_sign_ins_of_officer"),
}


def upgrade() -> None:
    op.add_column("sign_in", sa.Column("door", sa.String(length=80), nullable=False, server_default="form"))
    op.alter_column("sign_in", "door", server_default=None)
    op.add_column("sign_in", sa.Column("refresh_mark", sa.String(), nullable=True))
    op.create_check_constraint(op.f("ck_sign_in_door"), "sign_in", "door IN ('form', 'api')")
    _second_step()
    op.create_table(
        "login_count",
        sa.Column("mark", sa.String(length=80), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_login_count_tries")),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_login_count")),
    )
    op.create_index(op.f("ix_login_count_began_at"), "login_count", ["began_at"])
    op.execute(END_OF_ACCOUNT)
    op.execute(END_OF_OFFICER)
    for name, (when, function) in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {function}()")
    _check("journal_entry", "kind", AFTER)
    op.add_column("notice", sa.Column("journal_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_notice_journal_id_journal_entry"), "notice", "journal_entry", ["journal_id"], ["id"])
    op.create_unique_constraint("uq_notice_journal_user", "notice", ["journal_id", "user_id"])
    _check("notice", "one_cause", CAUSE_AFTER)
    _check("notice", "kind", NOTICES_AFTER)


def _second_step() -> None:
    op.create_table(
        "two_step",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_two_step_user_id_ab_user")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_two_step")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=80), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["two_step.user_id"], name=op.f("fk_recovery_code_user_id_two_step"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("user_id", "code_hash", name="uq_recovery_code_user_hash"),
    )
    op.create_table(
        "half_sign_in",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(length=80), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_half_sign_in_user_id_ab_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_half_sign_in")),
        sa.UniqueConstraint("mark", name=op.f("uq_half_sign_in_mark")),
    )
    op.create_index(op.f("ix_half_sign_in_user_id"), "half_sign_in", ["user_id"])
    op.create_index(op.f("ix_half_sign_in_began_at"), "half_sign_in", ["began_at"])


def downgrade() -> None:
    for name, (when, _) in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {when.partition(' ON ')[2].split()[0]}")
    op.execute("DROP FUNCTION end_sign_ins_of_account()")
    op.execute("DROP FUNCTION end_sign_ins_of_officer()")
    for table in ("login_count", "half_sign_in", "recovery_code", "two_step"):
        op.drop_table(table)
    op.execute("DELETE FROM sign_in WHERE door = 'api'")
    op.drop_column("sign_in", "door")
    op.drop_column("sign_in", "refresh_mark")
    op.execute("DELETE FROM delivery_item WHERE notice_id IN (SELECT id FROM notice WHERE journal_id IS NOT NULL)")
    op.execute("DELETE FROM notice WHERE journal_id IS NOT NULL")
    _check("notice", "kind", NOTICES)
    op.drop_column("notice", "journal_id")
    op.create_check_constraint(op.f("ck_notice_one_cause"), "notice", CAUSE)
    # The journal is only ever added to: with an entry of a kind of ours in it, there is no way back.
    _check("journal_entry", "kind", BEFORE)


def _check(table: str, name: str, rule: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule)
