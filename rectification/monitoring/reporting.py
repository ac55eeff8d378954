"""Reports of doubtful houses by the four teams, and what the office makes of each (domain rules §5)."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.events import lock_household
from households.forms import LATITUDES, LONGITUDES
from households.models import Household
from inspections import warning
from inspections.enums import WarningSource
from inspections.models import Photo
from rectification.enums import EvidenceKind, ProblemSource, ReportState, Team
from rectification.models import MonitoringReport, ProblemKind, ReportPhoto
from rectification.problems.proving import copy_photo
from rectification.problems.raising import Draft, raise_problem
from rectification.problems.rights import covers
from yanliang.accounts.permissions import may_answer_report, may_report_doubt
from yanliang.audit.trail import record
from yanliang.periods import now, today
from yanliang.workflow import lock


@dataclass(frozen=True)
class Doubt:
    """What somebody of a team saw at a house; the place is WGS-84 in degrees, both or neither."""

    team: Team
    reporter: str
    seen_on: dt.date
    description: str
    longitude: Decimal | None = None
    latitude: Decimal | None = None


def faults(doubt: Doubt) -> dict[str, list[str]]:
    """What is wrong with the report, as sentences by field."""
    found = {}
    if not doubt.reporter.strip():
        found["reporter"] = ["请填写报告人姓名。"]
    if not doubt.description.strip():
        found["description"] = ["请写明看到的情况：哪个部位、什么样、多严重。"]
    if doubt.seen_on > today():
        found["seen_on"] = ["发现日期不能晚于今天。"]
    if (doubt.longitude is None) != (doubt.latitude is None):
        missing = "longitude" if doubt.longitude is None else "latitude"
        found[missing] = ["经度、纬度要么都填，要么都不填。"]
    elif doubt.longitude is not None:
        for field, value, (low, high) in (
            ("longitude", doubt.longitude, LONGITUDES),
            ("latitude", doubt.latitude, LATITUDES),
        ):
            if not low <= value <= high:
                found[field] = [f"超出了国内的范围（{low}–{high} 度），请核对经度、纬度是否填反。"]
    return found


def file_report(
    household_pk: int, doubt: Doubt, photos: Iterable[Photo] = (), *, by
) -> MonitoringReport:
    """Keep a report about the household; `photos` are its own. The same report sent again is the one that is there.

    Raises PermissionDenied without the right or outside the person's region, ValidationError by field.
    """
    with transaction.atomic():
        household = lock_household(household_pk)
        if not (may_report_doubt(by) and covers(by, household.region_id)):
            raise PermissionDenied("监测报告由本村、本街办登记。")
        return enter(household, doubt, photos, by=by)


def enter(household: Household, doubt: Doubt, photos: Iterable[Photo], *, by) -> MonitoringReport:
    """The same about a locked household, by somebody who may."""
    if found := faults(doubt):
        raise ValidationError(found)
    said = {
        "team": doubt.team,
        "reporter": doubt.reporter.strip(),
        "seen_on": doubt.seen_on,
        "description": doubt.description.strip(),
    }
    waiting = household.monitoring_reports.waiting()
    if same := waiting.filter(**said, reported_by=by).first():
        return same
    report = MonitoringReport(
        household=household,
        longitude=doubt.longitude,
        latitude=doubt.latitude,
        reported_by=by,
        reported_at=now(),
        **said,
    )
    report.full_clean(exclude=["household", "reported_by"])
    report.save()
    photos = dict.fromkeys(photos)
    ReportPhoto.objects.bulk_create(ReportPhoto(report=report, photo=each) for each in photos)
    record(
        "report_filed",
        report,
        by=by,
        after={
            "监测人员": f"{report.get_team_display()}{report.reporter}",
            "发现日期": f"{report.seen_on}",
            "情况": report.description,
            "照片": len(photos),
        },
    )
    return report


def photos_of(report: MonitoringReport) -> list[Photo]:
    return [link.photo for link in report.photo_links.select_related("photo")]


def may_answer(staff, report: MonitoringReport) -> bool:
    return may_answer_report(staff) and covers(staff, report.household.region_id)


def answer_obstacles(report: MonitoringReport) -> list[str]:
    """Why the report cannot be answered now; empty when it can."""
    if report.state == ReportState.OPEN:
        return []
    return [
        f"这份报告已由{report.answered_by}处置：{report.get_state_display()}。不能再次处置，"
        "如有新情况请另行报告。"
    ]


def settle(
    pk: int,
    state: ReportState,
    explanation: str,
    *,
    by,
    follow: Callable[[MonitoringReport], None] = lambda report: None,
) -> MonitoringReport:
    """Answer a waiting report and do what follows from it, all or nothing.

    Raises PermissionDenied without the right, ValidationError for a report that has an answer.
    """
    with transaction.atomic():
        household = lock_household(MonitoringReport.objects.get(pk=pk).household_id)
        report = lock(MonitoringReport(pk=pk))
        report.household = household
        if not may_answer(by, report):
            raise PermissionDenied("监测报告由街办负责人或区局处置。")
        if missing := answer_obstacles(report):
            raise ValidationError(missing)
        follow(report)
        report.state, report.answer = state, explanation.strip()
        report.answered_by, report.answered_at = by, now()
        report.save()
        record(
            "report_answered",
            report,
            by=by,
            before={"状态": ReportState.OPEN.label},
            after={"状态": state.label, "处置说明": report.answer},
        )
    return report


def answer_warned(pk: int, explanation: str, *, by) -> MonitoringReport:
    """登记新险情: the household goes back to 疑似不安全, with the report's photos.

    Raises as `settle`, and as `inspections.warning.warn` for a household that is not safe.
    """

    def warn(report: MonitoringReport) -> None:
        is_after_disaster = report.disaster_checks.exists()
        warning.warn(
            report.household,
            by=by,
            source=WarningSource.DISASTER if is_after_disaster else WarningSource.MONITORING,
            description=report.description,
            found_on=report.seen_on,
            photos=photos_of(report),
        )

    said = explanation.strip() or "已登记新险情，报区局组织鉴定。"
    return settle(pk, ReportState.WARNED, said, by=by, follow=warn)


def problem_kinds():
    """What a report can become in the ledger: kinds that people judge, not the register."""
    return ProblemKind.objects.filter(is_active=True, fact="")


def answer_problem(pk: int, kind: ProblemKind, explanation: str, *, by) -> MonitoringReport:
    """登记为问题: enters the ledger with the report's photos as 整改前照片. Raises as `settle` and `raise_problem`."""

    def enter_ledger(report: MonitoringReport) -> None:
        report.problem = raise_problem(
            Draft(
                region_id=report.household.region_id,
                household=report.household,
                source=ProblemSource.SELF,
                kind=kind,
                description=report.description,
                found_on=report.seen_on,
            ),
            by=by,
        )
        for photo in photos_of(report):
            copy_photo(
                report.problem, EvidenceKind.BEFORE, photo, taken_at=report.reported_at, by=by
            )

    said = explanation.strip() or f"已登记为问题：{kind}。"
    return settle(pk, ReportState.PROBLEM, said, by=by, follow=enter_ledger)


def answer_sound(pk: int, explanation: str, *, by) -> MonitoringReport:
    """查看后无险情: somebody has looked and says why there is no danger. Raises as `settle`."""
    if not explanation.strip():
        raise ValidationError("请说明查看的情况：谁、何时、看到什么，为什么没有险情。")
    return settle(pk, ReportState.SOUND, explanation, by=by)
