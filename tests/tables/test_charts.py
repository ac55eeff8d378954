"""Charts are well-formed, clean under the CSP, and say what they show."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanliang.tables.charts import Series, bar_chart, line_chart, sparkline

SVG = "{http://www.w3.org/2000/svg}"
WEEKS = ["6月4日", "6月11日", "6月18日", "6月24日"]
LONG = "阎良国家航空高技术产业基地管理委员会综合办事处"

CHARTS = {
    "line": line_chart(
        "排查率 <走势>",
        WEEKS,
        [Series("全区", [90, None, 97.5, 100]), Series("低保户", [None] * 4, "grey")],
        unit="%",
        y_max=100,
    ),
    "line of one point": line_chart("走势", ["6月4日"], [Series("全区", [3])], unit="户"),
    "line of zeros": line_chart("走势", WEEKS, [Series("全区", [0, 0, 0, 0])], unit="户"),
    "line of nothing": line_chart("走势", [], [], unit="户"),
    "bars": bar_chart("排查率", ["关山街道", LONG], [Decimal("98.5"), None], unit="%", target=95),
    "bars of zeros": bar_chart("未清零", ["关山街道", "北屯街道"], [0, 0], unit="户"),
    "grouped bars": bar_chart(
        "未清零",
        ["关山街道"],
        [Series("本周", [5]), Series("上周", [None], "light")],
        unit="户",
    ),
    "bars of nothing": bar_chart("未清零", [], [], unit="户"),
    "sparkline": sparkline([1, None, 3, 2]),
    "sparkline of one": sparkline([1]),
    "sparkline of nothing": sparkline([]),
}


def texts(svg):
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("svg", CHARTS.values(), ids=CHARTS.keys())
def test_clean_under_the_content_security_policy(svg):
    root = ElementTree.fromstring(svg)

    for element in root.iter():
        assert element.tag not in (f"{SVG}script", f"{SVG}style", f"{SVG}foreignObject")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
        assert not [name for name in element.attrib if name.endswith("href")]


@pytest.mark.parametrize("svg", CHARTS.values(), ids=CHARTS.keys())
def test_told_to_those_who_cannot_see_it(svg):
    root = ElementTree.fromstring(svg)

    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text
    assert root[1].tag == f"{SVG}desc"
    assert root[1].text


@pytest.mark.parametrize("svg", CHARTS.values(), ids=CHARTS.keys())
def test_nothing_is_drawn_outside_or_nowhere(svg):
    root = ElementTree.fromstring(svg)
    width, height = float(root.get("width")), float(root.get("height"))

    for element in root.iter():
        for name in ("x", "x1", "x2", "cx"):
            assert 0 <= float(element.get(name, 0)) <= width
        for name in ("y", "y1", "y2", "cy"):
            assert 0 <= float(element.get(name, 0)) <= height
    assert "nan" not in svg


def test_a_gap_breaks_the_line_and_is_told_as_a_dash():
    svg = line_chart("走势", WEEKS, [Series("全区", [1, 2, None, 4])], unit="户")

    root = ElementTree.fromstring(svg)
    lines = [line.get("points").split() for line in root.iter(f"{SVG}polyline")]
    assert [len(points) for points in lines] == [2]
    assert len(list(root.iter(f"{SVG}circle"))) == 3
    assert "6月18日 —" in root[1].text


def test_bars_are_in_proportion_and_carry_their_figures():
    svg = bar_chart("未清零", ["甲", "乙", "丙"], [1000, 250, None], unit="户")

    widths = [float(bar.get("width")) for bar in ElementTree.fromstring(svg).iter(f"{SVG}rect")]
    assert len(widths) == 2
    assert widths[0] == pytest.approx(4 * widths[1], rel=0.01)
    assert {"1,000", "250", "—"} <= set(texts(svg))


def test_a_target_is_named():
    assert "目标 95.00%" in texts(CHARTS["bars"])


def test_a_long_name_is_broken_and_told_in_full():
    assert LONG in ElementTree.fromstring(CHARTS["bars"])[1].text
    assert LONG not in texts(CHARTS["bars"])
    assert LONG in "".join(text for text in texts(CHARTS["bars"]))


def test_whole_numbers_have_whole_ticks():
    svg = line_chart("走势", WEEKS, [Series("全区", [0, 1, 2, 2])], unit="户")

    ticks = [text for text in texts(svg) if re.fullmatch(r"[\d.]+", text)]
    assert ticks == ["0", "1", "2"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=8))
def test_labels_at_the_line_ends_never_touch(ends):
    series = [Series(f"系列{number}", [0, end]) for number, end in enumerate(ends)]

    root = ElementTree.fromstring(line_chart("走势", ["上周", "本周"], series, unit="户"))

    heights = sorted(
        float(text.get("y")) for text in root.iter(f"{SVG}text") if text.text.startswith("系列")
    )
    assert len(heights) == len(ends)
    assert all(after - before >= 15.9 for before, after in zip(heights, heights[1:], strict=False))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 60))
def test_dates_under_the_axis_never_touch_and_end_with_the_last(weeks):
    labels = [f"{week}月24日" for week in range(10, 10 + weeks)]

    root = ElementTree.fromstring(
        line_chart("走势", labels, [Series("全区", [1] * weeks)], unit="户")
    )

    places = {t.text: float(t.get("x")) for t in root.iter(f"{SVG}text") if t.text in labels}
    assert labels[-1] in places
    ordered = sorted(places.values())
    # “10月24日” is 2 Chinese and 4 narrow characters wide.
    assert all(after - before > 57 for before, after in zip(ordered, ordered[1:], strict=False))


def test_values_and_labels_must_match():
    with pytest.raises(ValueError, match="3 values for 4 labels"):
        line_chart("走势", WEEKS, [Series("全区", [1, 2, 3])], unit="户")
