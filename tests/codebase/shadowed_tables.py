"""What triggers refuse or do although the writer has made a temporary table of the name of one that they read or write.

PostgreSQL looks at temporary tables first unless `search_path` names `pg_temp` last. The rows are those of
`row_of_every_table.sql`.
"""
# ruff: noqa: S608 - the names in the statements are those of tables, written down here

from typing import NamedTuple

from tests.codebase.trigger_effects import OVERLAP, UNCONFIRMED

ROLES = ("lapor_walled", "lapor_program", "NONE")
"""Row-level security, the program's account where it owns nothing, and the owner."""


class Refused(NamedTuple):
    """A table's name, the words or the rule of the refusal, what is done first, and the statement that is refused."""

    table: str
    words: str
    first: str
    statement: str


class Followed(NamedTuple):
    """A table's name, what is done first, a statement, the one value read afterwards and found, and by which roles."""

    table: str
    first: str
    statement: str
    read: str
    found: object
    roles: tuple[str, ...] = ROLES


def shadow(role: str, table: str) -> str:
    """As a role: a temporary table of this name, empty and open to everybody."""
    return (
        f"SET LOCAL ROLE {role}; CREATE TEMP TABLE {table} AS SELECT * FROM public.{table} WITH NO DATA;"
        f" GRANT ALL ON pg_temp.{table} TO PUBLIC; "
    )


BY_9003 = "SELECT set_config('lapor.person', '9003', true)"
SUPERVISOR = """
    INSERT INTO public.ab_user_role (user_id, role_id) SELECT 9001, id FROM public.ab_role WHERE name = 'supervisor'
"""
CONFIRMATION = """
    INSERT INTO pg_temp.identity_grant (user_id, role_id, state, decided_by_id)
    SELECT 9001, id, 'confirmed', 9003 FROM public.ab_role WHERE name = 'supervisor'
"""
SECOND_DELEGATION = """
    INSERT INTO public.delegation (kind, giver_id, holder_id, decree_number, starts_on, ends_on, note, created_at)
    VALUES ('plt', 9001, 9002, '4', '2037-01-08', '2037-01-20', '', now())
"""
REFUSED = (
    Refused("complaint", UNCONFIRMED, BY_9003, SUPERVISOR),
    Refused("ab_role", UNCONFIRMED, BY_9003, SUPERVISOR),
    Refused("identity_grant", UNCONFIRMED, f"{BY_9003}; {CONFIRMATION}", SUPERVISOR),
    Refused("delegation", OVERLAP, "SELECT 1", SECOND_DELEGATION),
)

FOR_AA = "SELECT set_config('lapor.agency', 'aa', true)"
OF_BB = """
    INSERT INTO pg_temp.agency_track (complaint_id, agency_code, sent_at, sight_ended)
    VALUES (9001, 'bb', now(), false)
"""
SENT_TO = "SELECT sent_to FROM public.complaint WHERE id = 9001"
OTHER_ROLE = "UPDATE public.ab_user_role SET role_id = 9002 WHERE id = 9001"
RUN_AS_OWNER = """
    CREATE FUNCTION pg_temp.seize() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN ALTER TABLE public.complaint DISABLE ROW LEVEL SECURITY; RETURN NEW; END';
    CREATE TRIGGER seized BEFORE INSERT ON pg_temp.journal_entry FOR EACH ROW EXECUTE FUNCTION pg_temp.seize()
"""
END_ACCOUNT = "UPDATE public.ab_user SET active = false WHERE id = 9001"
NEW_AGENCY = "UPDATE public.officer_profile SET agency_code = 'bb' WHERE user_id = 9001"
ENDED = "SELECT array_agg(user_id) FROM public.sign_in WHERE ended_at = seen_at AND id >= 9001"
UNWALLED = ROLES[1:]
FOLLOWED = (
    Followed("complaint", FOR_AA, "UPDATE public.agency_track SET sent_at = NULL WHERE id = 9001", SENT_TO, []),
    Followed(
        "agency_track",
        f"{FOR_AA}; {OF_BB}",
        "UPDATE public.agency_track SET sent_at = now() WHERE id = 9001",
        SENT_TO,
        ["aa"],
    ),
    Followed(
        "journal_entry",
        "SELECT 1",
        OTHER_ROLE,
        'SELECT count(*) FROM public.journal_entry WHERE data @> \'{"table": "ab_user_role", "act": "update"}\'',
        1,
    ),
    Followed(
        "journal_entry",
        RUN_AS_OWNER,
        OTHER_ROLE,
        "SELECT relrowsecurity FROM pg_class WHERE oid = 'public.complaint'::regclass",
        True,
    ),
    Followed("sign_in", "SELECT 1", END_ACCOUNT, ENDED, [9001], UNWALLED),
    Followed("sign_in", "SELECT 1", NEW_AGENCY, ENDED, [9001], UNWALLED),
    Followed(
        "half_sign_in",
        "SELECT 1",
        END_ACCOUNT,
        "SELECT array_agg(user_id) FROM public.half_sign_in WHERE id >= 9001",
        [9002],
        UNWALLED,
    ),
)
