"""`manage.py rebuild_stages`: what the events say, against what is stored."""

from io import StringIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from households.models import Household, SafetyEvent
from tests.factories import HouseholdFactory, happen
from yanliang.audit.models import Entry


def rebuild(*options):
    out = StringIO()
    call_command("rebuild_stages", *options, stdout=out)
    return out.getvalue()


@pytest.fixture
def households(reference):
    """Without events, with some, corrected, of several classes: all as their events say."""
    HouseholdFactory()
    happen(HouseholdFactory(class_code="low_income"), "inspected:suspected", "appraised:c")
    happen(HouseholdFactory(), "inspected:suspected", "appraised:c", "ruled_in")
    happen(HouseholdFactory(), "inspected:safe", "exempted", "reinstated")
    superseded = happen(HouseholdFactory(), "inspected:suspected").events.get()
    superseded.superseded = True
    superseded.save()
    happen(superseded.household, "inspected:safe")


def falsify(**summary):
    """Make the household in 待审定纳入改造 something else behind the events' back."""
    household = Household.objects.get(events__kind="ruled_in")
    Household.objects.filter(pk=household.pk).update(**summary)
    return household


def test_nothing_to_say_about_a_whole_register(households):
    assert "核对 5 户" in rebuild("--check")


def test_check_names_the_household_and_writes_nothing(households):
    wrong = falsify(stage="accepted")
    out = StringIO()
    with pytest.raises(CommandError, match="有 1 户"):
        call_command("rebuild_stages", "--check", stdout=out)
    assert out.getvalue().strip() == (
        f"{wrong.code}：登记为 疑似不安全／验收合格／C级，按安全事项应为 疑似不安全／待改造／C级"
    )
    assert Household.objects.get(pk=wrong.pk).stage == "accepted"
    assert not Entry.objects.filter(act="summary_rebuilt").exists()


def test_repair_puts_it_right_and_leaves_a_trail(households):
    wrong = falsify(stage="accepted")
    assert "改正 1 户" in rebuild()
    repaired = Household.objects.get(pk=wrong.pk)
    assert repaired.stage == "to_renovate"
    assert repaired.past_summaries.filter(stage="accepted").exists()
    entry = Entry.objects.get(act="summary_rebuilt")
    assert (entry.object_id, entry.before["stage"], entry.after["stage"]) == (
        str(wrong.pk),
        "accepted",
        "to_renovate",
    )
    assert "核对 5 户" in rebuild("--check")


def test_only_a_repair_empties_the_cache_of_past_figures(households):
    cache.set("figures", 1)
    rebuild()
    assert cache.get("figures") == 1
    falsify(stage="accepted")
    rebuild()
    assert cache.get("figures") is None


def test_a_household_that_lost_its_events_is_found(households):
    household = Household.objects.get(events__kind="ruled_in")
    SafetyEvent.objects.filter(household=household).delete()
    with pytest.raises(CommandError, match="有 1 户"):
        rebuild("--check")


def test_events_that_cannot_be_are_reported_and_not_guessed_at(households):
    household = Household.objects.get(events__kind="ruled_in")
    household.events.filter(kind="appraised").update(outcome="a")
    out = StringIO()
    with pytest.raises(CommandError, match="另有 1 户的安全事项前后矛盾"):
        call_command("rebuild_stages", stdout=out)
    assert f"{household.code}：" in out.getvalue()
    assert "不能登记“审定纳入改造”" in out.getvalue()
    assert Household.objects.get(pk=household.pk).stage == "to_renovate"


def test_the_number_of_queries_does_not_grow(households, django_assert_num_queries):
    for _ in range(2):
        # Classes, events, households, and their number for the closing sentence.
        with django_assert_num_queries(4):
            rebuild("--check")
        for _ in range(8):
            happen(HouseholdFactory(), "inspected:safe")
