"""a search finds a case by the words of its additional fields

The words are stored with the code of their field, so that a search names the fields that the officer may see. They are
indexed together with the words of the case, so that a search for some of both reads the cases that have all of them; a
case without values is not in that index. Old code does not read them, and the trigger writes them for it.
"""

from alembic import op

from migrations.indexes import build, drop, while_the_office_works

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

# Lexemes `.code.word`, and `.code.value` for the value without blanks and signs; at most 3,000 of at most 302 bytes, so
# that they fit into a tsvector whatever was typed. NULL for a case without texts, which therefore is not in the index.
WORDS = """
CREATE OR REPLACE FUNCTION words_of_fields(given jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN given = '{}'::jsonb THEN NULL ELSE (
    SELECT array_to_tsvector(array_agg(lexeme)) FROM (
        SELECT DISTINCT '.' || field.key || '.' || left(word, 60) AS lexeme
        FROM jsonb_each(given) AS field(key, value),
            LATERAL (SELECT lower(normalize(field.value #>> '{}', NFKC)) AS said) AS plain,
            LATERAL (
                SELECT regexp_split_to_table(said, '[^[:alnum:]]+') AS word
                UNION ALL SELECT regexp_replace(said, '[^[:alnum:]]+', '', 'g')
            ) AS words
        WHERE jsonb_typeof(field.value) = 'string' AND word <> ''
        ORDER BY 1 LIMIT 3000
    ) AS found
) END
"""
FOLLOW = """
CREATE OR REPLACE FUNCTION follow_field_values() RETURNS trigger LANGUAGE plpgsql SET search_path TO public, pg_temp AS $$
BEGIN
    NEW.field_words := words_of_fields(NEW.field_values);
    RETURN NEW;
END $$
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER field_values_are_followed BEFORE INSERT OR UPDATE OF field_values ON complaint
FOR EACH ROW EXECUTE FUNCTION follow_field_values()
"""
VIEW = """
CREATE {0} VIEW case_words AS
SELECT id, search_words, sent_to, title, location_text{1}
FROM complaint
WHERE current_user <> 'lapor_walled'::name
    OR sent_to && string_to_array(current_setting('lapor.agency'::text, true), ','::text)
"""
EARLIER = """
WITH batch AS (
    SELECT id FROM complaint WHERE id > {last} AND field_values <> '{{}}' ORDER BY id LIMIT 1000
), changed AS (
    UPDATE complaint SET field_words = words_of_fields(field_values) WHERE id IN (SELECT id FROM batch)
)
SELECT max(id) FROM batch
"""
INDEX = "ix_complaint_field_words"


def upgrade() -> None:
    op.execute(WORDS)
    op.execute("ALTER TABLE complaint ADD COLUMN IF NOT EXISTS field_words tsvector")
    op.execute(FOLLOW)
    op.execute(TRIGGER)
    with while_the_office_works():
        _fill()
        words = "(search_words || field_words), sent_to"
        build(INDEX, "complaint", words, where="field_words IS NOT NULL", using="gin")
    op.execute(VIEW.format("OR REPLACE", ", field_words"))


def _fill() -> None:
    """Write the words of the values that cases have already, a thousand cases at a time."""
    last: int | None = 0
    while last is not None:
        last = op.get_bind().exec_driver_sql(EARLIER.format(last=last)).scalar()


def downgrade() -> None:
    op.execute("DROP VIEW case_words")
    op.execute(VIEW.format("", ""))
    op.execute("GRANT SELECT ON case_words TO lapor_walled")
    op.execute("REVOKE INSERT, UPDATE, DELETE ON case_words FROM lapor_walled")
    with while_the_office_works():
        drop(INDEX)
    op.execute("DROP TRIGGER field_values_are_followed ON complaint")
    op.execute("DROP FUNCTION follow_field_values()")
    op.drop_column("complaint", "field_words")
    op.execute("DROP FUNCTION words_of_fields(jsonb)")
