"""Facts of renovations: the subsidy, the old house, the papers."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from rectification.documents import missing
from rectification.enums import DocumentKind, RenovationState
from rectification.models import Renovation, RenovationDocument
from rectification.models.renovations import SUBSIDY_DAYS
from rectification.problems.facts.finding import Finding, Places, of_households


def subsidy_unpaid(day: dt.date, among: Places = None) -> Iterator[Finding]:
    rows = (
        of_households(Renovation.objects.subsidy_due(day), among)
        .order_by("household_id", "pk")
        .values_list("household__region_id", "household_id", "acceptances__accepted_on")
    )
    for (region_id, household_id), works in by_household(rows):
        days = "、".join(f"{accepted_on}" for _, _, accepted_on in works)
        yield Finding(
            region_id, household_id, f"{days} 验收合格，已满 {SUBSIDY_DAYS} 天，补助资金未发清。"
        )


def old_house_standing(day: dt.date, among: Places = None) -> Iterator[Finding]:
    rows = (
        of_households(Renovation.objects.old_house_standing(), among)
        .order_by("household_id", "pk")
        .values_list("household__region_id", "household_id", "started_on")
    )
    for (region_id, household_id), works in by_household(rows):
        _, _, started_on = next(works)
        yield Finding(region_id, household_id, f"新房 {started_on} 开工，旧房至今未登记拆除。")


def documents_missing(day: dt.date, among: Places = None) -> Iterator[Finding]:
    """The papers of accepted renovations; the voucher is asked for once there has been a payment in full."""
    papers = RenovationDocument.objects.standing().filter(
        renovation__state=RenovationState.ACCEPTED
    )
    filed = defaultdict(set)
    for renovation_id, kind in of_households(papers, among, "renovation__household").values_list(
        "renovation_id", "kind"
    ):
        filed[renovation_id].add(kind)
    rows = (
        of_households(Renovation.objects.filter(state=RenovationState.ACCEPTED), among)
        .order_by("household_id", "pk")
        .values_list("household__region_id", "household_id", "pk", "mode", "subsidy_paid_on")
    )
    for (region_id, household_id), works in by_household(rows):
        lacking = {
            kind: None
            for _, _, pk, mode, paid_on in works
            for kind in missing(mode, filed.get(pk, ()))
            if paid_on or kind != DocumentKind.PAYMENT
        }
        if lacking:
            names = "、".join(kind.label for kind in lacking)
            yield Finding(region_id, household_id, f"改造已验收合格，档案缺：{names}。")


def by_household(rows) -> Iterator[tuple[tuple[str, int], Iterator[tuple]]]:
    """`rows` that begin with region and household, in the order of households, one group for each."""
    return groupby(rows.iterator(), key=itemgetter(0, 1))
