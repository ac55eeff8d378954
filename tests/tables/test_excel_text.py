"""Texts stay texts in a workbook, and sheets get names that Excel takes."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from tests.tables.samples import sample_table
from yanliang.tables.excel import sheet_name, workbook_bytes
from yanliang.tables.table import Column, DocumentProperties, Fact, Row, Table

DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "#N/A", "=“", "\x01=1+1"]


def read_back(*tables):
    content = workbook_bytes(tables, properties=DocumentProperties())
    return load_workbook(BytesIO(content))


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_wherever_it_stands(text):
    kinds = ("text", "int", "percent", "decimal", "date", "code")
    columns = tuple(Column(kind, text, kind) for kind in kinds)
    table = Table(
        text,
        columns,
        [Row(dict.fromkeys(kinds, text))],
        annex_label=text,
        subtitle=text,
        head_facts=(Fact(text, text),),
        signatures=(text,),
        notes=(text,),
        checks=(text,),
        sheet_name=text,
    )

    sheet = read_back(table).active

    cells = [cell for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    shown = text.replace("\x01", "")
    assert sum(cell.value == shown for cell in cells) == 3 + 2 * len(kinds)


def test_an_edited_text_stays_a_text_too():
    sheet = read_back(sample_table()).active

    cell = next(c for line in sheet.iter_rows() for c in line if "HYPERLINK" in str(c.value))
    assert cell.quotePrefix


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(alphabet="表[]:*?/\\' aA𠮷\n", max_size=40), min_size=1, max_size=6))
def test_sheet_names_are_legal_and_each_its_own(wanted):
    taken = []
    for name in wanted:
        taken.append(sheet_name(name, taken=taken))

    assert len({name.casefold() for name in taken}) == len(taken)
    for name in taken:
        assert 1 <= len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\\n")
        assert not name.startswith("'")
        assert not name.endswith("'")
        # openpyxl refuses what Excel would.
        Workbook().create_sheet(name)
