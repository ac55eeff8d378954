"""A table as plain values comes back as it was."""

import datetime as dt
import json

from hypothesis import given
from hypothesis import strategies as st

from tests.tables.samples import sample_table
from yanliang.tables.html import render_html
from yanliang.tables.plain import as_plain, from_plain
from yanliang.tables.table import Cell, Column, Fact, Row, Table, display

words = st.text(max_size=6)
values = st.one_of(
    st.none(),
    words,
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-10, max_value=10**9),
    st.dates(),
)
cells = st.one_of(
    values,
    st.builds(
        Cell,
        values,
        href=st.sampled_from(["", "/households/", "?page=2"]),
        note=words,
        flag=st.sampled_from(["", "warning", "muted"]),
    ),
)


@st.composite
def tables(draw) -> Table:
    """Any table: columns under heads or alone, rows that leave cells out, everything that stands around them."""
    keys = iter(draw(st.lists(words, min_size=1, max_size=6, unique=True)))
    kinds = st.sampled_from(["text", "int", "decimal", "percent", "date", "code"])

    def column(key: str) -> Column:
        return Column(
            key,
            draw(words),
            kind=draw(kinds),
            number=draw(st.one_of(st.none(), st.integers(1, 99))),
            hint=draw(words),
            width=draw(st.integers(0, 40)),
        )

    columns: list[Column] = []
    for key in keys:
        leaf = column(key)
        if columns and draw(st.booleans()):
            head = Column(f"head {key}", draw(words), children=(*columns[-1].leaves, leaf))
            columns[-1] = head
        else:
            columns.append(leaf)
    leaves = [leaf.key for each in columns for leaf in each.leaves]
    rows = st.builds(
        Row,
        st.dictionaries(st.sampled_from(leaves), cells),
        kind=st.sampled_from(["detail", "subtotal", "total"]),
        level=st.integers(0, 3),
        key=words,
    )
    facts = st.builds(Fact, words, words)
    return Table(
        title=draw(words),
        columns=tuple(columns),
        rows=draw(st.lists(rows, max_size=4)),
        annex_label=draw(words),
        subtitle=draw(words),
        head_facts=tuple(draw(st.lists(facts, max_size=2))),
        signatures=tuple(draw(st.lists(st.one_of(words, facts), max_size=3))),
        notes=tuple(draw(st.lists(words, max_size=2))),
        remarks=tuple(draw(st.lists(words, max_size=2))),
        checks=draw(st.one_of(st.none(), st.lists(words, max_size=2).map(tuple))),
        paper=draw(st.sampled_from(["A3 landscape", "A4 landscape", "A4 portrait"])),
        sheet_name=draw(words),
    )


def kept(table: Table) -> Table:
    return from_plain(json.loads(json.dumps(as_plain(table))))


AROUND = (
    *("title", "columns", "annex_label", "subtitle", "head_facts", "notes", "remarks"),
    *("checks", "paper", "sheet_name", "signature_facts", "header_lines", "check_sentence"),
)


@given(table=tables())
def test_any_table_comes_back_but_for_its_links(table):
    again = kept(table)
    assert [getattr(again, name) for name in AROUND] == [getattr(table, name) for name in AROUND]
    for before, after in zip(table.rows, again.rows, strict=True):
        assert (after.kind, after.level, after.key) == (before.kind, before.level, before.key)
        assert after.cells.keys() == before.cells.keys()
        for leaf in table.leaves:
            was, is_now = before.cell(leaf.key), after.cell(leaf.key)
            assert (is_now.value, is_now.note, is_now.flag) == (was.value, was.note, was.flag)
            assert type(is_now.value) is type(was.value)
            assert is_now.href == ""


@given(table=tables())
def test_what_is_kept_twice_is_the_same(table):
    assert as_plain(kept(table)) == as_plain(table)


def test_what_people_read_stays():
    moment = dt.date(2020, 4, 9)
    table = Table("表", (Column("day", "日期", kind="date"),), [Row({"day": moment})])
    (row,) = kept(table).rows
    assert display(row.cell("day").value, "date") == "2020-04-09"


def test_a_kept_table_comes_back_the_same():
    table = sample_table(
        signatures=("填报人", Fact("审核人", "王局")), remarks=("新兴街道未报，合计不含其数字。",)
    )
    plain = json.loads(json.dumps(as_plain(table)))
    again = from_plain(plain)
    assert as_plain(again) == plain
    assert again.signature_facts == (Fact("填报人"), Fact("审核人", "王局"))
    assert again.remarks == table.remarks


def test_remarks_and_names_are_on_screen_too(rf):
    table = sample_table(signatures=(Fact("审核人", "王局"),), remarks=("新兴街道未报。",))
    page = render_html(table, rf.get("/"), show_signatures=True)
    assert "新兴街道未报。" in page
    assert "审核人：王局" in page
