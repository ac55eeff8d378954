"""What the database itself refuses, and what stays as it was printed whatever is renamed later."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from households.models import Household, HouseholdClass, Region
from reports.enums import DistrictState, FileFormat, ReviewOutcome, WeekState
from reports.models import (
    AnnexLayout,
    CityWorkbook,
    DistrictReport,
    DistrictWeek,
    Forwarding,
    IssuedFile,
    OfficeWeek,
    Submission,
    SubmissionReview,
)
from reports.sealing import sealed
from reports.thursday.papers import paper_of_report, paper_of_submission
from tests.factories import HouseholdFactory
from tests.reports.week_cases import (
    BEITUN,
    DISTRICT,
    GUANSHAN,
    THURSDAY,
    accepted,
    bureau,
    lead_of,
    locked,
    submitted,
)
from yanliang.accounts.models import Staff
from yanliang.periods import SHANGHAI, cut_off
from yanliang.tables.plain import as_plain

pytestmark = pytest.mark.usefixtures("reference")
SEALED_AT = dt.datetime(2020, 4, 9, 10, 5, tzinfo=SHANGHAI)


def layout() -> AnnexLayout:
    return AnnexLayout.objects.newest()


def sealed_in(content: dict) -> dict:
    return {**sealed(content), "layout": layout()}


def submission() -> Submission:
    """A row as it is stored; each call adds the same once more."""
    week, _ = OfficeWeek.objects.get_or_create(
        region_id=GUANSHAN,
        thursday=THURSDAY,
        defaults={"state": WeekState.SUBMITTED, "revision": 1},
    )
    return Submission.objects.create(
        week=week,
        region_id=GUANSHAN,
        thursday=THURSDAY,
        revision=1,
        receipt=f"ZB-{Submission.objects.count()}",
        due_at=cut_off(THURSDAY),
        submitted_at=SEALED_AT,
        submitted_by=lead_of(GUANSHAN),
        responsible_name="刘主任",
        responsible_post="主任",
        household_count=3,
        **sealed_in({"submission": Submission.objects.count()}),
    )


def district_report() -> DistrictReport:
    week, _ = DistrictWeek.objects.get_or_create(
        region_id=DISTRICT,
        thursday=THURSDAY,
        defaults={"state": DistrictState.LOCKED, "revision": 1},
    )
    return DistrictReport.objects.create(
        week=week,
        region_id=DISTRICT,
        thursday=THURSDAY,
        revision=1,
        locked_by=bureau(),
        locked_at=SEALED_AT,
        **sealed_in({"report": DistrictReport.objects.count()}),
    )


def review(**changes) -> SubmissionReview:
    said = {"outcome": ReviewOutcome.RETURNED, "reason": "不符"}
    return SubmissionReview.objects.create(
        submission=submission(), reviewed_by=bureau(), reviewed_at=SEALED_AT, **said | changes
    )


def forwarding(**changes) -> Forwarding:
    said = {"document_number": "21号"}
    return Forwarding.objects.create(
        report=district_report(),
        forwarded_on=THURSDAY,
        forwarded_by=bureau(),
        recorded_at=SEALED_AT,
        **said | changes,
    )


def issued(**changes) -> IssuedFile:
    said = changes or {"submission": submission()}
    return IssuedFile.objects.create(
        region_id=GUANSHAN,
        format=FileFormat.ANNEX_XLSX,
        sha256="0" * 64,
        issued_at=SEALED_AT,
        **said,
    )


FROZEN = [
    (submission, {"responsible_name": "别人"}),
    (submission, {"content": b""}),
    (submission, {"submitted_at": SEALED_AT - dt.timedelta(hours=1)}),
    (review, {"reason": "另一个理由"}),
    (district_report, {"content": b""}),
    (district_report, {"revision": 9}),
    (forwarding, {"document_number": "22号"}),
    (issued, {"sha256": "1" * 64}),
    (layout, {"columns": []}),
]


@pytest.mark.parametrize(
    ("make", "change"),
    FROZEN,
    ids=[f"{make.__name__}-{place}" for place, (make, _) in enumerate(FROZEN)],
)
def test_no_row_is_changed(make, change):
    row = make()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**change)
    for name, value in change.items():
        setattr(row, name, value)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        row.save()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's flush deletes")
@pytest.mark.parametrize("make", [submission, review, district_report, forwarding, issued])
def test_no_row_is_deleted(make):
    row = make()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).delete()


def office_week(**fields):
    return OfficeWeek(region_id=GUANSHAN, thursday=THURSDAY, **fields)


def district_week(**fields):
    return DistrictWeek(region_id=DISTRICT, thursday=THURSDAY, **fields)


@pytest.mark.parametrize(
    "make",
    [
        lambda: office_week(state="unknown").save(),
        lambda: office_week(state=WeekState.SUBMITTED).save(),
        lambda: office_week(state=WeekState.DRAFT, revision=1).save(),
        lambda: office_week(extended_to=SEALED_AT).save(),
        lambda: [office_week().save(), office_week().save()],
        lambda: district_week(state="unknown").save(),
        lambda: district_week(state=DistrictState.LOCKED).save(),
        lambda: district_week(state=DistrictState.CORRECTING, revision=1).save(),
        lambda: [district_week().save(), district_week().save()],
        lambda: review(reason=""),
        lambda: forwarding(document_number=""),
        lambda: issued(submission=None),
        lambda: issued(submission=submission(), report=district_report()),
        lambda: [submission(), submission()],
        lambda: [district_report(), district_report()],
        lambda: [workbook(is_in_use=True), workbook(is_in_use=True)],
    ],
    ids=[
        "state of an office's week",
        "submitted without a submission",
        "a draft with a submission",
        "an extension without a reason",
        "an office's week twice",
        "state of a district's week",
        "locked without a report",
        "a correction without a reason",
        "a district's week twice",
        "a return without a reason",
        "forwarded without a number",
        "a file of nothing",
        "a file of two documents",
        "a revision twice",
        "a version twice",
        "two workbooks in use",
    ],
)
def test_the_database_refuses(make):
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def workbook(**fields) -> CityWorkbook:
    return CityWorkbook.objects.create(
        name="市局表样",
        file="x.xlsx",
        sha256="0",
        uploaded_by=bureau(),
        uploaded_at=SEALED_AT,
        **fields,
    )


@pytest.mark.parametrize(
    ("make", "fields", "sentence"),
    [
        (submission, {"reason": "", "revision": 2}, "重报须写明理由。"),
        (submission, {"responsible_post": ""}, "请填写责任人的姓名和职务。"),
        (district_report, {"reason": "", "revision": 2}, "重新锁定须写明理由。"),
        (review, {"reason": ""}, "退回须写明理由。"),
        (forwarding, {"document_number": ""}, "请填写文号。"),
    ],
)
def test_a_constraint_speaks_to_people(make, fields, sentence):
    """A row that would be written anew; the database refuses it and says why in Chinese."""
    row = make()
    row.pk = None
    for name, value in fields.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as refused:
        row.validate_constraints()
    assert sentence in refused.value.messages
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_workbooks_on_the_shelf_are_many():
    for _ in range(2):
        workbook()
    assert CityWorkbook.objects.shelved().count() == 2


def shown(paper) -> dict:
    """All that a paper says."""
    tables = [*paper.annex, paper.villages, paper.comparison, *paper.tables]
    if paper.statement:
        tables.append(paper.statement)
    words = {
        name: getattr(paper, name)
        for name in (
            "heading",
            "unit",
            "issue",
            "as_at",
            "parts",
            "charts",
            "provenance",
            "signers",
        )
    }
    return words | {"tables": [as_plain(table) for table in tables], "sha256": paper.sha256}


@pytest.fixture
def papers(reference):
    """A submission and a district report, and what they say on paper."""
    HouseholdFactory.create_batch(2)
    HouseholdFactory(region_id="610114005200", class_code="low_income")
    accepted()
    accepted(BEITUN)
    report = locked()
    made = Submission.objects.get(region_id=GUANSHAN)

    def again():
        return (
            shown(paper_of_submission(Submission.objects.get(pk=made.pk))),
            shown(paper_of_report(DistrictReport.objects.get(pk=report.pk))),
        )

    return again


def rename_regions() -> None:
    for region in Region.objects.filter(code__startswith="610114"):
        Region.objects.filter(pk=region.pk).update(
            name=f"新{region.name}", short_name=f"新{region.short_name}"
        )


def rename_classes() -> None:
    for each in HouseholdClass.objects.all():
        HouseholdClass.objects.filter(pk=each.pk).update(
            name=f"新{each.name}", group=f"新{each.group}", precedence=each.precedence + 20
        )


def end_classes() -> None:
    HouseholdClass.objects.update(valid_to=dt.date(2020, 4, 8), appraise_all=False)


def relabel_columns() -> None:
    newest = AnnexLayout.objects.newest()
    AnnexLayout.objects.create(
        number=newest.number + 1,
        columns=[column | {"label": f"新{column['label']}"} for column in newest.columns[:3]],
        valid_from=dt.date(2020, 3, 1),
        saved_at=SEALED_AT,
    )


def move_households() -> None:
    Household.objects.update(region_id="610114007201", stage="exempt")


def rename_people() -> None:
    Staff.objects.update(full_name="改名")


@pytest.mark.parametrize(
    "change",
    [rename_regions, rename_classes, end_classes, relabel_columns, move_households, rename_people],
    ids=lambda change: change.__name__,
)
def test_what_was_printed_stays(papers, change):
    before = papers()
    change()
    assert papers() == before


def test_a_later_submission_takes_the_new_names_and_columns(papers):
    old = papers()[0]
    rename_regions()
    relabel_columns()
    new = shown(
        paper_of_submission(
            submitted(at=dt.datetime(2020, 4, 16, 3, tzinfo=dt.UTC), thursday=dt.date(2020, 4, 16))
        )
    )
    assert new["heading"] == f"新{old['heading']}"
    assert "新农户总数" in str(new["tables"])
    assert "新农户总数" not in str(old["tables"])
