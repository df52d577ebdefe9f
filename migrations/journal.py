"""The journal of settings: the trigger by which a table's changes are recorded, for any migration to put on a table."""

from alembic import op

FUNCTION = """
CREATE OR REPLACE FUNCTION journal_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $$
DECLARE
    masked text[] := string_to_array(TG_ARGV[1], ',');
    passed text[] := string_to_array(TG_ARGV[2], ',');
    old_row jsonb := '{}';
    new_row jsonb := '{}';
    shown jsonb;
    changed text[];
BEGIN
    IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD) - passed; END IF;
    IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW) - passed; END IF;
    IF old_row = new_row THEN RETURN NULL; END IF;
    IF TG_NARGS > 3 AND NOT coalesce((old_row ->> TG_ARGV[3])::boolean, false)
        AND NOT coalesce((new_row ->> TG_ARGV[3])::boolean, false) THEN RETURN NULL; END IF;
    SELECT array_agg(key ORDER BY key) INTO changed FROM jsonb_object_keys(old_row || new_row) AS key
        WHERE old_row -> key IS DISTINCT FROM new_row -> key
        AND NOT (TG_OP <> 'UPDATE' AND (old_row || new_row) -> key = 'null');
    shown := CASE TG_OP WHEN 'DELETE' THEN old_row ELSE new_row END;
    INSERT INTO journal_entry (kind, at, officer_id, reason, data) VALUES (
        'row_changed',
        coalesce(nullif(current_setting('lapor.now', true), '')::timestamptz, clock_timestamp()),
        nullif(current_setting('lapor.person', true), '')::integer,
        '',
        jsonb_build_object(
            'table', TG_TABLE_NAME,
            'act', lower(TG_OP),
            'key', (SELECT jsonb_object_agg(key, shown -> key) FROM unnest(string_to_array(TG_ARGV[0], ',')) AS key),
            'name', coalesce(shown ->> 'username', shown ->> 'name', shown ->> 'title', shown ->> 'decree_number',
                shown ->> 'code'),
            'before', (SELECT jsonb_object_agg(key, value) FROM jsonb_each(old_row)
                WHERE key = ANY (changed) AND NOT key = ANY (masked)),
            'after', (SELECT jsonb_object_agg(key, value) FROM jsonb_each(new_row)
                WHERE key = ANY (changed) AND NOT key = ANY (masked)),
            'masked', (SELECT jsonb_agg(key) FROM unnest(masked) AS key WHERE key = ANY (changed))
        )
    );
    RETURN NULL;
END $$
"""


def journal(table: str, key: str = "id", masked: str = "", passed: str = "", only: str = "") -> None:
    """Record every change of a table's rows. `masked` are columns of which only that they changed is recorded,
    `passed` those that change without anybody's decision; with `only`, a row counts when that column is true.
    """
    arguments = ", ".join(f"'{words}'" for words in (key, masked, passed, *([only] if only else [])))
    op.execute(
        f"CREATE OR REPLACE TRIGGER {table}_is_journalled AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION journal_row({arguments})"
    )
