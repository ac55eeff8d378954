"""Drafts lose nothing: not to a crash, not to another person, not to a second page."""

import pytest

from inspections import drafts
from inspections.drafts import SET_ASIDE, Conflict, Seen
from inspections.forms import blank
from inspections.models import InspectionDraft
from inspections.submission import submit
from tests.factories import HouseholdFactory
from tests.inspections.filled import filled

NOTHING = Seen("", 0)


@pytest.fixture
def household(reference):
    return HouseholdFactory()


@pytest.fixture
def typed(household):
    return blank(household, None)


def remark(typed, text):
    return typed | {"remarks": {"S01": text}}


def test_each_save_is_a_new_state_of_one_draft(household, typed, recorder):
    first = drafts.save_draft(household, typed, recorder, seen=NOTHING)
    token = drafts.token(first)
    second = drafts.save_draft(household, remark(typed, "坡脚"), recorder, seen=Seen(token, 0))
    assert drafts.token(second) != token
    assert InspectionDraft.objects.get().data["remarks"] == {"S01": "坡脚"}


def test_a_save_elsewhere_is_said_with_name_and_time(household, typed, recorder, office_lead):
    drafts.save_draft(household, remark(typed, "别人的"), office_lead, seen=NOTHING)
    with pytest.raises(Conflict) as conflict:
        drafts.save_draft(household, typed, recorder, seen=NOTHING)
    assert str(office_lead) in conflict.value.message
    assert conflict.value.can_choose
    assert InspectionDraft.objects.get().data["remarks"] == {"S01": "别人的"}


def test_a_draft_begun_after_a_discarded_one_is_not_taken_for_it(
    household, typed, recorder, office_lead
):
    old = drafts.save_draft(household, typed, recorder, seen=NOTHING)
    seen = Seen(drafts.token(old), 0)
    drafts.discard_draft(household, office_lead)
    drafts.save_draft(household, typed, office_lead, seen=NOTHING)
    with pytest.raises(Conflict):
        drafts.save_draft(household, typed, recorder, seen=seen)


def test_a_draft_discarded_elsewhere_is_said(household, typed, recorder):
    old = drafts.save_draft(household, typed, recorder, seen=NOTHING)
    drafts.discard_draft(household, recorder)
    with pytest.raises(Conflict, match="放弃") as conflict:
        drafts.save_draft(household, typed, recorder, seen=Seen(drafts.token(old), 0))
    assert conflict.value.can_choose


def test_a_page_left_open_does_not_revive_a_submitted_form(household, recorder):
    typed = filled(household, recorder)
    submit(household, typed, recorder)
    with pytest.raises(Conflict) as conflict:
        drafts.save_draft(household, typed, recorder, seen=NOTHING)
    assert not conflict.value.can_choose
    assert not InspectionDraft.objects.exists()


@pytest.mark.parametrize(
    ("keep", "kept", "aside"), [("mine", "我的", "别人的"), ("theirs", "别人的", "我的")]
)
def test_either_choice_keeps_the_other_text_within_reach(
    household, typed, recorder, office_lead, keep, kept, aside
):
    drafts.save_draft(household, remark(typed, "别人的"), office_lead, seen=NOTHING)
    draft = drafts.settle_conflict(
        household, remark(typed, "我的"), recorder, keep=keep, seen=NOTHING
    )
    assert draft.data["remarks"] == {"S01": kept}
    assert draft.data[SET_ASIDE]["typed"]["remarks"] == {"S01": aside}
    swapped = drafts.swap_draft(household, recorder)
    assert swapped.data["remarks"] == {"S01": aside}
    assert swapped.data[SET_ASIDE]["typed"]["remarks"] == {"S01": kept}


def test_saving_on_keeps_what_was_set_aside(household, typed, recorder, office_lead):
    drafts.save_draft(household, remark(typed, "别人的"), office_lead, seen=NOTHING)
    draft = drafts.settle_conflict(household, typed, recorder, keep="mine", seen=NOTHING)
    saved = drafts.save_draft(
        household, remark(typed, "接着写"), recorder, seen=Seen(drafts.token(draft), 0)
    )
    assert saved.data[SET_ASIDE]["typed"]["remarks"] == {"S01": "别人的"}
