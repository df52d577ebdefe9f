"""append_only_events: the database itself refuses to change, delete or empty the event log"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER complaint_event_is_append_only BEFORE UPDATE OR DELETE ON complaint_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER complaint_event_is_never_emptied BEFORE TRUNCATE ON complaint_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER complaint_event_is_never_emptied ON complaint_event")
    op.execute("DROP TRIGGER complaint_event_is_append_only ON complaint_event")
    op.execute("DROP FUNCTION refuse_change()")
