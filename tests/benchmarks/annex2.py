"""Annex 2 of the whole district against the bare query that it stands on."""

from collections.abc import Iterator

from django.db import connection

from households.models import Household, Region
from reports.annex2.exports import exported
from reports.annex2.faces import table_of
from reports.annex2.sheet import sheet_of
from reports.figures import grouped
from tests.benchmarks.measuring import Comparison

INDEX = "household_summary"
BARE = """
    SELECT region_id, household_class_id, verdict, stage, grade, count(*)
    FROM households_household
    GROUP BY region_id, household_class_id, verdict, stage, grade
"""


def district() -> Region:
    return Region.objects.districts().get()


def bare_counts() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(BARE)
        return cursor.fetchall()


def query_plan() -> tuple[str, bool]:
    """The database's plan for the count query of the district, and whether it reads the covering index alone."""
    plan = grouped(Household.objects.within(district().pk)).explain()
    covering = ("USING COVERING INDEX", "Index Only Scan")
    return plan, INDEX in plan and any(words in plan for words in covering)


def comparisons() -> Iterator[Comparison]:
    region = district()
    yield Comparison(
        "附件2 全区数字",
        subject=lambda: sheet_of(region).figures,
        reference=bare_counts,
        ratio=2,
        ceiling=100,
        rounds=31,
    )

    def whole_table() -> None:
        sheet = sheet_of(region)
        for section in sheet.sections:
            table_of(sheet, section)

    yield Comparison("附件2 全部表格及勾稽核对", subject=whole_table, ceiling=100)
    yield Comparison(
        "附件2 PDF", subject=lambda: exported(sheet_of(region), "pdf"), ceiling=1000, rounds=5
    )
    yield Comparison(
        "附件2 Excel", subject=lambda: exported(sheet_of(region), "xlsx"), ceiling=500, rounds=5
    )
