"""Annex 2's columns as data: the shipped version is the table of the rules, and none counts a household twice."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from households.models import Region
from reports.annex2.columns import COLUMN, COLUMNS, MEASURES, CountColumn, figures_of
from reports.annex2.faces import notes_of, table_of, villages_table
from reports.annex2.identities import IDENTITIES
from reports.annex2.layouts import (
    Layout,
    LayoutColumn,
    Terms,
    faults,
    layout_of,
    layout_on,
    load_annex_layout,
    shipped_layout,
)
from reports.annex2.sheet import sheet_of
from reports.counts import Counts
from reports.models import AnnexLayout
from reports.reachable import reachable_summaries
from tests.factories import HouseholdFactory, happen
from yanliang.periods import campaign

DISTRICT, GUANSHAN, BEITUN, VILLAGE = "610114", "610114007", "610114005", "610114007200"


def figures(*summaries):
    return figures_of(Counts([(VILLAGE, 1, *summary, 1) for summary in summaries]))


def column(number=1, label="甲", group="组", hint="", terms=("households",), whole=None):
    return LayoutColumn(
        number, label, group, hint, Terms.from_plain(terms), whole and Terms.from_plain(whole)
    )


class TestShipped:
    def test_is_the_table_of_the_rules(self):
        layout = shipped_layout()
        assert [(each.number, each.label, each.group) for each in layout.columns] == [
            (each.number, each.label, each.group) for each in COLUMNS
        ]
        assert [layout.hint_of(each) for each in layout.columns] == [each.hint for each in COLUMNS]
        assert [each.measure for each in layout.columns] == [each.key for each in COLUMNS]
        assert faults(layout.columns) == []

    def test_counts_what_the_measures_count(self):
        for summary in reachable_summaries():
            found = figures(summary)
            for each in shipped_layout().columns:
                assert each.value(found) == COLUMN[each.number].value(found)
        for each in shipped_layout().columns:
            if not each.is_rate:
                assert each.summaries == COLUMN[each.number].summaries

    def test_is_loaded_once_and_comes_back_as_it_was(self, reference):
        assert load_annex_layout() == 1
        version = AnnexLayout.objects.get()
        assert layout_of(version) == shipped_layout()
        assert version.valid_from == campaign().start
        assert version.saved_by is None

    def test_stands_in_where_none_was_loaded(self, monkeypatch):
        nothing = "reports.models.annex.AnnexLayoutQuerySet.in_force_on"
        monkeypatch.setattr(nothing, lambda self, day: None)
        assert layout_on(None) == shipped_layout()


sums = st.builds(
    Terms,
    st.lists(st.sampled_from(list(MEASURES)), max_size=4, unique=True).map(tuple),
    st.lists(st.sampled_from(list(MEASURES)), max_size=3, unique=True).map(tuple),
)
registers = st.lists(st.sampled_from(reachable_summaries()), max_size=30)


@given(terms=sums, register=registers)
def test_a_figure_of_an_accepted_layout_is_the_number_of_its_households(terms, register):
    each = LayoutColumn(1, "甲", "组", "", terms)
    accepted = not faults([each])
    if accepted:
        listed = sum(summary in each.summaries for summary in register)
        assert each.value(figures(*register)) == listed
    weights = {each.value(figures(summary)) for summary in reachable_summaries()}
    assert accepted == (weights in ({0, 1}, {1}))


@given(terms=sums)
def test_a_sum_comes_back_from_plain_values(terms):
    assert Terms.from_plain(terms.as_plain()) == terms


class TestRefused:
    @pytest.mark.parametrize(
        ("columns", "sentence"),
        [
            ([], "至少要有一栏"),
            ([column(), column(1, "乙")], "栏号 1 用了 2 次"),
            ([column(), column(2)], "“组”组里栏目名“甲”用了 2 次"),
            (
                [column(), column(2, "乙", "他组"), column(3, "丙")],
                "“组”这一组的各栏没有排在一起",
            ),
            ([column(label="")], "第 1 栏没有栏目名"),
            ([column(group="")], "第 1 栏“甲”没有写属于哪一组"),
            ([column(terms=())], "第 1 栏“甲”没有选计入哪些户"),
            ([column(whole=())], "第 1 栏“甲”的分母没有选计入哪些户"),
            ([column(terms=(), whole=("safe",))], "第 1 栏“甲”的分子没有选计入哪些户"),
            ([column(hint="〔乙〕减丙")], "口径提到〔乙〕，表里没有这一栏"),
        ],
    )
    def test_what_cannot_be_read(self, columns, sentence):
        assert any(sentence in fault for fault in faults(columns))

    @pytest.mark.parametrize(
        ("terms", "sentence"),
        [
            (("checked", "safe"), "会把同一户计几次：“已排查”、“住房安全”有相同的户"),
            (("checked", "-exempt"), "减去的户没有全部加上：“无需排查”里有未计入的户"),
            (("checked", "-checked"), "一户也不计"),
        ],
    )
    def test_what_counts_a_household_other_than_once(self, terms, sentence):
        (fault,) = faults([column(terms=terms)])
        assert sentence in fault
        assert any(sentence in fault for fault in faults([column(terms=terms, whole=["safe"])]))
        assert any(sentence in fault for fault in faults([column(whole=terms)]))

    def test_what_is_no_measure_is_not_read(self):
        with pytest.raises(KeyError, match="nobody"):
            Terms.from_plain(["checked", "-nobody"])

    def test_one_label_may_stand_in_two_groups(self):
        assert faults([column(), column(2, group="他组")]) == []


@pytest.fixture
def short(reference):
    """Version 2 from 1 May 2020: fewer columns, other names, another order, a sum and a rate of its own."""
    layout = Layout(
        2,
        (
            column(1, "还没查的户", "进度", "〔应查户〕里没查的", ["unchecked"]),
            column(2, "应查户", "进度", "登记的减去不用查的", ["households", "-exempt"]),
            column(3, "已改完", "结果", "验收合格或另有住处", ["accepted", "secured"]),
            column(4, "清零率", "结果", "〔住房安全〕以〔应查户〕为分母", ["safe"], ["to_check"]),
            column(5, "住房安全", "结果", "", ["safe"]),
        ),
        dt.date(2020, 5, 1),
    )
    AnnexLayout.objects.create(
        number=2,
        columns=layout.as_plain(),
        valid_from=layout.valid_from,
        saved_at=dt.datetime(2020, 4, 30, 1, tzinfo=dt.UTC),
    )
    assert faults(layout.columns) == []
    return layout


class TestInForce:
    def test_a_day_has_the_version_in_force_then(self, short):
        assert layout_on(None) == short
        assert layout_on(dt.date(2020, 5, 1)) == short
        assert layout_on(dt.date(2020, 4, 30)) == shipped_layout()
        assert layout_on(dt.date(2020, 3, 1)) == shipped_layout()

    def test_one_query(self, short, django_assert_num_queries):
        with django_assert_num_queries(1):
            layout_on(dt.date(2020, 4, 30))

    def test_rows_head_and_notes_follow_it(self, short):
        happen(HouseholdFactory(), "inspected:safe")
        HouseholdFactory()
        happen(HouseholdFactory(), "exempted")
        sheet = sheet_of(Region.objects.get(code=DISTRICT))
        table = table_of(sheet, sheet.sections[0])
        assert [leaf.label for leaf in table.leaves[1:]] == [each.label for each in short.columns]
        assert [group.label for group in table.columns[1:]] == ["进度", "结果"]
        assert table.leaves[1].hint == "2里没查的"
        total = table.rows[-1]
        values = [total.cell(str(number)).value for number in range(1, 6)]
        assert values[:3] + values[4:] == [1, 2, 0, 1]
        assert str(values[3]) == "0.5000"
        assert total.cell("4").href == ""
        assert total.cell("2").href.endswith("&column=2")
        before = sheet_of(Region.objects.get(code=DISTRICT), dt.date(2020, 4, 30))
        assert len(table_of(before, before.sections[0]).leaves) == 24
        assert "本表为第 2 版式样" in table.notes[-1]

    def test_only_identities_that_can_be_seen_are_printed_all_are_checked(self, short):
        assert "勾稽关系：合计等于" in notes_of(short)[-2]
        assert all(not each.is_shown_in(short) for each in IDENTITIES)
        cleared = next(each for each in IDENTITIES if each.right == (22, 23))
        wrong = dataclasses.replace(figures(), households={**figures().households, 3: 4})
        assert cleared.sentence(wrong, short) == (
            "应排查=住房安全+未清零 不成立：应排查为 4，住房安全＋未清零为 0"
        )

    def test_identities_bear_the_numbers_of_the_layout(self):
        renumbered = Layout(
            2,
            tuple(
                dataclasses.replace(each, number=each.number + 100, label=f"{each.label}户")
                for each in shipped_layout().columns
            ),
            dt.date(2020, 5, 1),
        )
        identity = IDENTITIES[0]
        assert identity.name_in(renumbered) == "101=102+103"
        wrong = dataclasses.replace(figures(), households={**figures().households, 1: 4})
        assert identity.sentence(wrong, renumbered).startswith(
            "101=102+103 不成立：农户总数户为 4，无需排查户＋应排查户为 0"
        )


class TestMissing:
    @pytest.fixture
    def sheet(self, reference):
        happen(HouseholdFactory(region_id=VILLAGE), "inspected:safe")
        HouseholdFactory(region_id="610114005200")
        return sheet_of(Region.objects.get(code=DISTRICT))

    def offices(self):
        offices = Region.objects.offices()
        return [(office, list(office.children.all())) for office in offices]

    def test_who_did_not_report_has_no_figures_and_is_not_in_the_total(self, sheet):
        sheet = dataclasses.replace(
            sheet, missing=frozenset({GUANSHAN}), stand_ins=frozenset({BEITUN})
        )
        table = table_of(sheet, sheet.sections[0])
        rows = {row.key: row for row in table.rows}
        cells = [rows[GUANSHAN].cell(str(each.number)) for each in COLUMNS]
        assert {(cell.value, cell.flag, cell.href) for cell in cells} == {("未报", "muted", "")}
        assert rows[GUANSHAN].cell("place").value == "关山街道"
        assert rows[BEITUN].cell("place").value == "北屯街道（台账数）"
        assert rows[DISTRICT].cell("place").value == "合计（不含关山街道）"
        assert rows[DISTRICT].cell("1").value == 1
        assert table.checks == ()

    def test_several_are_joined(self, sheet):
        both = dataclasses.replace(sheet, missing=frozenset({GUANSHAN, BEITUN}))
        assert both.total_name == "合计（不含北屯街道、关山街道）"

    def test_villages_stand_under_the_sum_of_their_office(self, sheet):
        table = villages_table(sheet, sheet.sections[0], self.offices())
        rows = {row.key: row for row in table.rows}
        assert len(table.rows) == 7 + 105 + 1
        assert [rows[code].kind for code in (GUANSHAN, VILLAGE, DISTRICT)] == [
            "subtotal",
            "detail",
            "total",
        ]
        assert [rows[code].cell("1").value for code in (GUANSHAN, VILLAGE, DISTRICT)] == [1, 1, 2]
        assert rows[VILLAGE].level == 1
        ordered = [row.key for row in table.rows]
        assert ordered.index(GUANSHAN) < ordered.index(VILLAGE)
        assert not any(cell.href for row in table.rows for cell in row.cells.values())

    def test_a_missing_office_is_one_row_among_the_villages(self, sheet):
        sheet = dataclasses.replace(sheet, missing=frozenset({GUANSHAN}))
        table = villages_table(sheet, sheet.sections[0], self.offices())
        (row,) = [row for row in table.rows if row.key.startswith(GUANSHAN)]
        assert row.cell("1").value == "未报"
        assert table.rows[-1].cell("place").value == "合计（不含关山街道）"

    def test_an_office_opens_to_its_own_villages(self, sheet):
        office = sheet_of(Region.objects.get(code=GUANSHAN))
        table = villages_table(office, office.sections[0], [(office.region, office.places)])
        assert [row.kind for row in table.rows] == ["detail"] * len(office.places) + ["total"]
        assert table.rows[-1].cell("1").value == 1


class Sealed:
    def place(self, region, section):
        return f"/sealed/{region}/{section}/"

    def figure(self, region, section, column):
        return f"/sealed/{region}/{section}/{column}/" if column > 1 else ""


def test_cells_lead_where_the_addresses_say(reference):
    sheet = sheet_of(Region.objects.get(code=DISTRICT))
    table = table_of(sheet, sheet.sections[0], addresses=Sealed())
    row = next(row for row in table.rows if row.key == GUANSHAN)
    assert row.cell("place").href == f"/sealed/{GUANSHAN}/all/"
    assert [row.cell(str(each.number)).href for each in COLUMNS if isinstance(each, CountColumn)][
        :2
    ] == ["", f"/sealed/{GUANSHAN}/all/2/"]


def test_a_measure_away_from_its_table_mentions_no_column_numbers():
    assert COLUMN[6].hint == "应排查户中尚未完成入户核查的农户（3－4）"
    assert COLUMN[6].meaning == "应排查户中尚未完成入户核查的农户"
    assert COLUMN[5].meaning.startswith("已排查除以应排查，保留两位小数")
    assert not any(str(number) in COLUMN[16].meaning for number in range(1, 24))
