"""Cleaning single cells: pure functions from a raw value to a clean one, or a `CellFault`.

What is cleaned silently and what is refused: domain rules §8. An empty cell gives None or "".
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from .reader import UNCACHED_FORMULA, CellValue
from .resident_id import LENGTH as ID_LENGTH
from .resident_id import fault as id_fault

POPULATION_RANGE = (1, 30)
AREA_RANGE = (Decimal(5), Decimal(2000))
"""Floor area in ㎡."""
EARLIEST_YEAR = 1900
STOREYS_RANGE = (1, 20)
BAYS_RANGE = (1, 60)
REMARK_LENGTH = 200
CERTIFICATE_LENGTH = 40
GROUP_LENGTH = 20

UNKNOWN_STRUCTURE = "QT"

# Written where there is nothing to write.
_PLACEHOLDERS = frozenset(
    {"无", "暂无", "不详", "未知", "空", "-", "--", "—", "——", "/", "\\", "."}
)
_SPACES = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_NAME = re.compile(f"[{_HAN}][{_HAN}·]{{0,18}}[{_HAN}]")
_DOTS = str.maketrans("•・．‧∙●.", "·······")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+?1[4-9]")
_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,40}")
_CHINESE_NUMBER = re.compile(r"[零〇一二两三四五六七八九十百]+")
_CHINESE_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_AREA_UNIT = re.compile(r"(?:㎡|m2|m²|平方米|平米|平方|平|米2)$", re.IGNORECASE)
_COUNT_UNIT = re.compile(r"(?:口人|人|口|层半|层|间|孔|个)$")
_YEAR = re.compile(r"(\d{4})(?:年代?|年?\D.*)?")
_MOBILE = re.compile(r"(?:\+?86-?)?(1[3-9]\d{9})")
_LANDLINE = re.compile(r"(0\d{2,3})-?(\d{7,8})")
_PHONE_BREAK = re.compile(r"[,，、;；/\\|\s或]+")
_DAY_ONE = date(1899, 12, 30)
"""Day 0 of Excel's calendar."""

_STRUCTURES = {
    "TM": "土木 土 土坯 土墙 生土 土房 土坯房 土墙房 夯土",
    "ZTH": "砖土混杂 混杂 砖土 土砖 砖土混合 砖土混 土砖混杂",
    "ZM": "砖木 木砖 砖瓦 砖木瓦 砖瓦房",
    "ZH": "砖混 混砖 砖砼 砖混凝土 砖混房 砖混楼",
    "KJ": "框架 框混 框剪 剪力墙 钢筋混凝土 钢混 钢砼 混凝土 框架房",
    "MJ": "木结构 木 木架 木构 木房 全木",
    "SM": "石木 石 石头 石砌 石墙 石房",
    "YD": "窑洞 窑 土窑 砖窑 石窑 土窑洞 砖窑洞 石窑洞",
    "QG": "轻钢 轻钢龙骨 彩钢 彩钢房 彩钢板 钢 钢构 轻钢房",
    "QT": "其他 其它 其他结构",
}
STRUCTURE_CODES = {
    alias: code for code, aliases in _STRUCTURES.items() for alias in (code, *aliases.split())
}


class CellFault(NamedTuple):
    """Why a value was not taken: a code of domain rules §8 and a Chinese sentence."""

    code: str
    sentence: str


def compact(value: CellValue) -> str:
    """The value as text without any space, full-width forms made half-width (compatibility normal form)."""
    return _compact_text(value if isinstance(value, str) else as_text(value))


@lru_cache(maxsize=65_536)
def _compact_text(text: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).lstrip("'`‘’")


def as_text(value: CellValue) -> str:
    """The value as a person would type it: 3.0 → “3”, a date as 2020-03-26."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)


def is_blank(value: CellValue) -> bool:
    """Whether a cell holds nothing, spaces, or a placeholder such as 无 or /."""
    return value == "" or (isinstance(value, str) and _is_blank_text(value))


@lru_cache(maxsize=65_536)
def _is_blank_text(text: str) -> bool:
    text = compact(text)
    return not text or text in _PLACEHOLDERS


def shown(value: CellValue, limit: int = 20) -> str:
    """The value for use inside a sentence."""
    text = as_text(value).strip()
    return text if len(text) <= limit else text[:limit] + "…"


def head_name(value: CellValue) -> str | CellFault:
    """A householder's name: 2–20 Han characters and ·."""
    if isinstance(value, str) and _NAME.fullmatch(value) and value not in _PLACEHOLDERS:
        return value
    if is_blank(value):
        return CellFault("name_required", "户主姓名为空，应填写")
    # Not `compact`: normal forms would exchange rare characters of names.
    name = _SPACES.sub("", as_text(value)).translate(_DOTS)
    if value == UNCACHED_FORMULA:
        return CellFault("name_invalid", f"户主姓名{_FORMULA_ADVICE}")
    if not _NAME.fullmatch(name):
        return CellFault(
            "name_invalid", f"户主姓名“{shown(value)}”应为 2–20 个汉字，不能有其他字符，应改正"
        )
    return name


def helper_name(value: CellValue) -> str | CellFault:
    """The name of a 帮扶干部, by the rules of a householder's; "" when empty."""
    if is_blank(value):
        return ""
    name = head_name(value)
    if isinstance(name, CellFault):
        return CellFault(
            "helper_invalid",
            f"帮扶干部“{shown(value)}”不是一个人的姓名（2–20 个汉字），已留空，应补填",
        )
    return name


def reference(value: CellValue) -> str | CellFault:
    """The number that the national system gave: 1–40 letters, digits and “-”; "" when empty."""
    if is_blank(value):
        return ""
    text = compact(value)
    is_number = isinstance(value, float | int) and not isinstance(value, bool)
    if (is_number and abs(value) >= 1e15) or _SCIENTIFIC.fullmatch(text):
        return CellFault(
            "reference_numeric",
            "国家系统编号按数字保存，末几位已丢失，应先把单元格设为文本，再重新填写",
        )
    if not _REFERENCE.fullmatch(text):
        return CellFault(
            "reference_invalid",
            f"国家系统编号“{shown(value)}”不对，应为 1–40 个字母、数字或“-”",
        )
    return text


_FORMULA_ADVICE = "是公式且没有保存结果，应在 Excel 中打开文件、保存一次后再上传"


def id_number(value: CellValue, today: date) -> str | CellFault:
    """A resident ID number of 18 characters."""
    if isinstance(value, str) and len(value) == ID_LENGTH and not id_fault(value, today):
        return value
    if is_blank(value):
        return CellFault("id_required", "身份证号为空，应填写 18 位身份证号")
    if value == UNCACHED_FORMULA:
        return CellFault("id_invalid", f"身份证号{_FORMULA_ADVICE}")
    if isinstance(value, float | int) and not isinstance(value, bool) and abs(value) >= 1e15:
        return _ID_NUMERIC
    number = compact(value).upper()
    if _SCIENTIFIC.fullmatch(number):
        return _ID_NUMERIC
    wrong = id_fault(number, today)
    return CellFault("id_invalid", f"身份证号{wrong}") if wrong else number


_ID_NUMERIC = CellFault(
    "id_numeric", "身份证号按数字保存，末几位已丢失，应先把单元格设为文本，再按原件重新填写"
)


def chinese_number(text: str) -> int | None:
    """“8” → 8, “八” → 8, “十二” → 12, “二十一” → 21; None for anything else or longer."""
    if len(text) <= 5 and text.isascii() and text.isdigit():
        return int(text)
    if len(text) > 5 or not _CHINESE_NUMBER.fullmatch(text):
        return None
    if not any(unit in text for unit in "十百"):
        return int("".join(str(_CHINESE_DIGITS[c]) for c in text))
    total, digit = 0, None
    for character in text:
        if character in "十百":
            total += (1 if digit is None else digit) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _CHINESE_DIGITS[character]
    return total + (digit or 0)


def _count(value: CellValue) -> int | None:
    """A whole number with or without its unit (“4人”, “2层”, “三间”), or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value) if float(value).is_integer() else None
    text = compact(value)
    text = _COUNT_UNIT.sub("", text)
    if _NUMBER.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() else None
    return chinese_number(text)


@lru_cache(maxsize=4096, typed=True)
def population(value: CellValue) -> int | CellFault:
    """Number of people in the household, 1–30."""
    low, high = POPULATION_RANGE
    if is_blank(value):
        return CellFault("population_invalid", "家庭人口为空，应填写 1–30 的整数")
    count = _count(value)
    if count is None or not low <= count <= high:
        return CellFault("population_invalid", f"家庭人口“{shown(value)}”不对，应填写 1–30 的整数")
    return count


@lru_cache(maxsize=16_384, typed=True)
def floor_area(value: CellValue) -> Decimal | None | CellFault:
    """Floor area in ㎡ with two decimals, 5–2,000."""
    if is_blank(value):
        return None
    low, high = AREA_RANGE
    text = _AREA_UNIT.sub("", compact(value)).removeprefix("约").replace(",", "")
    if not isinstance(value, bool | date) and _NUMBER.fullmatch(text):
        area = Decimal(text)
        if low <= area <= high:
            return area.quantize(Decimal("0.01"))
    return CellFault("area_invalid", f"建筑面积“{shown(value)}”不对，应填写 5–2000 之间的平方米数")


@lru_cache(maxsize=16_384, typed=True)
def built_year(value: CellValue, this_year: int) -> int | None | CellFault:
    """The year a house was built, 1900 to this year; the year of a date cell."""
    if is_blank(value):
        return None
    year: int | None = None
    if isinstance(value, date):
        year = value.year
        # 1998 typed into a cell that is formatted as a date is day 1998, which shows as 1905-06-20.
        serial = ((value.date() if isinstance(value, datetime) else value) - _DAY_ONE) // timedelta(
            1
        )
        if EARLIEST_YEAR <= serial <= this_year:
            year = serial
    elif isinstance(value, str):
        found = _YEAR.fullmatch(compact(value))
        if found:
            year = int(found[1])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        year = int(value) if float(value).is_integer() else None
    if year is None or not EARLIEST_YEAR <= year <= this_year:
        return CellFault(
            "year_invalid",
            f"建成年份“{shown(value)}”不对，应填写 {EARLIEST_YEAR}–{this_year} 之间的四位年份",
        )
    return year


def phone(value: CellValue) -> str | CellFault:
    """The first usable phone number of a cell: a mobile, or a landline with its area code; "" when empty."""
    if isinstance(value, str) and len(value) == 11 and value.isascii() and _MOBILE.fullmatch(value):
        return value
    if is_blank(value):
        return ""
    text = unicodedata.normalize("NFKC", as_text(value))
    for part in (compact(text), *_PHONE_BREAK.split(text)):
        mobile = _MOBILE.fullmatch(part.replace("-", ""))
        if mobile:
            return mobile[1]
        landline = _LANDLINE.fullmatch(part.replace("(", "").replace(")", "-"))
        if landline:
            return f"{landline[1]}-{landline[2]}"
    return CellFault(
        "phone_invalid", f"联系电话“{shown(value)}”不是手机号或带区号的座机号，已留空，应补填"
    )


@lru_cache(maxsize=4096, typed=True)
def structure(value: CellValue) -> str | CellFault:
    """The code of a structure type (domain rules §3); "" when empty."""
    if is_blank(value):
        return ""
    text = compact(value)
    bare = text.removesuffix("房屋").removesuffix("结构")
    code = STRUCTURE_CODES.get(text.upper()) or STRUCTURE_CODES.get(bare)
    if code is None:
        return CellFault(
            "structure_unknown", f"房屋结构“{shown(value)}”不在规定的类型中，已记为“其他”，应核实"
        )
    return code


@lru_cache(maxsize=4096, typed=True)
def storeys(value: CellValue) -> int | None | CellFault:
    """Number of storeys, 1–20."""
    if is_blank(value):
        return None
    if value in ("平房", "单层"):
        return 1
    return _optional_count(value, STOREYS_RANGE, "层数", "storeys_invalid")


@lru_cache(maxsize=4096, typed=True)
def bays(value: CellValue) -> int | None | CellFault:
    """Number of bays (间), 1–60."""
    if is_blank(value):
        return None
    return _optional_count(value, BAYS_RANGE, "间数", "bays_invalid")


def _optional_count(
    value: CellValue, allowed: tuple[int, int], label: str, code: str
) -> int | CellFault:
    count = _count(value)
    low, high = allowed
    if count is None or not low <= count <= high:
        return CellFault(code, f"{label}“{shown(value)}”不是 {low}–{high} 的整数，已留空，应补填")
    return count


@lru_cache(maxsize=4096, typed=True)
def group(value: CellValue) -> str:
    """A village group in one spelling: 8, 8组, 八组, 第八组, 8村民小组 → 8组; other names as they are."""
    if is_blank(value):
        return ""
    text = compact(value)
    bare = text.removeprefix("第")
    for ending in ("村民小组", "小组", "村民组", "生产队", "组", "队"):
        if bare.endswith(ending):
            bare = bare.removesuffix(ending)
            break
    number = chinese_number(bare)
    return (text if number is None else f"{number}组")[:GROUP_LENGTH]


def free_text(value: CellValue, length: int = REMARK_LENGTH) -> str:
    """Text as written, cut to `length` characters."""
    return "" if value == "" else as_text(value).strip()[:length]
