"""Triggers that keep rows as they were written, whoever asks."""

from typing import NamedTuple


class FrozenTable(NamedTuple):
    """A table whose rows never change; `prefix` names its triggers.

    On SQLite only changes are refused: a DELETE trigger would break the flush between tests, and protected
    foreign keys keep rows from being deleted there.
    """

    table: str
    prefix: str

    @property
    def sqlite(self) -> str:
        return f"""
            CREATE TRIGGER {self.prefix}_no_update BEFORE UPDATE ON {self.table}
            BEGIN SELECT RAISE(ABORT, '{self.table} is frozen'); END
        """

    @property
    def postgresql(self) -> str:
        return f"""
            CREATE FUNCTION {self.prefix}_refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{self.table} is frozen'; END $$;
            CREATE TRIGGER {self.prefix}_stays BEFORE UPDATE OR DELETE ON {self.table}
            FOR EACH ROW EXECUTE FUNCTION {self.prefix}_refuse()
        """

    def install(self, schema_editor) -> None:
        is_sqlite = schema_editor.connection.vendor == "sqlite"
        schema_editor.execute(self.sqlite if is_sqlite else self.postgresql)

    def remove(self, schema_editor) -> None:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {self.prefix}_no_update")
        else:
            schema_editor.execute(f"DROP FUNCTION {self.prefix}_refuse() CASCADE")
