"""Databases that live no longer than a measurement."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch_database(folder: Path, name: str) -> Iterator[None]:
    """A migrated database of its own, removed afterwards; the configured one is never touched.

    On SQLite it is a file in `folder`: what stands in memory is quicker than it will ever be.
    """
    from django.db import connection

    connection.settings_dict["TEST"]["NAME"] = (
        str(folder / f"{name}.sqlite3") if connection.vendor == "sqlite" else name
    )
    configured = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(configured, verbosity=0)


def load_reference() -> None:
    """Regions, classes, checklist, problem kinds and Annex 2's layout, as every installation has them."""
    from households.reference import load_classes, load_regions
    from inspections.reference import load_checklist
    from rectification.reference import load_problem_kinds
    from reports.annex2.layouts import load_annex_layout

    load_regions()
    load_classes()
    load_checklist()
    load_problem_kinds()
    load_annex_layout()


def vacuum() -> None:
    """Give PostgreSQL the statistics and the visibility map that autovacuum would make in time."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
