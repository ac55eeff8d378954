"""Renovations at each step of their way, made by the acts themselves."""

import datetime as dt
import io
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from households.models import Household
from rectification.accepting import Findings, record_acceptance
from rectification.enums import AcceptanceItem, AcceptanceResult, DocumentKind, Moment
from rectification.filing import add_document, add_photos
from rectification.models import OtherHousing, Renovation, RenovationDocument, SubsidyPayment
from rectification.renovating import demolish, finish, plan, start
from rectification.securing import Proof, secure
from rectification.subsidy import pay_subsidy
from tests.factories import HouseholdFactory, StaffFactory, happen

START, FINISH, ACCEPT = dt.date(2020, 4, 10), dt.date(2020, 5, 10), dt.date(2020, 5, 12)
PLAN = {
    "mode": "rebuild",
    "contractor": "李师傅施工队",
    "certificate": "SX-2020-017",
    "contract_number": "HT-8",
    "contracted_on": dt.date(2020, 4, 8),
    "planned_area": Decimal("80.00"),
    "planned_finish": dt.date(2020, 5, 20),
}
FUNDING = {"central": Decimal("25000"), "own": Decimal("30000.50")}


def clerk():
    return StaffFactory(username="any_bureau", role="bureau_clerk", region_id="610114")


def picture(colour: str = "red") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, "JPEG")
    return SimpleUploadedFile(f"{colour}.jpg", content.getvalue())


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("合同.pdf", b"%PDF-1.4\n1 0 obj\nendobj\n%%EOF\n")


def to_renovate(**fields) -> Household:
    return happen(HouseholdFactory(**fields), "inspected:suspected", "appraised:d", "ruled_in")


def ruled_secured(**fields) -> Household:
    """A meeting ruled so; the proof is still to come."""
    return happen(HouseholdFactory(**fields), "inspected:suspected", "appraised:d", "ruled_secured")


def planned(household: Household | None = None, **changes) -> Renovation:
    household = household or to_renovate()
    return plan(household.pk, PLAN | changes, FUNDING, by=clerk())


def started(household: Household | None = None, **changes) -> Renovation:
    return start(planned(household, **changes).pk, by=clerk(), on=START)


def pictured(household: Household | None = None, **changes) -> Renovation:
    """Under way, with the photos that finishing needs."""
    renovation = started(household, **changes)
    add_photos(renovation.pk, Moment.BEFORE, [picture("brown")], by=clerk())
    add_photos(renovation.pk, Moment.AFTER, [picture("white")], by=clerk())
    return renovation


def finished(household: Household | None = None, **changes) -> Renovation:
    return finish(pictured(household, **changes).pk, by=clerk(), on=FINISH)


def demolished(household: Household | None = None, **changes) -> Renovation:
    return demolish(finished(household, **changes).pk, by=clerk(), on=FINISH)


def findings(**changes) -> Findings:
    whole = Findings(
        accepted_on=ACCEPT,
        acceptors=["王建国", "李秀英"],
        marks={item.value: "pass" for item in AcceptanceItem},
        grade_after="a",
        result=AcceptanceResult.PASSED,
        opinion="agrees",
    )
    return whole._replace(**changes)


def failing(**changes) -> Findings:
    marks = {item.value: "pass" for item in AcceptanceItem} | {"Y05": "fail"}
    return findings(
        marks=marks, result=AcceptanceResult.FAILED, remark="屋面漏水，重做防水", **changes
    )


def accepted(household: Household | None = None, **changes) -> Renovation:
    renovation = demolished(household, **changes)
    record_acceptance(renovation.pk, findings(), by=clerk())
    return Renovation.objects.get(pk=renovation.pk)


def filed(household: Household | None = None) -> RenovationDocument:
    return add_document(planned(household).pk, DocumentKind.CONTRACT, scan(), by=clerk())


def paid(household: Household | None = None, **changes) -> SubsidyPayment:
    """An instalment before the acceptance, with its slip."""
    renovation = pay_subsidy(
        demolished(household).pk,
        by=clerk(),
        on=FINISH,
        paper=scan(),
        **{"amount": Decimal(10000), "is_final": False} | changes,
    )
    return renovation.payments.get()


def proof(**changes) -> Proof:
    return Proof("kin", "西安市莲湖区长子家", "长子住房产权证", ACCEPT)._replace(**changes)


def secured(household: Household | None = None) -> OtherHousing:
    household = household or to_renovate()
    return secure(household.pk, proof(), scan(), by=clerk())
