"""Single cells: properties over the whole space of what people type."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from households.roster import cleaning, resident_id
from households.roster.villages import office_short_name, short_names

from .sheets import TODAY

FULL_WIDTH = str.maketrans("0123456789Xx.", "０１２３４５６７８９Ｘｘ．")

birth_dates = st.dates(date(1900, 1, 1), TODAY)
county_codes = st.integers(110000, 659999)


@st.composite
def id_numbers(draw):
    first = f"{draw(county_codes)}{draw(birth_dates):%Y%m%d}{draw(st.integers(0, 999)):03}"
    return first + resident_id.check_character(first)


@st.composite
def spaced(draw, text):
    """The text with spaces of any kind anywhere, some digits full-width, x in any case."""
    characters = [
        draw(st.sampled_from([c, c.translate(FULL_WIDTH), c.lower()])) for c in draw(text)
    ]
    return "".join(
        draw(st.sampled_from(["", "", " ", "　", "\t", "\u200b"])) + c for c in characters
    )


@settings(max_examples=80)
@given(id_numbers())
def test_every_valid_id_is_accepted(number):
    assert cleaning.id_number(number, TODAY) == number
    assert resident_id.birth_date(number).strftime("%Y%m%d") == number[6:14]


@settings(max_examples=80)
@given(id_numbers(), st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_refused(number, position, shift):
    wrong = str((int(number[position]) + shift) % 10)
    changed = number[:position] + wrong + number[position + 1 :]
    assert cleaning.id_number(changed, TODAY).code == "id_invalid"


@settings(max_examples=40)
@given(id_numbers(), st.integers(0, 15))
def test_two_neighbours_exchanged_are_refused(number, position):
    swapped = number[:position] + number[position + 1] + number[position] + number[position + 2 :]
    if swapped != number:
        assert not resident_id.is_valid(swapped, TODAY)


@settings(max_examples=80)
@given(st.data())
def test_id_written_any_way_is_the_same_id(data):
    number = data.draw(id_numbers())
    written = data.draw(spaced(st.just(number)))
    assert cleaning.id_number(written, TODAY) == number


@pytest.mark.parametrize(
    ("number", "part"),
    [
        ("610114900101123", "15 位"),
        ("61011419900101123", "17 位"),
        ("6101141990010112A4", "前 17 位"),
        ("610114199013011234", "出生日期"),
        ("610114189912311234", "出生日期"),
        ("610114202612311234", "未来"),
        ("610114199001011230", "校验码"),
    ],
)
def test_what_is_wrong_with_an_id_is_said(number, part):
    assert part in cleaning.id_number(number, TODAY).sentence


@settings(max_examples=60)
@given(st.data(), st.integers(-5, 40))
def test_population_is_1_to_30_however_written(data, number):
    typed = data.draw(
        st.sampled_from([number, float(number), str(number), f"{number}人", f" {number} 口人"])
    )
    cleaned = cleaning.population(typed)
    assert (cleaned == number) if 1 <= number <= 30 else cleaned.code == "population_invalid"


@settings(max_examples=60)
@given(st.data(), st.decimals(-10, 3000, places=2))
def test_area_is_5_to_2000_however_written(data, area):
    unit = data.draw(st.sampled_from(["", "㎡", "平方米", " m2", "平米"]))
    cleaned = cleaning.floor_area(f"{area}{unit}")
    if Decimal(5) <= area <= Decimal(2000):
        assert cleaned == area
    else:
        assert cleaned.code == "area_invalid"
    as_number = cleaning.floor_area(float(area))
    assert as_number == cleaned or as_number.code == cleaned.code


@settings(max_examples=60)
@given(st.dates(date(1910, 1, 1), date(2026, 11, 23)))
def test_a_year_as_number_text_or_date(day):
    expected = day.year
    for typed in (
        day,
        day.year,
        float(day.year),
        f"{day.year}年",
        f"{day:%Y-%m-%d}",
        f"{day:%Y.%m}",
    ):
        assert cleaning.built_year(typed, TODAY.year) == expected


@settings(max_examples=40)
@given(st.integers(1900, 2026))
def test_a_year_typed_into_a_date_cell(year):
    shown_by_excel = date(1899, 12, 30) + timedelta(days=year)
    assert cleaning.built_year(shown_by_excel, TODAY.year) == year


CHINESE = {
    1: "一",
    8: "八",
    10: "十",
    11: "十一",
    20: "二十",
    25: "二十五",
    100: "一百",
    105: "一百零五",
}


@pytest.mark.parametrize(("number", "text"), CHINESE.items())
def test_groups_in_chinese_numerals(number, text):
    written = (
        text,
        f"{text}组",
        f"第{text}组",
        f"{number}",
        f"第 {number} 村民小组",
        float(number),
    )
    assert {cleaning.group(value) for value in written} == {f"{number}组"}


@settings(max_examples=60)
@given(st.text(max_size=30) | st.floats() | st.integers() | st.booleans() | st.dates())
def test_every_cell_gives_a_value_within_bounds_or_a_fault(value):
    for cleaned, least, most in (
        (cleaning.population(value), 1, 30),
        (cleaning.floor_area(value), 5, 2000),
        (cleaning.built_year(value, TODAY.year), 1900, TODAY.year),
        (cleaning.storeys(value), 1, 20),
        (cleaning.bays(value), 1, 60),
    ):
        assert cleaned is None or is_fault(cleaned) or least <= cleaned <= most
    for cleaned, most in (
        (cleaning.head_name(value), 20),
        (cleaning.id_number(value, TODAY), 18),
        (cleaning.phone(value), 20),
        (cleaning.structure(value), 3),
        (cleaning.group(value), cleaning.GROUP_LENGTH),
        (cleaning.free_text(value), cleaning.REMARK_LENGTH),
    ):
        assert is_fault(cleaned) or (isinstance(cleaned, str) and len(cleaned) <= most)


def is_fault(cleaned):
    """Whether a cell was refused, with a code and a sentence for the person who typed it."""
    return isinstance(cleaned, cleaning.CellFault) and bool(cleaned.code and cleaned.sentence)


def test_long_texts_are_cut():
    assert len(cleaning.free_text("长" * 300)) == cleaning.REMARK_LENGTH


def test_names_of_a_village():
    assert {"关山", "关山村", "关山村委会", "关山村民委员会"} <= short_names("关山村委会")
    assert {"房村", "房村村", "房村村委会", "房村村民委员会", "房村村村民委员会"} <= short_names(
        "房村村委会"
    )
    assert {"永丰", "永丰社区", "永丰居委会", "永丰社区居民委员会"} <= short_names("永丰社区居委会")


def test_names_of_an_office():
    written = ("关山", "关山街道", "关山街办", "关山街道办事处", "关山镇", "阎良区关山街道办")
    assert {office_short_name(name) for name in written} == {"关山"}
