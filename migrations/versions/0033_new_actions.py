"""corrections, changes of the agencies on a case, letters taken back, and whose sight of a case has ended

Expand only: old code goes on writing. `sight_ended` is false for what old code writes, so that an agency which it lets
leave keeps its sight until the next act on the case.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.indexes import exchange, while_the_office_works

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# The latest part of an agency that it was sent: where it has left that one, it no longer sees the case.
SIGHT_ENDED = """
    UPDATE agency_track t SET sight_ended = true
    WHERE t.sent_at IS NOT NULL AND (
        SELECT last.state IN ('declined', 'dropped') FROM agency_track last
        WHERE last.complaint_id = t.complaint_id AND last.agency_code = t.agency_code AND last.sent_at IS NOT NULL
        ORDER BY last.cycle DESC LIMIT 1
    )
"""
# A redaction holds as a confirmation until the report gets new words.
CONFIRMED = """
    UPDATE complaint c SET anonymity_confirmed = true
    WHERE c.confidentiality <> 'open' AND EXISTS (
        SELECT 1 FROM complaint_event e WHERE e.complaint_id = c.id AND e.kind = 'redacted' AND NOT EXISTS (
            SELECT 1 FROM complaint_event later WHERE later.complaint_id = c.id AND later.seq > e.seq
            AND later.kind IN ('add_information', 'reopen', 'revised', 'settled')
        )
    )
"""
SENT = """
    SELECT coalesce(array_agg(DISTINCT agency_code::text ORDER BY agency_code::text), '{}') FROM agency_track
    WHERE complaint_id = complaint.id AND sent_at IS NOT NULL AND NOT sight_ended
"""
FOLLOW = """
CREATE OR REPLACE FUNCTION follow_sending() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
BEGIN
    UPDATE complaint SET sent_to = ({sent})
    WHERE id = coalesce(NEW.complaint_id, OLD.complaint_id) AND sent_to IS DISTINCT FROM ({sent});
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER sending_is_followed
AFTER INSERT OR DELETE OR UPDATE OF sent_at, sight_ended, agency_code, complaint_id
ON agency_track FOR EACH ROW EXECUTE FUNCTION follow_sending()
"""
OLD_SENT = SENT.replace(" AND NOT sight_ended", "")
RECOUNT = (
    "UPDATE complaint SET sent_to = ({sent}) WHERE id IN (SELECT complaint_id FROM agency_track WHERE sight_ended)"
)
VIEW = """
CREATE OR REPLACE VIEW case_of_agency AS
    SELECT t.complaint_id
    FROM (SELECT string_to_array(current_setting('lapor.agency', true), ',') AS codes) own
    JOIN agency_track t ON t.agency_code = ANY (own.codes) AND t.sent_at IS NOT NULL{and_sees}
"""
# As in 0025: of an own row it need not be looked up that the agency sees the case.
OWN_ROW = """
    sent_at IS NOT NULL{and_sees}
    AND agency_code = ANY ((SELECT string_to_array(current_setting('lapor.agency', true), ','))::text[])
    OR EXISTS (SELECT FROM case_of_agency s WHERE s.complaint_id = agency_track.complaint_id)
    OR agency_track.complaint_id = (SELECT nullif(current_setting('lapor.case', true), '')::bigint)
    OR ((SELECT current_setting('lapor.public', true)) = 'yes'
        AND (SELECT true FROM case_in_public p WHERE p.complaint_id = agency_track.complaint_id))
"""
SIGNED = "(state IN ({states})) = (number IS NOT NULL AND paper_id IS NOT NULL)"


def _set_sight(and_sees: str, sent: str) -> None:
    op.execute(VIEW.replace("{and_sees}", and_sees.replace("sight", "t.sight")))
    op.execute(f"ALTER POLICY walled ON agency_track USING ({OWN_ROW.replace('{and_sees}', and_sees)})")
    op.execute(FOLLOW.replace("{sent}", sent))


def upgrade() -> None:
    op.execute("ALTER TABLE agency_track ADD COLUMN IF NOT EXISTS sight_ended boolean NOT NULL DEFAULT false")
    with while_the_office_works():
        exchange(
            "ix_agency_track_agency_case", "agency_track", "agency_code, complaint_id", include="sent_at, sight_ended"
        )
        op.execute(SIGHT_ENDED)
    _set_sight(" AND NOT sight_ended", SENT)
    op.execute(TRIGGER)
    op.execute(RECOUNT.replace("{sent}", SENT))
    op.add_column("agency_track", sa.Column("more_days", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("agency_track", sa.Column("release_asked", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("complaint", sa.Column("anonymity_confirmed", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("complaint", sa.Column("corrected", postgresql.JSONB(), nullable=False, server_default="{}"))
    op.execute(CONFIRMED)
    op.add_column("issued_number", sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("issued_number", sa.Column("void_reason", sa.Text(), nullable=True))
    op.add_column("issued_number", sa.Column("voided_by_id", sa.Integer(), sa.ForeignKey("ab_user.id"), nullable=True))
    op.add_column("sop_version", sa.Column("most_more_days", sa.Integer(), nullable=False, server_default="14"))
    _letter_states("'draft', 'returned', 'signed', 'voided'", "'signed', 'voided'")


def _letter_states(states: str, numbered: str) -> None:
    """Checked for new rows at once, for old ones while the office works."""
    for name, rule in (("state", f"state IN ({states})"), ("signed", SIGNED.replace("{states}", numbered))):
        op.execute(f"ALTER TABLE letter DROP CONSTRAINT ck_letter_{name}")
        op.execute(f"ALTER TABLE letter ADD CONSTRAINT ck_letter_{name} CHECK ({rule}) NOT VALID")
        op.execute(f"ALTER TABLE letter VALIDATE CONSTRAINT ck_letter_{name}")


def downgrade() -> None:
    op.execute("UPDATE letter SET state = 'returned', number = NULL, paper_id = NULL WHERE state = 'voided'")
    _letter_states("'draft', 'returned', 'signed'", "'signed'")
    op.drop_column("sop_version", "most_more_days")
    for name in ("voided_by_id", "void_reason", "voided_at"):
        op.drop_column("issued_number", name)
    op.drop_column("complaint", "corrected")
    op.drop_column("complaint", "anonymity_confirmed")
    op.drop_column("agency_track", "release_asked")
    op.drop_column("agency_track", "more_days")
    _set_sight("", OLD_SENT)
    op.execute("DROP TRIGGER sending_is_followed ON agency_track")
    op.execute(TRIGGER.replace("sight_ended, ", ""))
    op.execute(RECOUNT.replace("{sent}", OLD_SENT))
    with while_the_office_works():
        exchange("ix_agency_track_agency_case", "agency_track", "agency_code, complaint_id", include="sent_at")
    op.drop_column("agency_track", "sight_ended")
