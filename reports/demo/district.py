"""Writes the made-up district: office by office, in bulk, in one transaction."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from random import Random

from django.db import connection, transaction
from django.db.models import CharField, Model, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast as CastTo
from django.db.models.functions import Concat

from households.enums import EventKind, Stage
from households.models import (
    Household,
    HouseholdChange,
    HouseholdClass,
    Identity,
    PastSummary,
    Region,
    SafetyEvent,
)
from inspections.examination import Checklist
from inspections.models import (
    Appraisal,
    Inspection,
    InspectionDraft,
    InspectionPhoto,
    Photo,
    Ruling,
)
from rectification.models import Acceptance, Funding, OtherHousing, Renovation, SubsidyPayment
from reports.demo import cast, drafts, monitoring, photos, signatures
from reports.demo.album import draw_album
from reports.demo.appraisals import Desk
from reports.demo.chronicle import Chronicle
from reports.demo.classes import Classes
from reports.demo.filings import Filings
from reports.demo.national import Helping
from reports.demo.papers import draw_papers
from reports.demo.people import People
from reports.demo.problems import Ledger, name_all_leaders
from reports.demo.supervision import Supervision
from reports.demo.villages import Setting, Village, village_sizes
from reports.demo.weeks import Weeks
from reports.demo.writing import insert
from yanliang.audit.trail import record
from yanliang.periods import campaign, end_of

FULL, SMALL = 45_000, 3_000
#: A Thursday well inside the campaign: visits are nearly done, every later stage has households.
UNTIL = dt.date(2020, 5, 21)
SEED = 20200325


@dataclass(frozen=True)
class Plan:
    """How many households, until the end of which day the story goes, and what chance starts from."""

    households: int = FULL
    until: dt.date = UNTIL
    seed: int = SEED


def build(plan: Plan, report: Callable[[str], None] = lambda line: None) -> None:
    """Make the district in an empty register that has its reference data; `report` gets a line for each office.

    Raises ValidationError when an account of the demo's name belongs to somebody else.
    """
    with transaction.atomic():
        company = cast.engage()
        draw_papers()
        draw_album()
        setting = Setting(
            cast=company,
            classes=Classes(in_force(plan.until)),
            checklist=Checklist.current(),
            people=People(),
            end=end_of(plan.until),
            seed=plan.seed,
        )
        desk = Desk(company, setting.end)
        helping = Helping(plan.seed)
        villages = list(Region.objects.villages())
        helping.name_secretaries(villages)
        name_all_leaders(company, plan.seed)
        sizes = village_sizes(villages, plan.households, plan.seed)
        for office in Region.objects.offices():
            told = [
                chronicle
                for village in villages
                if village.code.startswith(office.code)
                for chronicle in Village(village, sizes[village.code], setting).chronicles()
            ]
            entered = helping.help(told)
            written = write(told, desk) | {"国家系统编号": entered}
            drawn = photos.draw(told, Random(f"{plan.seed}/photos/{office.code}"))
            Photo.objects.bulk_create(photo for photo, _ in drawn)
            InspectionPhoto.objects.bulk_create(chain.from_iterable(links for _, links in drawn))
            written |= Filings(told, setting.end).save()
            begun = drafts.begin(told, Random(f"{plan.seed}/drafts/{office.code}"), setting)
            InspectionDraft.objects.bulk_create(begun)
            written |= {"照片": len(drawn), "草稿": len(begun)}
            record(
                "demo_loaded",
                office,
                after={"截至": plan.until, "种子": plan.seed, **written},
                reason=cast.REASON,
            )
            report(f"{office.short_name}：{written['农户']:,} 户，核查 {written['核查']:,} 份")
        name_sources()
        answered = signatures.answer_for_all(villages, company, plan.seed)
        signed = signatures.sign_some(company)
        report(f"四清清单：责任人 {answered:,} 份，签字 {signed:,} 次")
        visits, found = Supervision(company, plan.until, plan.seed).write()
        report(f"督导检查：{visits} 次，发现问题 {found} 个")
        watched = monitoring.write_duties(plan.seed)
        found = Ledger(company, plan.seed, plan.until, plan.households).write()
        report(f"问题台账：{found} 个")
        doubts = monitoring.report_doubts(company, plan.seed, plan.until)
        exposed = monitoring.look_after_storm(company, plan.until)
        report(f"长效机制：监测责任 {watched} 份，监测报告 {doubts} 份，灾后复查 {exposed} 户")
        # The Thursdays read all of it: without statistics PostgreSQL takes ten times as long over them, and SQLite may
        # take another index than the covering one, then and later.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        submitted, forwarded = Weeks(company, plan.until, plan.seed).write()
        report(f"每周上报：街办上报 {submitted} 次，转报市局 {forwarded} 周")


def in_force(day: dt.date) -> QuerySet:
    """The classes of the scheme that is in force on `day`."""
    day = max(day, campaign().start)
    classes = HouseholdClass.objects.filter(valid_from__lte=day).exclude(valid_to__lt=day)
    return classes.select_related("scheme")


def write(told: Iterable[Chronicle], desk: Desk) -> dict[str, int]:
    """Save the stories of one office, parents before children; the number of rows of each kind by its name."""
    told = list(told)
    inspections = [each for chronicle in told for each in chronicle.inspections]
    appraisals, rulings = list(desk.appraisals(told)), list(desk.rulings(told))
    insert(Household, [chronicle.household for chronicle in told])
    written = {
        "农户": len(told),
        "身份": insert(Identity, parts(told, "identities")),
        "增减": insert(HouseholdChange, parts(told, "changes")),
    }
    works = list(parts(told, "works"))
    written["改造"] = insert(Renovation, [each.renovation for each in works])
    insert(SubsidyPayment, chain.from_iterable(each.payments for each in works))
    insert(Funding, chain.from_iterable(each.funding for each in works))
    for each in works:
        for event in each.events:
            event.source = f"{Renovation._meta.label_lower}:{each.renovation.pk}"
    for chronicle in told:
        for change, event in chronicle.caused:
            event.source = f"{change._meta.label_lower}:{change.pk}"
    written["安全事项"] = insert(SafetyEvent, parts(told, "events"))
    for is_correction in (False, True):
        # What is replaced comes before what replaces it.
        insert(Inspection, [each for each in inspections if bool(each.replaces) == is_correction])
    insert(PastSummary, parts(told, "past"))
    insert(Acceptance, chain.from_iterable(each.acceptances for each in works))
    OtherHousing.objects.bulk_create(parts(told, "housing"))
    for is_correction in (False, True):
        rows = [each for each in appraisals if bool(each.replaces) == is_correction]
        Appraisal.objects.bulk_create(rows, batch_size=500)
    insert(Ruling, rulings)
    return written | {
        "核查": len(inspections),
        "鉴定": len(appraisals),
        "审定": len(rulings),
    }


def parts(told: Iterable[Chronicle], name: str) -> Iterator[Model]:
    return chain.from_iterable(getattr(chronicle, name) for chronicle in told)


def name_sources() -> None:
    """Write into each event that has its record after it which one that is, in one statement each."""
    for model, kind in (
        (Inspection, EventKind.INSPECTED),
        (Appraisal, EventKind.APPRAISED),
        (OtherHousing, EventKind.SECURED),
    ):
        behind = model.objects.filter(event=OuterRef("pk")).order_by()
        key = Subquery(behind.annotate(key=CastTo("pk", CharField())).values("key"))
        SafetyEvent.objects.filter(kind=kind, source="").update(
            source=Concat(Value(f"{model._meta.label_lower}:"), key)
        )


def by_stage() -> dict[str, int]:
    """Households by the Chinese name of their stage, in the order of the way to 清零."""
    stages = list(Household.objects.order_by().values_list("stage", flat=True))
    return {stage.label: number for stage in Stage if (number := stages.count(stage))}
