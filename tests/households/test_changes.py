"""增减: the ways out of the register, the way back, and the ledger; and that no order of acts breaks the summary."""

import contextlib

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from households import changes
from households.editing import edit_household
from households.enums import ChangeKind
from households.events import folded
from households.identities import NewIdentity, change_identities, main_class
from households.models import Household, HouseholdChange, HouseholdClass, Region
from households.reference import load_classes, load_regions
from households.roster.resident_id import check_character
from tests.factories import HouseholdFactory, StaffFactory, happen, resident_id
from yanliang.audit.models import Entry
from yanliang.periods import today

BODY = "61011419850317001"
NEW_ID = BODY + check_character(BODY)


def request(household, by, kind=ChangeKind.MOVED_OUT, **options):
    return changes.request_removal(
        household.pk,
        kind,
        **{"by": by, "reason": "迁出", "evidence": "迁移证", "on": today(), **options},
    )


def split(household, by, **options):
    new = Household(head_name="张分出", id_number=NEW_ID, population=options.pop("people", 1))
    household.refresh_from_db()
    return changes.split_household(
        household.pk,
        new,
        **{
            "by": by,
            "seen": household.version,
            "household_class": household.household_class,
            "reason": "成家",
            "on": today(),
            **options,
        },
    )


def test_request_changes_no_figure_until_confirmed(recorder, bureau_clerk):
    household = HouseholdFactory()
    change = request(household, recorder)
    household.refresh_from_db()
    assert (change.state, household.stage) == ("pending", "unchecked")
    changes.confirm_removal(change.pk, by=bureau_clerk)
    household.refresh_from_db()
    change.refresh_from_db()
    assert (change.state, change.decided_by, household.stage) == ("done", bureau_clerk, "exempt")
    assert household.past_summaries.get().stage == "unchecked"
    event = household.events.get()
    assert (event.kind, event.source) == ("exempted", f"households.householdchange:{change.pk}")


def test_refusal_needs_a_note_and_leaves_the_household(recorder, bureau_lead):
    household = HouseholdFactory()
    change = request(household, recorder)
    with pytest.raises(ValidationError, match="请填写不同意的理由"):
        changes.refuse_removal(change.pk, by=bureau_lead, note=" ")
    changes.refuse_removal(change.pk, by=bureau_lead, note="缺迁移证")
    change.refresh_from_db()
    household.refresh_from_db()
    assert (change.state, change.decision_note) == ("refused", "缺迁移证")
    assert household.stage == "unchecked"
    assert request(household, recorder).state == "pending"


def test_second_request_waits_for_the_first(recorder):
    household = HouseholdFactory()
    request(household, recorder)
    with pytest.raises(ValidationError, match="已有一项变更在等区局确认"):
        request(household, recorder)


def test_merging_names_the_household_that_stays(recorder, bureau_clerk):
    one, other = HouseholdFactory.create_batch(2)
    with pytest.raises(ValidationError, match="保留的那一户的户编号"):
        request(one, recorder, ChangeKind.MERGED)
    with pytest.raises(ValidationError, match="不能是本户"):
        request(one, recorder, ChangeKind.MERGED, related=one)
    change = request(one, recorder, ChangeKind.MERGED, related=other)
    assert change.related == other
    with pytest.raises(ValidationError, match="自己也在等区局确认"):
        request(other, recorder, ChangeKind.DUPLICATE, related=one)


def test_two_households_never_vanish_into_each_other(recorder, bureau_clerk):
    one, other = HouseholdFactory.create_batch(2)
    change = request(one, recorder, ChangeKind.MERGED, related=other)
    happen(other, "exempted")
    with pytest.raises(ValidationError, match="已是“无需排查”"):
        changes.confirm_removal(change.pk, by=bureau_clerk)
    one.refresh_from_db()
    assert one.stage == "unchecked"


def test_related_code_outside_the_region_is_unknown(sign_in, recorder):
    household = HouseholdFactory()
    hidden = HouseholdFactory(region_id="610114005200")
    response = sign_in(recorder).post(
        reverse("households:household_removal", args=[household.pk]),
        {
            "kind": "merged",
            "happened_on": today(),
            "reason": "合户",
            "evidence": "户口簿",
            "related_code": hidden.code,
        },
    )
    assert "没有这个户编号" in response.content.decode()
    assert not HouseholdChange.objects.exists()


def test_reinstated_household_is_where_it_was(recorder, bureau_clerk):
    household = happen(HouseholdFactory(), "inspected:suspected", "appraised:d")
    changes.confirm_removal(request(household, recorder).pk, by=bureau_clerk)
    changes.reinstate(household.pk, by=bureau_clerk, reason="又迁回", on=today())
    household.refresh_from_db()
    assert household.summary == ("suspected", "pending_ruling", "d")
    assert household.changes.filter(kind="reinstated").get().reason == "又迁回"


def test_split_starts_unchecked_and_takes_its_people_along(recorder):
    origin = happen(HouseholdFactory(population=5), "inspected:safe")
    new = split(origin, recorder, people=2)
    origin.refresh_from_db()
    assert (origin.population, new.population) == (3, 2)
    assert (new.stage, new.region_id) == ("unchecked", origin.region_id)
    assert new.code > origin.code
    change = HouseholdChange.objects.get()
    assert (change.kind, change.household, change.related) == ("split", new, origin)
    assert origin.stage == "safe"


def test_split_leaves_somebody_behind(recorder):
    with pytest.raises(ValidationError, match="分出的人数应少于此数"):
        split(HouseholdFactory(population=3), recorder, people=3)
    assert Household.objects.count() == 1


def test_rights_are_checked_under_the_views(viewer, recorder):
    household = HouseholdFactory(population=3)
    with pytest.raises(PermissionDenied):
        request(household, viewer)
    with pytest.raises(PermissionDenied):
        split(household, viewer)
    with pytest.raises(PermissionDenied):
        changes.confirm_removal(request(household, recorder).pk, by=recorder)
    with pytest.raises(PermissionDenied):
        changes.reinstate(household.pk, by=recorder, reason="迁回", on=today())


def test_ledger_puts_what_waits_first_and_counts_by_kind(sign_in, recorder, bureau_clerk):
    waiting, other = HouseholdFactory.create_batch(2, population=4)
    request(waiting, recorder)
    split(other, recorder)
    context = sign_in(bureau_clerk).get("/households/changes/").context
    assert [change.kind for change in context["page"]] == ["moved_out", "split"]
    assert dict(context["totals"]) == {"split": 1, "moved_out": 1}
    assert context["waiting"] == 1


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 2),
        ("kind=split", 1),
        ("state=pending", 1),
        ("region=610114005", 0),
        ("region=610114007", 2),
        ("since=2999-01-01", 0),
        ("until=2999-01-01", 2),
        ("kind=nonsense", 0),
    ],
)
def test_ledger_filters(sign_in, recorder, bureau_clerk, query, number):
    household = HouseholdFactory(population=4)
    split(household, recorder)
    request(household, recorder)
    page = sign_in(bureau_clerk).get(f"/households/changes/?{query}").context["page"]
    assert len(page) == number


def test_ledger_shows_own_region_only(sign_in, stranger, recorder):
    change = request(HouseholdFactory(), recorder)
    client = sign_in(stranger)
    assert not list(client.get("/households/changes/").context["page"])
    assert client.get(reverse("households:change_detail", args=[change.pk])).status_code == 404


def test_ledger_has_a_fixed_number_of_queries(
    sign_in, bureau_clerk, recorder, django_assert_num_queries
):
    client = sign_in(bureau_clerk)
    request(HouseholdFactory(), recorder)
    client.get("/households/changes/")
    for number in (2, 8):
        for household in HouseholdFactory.create_batch(number):
            request(household, recorder)
        # Session, person, the region in the header, offices, totals, pending, rows.
        with django_assert_num_queries(7):
            client.get("/households/changes/")


VILLAGES = ("610114007200", "610114007201")
CLASSES = ("registered_poor", "destitute", "low_income", "disabled_poor", "ordinary")
acts = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(CLASSES)),
    st.tuples(st.just("end"), st.sampled_from(CLASSES)),
    st.tuples(st.just("move"), st.sampled_from(VILLAGES)),
    st.tuples(
        st.just("happen"),
        st.sampled_from(
            [
                "inspected:safe",
                "inspected:suspected",
                "appraised:b",
                "appraised:c",
                "ruled_in",
                "renovation_started",
                "warned",
            ]
        ),
    ),
    *[st.just((name, "")) for name in ("ask", "confirm", "refuse", "reinstate", "split")],
)


class AnyOrderOfActs(TestCase):
    """Whatever is tried, in whatever order, what was refused left no trace and what was done adds up."""

    def setUp(self):
        load_regions()
        load_classes()

    @settings(max_examples=40, deadline=None)
    @given(st.lists(acts, max_size=14))
    def test_summary_identities_and_ledger_agree(self, steps):
        office = StaffFactory(username="office", role="recorder", region_id="610114007")
        bureau = StaffFactory(username="bureau", role="bureau_clerk", region_id="610114")
        household = HouseholdFactory(population=4)
        for serial, (name, value) in enumerate(steps):
            with contextlib.suppress(ValidationError):
                self.perform(household.pk, name, value, office, bureau, serial)
            stored, reckoned = self.stored_and_reckoned(household.pk)
            assert stored == reckoned

    def perform(self, pk, name, value, office, bureau, serial):
        household = Household.objects.get(pk=pk)
        pending = household.changes.pending().first()
        common = {"by": office, "seen": household.version, "reason": "理由"}
        if name == "add":
            added = NewIdentity(HouseholdClass.objects.get(code=value), today())
            change_identities(pk, add=[added], on=today(), **common)
        elif name == "end":
            ended = household.identities.filter(household_class__code=value)
            change_identities(pk, end=[each.pk for each in ended], on=today(), **common)
        elif name == "move":
            edit_household(pk, {"region": Region.objects.get(code=value)}, **common)
        elif name == "happen":
            happen(household, value)
        elif name == "ask":
            request(household, office)
        elif name == "confirm" and pending:
            changes.confirm_removal(pending.pk, by=bureau)
        elif name == "refuse" and pending:
            changes.refuse_removal(pending.pk, by=bureau, note="不同意")
        elif name == "reinstate":
            changes.reinstate(pk, by=bureau, reason="迁回", on=today())
        elif name == "split":
            new = Household(head_name="张分出", id_number=resident_id(9000 + serial), population=1)
            changes.split_household(
                pk, new, household_class=household.household_class, on=today(), **common
            )

    def stored_and_reckoned(self, pk):
        """What the register says of the household, and what its events, identities and ledger come to."""
        household = Household.objects.get(pk=pk)
        current = [each.household_class for each in household.identities.current()]
        certified = [each for each in current if each.department]
        removed = household.changes.filter(kind=ChangeKind.MOVED_OUT, state="done").count()
        back = household.changes.filter(kind=ChangeKind.REINSTATED).count()
        split_off = HouseholdChange.objects.filter(kind=ChangeKind.SPLIT, related_id=pk).count()
        told = Entry.objects.filter(act="household_split_off", object_id=str(pk)).count()
        stored = {
            "summary": household.summary,
            "class": household.household_class,
            "identities": len(current),
            "times out of the check": int(household.stage == "exempt"),
            "population": household.population,
            "splits in the trail": told,
        }
        reckoned = {
            "summary": folded(household),
            "class": main_class(current),
            # Several identities, or one that nobody certifies: never both.
            "identities": len(certified) or 1,
            "times out of the check": removed - back,
            "population": 4 - split_off,
            "splits in the trail": split_off,
        }
        return stored, reckoned
