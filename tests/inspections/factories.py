"""Submitted inspections and their photos, without the form in front of them."""

import datetime as dt
import io

import factory
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from households.enums import EventKind, Verdict
from households.events import lock_household, record_event
from inspections.batch.importing import keep
from inspections.batch.workbook import TITLE, entry_workbook
from inspections.enums import RulingOutcome
from inspections.models import (
    Appraisal,
    AppraisalOrganisation,
    ChecklistVersion,
    Inspection,
    Photo,
    ResultImport,
    Ruling,
    RulingMeeting,
)
from inspections.photos import take_photo
from tests.factories import HouseholdFactory, StaffFactory, happen, suspected_household
from yanliang.periods import now, today
from yanliang.tables.table import DocumentProperties

SUBMITTED_AT = dt.datetime(2020, 4, 8, 10, tzinfo=dt.UTC)


class InspectionFactory(factory.django.DjangoModelFactory):
    """A submitted inspection with its event; `verdict` and `reasons` say how it went."""

    class Meta:
        model = Inspection

    household = factory.SubFactory(HouseholdFactory)
    version = factory.LazyFunction(lambda: ChecklistVersion.objects.latest("number"))
    inspected_on = dt.date(2020, 4, 8)
    inspectors = factory.LazyFunction(lambda: ["王建国", "李秀英"])
    verdict = Verdict.SAFE
    submitted_by = factory.SubFactory(
        StaffFactory, username="guanshan", role="recorder", region_id="610114007"
    )
    submitted_at = factory.Sequence(lambda n: SUBMITTED_AT + dt.timedelta(minutes=n))
    event = factory.LazyAttribute(
        lambda inspection: record_event(
            lock_household(inspection.household.pk),
            EventKind.INSPECTED,
            by=inspection.submitted_by,
            outcome=inspection.verdict,
            happened_on=inspection.inspected_on,
            at=inspection.submitted_at,
        )
    )


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AppraisalOrganisation
        django_get_or_create = ["region_id", "name"]

    region_id = "610114"
    name = "西安航城房屋安全鉴定所"
    certificate = "陕建检字第 61001 号"


class AppraisalFactory(factory.django.DjangoModelFactory):
    """An assignment without a result, of a suspected household."""

    class Meta:
        model = Appraisal

    household = factory.LazyFunction(suspected_household)
    organisation = factory.LazyAttribute(
        lambda appraisal: OrganisationFactory(region_id=appraisal.household.region_id[:6])
    )
    assigned_by = factory.SubFactory(
        StaffFactory, username="bureau_clerk", role="bureau_clerk", region_id="610114"
    )
    assigned_at = factory.LazyFunction(now)
    due_on = factory.LazyFunction(lambda: today() + dt.timedelta(days=14))


class MeetingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RulingMeeting

    region_id = "610114"
    held_on = dt.date(2020, 4, 20)
    document_number = factory.Sequence(lambda n: f"阎脱贫组发〔2020〕{n} 号")
    recorded_by = factory.SubFactory(
        StaffFactory, username="bureau_lead", role="bureau_lead", region_id="610114"
    )
    recorded_at = factory.LazyFunction(now)


class RulingFactory(factory.django.DjangoModelFactory):
    """The ruling on a suspected household, which is appraised as D first."""

    class Meta:
        model = Ruling

    household = factory.LazyFunction(suspected_household)
    meeting = factory.LazyAttribute(
        lambda ruling: MeetingFactory(region_id=ruling.household.region_id[:6])
    )
    outcome = RulingOutcome.IN
    event = factory.LazyAttribute(
        lambda ruling: happen(ruling.household, "appraised:d", ruling.outcome).events.last()
    )


def photo_of(household, by, colour: str = "red") -> Photo:
    """A photo of `household`; each colour is a different one."""
    content = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, "JPEG")
    file = SimpleUploadedFile(f"{colour}.jpg", content.getvalue())
    return take_photo(file, household, by)


def result_import_of(appraisal: Appraisal, by) -> ResultImport:
    """A workbook of results as it went out for `appraisal`, uploaded with nothing filled in."""
    properties = DocumentProperties(title=TITLE, author="", created=now())
    result_import = ResultImport(
        region_id=appraisal.household.region_id[:6],
        file=ContentFile(entry_workbook([appraisal], properties), "result.xlsx"),
        filename="鉴定结果.xlsx",
        size=1,
        uploaded_by=by,
        uploaded_at=now(),
    )
    keep(result_import, [])
    result_import.save()
    return result_import
