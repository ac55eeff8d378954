"""Who stands on which of the four lists (domain rules §4)."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from households.enums import Grade, Stage, Verdict
from households.models import Household, HouseholdClass
from inspections.models import Appraisal
from reports.enums import ListKind, SignLevel
from reports.lists.membership import class_groups, levels_of, members
from reports.lists.rows import digest, rows_of_region
from reports.reachable import reachable_summaries
from tests.factories import HouseholdFactory, happen
from tests.inspections.factories import AppraisalFactory, RulingFactory
from tests.rectification.cases import accepted, finished, planned, to_renovate
from tests.reports.list_cases import HELPED, ORDINARY, VILLAGE
from yanliang.periods import now

pytestmark = pytest.mark.django_db
OTHERS = "其他三类重点对象"


def recorded(household: Household, grade: str, number: str) -> Appraisal:
    """A recorded appraisal of a suspected household."""
    event = happen(household, f"appraised:{grade}").events.last()
    return AppraisalFactory(
        household=household,
        state="recorded",
        appraised_on=dt.date(2020, 4, 9),
        appraisers=["马国栋", "党小龙"],
        report_number=number,
        site=grade,
        computed=grade,
        grade=grade,
        recorded_at=now(),
        event=event,
    )


def lists_with(household: Household) -> set[str]:
    group = household.household_class.group
    return {
        kind.value for kind in ListKind if members(kind, group).filter(pk=household.pk).exists()
    }


def test_each_group_keeps_four_lists(reference):
    kinds = {group.name: group.kinds for group in class_groups()}
    later = (ListKind.APPRAISED, ListKind.RENOVATED, ListKind.ACCEPTED)
    assert kinds == {
        HELPED: (ListKind.HELPED, *later),
        OTHERS: (ListKind.CHECKED, *later),
        ORDINARY: (ListKind.CHECKED, *later),
    }


@pytest.mark.parametrize(
    ("code", "first"),
    [("registered_poor", "helped"), ("low_income", "checked"), ("ordinary", "checked")],
)
def test_everybody_stands_on_the_first_list(reference, code, first):
    assert lists_with(HouseholdFactory(class_code=code)) == {first}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("registered_poor", {"helped", "appraised"}),
        ("low_income", {"checked", "appraised"}),
        ("ordinary", {"checked"}),
    ],
)
def test_found_safe_only_the_four_classes_are_appraised(reference, code, expected):
    household = happen(HouseholdFactory(class_code=code), "inspected:safe")
    assert lists_with(household) == expected


def test_an_ordinary_household_graded_unsafe_waits_for_the_ruling(reference):
    household = happen(HouseholdFactory(), "inspected:suspected", "appraised:d")
    assert lists_with(household) == {"checked"}
    RulingFactory(household=household)
    assert lists_with(household) == {"checked", "appraised", "renovated"}


def test_an_ordinary_household_appraised_safe_is_on_no_later_list(reference):
    household = happen(HouseholdFactory(), "inspected:suspected", "appraised:b")
    assert lists_with(household) == {"checked"}


def test_sent_back_by_the_leading_group_it_is_on_no_later_list(reference):
    household = happen(HouseholdFactory(), "inspected:suspected", "appraised:c", "ruled_back")
    assert lists_with(household) == {"checked"}


def test_a_renovation_is_listed_from_its_plan_and_accepted_from_its_end(reference):
    household = to_renovate()
    planned(household)
    assert lists_with(household) == {"checked", "appraised", "renovated"}
    other = finished().household
    assert "accepted" in lists_with(other)


def test_a_renovation_stays_listed_when_the_house_is_suspected_again(reference):
    household = accepted().household
    happen(household, "warned")
    assert {"renovated", "accepted"} <= lists_with(household)


def test_each_appraisal_has_a_row_and_what_waits_for_one_too(reference):
    household = HouseholdFactory(class_code="low_income")
    happen(household, "inspected:suspected")
    first = recorded(household, "b", "R-1")
    happen(household, "warned")
    rows = rows_of_region(ListKind.APPRAISED, OTHERS, VILLAGE)
    assert [row.ordinal for row in rows] == [1, 2]
    assert first.report_number in rows[0].values
    assert "未鉴定" in rows[1].values
    assert Appraisal.objects.count() == 1


@given(
    summary=st.sampled_from(reachable_summaries()),
    code=st.sampled_from(["registered_poor", "ordinary"]),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_membership_and_rows_agree_for_every_summary(reference, summary, code):
    household = HouseholdFactory(class_code=code)
    Household.objects.filter(pk=household.pk).update(
        verdict=Verdict(summary[0]), stage=Stage(summary[1]), grade=Grade(summary[2])
    )
    group = household.household_class.group
    for kind in ListKind:
        listed = set(members(kind, group).values_list("pk", flat=True))
        shown = {row.household_id for row in rows_of_region(kind, group, VILLAGE)}
        assert listed == shown
    household.identities.all().delete()
    household.delete()


def test_the_department_signs_only_helped_households(reference):
    assert SignLevel.DEPARTMENT in levels_of(ListKind.HELPED, "扶贫")
    assert SignLevel.DEPARTMENT not in levels_of(ListKind.HELPED, "")
    assert SignLevel.DEPARTMENT not in levels_of(ListKind.CHECKED, "民政")


def test_a_class_joins_the_helped_by_its_data_alone(reference):
    HouseholdClass.objects.filter(code="low_income").update(is_helped=True)
    household = HouseholdFactory(class_code="low_income")
    assert lists_with(household) == {"helped"}


def test_the_hash_of_a_row_covers_every_value(reference):
    HouseholdFactory()
    (row,) = rows_of_region(ListKind.CHECKED, ORDINARY, VILLAGE)
    seen = {digest(ListKind.CHECKED, row)}
    for position in range(len(row.values)):
        values = list(row.values)
        values[position] = "改"
        seen.add(digest(ListKind.CHECKED, row._replace(values=tuple(values))))
    seen.add(digest(ListKind.CHECKED, row._replace(region_id="610114007201")))
    assert len(seen) == len(row.values) + 2


@pytest.mark.parametrize("kind", ListKind)
def test_rows_take_a_fixed_number_of_queries(reference, django_assert_max_num_queries, kind):
    group = HELPED if kind == ListKind.HELPED else ORDINARY

    def queries(count):
        for _ in range(count):
            if group == HELPED:
                HouseholdFactory(class_code="registered_poor")
            else:
                accepted()
        with django_assert_max_num_queries(7) as counted:
            assert rows_of_region(kind, group, VILLAGE)
        return len(counted)

    assert queries(1) == queries(3)
