"""Which class identities make, and what a change of them leaves behind."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from households.events import folded
from households.identities import NewIdentity, change_identities, is_residual, main_class, settle
from households.models import HouseholdClass
from tests.factories import HouseholdFactory, happen
from yanliang.audit.models import Entry
from yanliang.periods import today

CLASSES = [
    HouseholdClass(
        pk=place, code=str(place), name=f"类{place}", precedence=place, department=department
    )
    for place, department in enumerate(["扶贫", "民政", "民政", "残联", ""], start=1)
]
some = st.sets(st.sampled_from(CLASSES))


def in_register(code: str) -> HouseholdClass:
    return HouseholdClass.objects.get(code=code)


def new(code: str, on: dt.date = dt.date(2020, 5, 1)) -> NewIdentity:
    return NewIdentity(in_register(code), on, certificate="D-7")


def change(household, by, **options):
    household.refresh_from_db()
    return change_identities(
        household.pk,
        **{"by": by, "seen": household.version, "reason": "动态调整", "on": today(), **options},
    )


def standing(household) -> set[str]:
    return set(household.identities.current().values_list("household_class__code", flat=True))


@given(st.sets(st.sampled_from(CLASSES), min_size=1))
def test_main_class_has_the_lowest_precedence(classes):
    assert main_class(classes).precedence == min(each.precedence for each in classes)


@given(some, some, some)
def test_settle_never_leaves_a_household_without_or_with_a_mixed_class(current, ended, added):
    try:
        after = settle(current, ended, added)
    except ValidationError:
        return
    assert after
    assert not ended & added
    assert len({is_residual(each) for each in after}) == 1
    assert after <= current | added


def test_added_identity_replaces_the_residual_class(recorder):
    household = HouseholdFactory()
    change(household, recorder, add=[new("low_income")])
    household.refresh_from_db()
    assert household.household_class.code == "low_income"
    assert standing(household) == {"low_income"}
    ended = household.identities.get(household_class__code="ordinary")
    assert ended.valid_to == today()
    assert household.identities.current().get().department == "民政"


def test_class_change_is_logged_archived_and_audited(recorder):
    household = HouseholdFactory()
    change(household, recorder, add=[new("registered_poor")], reason="新识别")
    change_entry = household.changes.get(kind="class_changed")
    assert change_entry.detail == {
        "before": {"类别": "一般农户", "身份": "一般农户"},
        "after": {"类别": "建档立卡贫困户", "身份": "建档立卡贫困户"},
    }
    assert household.past_summaries.get().household_class.code == "ordinary"
    entry = Entry.objects.get(act="class_changed")
    assert (entry.before["类别"], entry.after["类别"]) == ("一般农户", "建档立卡贫困户")
    assert entry.reason == "新识别"


def test_second_identity_does_not_move_a_household_of_lower_precedence_number(recorder):
    household = HouseholdFactory(class_code="registered_poor")
    change(household, recorder, add=[new("low_income")])
    household.refresh_from_db()
    assert household.household_class.code == "registered_poor"
    assert standing(household) == {"registered_poor", "low_income"}
    assert not household.past_summaries.exists()


def test_ending_the_main_identity_moves_to_the_next(recorder):
    household = HouseholdFactory(class_code="registered_poor")
    change(household, recorder, add=[new("disabled_poor")])
    main = household.identities.get(household_class__code="registered_poor")
    change(household, recorder, end=[main.pk])
    household.refresh_from_db()
    assert household.household_class.code == "disabled_poor"


def test_an_identity_is_not_ended_and_added_at_once(recorder):
    household = HouseholdFactory(class_code="low_income")
    change(household, recorder, add=[new("disabled_poor")])
    everything = household.identities.values_list("pk", flat=True)
    with pytest.raises(ValidationError, match="“低保户”身份不能同时终止又新增"):
        change(household, recorder, end=everything, add=[new("low_income")])
    assert standing(household) == {"low_income", "disabled_poor"}


@pytest.mark.parametrize(
    ("end", "add", "code"),
    [
        (True, [], "none_left"),
        (False, ["low_income"], "repeated"),
        (True, ["low_income"], "repeated"),
        (False, ["ordinary"], "not_residual"),
        (False, [], "unchanged"),
    ],
)
def test_refusals(recorder, end, add, code):
    household = HouseholdFactory(class_code="low_income")
    identity = household.identities.get()
    with pytest.raises(ValidationError) as refused:
        change(
            household,
            recorder,
            end=[identity.pk] if end else [],
            add=[new(each) for each in add],
        )
    assert refused.value.code == code
    assert standing(household) == {"low_income"}


def test_last_certified_identity_may_give_way_to_the_residual_class(recorder):
    household = HouseholdFactory(class_code="low_income")
    change(household, recorder, end=[household.identities.get().pk], add=[new("ordinary")])
    household.refresh_from_db()
    assert household.household_class.code == "ordinary"


def test_identity_cannot_end_before_it_began(recorder):
    household = HouseholdFactory(class_code="low_income")
    change(household, recorder, add=[new("registered_poor", dt.date(2020, 5, 1))])
    identity = household.identities.get(household_class__code="registered_poor")
    with pytest.raises(ValidationError, match="终止日期不能更早"):
        change(household, recorder, end=[identity.pk], on=dt.date(2020, 4, 1))


def test_class_change_follows_the_new_class_rules(recorder):
    household = happen(HouseholdFactory(), "inspected:suspected", "appraised:c")
    assert household.stage == "pending_ruling"
    household = change(household, recorder, add=[new("low_income")])
    assert household.stage == "to_renovate"
    assert folded(household) == household.summary


def test_right_is_checked_under_the_view(viewer):
    household = HouseholdFactory()
    with pytest.raises(PermissionDenied):
        change(household, viewer, add=[new("low_income")])
