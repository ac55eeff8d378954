"""How the weekly report puts numbers, places and days into words (domain rules §6)."""

import datetime as dt
from collections.abc import Mapping

from yanliang.periods import SHANGHAI

#: So many places are named one by one; of more, the first and the last few, or the first and how many.
NAMED, ENDS = 10, 3
FLAT = "与上周持平"
ORDINALS = "一二三四五六七八九十"


def sentence(*clauses: str) -> str:
    """The clauses that say something, as one sentence."""
    return f"{'，'.join(filter(None, clauses))}。"


def clause(text: str) -> str:
    """What a person wrote, to be put inside a sentence: without white space around it or a stop behind it."""
    return text.strip().rstrip("。；;.")


def listed(parts: Mapping[str, int], noun: str, unit: str = "户") -> str:
    """“关山街道 300 户、北屯街道 20 户”; of many places the first ten and how many there are."""
    told = "、".join(f"{name} {number:,} {unit}" for name, number in list(parts.items())[:NAMED])
    return f"{told}，等 {len(parts)} 个{noun}" if len(parts) > NAMED else told


def change(difference: int | None, unit: str) -> str:
    """“较上周减少 12 件” of what may go up and down; nothing where there is no week before."""
    if difference is None:
        return ""
    if not difference:
        return FLAT
    return f"较上周{'增加' if difference > 0 else '减少'} {abs(difference):,} {unit}"


def day_in_words(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"


def moment_in_words(moment: dt.datetime) -> str:
    """“2020年6月11日12时”, with the minutes where there are any."""
    local = moment.astimezone(SHANGHAI)
    minutes = f"{local.minute}分" if local.minute else ""
    return f"{local.year}年{local.month}月{local.day}日{local.hour}时{minutes}"
