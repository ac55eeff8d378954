"""Triggers that keep a frozen list as it was signed, whoever asks."""

# A DELETE trigger would break the flush between tests on SQLite; there the foreign keys of signatures protect.
SQLITE = """
    CREATE TRIGGER frozen_list_no_update BEFORE UPDATE ON reports_frozenlist
    BEGIN SELECT RAISE(ABORT, 'reports_frozenlist is frozen'); END
"""
POSTGRESQL = """
    CREATE FUNCTION frozen_list_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'reports_frozenlist is frozen'; END $$;
    CREATE TRIGGER frozen_list_stays BEFORE UPDATE OR DELETE ON reports_frozenlist
    FOR EACH ROW EXECUTE FUNCTION frozen_list_refuse()
"""


def install(schema_editor) -> None:
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    schema_editor.execute(SQLITE if is_sqlite else POSTGRESQL)


def remove(schema_editor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER frozen_list_no_update")
    else:
        schema_editor.execute("DROP FUNCTION frozen_list_refuse() CASCADE")
