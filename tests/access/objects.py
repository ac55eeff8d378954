"""One of everything that addresses name, made when it is asked for: most tests need a single one."""

import hashlib
from functools import cached_property

from django.core.files.base import ContentFile

from households.models import HouseholdChange, Region, RosterImport
from inspections.models import ReplacedDocument
from rectification.models import (
    DisasterEvent,
    MonitoringDuty,
    MonitoringReport,
    ProblemKind,
    SupervisionVisit,
)
from rectification.problems.proving import add_paper
from rectification.problems.raising import raise_problem
from reports.enums import ListKind
from reports.lists.freezing import ListKey, freeze
from reports.models import AnnexLayout, CityWorkbook, ListExport, Signing
from tests.factories import (
    HouseholdFactory,
    StaffFactory,
    happen,
    reference_import,
    suspected_household,
)
from tests.imports.problem_lists import feedback_list
from tests.inspections.factories import (
    AppraisalFactory,
    InspectionFactory,
    MeetingFactory,
    RulingFactory,
    photo_of,
    result_import_of,
)
from tests.rectification.cases import accepted, filed, paid, secured, to_renovate
from tests.rectification.problem_cases import drafted, paper
from tests.reports import week_cases
from tests.reports.city_cases import sheet_of
from yanliang.periods import now, today

STRANGE_NAME = "欧阳陌生"


def pdf(name: str) -> ContentFile:
    return ContentFile(b"%PDF-1.4", name)


class Objects:
    """Objects of `village`, each a property by the kind that addresses name; `by` entered them."""

    def __init__(self, village: str, by) -> None:
        self.village, self.by = village, by
        self.mine = {"region_id": village, "head_name": STRANGE_NAME}

    def __getitem__(self, kind: str):
        return getattr(self, kind)

    def make_all(self) -> None:
        for name, value in vars(type(self)).items():
            if isinstance(value, cached_property):
                getattr(self, name)

    @cached_property
    def household(self):
        return HouseholdFactory(**self.mine)

    @cached_property
    def inspection(self):
        return InspectionFactory(household=HouseholdFactory(**self.mine), submitted_by=self.by)

    @cached_property
    def photo(self):
        return photo_of(self.household, self.by)

    @cached_property
    def change(self):
        return HouseholdChange.objects.create(
            household=self.household,
            kind="moved_out",
            happened_on=today(),
            reason="迁往外地",
            state="pending",
            recorded_by=self.by,
            recorded_at=now(),
        )

    @cached_property
    def roster(self):
        return RosterImport.objects.create(
            region_id=self.village[:9],
            filename="花名册.xlsx",
            file="rosters/none.xlsx",
            size=1,
            mapping={"sheets": [], "ignored": []},
            uploaded_by=self.by,
            uploaded_at=now(),
        )

    @cached_property
    def warning(self):
        household = happen(HouseholdFactory(**self.mine), "inspected:safe", "warned")
        return household.events.get(kind="warned")

    @cached_property
    def appraisal(self):
        household = suspected_household(**self.mine)
        return AppraisalFactory(household=household, report=pdf("report.pdf"))

    @cached_property
    def organisation(self):
        return self.appraisal.organisation

    @cached_property
    def result_import(self):
        return result_import_of(self.appraisal, self.by)

    @cached_property
    def ruling(self):
        return RulingFactory(household=suspected_household(**self.mine))

    @cached_property
    def meeting(self):
        return MeetingFactory(region_id=self.village[:6], document=pdf("minutes.pdf"))

    @cached_property
    def replaced_document(self):
        return ReplacedDocument.objects.create(
            meeting=self.ruling.meeting,
            file=pdf("former.pdf"),
            reason="缺页",
            replaced_by=self.by,
            replaced_at=now(),
        )

    @cached_property
    def document(self):
        return filed(to_renovate(**self.mine))

    @cached_property
    def renovation(self):
        return self.document.renovation

    @cached_property
    def payment(self):
        return paid(to_renovate(**self.mine))

    @cached_property
    def work_photo(self):
        return self.payment.renovation.photo_links.first()

    @cached_property
    def acceptance(self):
        return accepted(to_renovate(**self.mine)).acceptances.get()

    @cached_property
    def housing(self):
        return secured(to_renovate(**self.mine))

    @cached_property
    def visit(self):
        visit = SupervisionVisit.objects.create(
            region_id=self.village[:9],
            visited_on=today(),
            visitors="督导组",
            seed=1,
            size=1,
            recorded_by=self.by,
            recorded_at=now(),
        )
        visit.households.create(household=self.household, position=1)
        return visit

    @cached_property
    def problem(self):
        return self.evidence.problem

    @cached_property
    def problem_import(self):
        return feedback_list(self.village[:9], f"{STRANGE_NAME}.xlsx", self.by)

    @cached_property
    def evidence(self):
        district = self.village[:6]
        by = StaffFactory(username=f"any_{district}", role="bureau_clerk", region_id=district)
        problem = raise_problem(drafted(HouseholdFactory(**self.mine)), by=by)
        return add_paper(problem.pk, paper(), by=by)

    @cached_property
    def report(self):
        return MonitoringReport.objects.create(
            household=self.household,
            team="group",
            reporter="村组长",
            seen_on=today(),
            description="后墙开裂",
            reported_by=self.by,
            reported_at=now(),
        )

    @cached_property
    def disaster(self):
        event = DisasterEvent.objects.create(
            region_id=self.village[:9],
            kind="rainstorm",
            name="暴雨",
            happened_on=today(),
            check_by=today(),
            areas=[self.village],
            recorded_by=self.by,
            recorded_at=now(),
        )
        event.checks.create(household=self.household)
        return event

    @cached_property
    def disaster_check(self):
        return self.disaster.checks.get()

    @cached_property
    def duty(self):
        """A duty is named by its village and team."""
        return MonitoringDuty.objects.create(
            region_id=self.village, team="group", name="村组长", phone="13800000000"
        )

    @cached_property
    def reference_import(self):
        return reference_import(self.village[:9], self.by)

    @cached_property
    def annex_layout(self):
        return AnnexLayout.objects.newest()

    @cached_property
    def kind(self):
        return ProblemKind.objects.first()

    @cached_property
    def frozen(self):
        key = ListKey(Region.objects.get(pk=self.village), ListKind.CHECKED, "一般农户")
        return freeze(key, [], self.by)

    @cached_property
    def list(self):
        """A list is named by its village and kind, which a frozen one bears."""
        return self.frozen

    @cached_property
    def signing(self):
        return Signing.objects.create(
            frozen=self.frozen,
            level="village",
            means="paper",
            name="村主任",
            post="主任",
            signed_at=now(),
            scan=pdf("signed.pdf"),
            recorded_by=self.by,
            recorded_at=now(),
        )

    @cached_property
    def city_workbook(self):
        """A workbook belongs to no region: one placeholder in a cell."""
        content = sheet_of(A1="{{填报单位}}")
        return CityWorkbook.objects.create(
            name="表样.xlsx",
            file=ContentFile(content, "form.xlsx"),
            sha256=hashlib.sha256(content).hexdigest(),
            uploaded_by=self.by,
            uploaded_at=now(),
        )

    @cached_property
    def submission(self):
        return week_cases.submitted(self.village[:9])

    @cached_property
    def district_report(self):
        week_cases.accepted(self.village[:9])
        return week_cases.locked(district=self.village[:6])

    @cached_property
    def list_export(self):
        return ListExport.objects.create(
            region_id=self.village[:9],
            format="xlsx",
            state="done",
            file=ContentFile(b"PK", "lists.xlsx"),
            requested_by=self.by,
            requested_at=now(),
        )
