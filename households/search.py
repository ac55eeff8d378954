"""One search box: name, pinyin, initials, ID tail, phone tail, group, household code."""

import re
from functools import lru_cache

from django.db.models import CharField, Lookup, Q, QuerySet
from pypinyin import Style, lazy_pinyin, pinyin

#: Surnames whose reading differs from the character's common one: both are searched for.
SURNAME_READINGS = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "查": "zha",
    "盖": "ge",
    "任": "ren",
    "区": "ou",
    "朴": "piao",
    "尉": "yu",
    "乐": "yue",
    "华": "hua",
    "缪": "miao",
    "翟": "zhai",
    "折": "she",
    "种": "chong",
    "员": "yun",
    "召": "shao",
    "秘": "bi",
    "冼": "xian",
    "覃": "qin",
    "繁": "po",
    "黑": "he",
    "万": "wan",
}
GROUP = re.compile(r"(\d{1,2})组?")
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


@CharField.register_lookup
class Prefix(Lookup):
    """`field__prefix="tian"`: begins with, spelt so that each database reads it from the field's index.

    LIKE with an escape never reads an index on SQLite, and a range never reads the right rows on PostgreSQL
    with a linguistic collation.
    """

    lookup_name = "prefix"

    def as_sql(self, compiler, connection):
        column, column_params = self.process_lhs(compiler, connection)
        text = str(self.rhs)
        if connection.vendor == "sqlite":
            return f"({column} >= %s AND {column} < %s)", [
                *column_params,
                text,
                *column_params,
                text + chr(0x10FFFF),
            ]
        escaped = connection.ops.prep_for_like_query(text)
        return f"{column} LIKE %s", [*column_params, f"{escaped}%"]


@lru_cache(maxsize=20_000)
def syllable(character: str) -> str:
    return lazy_pinyin(character)[0]


@lru_cache(maxsize=5_000)
def surname_readings(character: str) -> tuple[str, str]:
    """The two readings to search a surname by: as a surname, and another one (the same where there is none)."""
    readings = pinyin(character, style=Style.NORMAL, heteronym=True)[0]
    first = SURNAME_READINGS.get(character, syllable(character))
    other = syllable(character) if first != syllable(character) else None
    if other is None and character in SURNAME_READINGS:
        other = next((reading for reading in readings if reading != first), first)
    return first, other or first


def search_columns(head_name: str, id_number: str, phone: str) -> dict[str, str]:
    """The stored search keys of a household, as field values of `Household`."""
    if not head_name:
        first = other = ("", "")
    else:
        given = [syllable(character) for character in head_name[1:]]
        first, other = (
            (reading + "".join(given), reading[:1] + "".join(part[:1] for part in given))
            for reading in surname_readings(head_name[0])
        )
    return {
        "given_name": head_name[1:],
        "pinyin": first[0],
        "initials": first[1],
        "pinyin_other": other[0],
        "initials_other": other[1],
        "id_reversed": id_number[::-1],
        "phone_reversed": phone[::-1],
    }


def search(households: QuerySet, text: str) -> QuerySet:
    """The households that `text`, as typed into the one search box, can mean; all of them when it is empty.

    Han characters: name from its first or its second character. Letters: full pinyin or initials. Digits: tail
    of the ID number (4 or more, X allowed) or of the phone, group number (1–2 digits or “8组”), household code.
    """
    text = "".join(text.split()).translate(FULL_WIDTH)
    if not text:
        return households
    if match := GROUP.fullmatch(text):
        # The index by region and group answers this.
        return households.filter(group=f"{int(match[1])}组")
    # A query of its own: beside a range of regions, SQLite would read that range and no search key's index.
    found = households.model.objects.filter(meanings(text)).order_by()
    return households.filter(pk__in=found.values("pk"))


def meanings(text: str) -> Q:
    """What `text`, without spaces and full-width forms and no group, can stand for."""
    if HAN.search(text):
        return Q(head_name__prefix=text) | Q(given_name__prefix=text)
    if text.isascii() and text.isalpha() and text.lower() != "x":
        return any_prefix(("pinyin", "pinyin_other", "initials", "initials_other"), text.lower())
    digits = text.upper()
    condition = Q(code__prefix=digits)
    if len(digits) >= 3:
        condition |= any_prefix(("id_reversed", "phone_reversed"), digits[::-1])
    if len(digits) == 18:
        condition |= Q(id_number=digits)
    return condition


def any_prefix(fields: tuple[str, ...], text: str) -> Q:
    condition = Q()
    for field in fields:
        condition |= Q(**{f"{field}__prefix": text})
    return condition
