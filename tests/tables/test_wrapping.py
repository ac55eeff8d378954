"""Lines of text: nothing lost, nothing too wide, and no line that typesetters would not allow."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanliang.tables.wrapping import CLOSING, OPENING, balanced, wrapped

TEXTS = st.text(alphabet="东山墙裂缝檩条，。、（）《》“”：3mA12.-/ \n", max_size=60)


def width(text):
    return sum(0.5 if char.isascii() else 1 for char in text)


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("", 4, [""]),
        ("东山墙", 3, ["东山墙"]),
        ("东山墙裂缝", 3, ["东山墙", "裂缝"]),
        ("东山墙，裂缝", 3, ["东山", "墙，裂", "缝"]),
        ("东山（墙裂）缝", 3, ["东山", "（墙", "裂）缝"]),
        ("裂缝宽2020-05-31止", 6, ["裂缝宽", "2020-05-31止"]),
        ("见 http://a.b/c", 3, ["见 htt", "p://a.", "b/c"]),
        ("第一行\n\n第三行", 9, ["第一行", "", "第三行"]),
        ("东山", 0.4, ["东", "山"]),
        ("疑似不安全!", 5, ["疑似不安", "全!"]),
    ],
)
def test_lines(text, room, lines):
    assert wrapped(text, width, room) == lines


@settings(max_examples=300)
@given(TEXTS, st.integers(1, 12))
def test_nothing_is_lost_and_nothing_is_too_wide(text, room):
    lines = wrapped(text, width, room)

    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= room for line in lines)


@settings(max_examples=300)
@given(
    st.text(alphabet="东山墙裂缝，。、（）《》", max_size=60).filter(
        # Several marks in a row may leave a narrow line no choice.
        lambda text: (
            not any(
                a in OPENING + CLOSING and b in OPENING + CLOSING
                for a, b in zip(text, text[1:], strict=False)
            )
        )
    )
)
def test_no_line_begins_or_ends_with_the_wrong_mark(text):
    lines = wrapped(text, width, 5)

    assert all(line[0] not in CLOSING for line in lines[1:])
    assert all(line[-1] not in OPENING for line in lines[:-1])


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("家庭人口", 3, ["家庭", "人口"]),
        ("建筑面积（㎡）", 6, ["建筑面积", "（㎡）"]),
        ("姓名", 3, ["姓名"]),
        ("", 3, [""]),
    ],
)
def test_balanced_lines(text, room, lines):
    assert balanced(text, width, room) == lines


@given(TEXTS, st.integers(1, 12))
def test_balanced_lines_are_as_few_and_say_the_same(text, room):
    lines = balanced(text, width, room)

    assert len(lines) == len(wrapped(text, width, room))
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= room for line in lines)
