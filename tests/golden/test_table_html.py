"""The table on screen: heads, links, tooltips and the check line, read as a browser would."""

from xml.etree import ElementTree

import pytest

from tests.tables.samples import sample_table
from yanliang.tables.html import render_html
from yanliang.tables.table import Cell, Row


def parsed(table, **options):
    return ElementTree.fromstring(render_html(table, **options))


def all_text(element):
    return " ".join("".join(element.itertext()).split())


def test_header_has_spans_scopes_and_column_numbers():
    head = parsed(sample_table()).find(".//thead")

    lines = [
        [
            (
                next(cell.itertext()),
                cell.get("scope"),
                cell.get("rowspan", "1"),
                cell.get("colspan", "1"),
            )
            for cell in line.findall("th")
        ]
        for line in head.findall("tr")[:2]
    ]
    assert lines == [
        [
            ("填报单位", "col", "2", "1"),
            ("排查", "colgroup", "1", "2"),
            ("其他", "colgroup", "1", "3"),
        ],
        [
            ("农户总数", "col", "1", "1"),
            ("排查率", "col", "1", "1"),
            ("面积", "col", "1", "1"),
            ("日期", "col", "1", "1"),
            ("身份证号", "col", "1", "1"),
        ],
    ]
    assert [cell.text for cell in head.findall("tr")[2]] == [None, "1", "2", None, None, None]


def test_rows_read_as_on_paper():
    body = parsed(sample_table()).find(".//tbody")

    assert [[all_text(cell) for cell in row] for row in body] == [
        ["关山街道", "9,856", "98.13%", "1,234.50", "2020-06-24", "61011419580301004X"],
        [
            "=HYPERLINK(䶮𠮷㐂)",
            "未报 注本周没有上报",
            "—",
            "0.00!需要注意",
            "—",
            "610114195803010047",
        ],
        ["合计", "9,856", "100.00%", "—", "—", "—"],
    ]
    assert all(row[0].tag == "th" and row[0].get("scope") == "row" for row in body)
    assert [row.get("class") for row in body] == [None, None, "tb-total"]
    assert "tb-level-1" in body[0][0].get("class")


def test_a_figure_with_an_address_is_a_link():
    body = parsed(sample_table()).find(".//tbody")

    assert [link.get("href") for link in body.iter("a")] == [
        "/figures/?region=610114007&page=1",
        "/households/?column=1",
    ]


def test_each_hint_describes_a_button_that_the_keyboard_reaches():
    root = parsed(sample_table(), table_id="annex2")
    tips = {tip.get("id"): tip.text for tip in root.iter("span") if tip.get("role") == "tooltip"}
    buttons = [button for button in root.iter("button") if button.get("class") == "tb-hint"]

    said = {button.text: tips[button.get("aria-describedby")] for button in buttons}
    assert said == {
        "农户总数": "登记在册的全部农户",
        "排查率": "已排查÷应排查 <两位小数>",
        "注": "本周没有上报",
    }
    assert len(tips) == len(buttons)


def test_caption_names_the_table_even_without_a_visible_title():
    root = parsed(sample_table(), show_title=False)

    assert root.find(".//h2") is None
    assert all_text(root.find(".//caption")) == "所有农户住房安全排查情况统计表 （全部农户）"


@pytest.mark.parametrize(
    ("checks", "look", "words"),
    [
        ((), "tb-check-ok", "✓ 勾稽关系核对无误"),
        (
            ("1＝2＋3 不成立：关山街道",),
            "tb-check-fail",
            "✗ 有 1 条勾稽关系不成立： 1＝2＋3 不成立：关山街道",
        ),
    ],
)
def test_check_line_says_in_words_what_its_colour_says(checks, look, words):
    root = parsed(sample_table(checks=checks))

    line = next(element for element in root.iter("div") if element.get("role") == "status")
    assert look in line.get("class")
    assert all_text(line) == words


def test_a_table_without_identities_has_no_check_line():
    assert "勾稽" not in render_html(sample_table(checks=None))


def test_markup_in_the_data_is_shown_not_obeyed():
    evil = '<script>alert("1")</script>'
    table = sample_table(
        title=evil,
        notes=(evil,),
        checks=(evil,),
        rows=[Row({"name": evil, "total": Cell(evil, href='/?a="><b>', note=evil)})],
    )

    root = parsed(table)

    assert not list(root.iter("script"))
    assert not list(root.iter("b"))


def test_nothing_that_the_content_security_policy_blocks():
    for element in parsed(sample_table(), show_signatures=True).iter():
        assert element.tag not in ("script", "style")
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]
