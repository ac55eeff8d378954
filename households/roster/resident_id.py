"""Resident ID numbers (GB 11643-1999): 17 digits and a check character, with the birth date inside.

The county code is deliberately not tested: it is younger than many holders of the number (domain rules §8).
"""

from datetime import date
from functools import lru_cache

from stdnum.iso7064 import mod_11_2

LENGTH = 18
EARLIEST_BIRTH_YEAR = 1900


def fault(number: str, today: date) -> str:
    """What is wrong with an ID number written in ASCII with upper-case X, in Chinese; "" when it is valid."""
    if len(number) == 15 and number.isascii() and number.isdigit():
        return "是 15 位旧号码，应改填 18 位身份证号"
    if len(number) != LENGTH:
        return f"应为 18 位，现有 {len(number)} 位，应核对原件"
    if not (number.isascii() and number[:17].isdigit()):
        return "前 17 位应全是数字，应核对原件"
    if not (number[17].isdigit() or number[17] == "X"):
        return "第 18 位应是数字或 X，应核对原件"
    born = _date(number[6:14])
    if born is None or born.year < EARLIEST_BIRTH_YEAR:
        return f"第 7–14 位“{number[6:14]}”不是有效的出生日期，应核对原件"
    if born > today:
        return f"第 7–14 位“{number[6:14]}”是未来的日期，应核对原件"
    if mod_11_2.checksum(number) != 1:
        return "第 18 位校验码不对，应核对原件"
    return ""


def is_valid(number: str, today: date) -> bool:
    """Whether check character and birth date of a cleaned number are right."""
    return not fault(number, today)


def birth_date(number: str) -> date | None:
    """The birth date in digits 7–14, or None when they are no date."""
    return _date(number[6:14])


@lru_cache(maxsize=65_536)
def _date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def check_character(first_17_digits: str) -> str:
    """The 18th character that belongs to 17 digits."""
    return mod_11_2.calc_check_digit(first_17_digits)
