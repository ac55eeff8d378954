"""A roster's way in, preview and commit together, against reading the sheet and inserting the same rows plainly."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.core.files import File
from django.db import connection, transaction
from django.db.models import Max
from python_calamine import CalamineWorkbook

from households.models import Household, Region, RosterImport
from households.roster.importing import confirm, run, upload_roster
from tests.benchmarks.measuring import Comparison
from yanliang.accounts.models import Staff

OFFICE, RECORDER = "610114007", "guanshan"
ROSTER = Path(__file__).parents[1] / "imports" / "rosters" / "关山街道农户花名册.xlsx"


@contextmanager
def rolled_back() -> Iterator[None]:
    """Whatever is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def preview_and_commit() -> RosterImport:
    staff = Staff.objects.get(username=RECORDER)
    with ROSTER.open("rb") as source:
        previewed = upload_roster(
            File(source, name=ROSTER.name), Region.objects.get(pk=OFFICE), staff
        )
    return run(confirm(previewed, staff), staff)


def imported_rows() -> tuple[list[str], list[tuple]]:
    """Columns and values of the households that the import adds, as they stand in the table."""
    columns = [field.column for field in Household._meta.concrete_fields if not field.primary_key]
    with rolled_back():
        last = Household.objects.aggregate(last=Max("pk"))["last"]
        preview_and_commit()
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {quoted(columns)} FROM households_household WHERE id > %s", [last]
            )
            return columns, cursor.fetchall()


def quoted(columns: Sequence[str]) -> str:
    return ", ".join(map(connection.ops.quote_name, columns))


def plain_insert(columns: Sequence[str], rows: Sequence[tuple]) -> Callable[[], None]:
    """The quickest insert that the database's driver has, prepared."""
    statement = f"INSERT INTO households_household ({quoted(columns)}) VALUES "

    def insert() -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                from psycopg2.extras import execute_values

                execute_values(cursor.cursor, f"{statement} %s", rows, page_size=1000)
            else:
                cursor.executemany(f"{statement} ({', '.join(['%s'] * len(columns))})", rows)

    return insert


def comparisons() -> Iterator[Comparison]:
    insert = plain_insert(*imported_rows())

    def read_and_insert() -> None:
        workbook = CalamineWorkbook.from_path(str(ROSTER))
        for name in workbook.sheet_names:
            workbook.get_sheet_by_name(name).to_python()
        insert()

    yield Comparison(
        "花名册 9,856 行：预览＋导入",
        subject=preview_and_commit,
        reference=read_and_insert,
        ratio=4,
        rounds=5,
        around=rolled_back,
    )
