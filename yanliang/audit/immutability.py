"""Triggers that refuse to change the trail, whoever asks: the database itself keeps it append-only."""

SQLITE = {
    operation: f"""
        CREATE TRIGGER audit_entry_no_{operation.lower()} BEFORE {operation} ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END
    """
    for operation in ("UPDATE", "DELETE")
}
POSTGRESQL = """
    CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$;
    CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()
"""


def install(schema_editor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for statement in SQLITE.values():
            schema_editor.execute(statement)
    else:
        schema_editor.execute(POSTGRESQL)


def remove(schema_editor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for operation in SQLITE:
            schema_editor.execute(f"DROP TRIGGER audit_entry_no_{operation.lower()}")
    else:
        schema_editor.execute("DROP FUNCTION audit_entry_refuse() CASCADE")
