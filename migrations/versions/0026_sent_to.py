"""where a case was sent stands beside its words, and one index answers for both

An agency's search asked each of its cases for the words, since PostgreSQL asks a policy before any operator that could
leak. `case_words` lets a search look into the index of words, and shows a walled request its own agency's cases alone.
`sent_to` follows from `agency_track`, by a trigger, and nothing else writes it. The index of limits holds cases without
one too, so that a list in the order of limits begins anywhere.
"""

import sqlalchemy as sa
from alembic import op

from migrations.indexes import exchange, while_the_office_works

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ROLE = "lapor_walled"
SENT = """
    SELECT coalesce(array_agg(DISTINCT agency_code::text ORDER BY agency_code::text), '{}') FROM agency_track
    WHERE complaint_id = complaint.id AND sent_at IS NOT NULL
"""
# Whoever's act it was, all that the case was ever sent to is counted.
FOLLOW = """
CREATE OR REPLACE FUNCTION follow_sending() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE complaint SET sent_to = ({sent})
    WHERE id = coalesce(NEW.complaint_id, OLD.complaint_id) AND sent_to IS DISTINCT FROM ({sent});
    RETURN NULL;
END $$
""".replace("{sent}", SENT)
TRIGGER = """
CREATE OR REPLACE TRIGGER sending_is_followed AFTER INSERT OR DELETE OR UPDATE OF sent_at, agency_code, complaint_id
ON agency_track FOR EACH ROW EXECUTE FUNCTION follow_sending()
"""
WORDS = """
CREATE OR REPLACE VIEW case_words AS
    SELECT id, search_words, sent_to, title, location_text FROM complaint
    WHERE current_user <> 'lapor_walled' OR sent_to && string_to_array(current_setting('lapor.agency', true), ',')
"""
AT_ONCE = 5_000
CATCH_UP = """
    UPDATE complaint SET sent_to = ({sent})
    WHERE id > :after AND id <= :until AND sent_to IS DISTINCT FROM ({sent})
""".replace("{sent}", SENT)


def _catch_up() -> None:
    """Cases that were sent before the trigger was there, some at a time: whoever writes waits for these alone."""
    connection = op.get_bind()
    newest = connection.execute(sa.text("SELECT coalesce(max(id), 0) FROM complaint")).scalar_one()
    for after in range(0, newest, AT_ONCE):
        connection.execute(sa.text(CATCH_UP), {"after": after, "until": after + AT_ONCE})


def upgrade() -> None:
    # First of all and at once: what is sent from now on is followed. Each step may be done again.
    op.execute("ALTER TABLE complaint ADD COLUMN IF NOT EXISTS sent_to text[] NOT NULL DEFAULT '{}'")
    op.execute(FOLLOW)
    op.execute(TRIGGER)
    with while_the_office_works():
        _catch_up()
        exchange("ix_complaint_search_words", "complaint", "search_words, sent_to", using="gin")
        exchange("ix_complaint_next_due", "complaint", "next_due_at, id")
    op.execute(WORDS)
    op.execute(f"REVOKE INSERT, UPDATE, DELETE ON case_words FROM {ROLE}")
    op.execute(f"GRANT SELECT ON case_words TO {ROLE}")


def downgrade() -> None:
    with while_the_office_works():
        exchange("ix_complaint_next_due", "complaint", "next_due_at", "id", "next_due_at IS NOT NULL")
        exchange("ix_complaint_search_words", "complaint", "search_words", using="gin")
    op.execute("DROP VIEW case_words")
    op.execute("DROP TRIGGER sending_is_followed ON agency_track")
    op.execute("DROP FUNCTION follow_sending()")
    op.execute("ALTER TABLE complaint DROP COLUMN sent_to")
