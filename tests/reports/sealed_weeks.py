"""Submissions and reports of a week as they stand in the store, for the tests of what is made of them."""

import datetime as dt

from reports.enums import DistrictState, WeekState
from reports.models import AnnexLayout, DistrictReport, DistrictWeek, OfficeWeek, Submission
from reports.sealing import digest_of, packed
from tests.factories import StaffFactory
from yanliang.periods import SHANGHAI, cut_off

THURSDAY = dt.date(2020, 4, 9)
SEALED_AT = dt.datetime(2020, 4, 9, 10, 5, tzinfo=SHANGHAI)


def layout() -> AnnexLayout:
    return AnnexLayout.objects.newest() or AnnexLayout.objects.create(
        number=1, columns=[], valid_from=dt.date(2020, 3, 25), saved_at=SEALED_AT
    )


def office_lead(region_id: str):
    return StaffFactory(
        username=f"lead_{region_id}", full_name="刘主任", role="office_lead", region_id=region_id
    )


def submission(region_id: str = "610114007", *, revision: int = 1) -> Submission:
    """The office's submission number `revision`, the newest of its week."""
    week, _ = OfficeWeek.objects.update_or_create(
        region_id=region_id,
        thursday=THURSDAY,
        defaults={"state": WeekState.SUBMITTED, "revision": revision},
    )
    content = {"office": region_id, "revision": revision}
    return Submission.objects.create(
        week=week,
        region_id=region_id,
        thursday=THURSDAY,
        revision=revision,
        receipt=f"YL-20200409-{region_id[6:]}-{revision}",
        due_at=cut_off(THURSDAY),
        submitted_at=SEALED_AT,
        submitted_by=office_lead(region_id),
        responsible_name="刘主任",
        responsible_post="主任",
        reason="" if revision == 1 else "漏报一户",
        household_count=3,
        layout=layout(),
        content=packed(content),
        sha256=digest_of(content),
    )


def district_report(*, revision: int = 1) -> DistrictReport:
    """The district's report number `revision`, the newest of its week, locked."""
    week, _ = DistrictWeek.objects.update_or_create(
        region_id="610114",
        thursday=THURSDAY,
        defaults={"state": DistrictState.LOCKED, "revision": revision},
    )
    content = {"district": "610114", "revision": revision}
    return DistrictReport.objects.create(
        week=week,
        region_id="610114",
        thursday=THURSDAY,
        revision=revision,
        reason="" if revision == 1 else "北屯街道重报",
        layout=layout(),
        locked_by=StaffFactory(
            username="locker", full_name="王局", role="bureau_lead", region_id="610114"
        ),
        locked_at=SEALED_AT,
        content=packed(content),
        sha256=digest_of(content),
    )
