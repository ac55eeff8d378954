"""The column tree, the header layout and the words that people read."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tables.samples import sample_table
from yanliang.tables.table import Cell, Column, Row, Table, display


@st.composite
def column_trees(draw):
    """Up to four columns or groups, up to four levels deep, every key its own."""
    serial = iter(range(10_000))

    def column(depth):
        key = str(next(serial))
        width = draw(st.integers(0, 3)) if depth < 4 else 0
        children = tuple(column(depth + 1) for _ in range(width))
        return Column(key, f"栏{key}", children=children)

    return tuple(column(1) for _ in range(draw(st.integers(1, 4))))


@settings(max_examples=60, deadline=None)
@given(column_trees())
def test_header_cells_cover_the_grid_exactly_once(columns):
    table = Table("表", columns, [])

    covered = [
        (cell.line + down, cell.position + across)
        for line in table.header_lines
        for cell in line
        for down in range(cell.rowspan)
        for across in range(cell.colspan)
    ]

    grid = {(line, at) for line in range(table.depth) for at in range(len(table.leaves))}
    assert len(covered) == len(grid)
    assert set(covered) == grid


@settings(max_examples=60, deadline=None)
@given(column_trees())
def test_every_leaf_reaches_the_figures_and_stands_over_its_own(columns):
    table = Table("表", columns, [])

    bottoms = {
        cell.position: cell.column.key
        for line in table.header_lines
        for cell in line
        if cell.line + cell.rowspan == table.depth
    }

    assert [bottoms[at] for at in range(len(table.leaves))] == [leaf.key for leaf in table.leaves]


@pytest.mark.parametrize(
    ("value", "kind", "read"),
    [
        (None, "int", "—"),
        ("", "text", "—"),
        (0, "int", "0"),
        (1234567, "int", "1,234,567"),
        (Decimal("0.98125"), "percent", "98.13%"),
        (Decimal(1) / 3, "percent", "33.33%"),
        (0.29, "percent", "29.00%"),
        (Decimal("1234.565"), "decimal", "1,234.57"),
        (date(2020, 6, 24), "date", "2020-06-24"),
        (610114007200, "code", "610114007200"),
        ("未报", "int", "未报"),
    ],
)
def test_values_read_as_on_paper(value, kind, read):
    assert display(value, kind) == read


def test_a_key_left_out_prints_a_dash():
    row = Row({"name": "关山街道"})

    assert row.cell("total") == Cell(None)


def test_two_columns_of_one_key_are_refused():
    with pytest.raises(ValueError, match="keys of their own"):
        Table("表", (Column("a", "甲"), Column("a", "乙")), [])


def test_a_cell_without_a_column_is_refused():
    with pytest.raises(ValueError, match="totl"):
        sample_table(rows=[Row({"totl": 1})])


@pytest.mark.parametrize("href", ["javascript:alert(1)", "https://example.com/", "//example.com/"])
def test_a_link_that_leaves_the_program_is_refused(href):
    with pytest.raises(ValueError, match="inside the program"):
        Cell(1, href=href)


@pytest.mark.parametrize(
    ("checks", "sentence"),
    [
        (None, ""),
        ((), "勾稽关系核对无误"),
        (("1＝2＋3 不成立", "4＝7＋8 不成立"), "有 2 条勾稽关系不成立："),
    ],
)
def test_check_sentence(checks, sentence):
    assert sample_table(checks=checks).check_sentence == sentence
