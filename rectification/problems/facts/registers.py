"""Facts of the register: who is not in the national system, and who stands in it twice."""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from django.db.models.functions import Substr

from households.models import Household
from rectification.problems.facts.finding import Finding, Places, of_households

#: After so many days without an entry in the national system, a safe household is a problem (reading).
NATIONAL_DAYS = 15


def not_in_national_system(day: dt.date, among: Places = None) -> Iterator[Finding]:
    since = dt.timedelta(days=NATIONAL_DAYS)
    found = of_households(Household.objects.to_enter(), among, "pk")
    rows = found.filter(summary_since__date__lt=day - since).order_by("pk")
    for region_id, household_id in rows.values_list("region_id", "pk").iterator():
        yield Finding(
            region_id,
            household_id,
            f"住房已安全超过 {NATIONAL_DAYS} 天，未录入国家住房安全排查鉴定信息系统。",
        )


def same_person(day: dt.date, among: Places = None) -> Iterator[Finding]:
    """The same name and date of birth twice in a village, the exempt left out (reading).

    No ID number stands twice in the register, so who was entered twice has one that was mistyped or changed.
    """
    households = Household.objects.to_check()
    if among is not None:
        households = households.filter(
            region__in=Household.objects.filter(pk__in=among).values("region")
        )
    rows = (
        households.annotate(born_on=Substr("id_number", 7, 8))
        .order_by("region_id", "head_name", "born_on", "code")
        .values_list("region_id", "head_name", "born_on", "pk", "code")
    )
    for (region_id, *_), group in groupby(rows.iterator(), key=itemgetter(0, 1, 2)):
        same = [(pk, code) for *_, pk, code in group]
        for pk, own in same if len(same) > 1 else ():
            if among is None or pk in among:
                others = "、".join(code for _, code in same if code != own)
                yield Finding(
                    region_id,
                    pk,
                    f"与本村户编号 {others} 的户主姓名、出生日期相同，疑似同一人登记两户。",
                )
