"""what triggers run looks at temporary tables last; nobody takes over a profile; a moved part leaves its old case

Without `pg_temp` last in its `search_path` a function finds a temporary table of any account before the real one.
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

PATH = "public, pg_temp"
OF_OWNER = ("follow_sending", "guard_roles", "journal_row")
OF_WRITER = (
    "end_sign_ins_of_account",
    "end_sign_ins_of_officer",
    "guard_delegation",
    "guard_membership",
    "guard_own_delegation",
    "refuse_change",
)
SENT = """
    SELECT coalesce(array_agg(DISTINCT agency_code::text ORDER BY agency_code::text), '{}') FROM agency_track
    WHERE complaint_id = complaint.id AND sent_at IS NOT NULL AND NOT sight_ended
"""
FOLLOW = """
CREATE OR REPLACE FUNCTION follow_sending() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO public, pg_temp
AS $$
BEGIN
    UPDATE complaint SET sent_to = ({sent})
    WHERE id IN (NEW.complaint_id, OLD.complaint_id) AND sent_to IS DISTINCT FROM ({sent});
    RETURN NULL;
END $$
""".replace("{sent}", SENT)
FOLLOW_ONE = FOLLOW.replace(
    "id IN (NEW.complaint_id, OLD.complaint_id)", "id = coalesce(NEW.complaint_id, OLD.complaint_id)"
)
OTHER_AGENCY = "NEW.agency_code IS DISTINCT FROM OLD.agency_code"
OTHER_ROW = f"({OTHER_AGENCY} OR TG_OP = 'UPDATE' AND NEW.user_id <> OLD.user_id)"
GUARD_MEMBERSHIP = f"""
CREATE OR REPLACE FUNCTION guard_membership() RETURNS trigger LANGUAGE plpgsql SET search_path TO {PATH} AS $$
BEGIN
    IF nullif(current_setting('lapor.person', true), '')::integer IN (NEW.user_id, OLD.user_id)
        AND {OTHER_ROW} THEN
        RAISE EXCEPTION 'nobody changes the own membership' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER membership_is_guarded BEFORE INSERT OR UPDATE OF agency_code, user_id OR DELETE
ON officer_profile FOR EACH ROW EXECUTE FUNCTION guard_membership()
"""


def upgrade() -> None:
    op.execute(FOLLOW)
    op.execute(GUARD_MEMBERSHIP)
    op.execute(TRIGGER)
    for function in OF_OWNER + OF_WRITER:
        op.execute(f"ALTER FUNCTION {function}() SET search_path TO {PATH}")


def downgrade() -> None:
    op.execute(TRIGGER.replace("agency_code, user_id", "agency_code"))
    op.execute(GUARD_MEMBERSHIP.replace(OTHER_ROW, OTHER_AGENCY))
    op.execute(FOLLOW_ONE)
    for function in OF_OWNER:
        op.execute(f"ALTER FUNCTION {function}() SET search_path FROM CURRENT")
    for function in OF_WRITER:
        op.execute(f"ALTER FUNCTION {function}() RESET search_path")
