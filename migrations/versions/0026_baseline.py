"""baseline: every table, function, trigger and policy as they stood at this migration

The twenty-six migrations up to here are one. A database that stands at 0026 goes on with 0027; a new one begins here.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

revision = "0026"
down_revision = None
branch_labels = None
depends_on = None

TABLES = Path(__file__).parents[1] / "baseline.sql"
ROLE = "lapor_walled"
# A role belongs to the whole server, so several databases share this one, and each account that migrates is granted it.
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
NO_TRIGRAMS = (
    "The extension pg_trgm is missing, and this database account may not create it. Let the owner of the database run "
    '"CREATE EXTENSION pg_trgm" in it once (Debian: the package postgresql-contrib or postgresql-15 holds it), then '
    "migrate again."
)


def upgrade() -> None:
    _create_trigrams()
    op.execute(MAKE_ROLE)
    # psycopg's own cursor takes many statements at once, and reads no placeholder in them.
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(TABLES.read_text("utf-8"))


def _create_trigrams() -> None:
    """A trusted extension: the owner of a database may create it without being a superuser."""
    connection = op.get_bind()
    if connection.execute(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")).first():
        return
    try:
        op.execute("CREATE EXTENSION pg_trgm")
    except DBAPIError as error:
        raise RuntimeError(NO_TRIGRAMS) from error


def downgrade() -> None:
    raise RuntimeError("There is nothing before this migration: an empty database is made anew.")
