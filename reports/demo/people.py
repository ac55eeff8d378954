"""Made-up householders: names as they are in Guanzhong villages, numbers that belong to nobody."""

import datetime as dt
from random import Random

from households.roster.resident_id import check_character

#: No county has this code, so no number of the demo is a living person's, nor one of a real roster.
COUNTY = "610190"
#: No carrier gives out 154: nobody's telephone rings.
CARRIER = "154"

COMMON_SURNAMES = "王张李刘杨田赵马孙冯樊代苏房康付郭周高雷屈孟靳秦何吴郑任邰井"
#: The second halves of these are read in two ways: the search box must find them by both.
RARE_SURNAMES = "单曾仇解查盖翟折种员缪朴"
MALE = "军民建国平强志勇社虎栓锁宏伟战胜利怀忠学文长海根生新年宝红孝义振华永安养民"
FEMALE = "芳兰秀英玉梅爱莲桂花淑琴凤霞彩云巧玲会侠改香粉绒月娥亚丽小娟"
OLDEST, YOUNGEST = dt.date(1931, 1, 1), dt.date(1996, 12, 31)


class People:
    """Draws householders; never the same ID number twice."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def head(self, rng: Random) -> dict[str, str]:
        """Name, ID number and telephone of a head of household, as fields of `Household`."""
        is_male = rng.random() < 0.86
        surnames = RARE_SURNAMES if rng.random() < 0.04 else COMMON_SURNAMES
        # The first surnames of the list are the commonest.
        surname = surnames[int(len(surnames) * rng.random() ** 1.6)]
        given = MALE if is_male else FEMALE
        length = 1 if rng.random() < 0.3 else 2
        return {
            "head_name": surname + "".join(rng.choices(given, k=length)),
            "id_number": self.id_number(rng, is_male),
            "phone": f"{CARRIER}{rng.randrange(10**8):08}" if rng.random() < 0.93 else "",
        }

    def id_number(self, rng: Random, is_male: bool) -> str:
        """A number with valid birth date and check character; odd serials are men's."""
        days = (YOUNGEST - OLDEST).days
        while True:
            # The mean of two draws: most householders are of middle age.
            born = OLDEST + dt.timedelta(days=(rng.randrange(days) + rng.randrange(days)) // 2)
            serial = 2 * rng.randrange(500) + is_male
            body = f"{COUNTY}{born:%Y%m%d}{serial:03}"
            if body not in self._taken:
                self._taken.add(body)
                return body + check_character(body)
