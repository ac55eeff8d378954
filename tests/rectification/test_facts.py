"""Each rule at its border: where the fact holds, where it does not, and that one question answers for all."""

import datetime as dt
import random
from decimal import Decimal
from itertools import combinations

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from households.models import Household
from inspections.enums import InspectionState, WarningSource
from inspections.fingerprints import (
    BITS,
    CLOSE,
    PLAIN,
    close_pairs,
    fingerprint,
    is_close,
    look_alike,
)
from inspections.models import Inspection, InspectionPhoto, Photo
from inspections.photos import take_photo
from inspections.warning import warn, withdraw
from rectification.documents import required
from rectification.enums import DocumentKind, Fact, Moment, Team
from rectification.filing import add_document, add_photos
from rectification.models import MonitoringDuty
from rectification.problems.facts import FINDERS, holds
from rectification.renovating import demolish
from rectification.subsidy import pay_subsidy
from rectification.voiding import void_document, void_photo
from tests.factories import HouseholdFactory, StaffFactory, happen
from tests.inspections.factories import InspectionFactory
from tests.rectification.cases import (
    ACCEPT,
    FINISH,
    START,
    accepted,
    clerk,
    planned,
    scan,
    started,
    to_renovate,
)
from tests.rectification.problem_cases import OFFICE, VILLAGE, raised, scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

TODAY = dt.date(2020, 7, 1)
NEXT_VILLAGE, OTHER_OFFICE = "610114007201", "610114005200"


@pytest.fixture(autouse=True)
def july():
    with time_machine.travel(dt.datetime(2020, 7, 1, 9, tzinfo=dt.UTC), tick=False):
        yield


def found(fact: Fact, day: dt.date = TODAY) -> dict:
    """Descriptions by place; the same question about each place alone gets the same answer."""
    everywhere = list(FINDERS[fact](day, None))
    described = {each.place: each.description for each in everywhere}
    assert len(described) == len(everywhere)
    for each in everywhere:
        assert list(FINDERS[fact](day, {each.place})) == [each]
    return described


def test_every_fact_has_its_rule():
    assert FINDERS.keys() == set(Fact)


class TestRenovations:
    def test_the_subsidy_is_late_from_the_31st_day(self):
        renovation = accepted()
        late = ACCEPT + dt.timedelta(days=31)
        assert found(Fact.SUBSIDY_UNPAID, late - dt.timedelta(days=1)) == {}
        (said,) = found(Fact.SUBSIDY_UNPAID, late).values()
        assert "2020-05-12 验收合格" in said
        pay_subsidy(renovation.pk, by=clerk(), on=ACCEPT, amount=Decimal(25000))
        assert found(Fact.SUBSIDY_UNPAID, late) == {}

    def test_the_old_house_stands_until_it_is_demolished(self):
        household = to_renovate()
        planned(household)
        assert found(Fact.OLD_HOUSE_STANDING) == {}
        renovation = started(to_renovate())
        assert found(Fact.OLD_HOUSE_STANDING).keys() == {renovation.household_id}
        demolish(renovation.pk, by=clerk(), on=FINISH)
        assert found(Fact.OLD_HOUSE_STANDING) == {}

    def test_a_house_that_is_repaired_in_its_place_has_no_old_one(self):
        started(mode="reinforce")
        assert found(Fact.OLD_HOUSE_STANDING) == {}

    def file(self, renovation, *without: DocumentKind):
        return [
            add_document(renovation.pk, kind, scan(), by=clerk())
            for kind in required(renovation.mode)
            if kind not in without
        ]

    def test_papers_that_are_missing_are_named(self):
        renovation = accepted()
        self.file(renovation, DocumentKind.PAYMENT, DocumentKind.CONTRACT)
        said = found(Fact.DOCUMENTS_MISSING)[renovation.household_id]
        assert said == "改造已验收合格，档案缺：施工合同（协议）。"
        add_document(renovation.pk, DocumentKind.CONTRACT, scan(), by=clerk())
        assert found(Fact.DOCUMENTS_MISSING) == {}

    def test_the_voucher_is_missed_once_the_subsidy_is_paid(self):
        renovation = accepted()
        self.file(renovation, DocumentKind.PAYMENT)
        assert found(Fact.DOCUMENTS_MISSING) == {}
        pay_subsidy(renovation.pk, by=clerk(), on=ACCEPT, amount=Decimal(25000))
        assert "补助资金拨付凭证" in found(Fact.DOCUMENTS_MISSING)[renovation.household_id]

    def test_a_void_paper_is_none_and_work_under_way_needs_none_yet(self):
        started()
        renovation = accepted()
        *_, last = self.file(renovation, DocumentKind.PAYMENT)
        void_document(last.pk, by=clerk(), reason="别户的材料")
        assert found(Fact.DOCUMENTS_MISSING).keys() == {renovation.household_id}


class TestRegister:
    def test_the_national_system_waits_fifteen_days(self):
        household = HouseholdFactory(class_code="registered_poor")
        HouseholdFactory(class_code="ordinary")
        with time_machine.travel(dt.datetime(2020, 6, 15, 9, tzinfo=dt.UTC), tick=False):
            for each in Household.objects.all():
                happen(each, "inspected:suspected", "appraised:b")
        assert found(Fact.NOT_IN_NATIONAL_SYSTEM, dt.date(2020, 6, 30)) == {}
        assert found(Fact.NOT_IN_NATIONAL_SYSTEM).keys() == {household.pk}
        Household.objects.filter(pk=household.pk).update(external_reference="SX-1")
        assert found(Fact.NOT_IN_NATIONAL_SYSTEM) == {}

    def twins(self, **changes):
        """Two households of one name and date of birth, the second with `changes`."""
        for number, fields in (("61011419580301123", {}), ("61011419580301456", changes)):
            check = "0"
            HouseholdFactory(
                **{"head_name": "张建国", "id_number": number + check, "region_id": VILLAGE}
                | fields
            )
        return list(Household.objects.order_by("pk"))

    def test_one_name_and_birthday_in_a_village_is_one_person(self):
        one, other = self.twins()
        HouseholdFactory(head_name="张建国", region_id=VILLAGE)
        said = found(Fact.SAME_PERSON)
        assert said.keys() == {one.pk, other.pk}
        assert other.code in said[one.pk]
        assert one.code in said[other.pk]
        assert "张建国" not in "".join(said.values())

    @pytest.mark.parametrize(
        "changes",
        [
            {"head_name": "张建军"},
            {"id_number": "610114195803024560"},
            {"region_id": NEXT_VILLAGE},
        ],
    )
    def test_another_name_birthday_or_village_is_another_person(self, changes):
        self.twins(**changes)
        assert found(Fact.SAME_PERSON) == {}

    def test_who_is_exempt_was_sorted_out(self):
        _, other = self.twins()
        happen(other, "exempted")
        assert found(Fact.SAME_PERSON) == {}


def inspected(household=None, failed: tuple[str, ...] = (), **fields) -> Inspection:
    household = household or HouseholdFactory()
    answers = {"W01": "pass", "R01": "unsure"} | dict.fromkeys(failed, "fail")
    return InspectionFactory(household=household, answers=answers, **fields)


def show(inspection: Inspection, seed: int = 0, code: str = InspectionPhoto.FRONT) -> Photo:
    photo = take_photo(scene(seed), inspection.household, inspection.submitted_by)
    InspectionPhoto.objects.create(inspection=inspection, photo=photo, item_code=code)
    return photo


class TestNoPhoto:
    def test_the_front_and_each_failed_item(self):
        inspection = inspected(failed=("W02", "T03"))
        household = inspection.household_id
        assert found(Fact.NO_PHOTO) == {
            household: "2020-04-08 的核查缺照片：住房正面、不符合项 T03、不符合项 W02。"
        }
        show(inspection)
        show(inspection, 1, "W02")
        assert found(Fact.NO_PHOTO) == {household: "2020-04-08 的核查缺照片：不符合项 T03。"}
        show(inspection, 2, "T03")
        assert found(Fact.NO_PHOTO) == {}

    def test_each_standing_visit_counts_and_none_that_was_replaced(self):
        household = HouseholdFactory()
        first, second = inspected(household), inspected(household)
        show(second)
        assert found(Fact.NO_PHOTO).keys() == {household.pk}
        Inspection.objects.filter(pk=first.pk).update(state=InspectionState.REPLACED)
        assert found(Fact.NO_PHOTO) == {}

    def test_a_photo_of_a_replaced_visit_shows_nothing(self):
        household = HouseholdFactory()
        replaced = inspected(household, state=InspectionState.REPLACED)
        show(replaced)
        inspected(household)
        assert found(Fact.NO_PHOTO).keys() == {household.pk}

    def test_the_unchecked_and_the_exempt_need_none(self):
        HouseholdFactory()
        happen(inspected().household, "exempted")
        assert found(Fact.NO_PHOTO) == {}


class TestPhotoShared:
    def pair(self, *regions: str) -> list[Household]:
        """Households inspected with one file."""
        visits = [inspected(HouseholdFactory(region_id=each)) for each in regions]
        for visit in visits:
            show(visit, 7)
        return [visit.household for visit in visits]

    def test_one_file_for_two_households(self):
        one, other = self.pair(VILLAGE, NEXT_VILLAGE)
        show(inspected(), 8)
        said = found(Fact.PHOTO_SHARED)
        assert said == {
            one.pk: f"与户编号 {other.code} 的农户用了同一张照片。",
            other.pk: f"与户编号 {one.code} 的农户用了同一张照片。",
        }

    def test_of_another_office_nothing_is_told(self):
        one, other = self.pair(VILLAGE, OTHER_OFFICE)
        said = found(Fact.PHOTO_SHARED)
        assert set(said.values()) == {"与另一街办的农户用了同一张照片。"}
        assert other.code not in said[one.pk]

    def test_many_are_not_all_named(self):
        self.pair(*[VILLAGE] * 5, OTHER_OFFICE)
        said = found(Fact.PHOTO_SHARED)
        assert len(said) == 6
        first = said[min(said)]
        assert first.count("61011400720") == 3
        assert "等的农户、另一街办的农户用了" in first

    def close_one(self, bits: int) -> str:
        """A fingerprint that differs in `bits` bits from that of the first pair's photo."""
        stored = fingerprint(Image.open(scene(7)))
        changed = int(stored, 16) ^ ((1 << bits) - 1)
        return f"{changed:032x}"

    def test_the_same_view_in_another_file_counts_up_to_six_bits(self):
        (household,) = self.pair(VILLAGE)
        other = inspected()
        photo = show(other, 9)
        Photo.objects.filter(pk=photo.pk).update(fingerprint=self.close_one(CLOSE + 1))
        assert found(Fact.PHOTO_SHARED) == {}
        Photo.objects.filter(pk=photo.pk).update(fingerprint=self.close_one(CLOSE))
        assert found(Fact.PHOTO_SHARED).keys() == {household.pk, other.household_id}

    def test_pictures_of_nothing_are_not_alike(self):
        for seed in (1, 2):
            show(inspected(), seed)
        for nothing in (PLAIN, ""):
            Photo.objects.update(fingerprint=nothing)
            assert found(Fact.PHOTO_SHARED) == {}

    def test_one_household_may_use_its_photo_twice(self):
        household = HouseholdFactory()
        for visit in (inspected(household), inspected(household)):
            show(visit, 7)
        assert found(Fact.PHOTO_SHARED) == {}

    def test_who_is_exempt_shares_with_nobody(self):
        one, _ = self.pair(VILLAGE, VILLAGE)
        happen(one, "exempted")
        assert found(Fact.PHOTO_SHARED) == {}

    def test_an_upload_counts_once_it_is_used(self):
        (household,) = self.pair(VILLAGE)
        renovation = started()
        by = StaffFactory(username="guanshan", role="recorder", region_id=OFFICE)
        take_photo(scene(7), renovation.household, by)
        assert found(Fact.PHOTO_SHARED) == {}
        (link,) = add_photos(renovation.pk, Moment.DURING, [scene(7)], by=clerk())
        assert found(Fact.PHOTO_SHARED).keys() == {household.pk, renovation.household_id}
        void_photo(link.pk, by=clerk(), reason="别户的照片")
        assert found(Fact.PHOTO_SHARED) == {}

    def test_a_replaced_visit_and_a_withdrawn_warning_use_none(self):
        (household,) = self.pair(VILLAGE)
        lead = StaffFactory(username="lead", role="bureau_lead", region_id="610114")
        safe = happen(HouseholdFactory(), "inspected:suspected", "appraised:a")
        photo = take_photo(scene(7), safe, lead)
        event = warn(
            safe,
            by=lead,
            source=WarningSource.DISASTER,
            description="后墙外闪",
            found_on=TODAY,
            photos=[photo],
        )
        assert found(Fact.PHOTO_SHARED).keys() == {household.pk, safe.pk}
        withdraw(event, by=lead, reason="登记错户")
        assert found(Fact.PHOTO_SHARED) == {}
        another = inspected()
        show(another, 7)
        assert found(Fact.PHOTO_SHARED).keys() == {household.pk, another.household_id}
        Inspection.objects.filter(pk=another.pk).update(state=InspectionState.REPLACED)
        assert found(Fact.PHOTO_SHARED) == {}


class TestFingerprints:
    def test_a_flat_picture_has_none(self):
        flat = fingerprint(Image.new("RGB", (40, 30), "red"))
        assert flat == PLAIN
        assert not look_alike(flat, flat)

    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_close_pairs_are_those_that_comparing_all_finds(self, data):
        rng = random.Random(data.draw(st.integers(0, 10_000)))
        prints = {rng.getrandbits(BITS) for _ in range(data.draw(st.integers(0, 12)))}
        for each in sorted(prints):
            for flipped in data.draw(st.lists(st.integers(0, CLOSE + 2), max_size=2)):
                prints.add(each ^ sum(1 << bit for bit in rng.sample(range(BITS), flipped)))
        expected = {frozenset(pair) for pair in combinations(sorted(prints), 2) if is_close(*pair)}
        pairs = [frozenset(pair) for pair in close_pairs(prints)]
        assert len(pairs) == len(set(pairs))
        assert set(pairs) == expected


class TestMechanism:
    def duty(self, region: str, team: Team, seen_on: dt.date | None = TODAY, **fields):
        return MonitoringDuty.objects.create(
            region_id=region,
            team=team,
            name="李强",
            phone="13800000000",
            last_visit_on=seen_on,
            **fields,
        )

    def test_one_finding_a_place_lists_its_gaps(self):
        HouseholdFactory(class_code="registered_poor")
        said = found(Fact.MECHANISM_GAP)
        assert said.keys() == {OFFICE, VILLAGE}
        assert "村组" in said[VILLAGE]
        assert "帮扶干部" in said[VILLAGE]
        for region, team in ((OFFICE, Team.OFFICE), (VILLAGE, Team.GROUP), (VILLAGE, Team.HELPER)):
            self.duty(region, team)
        assert found(Fact.MECHANISM_GAP) == {}

    def test_a_visit_is_late_a_day_after_its_interval(self):
        HouseholdFactory()
        self.duty(OFFICE, Team.OFFICE)
        self.duty(VILLAGE, Team.GROUP, TODAY - dt.timedelta(days=30))
        assert found(Fact.MECHANISM_GAP) == {}
        tomorrow = TODAY + dt.timedelta(days=1)
        assert found(Fact.MECHANISM_GAP, tomorrow).keys() == {VILLAGE}

    def test_several_places_are_asked_at_once(self):
        HouseholdFactory()
        finder = FINDERS[Fact.MECHANISM_GAP]
        both = {each.place for each in finder(TODAY, {VILLAGE, OFFICE})}
        assert both == {VILLAGE, OFFICE}
        assert list(finder(TODAY, set())) == []


def queries(fact: Fact) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert list(FINDERS[fact](TODAY, None))
    return len(captured)


def populate(region: str, pairs: int) -> None:
    """Households with which everything is wrong that a rule finds."""
    long_ago = dt.datetime(2020, 4, 1, tzinfo=dt.UTC)
    for pair in range(pairs):
        for twin in range(2):
            household = HouseholdFactory(
                region_id=region,
                class_code="registered_poor",
                head_name="张建国",
                id_number=f"6101141960010{pair + 1}{region[-1]}{twin}00",
            )
            show(inspected(household), 7, "W01")
            happen(household, "inspected:suspected", "appraised:b")
    accepted(to_renovate(region_id=region))
    started(to_renovate(region_id=region))
    Household.objects.update(summary_since=long_ago)


def test_no_rule_asks_once_for_each_household():
    populate(VILLAGE, 1)
    few = {fact: queries(fact) for fact in Fact}
    populate(NEXT_VILLAGE, 3)
    assert {fact: queries(fact) for fact in Fact} == few


def test_a_problem_holds_as_its_fact_does():
    renovation = accepted()
    problem = raised(renovation.household, "documents_missing")
    assert holds(problem)
    assert not holds(raised(renovation.household, "file_irregular"))
    TestRenovations().file(renovation, DocumentKind.PAYMENT)
    assert not holds(problem)
    gap = raised(False, "mechanism_gap")
    assert holds(gap)
    MonitoringDuty.objects.create(
        region_id=VILLAGE, team=Team.GROUP, name="李强", phone="13800000000", last_visit_on=START
    )
    assert holds(gap)
    MonitoringDuty.objects.update(last_visit_on=TODAY)
    assert not holds(gap)
