"""search: the words of a complaint with weights, its trigrams, and the reporter's name as keyed hashes of its words"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# An insert that fills a generated column and an index lookup must never disagree, so the whole expression is one
# immutable function. Punctuation of ASCII becomes blanks first: the parser would take "Jl.Yani" for a host and
# "RT.03/RW.02" for a file. Each text goes in twice: stemmed, and as it stands, for a half-typed word and for the exact
# one to come first. `no42` and `r2400006202` are the complaint's number by its value and from its end.
COMPLAINT_WORDS = r"""
CREATE FUNCTION complaint_words(
    number varchar, sp4n varchar, title varchar, place varchar, body text, village bigint, district bigint
) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN
    setweight(to_tsvector('simple'::regconfig, plain_words(number) || ' no' || ltrim(right(number, 6), '0')
        || ' ' || coalesce(sp4n, '')), 'A')
    || setweight(words_both_ways(title), 'A')
    || setweight(words_both_ways(place), 'B')
    || setweight(to_tsvector('simple'::regconfig, coalesce('desa' || village::text, '')
        || ' ' || coalesce('kec' || district::text, '')), 'B')
    || setweight(words_both_ways(body), 'C')
    || setweight(to_tsvector('simple'::regconfig, 'r' || reverse(replace(substr(number, 4), '-', ''))
        || ' ' || coalesce('r' || reverse(sp4n), '')), 'D')
"""
HELPERS = (
    r"""
CREATE FUNCTION plain_words(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(coalesce(words, ''), '[\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E]+', ' ', 'g')
""",
    r"""
CREATE FUNCTION shared_words(ours text[], theirs text[]) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT count(*) FROM (SELECT unnest(ours) INTERSECT SELECT unnest(theirs)) shared)
""",
    r"""
CREATE FUNCTION words_both_ways(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('indonesian'::regconfig, plain_words(words)) || to_tsvector('simple'::regconfig, plain_words(words))
""",
)
TOLD = (
    "The extension pg_trgm is missing, and this database account may not create it. Let the owner of the database run "
    '"CREATE EXTENSION pg_trgm" in it once (Debian: the package postgresql-contrib or postgresql-15 holds it), then '
    "migrate again."
)


def upgrade() -> None:
    _create_trigrams()
    for function in (*HELPERS, COMPLAINT_WORDS):
        op.execute(function)
    words = "complaint_words(number, sp4n_tracking_id, title, location_text, body, village_id, district_id)"
    op.add_column("complaint", sa.Column("search_words", postgresql.TSVECTOR(), sa.Computed(words, persisted=True)))
    op.create_index("ix_complaint_search_words", "complaint", ["search_words"], postgresql_using="gin")
    op.create_index(
        "ix_complaint_trigrams",
        "complaint",
        ["title", "location_text"],
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops", "location_text": "gin_trgm_ops"},
    )
    op.create_index("ix_complaint_received_at", "complaint", ["received_at"])
    op.add_column("reporter", sa.Column("name_words", postgresql.ARRAY(sa.Text()), nullable=True))
    op.create_index("ix_reporter_name_words", "reporter", ["name_words"], postgresql_using="gin")


def _create_trigrams() -> None:
    """A trusted extension: the owner of a database may create it without being a superuser."""
    connection = op.get_bind()
    if connection.execute(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")).first():
        return
    try:
        op.execute("CREATE EXTENSION pg_trgm")
    except DBAPIError as error:
        raise RuntimeError(TOLD) from error


def downgrade() -> None:
    op.drop_index("ix_reporter_name_words", "reporter")
    op.drop_column("reporter", "name_words")
    op.drop_index("ix_complaint_received_at", "complaint")
    op.drop_index("ix_complaint_trigrams", "complaint")
    op.drop_index("ix_complaint_search_words", "complaint")
    op.drop_column("complaint", "search_words")
    op.execute("DROP FUNCTION complaint_words(varchar, varchar, varchar, varchar, text, bigint, bigint)")
    op.execute("DROP FUNCTION shared_words(text[], text[])")
    op.execute("DROP FUNCTION words_both_ways(text)")
    op.execute("DROP FUNCTION plain_words(text)")
