"""The office lead reviews and returns; each act works once, for the right person, in the right state."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from households.enums import Stage, Verdict
from inspections import review
from inspections.enums import InspectionState
from inspections.models import Inspection
from tests.factories import HouseholdFactory, StaffFactory
from tests.inspections.factories import InspectionFactory, photo_of
from yanliang.audit.models import Entry

REASON = "W01 裂缝照片看不清，请重拍。"


@pytest.fixture
def inspection(recorder):
    return InspectionFactory(submitted_by=recorder)


@pytest.fixture
def lead_elsewhere(reference):
    return StaffFactory(username="beitun_lead", role="office_lead", region_id="610114005")


@pytest.fixture(params=["inspection_review", "inspection_return"])
def act(request):
    """Each of the two acts, as (name of the address, state it leads to, name in the trail, what is posted)."""
    return {
        "inspection_review": (
            "inspection_review",
            InspectionState.REVIEWED,
            "inspection_reviewed",
            {},
        ),
        "inspection_return": (
            "inspection_return",
            InspectionState.RETURNED,
            "inspection_returned",
            {"reason": REASON},
        ),
    }[request.param]


@pytest.fixture
def post(sign_in, act):
    """Do the act on an inspection as somebody."""

    def as_person(staff, inspection, **posted):
        url = reverse(f"inspections:{act[0]}", args=[inspection.pk])
        return sign_in(staff).post(url, act[3] | posted, follow=True)

    return as_person


def messages_of(answer) -> str:
    return "".join(str(message) for message in answer.context["messages"])


class TestEachAct:
    def test_works(self, post, act, inspection, office_lead):
        answer = post(office_lead, inspection)
        inspection.refresh_from_db()
        assert inspection.state == act[1]
        assert inspection.reviewed_by == office_lead
        assert inspection.reviewed_at > inspection.submitted_at
        entry = Entry.objects.get(act=act[2])
        assert entry.before == {"state": "submitted"}
        assert entry.after == {"state": act[1]}
        assert entry.reason == act[3].get("reason", "")
        assert inspection.household.head_name in messages_of(answer)

    def test_the_verdict_goes_on_counting(self, post, office_lead, inspection):
        post(office_lead, inspection)
        inspection.household.refresh_from_db()
        assert inspection.household.stage == Stage.SAFE

    def test_another_office_finds_nothing(self, post, inspection, lead_elsewhere):
        assert post(lead_elsewhere, inspection).status_code == 404

    @pytest.mark.parametrize("person", ["recorder", "villager", "viewer", "bureau_lead"])
    def test_without_the_right(self, request, post, inspection, person):
        assert post(request.getfixturevalue(person), inspection).status_code == 403
        inspection.refresh_from_db()
        assert inspection.state == InspectionState.SUBMITTED

    def test_nobody_judges_their_own(self, post, office_lead):
        own = InspectionFactory(submitted_by=office_lead)
        assert post(office_lead, own).status_code == 403
        own.refresh_from_db()
        assert own.state == InspectionState.SUBMITTED

    def test_another_lead_of_the_office_judges_it(self, post, act, office_lead):
        own = InspectionFactory(submitted_by=office_lead)
        deputy = StaffFactory(username="deputy", role="office_lead", region_id="610114007")
        post(deputy, own)
        own.refresh_from_db()
        assert own.state == act[1]

    def test_wrong_state_says_why(self, post, inspection, office_lead):
        Inspection.objects.update(state=InspectionState.REPLACED)
        assert "当前状态为“已更正”" in messages_of(post(office_lead, inspection))
        assert not Entry.objects.filter(act__startswith="inspection_re").exists()

    def test_bad_id(self, sign_in, act, office_lead):
        answer = sign_in(office_lead).post(reverse(f"inspections:{act[0]}", args=[0]), act[3])
        assert answer.status_code == 404

    def test_get_is_refused(self, sign_in, act, inspection, office_lead):
        url = reverse(f"inspections:{act[0]}", args=[inspection.pk])
        assert sign_in(office_lead).get(url).status_code == 405

    def test_double_click_does_it_once(self, post, act, inspection, office_lead):
        first, second = post(office_lead, inspection), post(office_lead, inspection)
        assert messages_of(first) == messages_of(second)
        assert Entry.objects.filter(act=act[2]).count() == 1

    def test_it_goes_back_where_it_came_from(self, post, inspection, office_lead):
        desk = reverse("inspections:review_list")
        answer = post(office_lead, inspection, next=f"{desk}?verdict=safe")
        assert answer.redirect_chain[-1][0] == f"{desk}?verdict=safe"

    def test_but_never_to_a_foreign_place(self, post, inspection, office_lead):
        answer = post(office_lead, inspection, next="https://example.com/")
        assert answer.redirect_chain[-1][0] == reverse("inspections:review_list")


class TestReturn:
    @pytest.mark.parametrize(
        ("reason", "sentence"),
        [("", "请填写退回理由"), ("   ", "请填写退回理由"), ("长" * 201, "不能超过 200 字")],
    )
    def test_needs_a_reason(self, sign_in, inspection, office_lead, reason, sentence):
        url = reverse("inspections:inspection_return", args=[inspection.pk])
        answer = sign_in(office_lead).post(url, {"reason": reason}, follow=True)
        assert sentence in messages_of(answer)
        inspection.refresh_from_db()
        assert inspection.state == InspectionState.SUBMITTED

    def test_the_rule_itself_needs_one(self, inspection, office_lead):
        with pytest.raises(ValidationError, match="请填写退回的理由"):
            review.send_back(inspection, office_lead, "  ")

    def test_the_reason_is_kept_and_the_recorder_has_it_to_do(
        self, inspection, office_lead, recorder
    ):
        review.send_back(inspection, office_lead, REASON)
        returned = Inspection.objects.visible_to(recorder).returned().get()
        assert returned.return_reason == REASON

    def test_a_returned_one_cannot_be_reviewed(self, inspection, office_lead):
        review.send_back(inspection, office_lead, REASON)
        with pytest.raises(ValidationError, match="已退回"):
            review.review(inspection, office_lead)


def test_review_checks_the_right_itself(inspection, recorder):
    with pytest.raises(PermissionDenied):
        review.review(inspection, recorder)


class TestObstacles:
    def test_none(self, inspection, office_lead):
        assert review.obstacles(inspection, office_lead) == []

    def test_own(self, office_lead):
        assert review.obstacles(InspectionFactory(submitted_by=office_lead), office_lead) == [
            review.OWN
        ]

    def test_state(self, inspection, office_lead):
        inspection.state = InspectionState.REVIEWED
        assert "已审核" in review.obstacles(inspection, office_lead)[0]


class TestDesk:
    url = "/inspections/review/"

    def test_oldest_first(self, sign_in, office_lead, recorder):
        first, second = InspectionFactory(), InspectionFactory()
        InspectionFactory(state=InspectionState.REVIEWED)
        answer = sign_in(office_lead).get(self.url)
        assert list(answer.context["page"]) == [first, second]
        assert answer.context["counts"] == {"all": 2, "suspected": 0}

    def test_only_the_own_office(self, sign_in, lead_elsewhere, inspection):
        assert list(sign_in(lead_elsewhere).get(self.url).context["page"]) == []

    @pytest.mark.parametrize("person", ["recorder", "villager", "viewer", "bureau_lead", "keeper"])
    def test_is_the_leads_alone(self, request, sign_in, person):
        assert sign_in(request.getfixturevalue(person)).get(self.url).status_code == 403

    def test_narrowed_to_the_suspected(self, sign_in, office_lead, inspection):
        suspected = InspectionFactory(verdict=Verdict.SUSPECTED, reasons=["W01 有较宽裂缝。"])
        answer = sign_in(office_lead).get(self.url, {"verdict": "suspected"})
        assert list(answer.context["page"]) == [suspected]
        assert answer.context["counts"] == {"all": 2, "suspected": 1}
        assert "W01 有较宽裂缝。" in answer.text

    def test_narrowed_to_a_village(self, sign_in, office_lead, inspection):
        there = InspectionFactory(household=HouseholdFactory(region_id="610114007201"))
        answer = sign_in(office_lead).get(self.url, {"village": "610114007201"})
        assert list(answer.context["page"]) == [there]

    @pytest.mark.parametrize("query", [{"verdict": "x"}, {"village": "610114005200"}])
    def test_a_wrong_filter_shows_nothing_and_says_so(
        self, sign_in, office_lead, inspection, query
    ):
        answer = sign_in(office_lead).get(self.url, query)
        assert list(answer.context["page"]) == []
        assert "筛选条件无法识别" in answer.text

    def test_own_and_suspected_ones_cannot_be_ticked(self, sign_in, office_lead):
        InspectionFactory(submitted_by=office_lead)
        InspectionFactory(verdict=Verdict.SUSPECTED)
        safe = InspectionFactory()
        answer = sign_in(office_lead).get(self.url)
        ticks = [line for line in answer.text.split("<input") if 'name="inspection"' in line]
        assert ["disabled" in tick.split(">")[0] for tick in ticks] == [True, True, False]
        assert f'value="{safe.pk}"' in ticks[2]

    def test_as_many_queries_for_50_rows_as_for_5(
        self, sign_in, office_lead, recorder, django_assert_num_queries
    ):
        client = sign_in(office_lead)
        for expected in (5, 50):
            while Inspection.objects.count() < expected:
                inspection = InspectionFactory(submitted_by=recorder)
                inspection.photo_links.create(
                    photo=photo_of(inspection.household, recorder), item_code="front"
                )
            with django_assert_num_queries(8):
                answer = client.get(self.url)
            assert len(answer.context["page"]) == expected


class TestBulk:
    url = "/inspections/review/bulk/"

    def test_reviews_each_and_reports_the_rest(self, sign_in, office_lead, lead_elsewhere):
        safe = [InspectionFactory(), InspectionFactory()]
        suspected = InspectionFactory(verdict=Verdict.SUSPECTED)
        own = InspectionFactory(submitted_by=office_lead)
        done = InspectionFactory(state=InspectionState.RETURNED)
        elsewhere = InspectionFactory(household=HouseholdFactory(region_id="610114005200"))
        chosen = [*safe, suspected, own, done, elsewhere]
        answer = sign_in(office_lead).post(
            self.url, {"inspection": [each.pk for each in chosen]}, follow=True
        )
        for each in chosen:
            each.refresh_from_db()
        assert [each.state for each in chosen] == [
            InspectionState.REVIEWED,
            InspectionState.REVIEWED,
            InspectionState.SUBMITTED,
            InspectionState.SUBMITTED,
            InspectionState.RETURNED,
            InspectionState.SUBMITTED,
        ]
        assert Entry.objects.filter(act="inspection_reviewed").count() == 2
        said = messages_of(answer)
        assert "已审核通过 2 条" in said
        assert "3 条未审核" in said
        for sentence in (review.UNSAFE_ONE_BY_ONE, review.OWN, "当前状态为“已退回”"):
            assert sentence in said

    def test_names_are_escaped_in_the_report(self, sign_in, office_lead):
        InspectionFactory(
            verdict=Verdict.SUSPECTED, household=HouseholdFactory(head_name="<b>张三</b>")
        )
        answer = sign_in(office_lead).post(
            self.url, {"inspection": [Inspection.objects.get().pk]}, follow=True
        )
        assert "&lt;b&gt;张三" in messages_of(answer)

    @pytest.mark.parametrize("chosen", [[], ["0"], ["x"], ["9" * 40], ["-1"]])
    def test_nothing_to_do_is_said(self, sign_in, office_lead, chosen):
        answer = sign_in(office_lead).post(self.url, {"inspection": chosen}, follow=True)
        assert "没有选中" in messages_of(answer)

    def test_double_click_does_it_once(self, sign_in, office_lead, inspection):
        client = sign_in(office_lead)
        for _ in range(2):
            client.post(self.url, {"inspection": [inspection.pk]})
        assert Entry.objects.filter(act="inspection_reviewed").count() == 1

    @pytest.mark.parametrize("person", ["recorder", "villager", "bureau_lead"])
    def test_is_the_leads_alone(self, request, sign_in, inspection, person):
        answer = sign_in(request.getfixturevalue(person)).post(
            self.url, {"inspection": [inspection.pk]}
        )
        assert answer.status_code == 403

    def test_get_is_refused(self, sign_in, office_lead):
        assert sign_in(office_lead).get(self.url).status_code == 405
