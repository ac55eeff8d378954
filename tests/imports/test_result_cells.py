"""What a cell of a result is taken for, wherever it was typed."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from households.roster.cleaning import CellFault, compact
from inspections.appraisal import RESULT_FIELDS
from inspections.batch import cells, entry
from inspections.batch.columns import ENTERED


@pytest.mark.parametrize(
    "text",
    [
        "2020-04-02",
        "2020.4.2",
        "2020/4/2",
        "2020年4月2日",
        "２０２０．４．２",
        " 20200402 ",
        "2020年4月2号",
    ],
)
def test_a_day_is_read_however_it_is_written(text):
    assert cells.day(text, "鉴定日期") == dt.date(2020, 4, 2)


@pytest.mark.parametrize(
    "text", ["4.2", "2020.4", "2020-4/2", "20.4.2", "202042", "43923", "2020年4月", "昨天", "True"]
)
def test_a_day_that_is_none_is_refused_with_what_was_typed(text):
    fault = cells.day(text, "鉴定日期")
    assert isinstance(fault, CellFault)
    assert f"鉴定日期“{text}”无法识别" in fault.sentence


def test_a_day_that_no_calendar_has():
    assert "没有这一天" in cells.day("2020-02-30", "鉴定日期").sentence


@settings(max_examples=60, deadline=None)
@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)),
    st.sampled_from(
        ["{0}-{1}-{2}", "{0}.{1}.{2}", "{0}/{1:02}/{2:02}", "{0}年{1}月{2}日", "{0}{1:02}{2:02}"]
    ),
    st.sampled_from(["", " ", "　"]),
)
def test_every_day_in_every_form(day, form, space):
    written = form.format(day.year, day.month, day.day)
    wide = written.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)})
    assert cells.day(space + written + space, "日期") == day
    assert cells.day(wide, "日期") == day


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from("abcd"),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "级", " 级", "級"]),
)
def test_a_grade_is_one_letter_in_any_dress(letter, is_capital, is_wide, ending):
    written = letter.upper() if is_capital else letter
    written = chr(ord(written) + 0xFEE0) if is_wide else written
    expected = letter if ending != "級" else None
    found = cells.component(written + ending, "屋面")
    assert found == expected if expected else isinstance(found, CellFault)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=6))
def test_nothing_else_is_taken_for_a_grade(text):
    found = cells.component(text, "屋面")
    if found and not isinstance(found, CellFault):
        assert compact(text).casefold() in {found, f"{found}级"}


@pytest.mark.parametrize("text", ["ab", "e", "aa", "1", "优", "a、b", "A/B"])
def test_what_is_no_grade(text):
    assert f"“{text}”不对，应填 a、b、c、d 之一" in cells.component(text, "屋面").sentence


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_reading_never_breaks_whatever_is_typed(text):
    values, faults = entry.read_cells({column.name: text for column in ENTERED})
    assert values.keys() == set(RESULT_FIELDS) - {"report"}
    assert all(sentences for sentences in faults.values())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("王建国、李秀英", ["王建国", "李秀英"]),
        ("王建国 李秀英", ["王建国", "李秀英"]),
        ("王 伟", ["王伟"]),
        ("王　伟；李秀英", ["王伟", "李秀英"]),
        ("王建国,王建国", ["王建国"]),
        ("无", []),
        ("", []),
        ("𠮷田、䶮明", ["𠮷田", "䶮明"]),
    ],
)
def test_names(text, found):
    assert cells.names(text, "鉴定人员") == found


def test_a_name_of_letters_is_refused():
    assert "“Wang”不像姓名" in cells.names("王建国、Wang", "鉴定人员").sentence


@pytest.mark.parametrize(
    ("text", "found"),
    [("是", True), ("√", True), ("True", True), ("否", False), ("", False), ("Ｎ", False)],
)
def test_yes_and_no(text, found):
    assert cells.yes_no(text, "场地危险") is found


def test_neither_yes_nor_no():
    assert "应填“是”或“否”" in cells.yes_no("也许", "场地危险").sentence
