"""What was entered wrongly: uploads void, acceptance withdrawn, dates and money put right."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from households.enums import OldHouse, Stage
from households.events import folded
from households.models import PastSummary
from rectification.accepting import record_acceptance, withdraw_acceptance
from rectification.correcting import correct
from rectification.enums import Moment, RenovationState
from rectification.filing import add_photos
from rectification.models import Acceptance, Renovation
from rectification.renovating import finish
from rectification.subsidy import pay_subsidy, void_payment
from rectification.voiding import void_document, void_photo
from tests.factories import StaffFactory, happen
from tests.rectification.cases import (
    ACCEPT,
    FINISH,
    FUNDING,
    START,
    accepted,
    clerk,
    demolished,
    failing,
    filed,
    findings,
    finished,
    picture,
    pictured,
    planned,
    started,
)
from yanliang.audit.models import Entry

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WHY = "录入有误"


@pytest.fixture(autouse=True)
def _reference(reference):
    pass


@pytest.fixture
def lead(bureau_lead):
    return bureau_lead


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def refusal(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refused:
        act(*args, **kwargs)
    return "".join(refused.value.messages)


class TestUploads:
    def test_a_void_paper_is_kept_and_missing_again(self, sign_in, bureau_clerk):
        document = filed()
        address = reverse("rectification:renovation_detail", args=[document.renovation_id])
        client = sign_in(bureau_clerk)
        before = client.get(address).context["missing_papers"]
        void_document(document.pk, by=clerk(), reason="别户的合同")
        page = client.get(address)
        assert page.context["missing_papers"] == before + 1
        assert page.context["voided_papers"] == [document]
        assert "别户的合同" in page.text
        shown = client.get(reverse("rectification:document_show", args=[document.pk]))
        assert shown.status_code == 200

    def test_a_void_photo_no_longer_lets_the_work_be_finished(self):
        renovation = pictured()
        after = renovation.photo_links.get(moment="after")
        void_photo(after.pk, by=clerk(), reason=WHY)
        assert "还没有改造后的照片" in refusal(finish, renovation.pk, by=clerk(), on=FINISH)

    def test_a_photo_of_the_wrong_moment_is_filed_again_under_the_right_one(self):
        renovation = started()
        [wrong] = add_photos(renovation.pk, Moment.BEFORE, [picture("white")], by=clerk())
        void_photo(wrong.pk, by=clerk(), reason=WHY)
        [right] = add_photos(renovation.pk, Moment.AFTER, [picture("white")], by=clerk())
        assert right.photo_id == wrong.photo_id
        assert [link.moment for link in renovation.photo_links.standing()] == ["after"]

    @pytest.mark.parametrize("make", [finished, accepted])
    def test_what_the_finished_work_stands_on_stays_until_another_is_there(self, make):
        renovation = make()
        only = renovation.photo_links.get(moment="after")
        assert "只有这一张" in refusal(void_photo, only.pk, by=clerk(), reason=WHY)
        add_photos(renovation.pk, Moment.AFTER, [picture("blue")], by=clerk())
        void_photo(only.pk, by=clerk(), reason=WHY)
        assert fresh(only).is_void

    def test_photos_of_the_work_under_way_are_not_needed_for_the_finish(self):
        renovation = finished()
        [link] = add_photos(renovation.pk, Moment.DURING, [picture("blue")], by=clerk())
        void_photo(link.pk, by=clerk(), reason=WHY)
        assert fresh(link).is_void

    def test_the_database_wants_person_and_reason(self):
        document = filed()
        with pytest.raises(IntegrityError), transaction.atomic():
            document.renovation.documents.update(void_reason=WHY)


class TestAcceptance:
    def test_withdrawn_the_household_waits_and_the_right_one_follows(self, lead):
        renovation = accepted()
        wrong = renovation.acceptances.get()
        withdraw_acceptance(wrong.pk, by=lead, reason=WHY)
        renovation = fresh(renovation)
        household = renovation.household
        assert (renovation.state, household.stage) == ("finished", Stage.COMPLETED)
        assert folded(household) == household.summary
        assert fresh(wrong).event.superseded
        assert fresh(wrong).is_void
        past = PastSummary.objects.filter(household=household).latest("until")
        assert past.stage == Stage.ACCEPTED

        record_acceptance(renovation.pk, findings(accepted_on=ACCEPT + DAY), by=clerk())
        household.refresh_from_db()
        assert household.stage == Stage.ACCEPTED
        assert folded(household) == household.summary
        pay_subsidy(renovation.pk, by=clerk(), on=ACCEPT + DAY, amount=Decimal(1))
        assert list(Acceptance.objects.standing()) == [renovation.acceptances.first()]

    def test_a_withdrawn_failure_may_pass(self, lead):
        renovation = demolished()
        wrong = record_acceptance(renovation.pk, failing(), by=clerk())
        withdraw_acceptance(wrong.pk, by=lead, reason=WHY)
        record_acceptance(renovation.pk, findings(), by=clerk())
        assert fresh(renovation).household.stage == Stage.ACCEPTED

    def test_the_date_of_the_standing_acceptance_makes_the_subsidy_due(self, lead):
        renovation = accepted()
        withdraw_acceptance(renovation.acceptances.get().pk, by=lead, reason=WHY)
        record_acceptance(renovation.pk, findings(accepted_on=ACCEPT + 5 * DAY), by=clerk())
        due = Renovation.objects.subsidy_due
        assert list(due(ACCEPT + 35 * DAY)) == []
        assert list(due(ACCEPT + 36 * DAY)) == [renovation]

    def test_the_bureaus_clerk_may_not(self):
        acceptance = accepted().acceptances.get()
        with pytest.raises(PermissionDenied):
            withdraw_acceptance(acceptance.pk, by=clerk(), reason=WHY)

    def test_needs_a_reason(self, lead):
        acceptance = accepted().acceptances.get()
        assert "理由" in refusal(withdraw_acceptance, acceptance.pk, by=lead, reason=" ")

    def test_once(self, lead):
        acceptance = accepted().acceptances.get()
        withdraw_acceptance(acceptance.pk, by=lead, reason=WHY)
        again = refusal(withdraw_acceptance, acceptance.pk, by=lead, reason=WHY)
        assert "不能撤回验收" in again
        assert Entry.objects.filter(act="acceptance_withdrawn").count() == 1

    def test_not_once_the_subsidy_is_paid_in_full(self, lead):
        renovation = accepted()
        acceptance = renovation.acceptances.get()
        payment = pay_subsidy(
            renovation.pk, by=clerk(), on=ACCEPT, amount=Decimal(1)
        ).payments.get()
        assert "发清" in refusal(withdraw_acceptance, acceptance.pk, by=lead, reason=WHY)
        void_payment(payment.pk, by=clerk(), reason=WHY)
        withdraw_acceptance(acceptance.pk, by=lead, reason=WHY)

    @pytest.mark.parametrize(
        "later", [("warned",), ("inspected:suspected",), ("exempted",), ("warned", "appraised:a")]
    )
    def test_not_when_something_later_stands_on_it(self, lead, later):
        renovation = accepted()
        happen(renovation.household, *later)
        acceptance = renovation.acceptances.get()
        said = refusal(withdraw_acceptance, acceptance.pk, by=lead, reason=WHY)
        assert "以这次验收为依据" in said
        assert not fresh(acceptance).is_void
        assert fresh(renovation).state == RenovationState.ACCEPTED

    def test_a_later_visit_that_changed_nothing_is_no_hindrance(self, lead):
        renovation = accepted()
        happen(renovation.household, "inspected:safe")
        withdraw_acceptance(renovation.acceptances.get().pk, by=lead, reason=WHY)
        household = fresh(renovation).household
        assert household.stage == Stage.COMPLETED
        assert folded(household) == household.summary

    def test_not_when_the_rework_is_finished(self, lead):
        renovation = demolished()
        failed = record_acceptance(renovation.pk, failing(), by=clerk())
        finish(renovation.pk, by=clerk(), on=ACCEPT + DAY)
        assert "待验收" in refusal(withdraw_acceptance, failed.pk, by=lead, reason=WHY)
        record_acceptance(renovation.pk, findings(accepted_on=ACCEPT + DAY), by=clerk())
        assert "最近一次" in refusal(withdraw_acceptance, failed.pk, by=lead, reason=WHY)

    def test_not_when_the_house_was_renovated_again(self, lead):
        first = accepted()
        happen(first.household, "warned", "appraised:d", "ruled_in")
        accepted(first.household)
        acceptance = first.acceptances.get()
        assert "不能登记" in refusal(withdraw_acceptance, acceptance.pk, by=lead, reason=WHY)
        assert not fresh(acceptance).event.superseded

    def test_only_the_lead_is_offered_it(self, sign_in, lead, bureau_clerk):
        renovation = accepted()
        address = reverse("rectification:renovation_detail", args=[renovation.pk])
        offer = reverse("rectification:acceptance_withdraw", args=[renovation.acceptances.get().pk])
        assert offer in sign_in(lead).get(address).text
        assert offer not in sign_in(bureau_clerk).get(address).text
        withdraw_acceptance(renovation.acceptances.get().pk, by=lead, reason="结果录错")
        page = sign_in(lead).get(address).text
        assert offer not in page
        assert "已撤回" in page
        assert "结果录错" in page

    def test_the_list_for_excel_takes_the_standing_one(self, lead):
        from rectification.exports import row_of

        renovation = accepted()
        withdraw_acceptance(renovation.acceptances.get().pk, by=lead, reason=WHY)
        renovation = fresh(renovation)
        renovation.paid = 0
        assert row_of(renovation).cells["accepted"] is None
        record_acceptance(renovation.pk, findings(accepted_on=ACCEPT + DAY), by=clerk())
        assert row_of(renovation).cells["accepted"] == ACCEPT + DAY

    def test_the_right_one_starts_from_what_was_typed(self, sign_in, lead):
        renovation = accepted()
        address = reverse("rectification:acceptance_record", args=[renovation.pk])
        withdraw_acceptance(renovation.acceptances.get().pk, by=lead, reason=WHY)
        form = sign_in(lead).get(address).context["form"]
        typed = {name: form[name].value() or "" for name in form.fields}
        assert (typed["acceptor"], typed["accepted_on"], typed["mark_Y05"]) == (
            "王建国",
            ACCEPT,
            "pass",
        )
        right = typed | {"accepted_on": f"{ACCEPT + DAY}"}
        assert sign_in(lead).post(address, right).status_code == 302
        assert renovation.acceptances.standing().get().accepted_on == ACCEPT + DAY

    def test_an_acceptance_before_the_demolition_is_refused(self):
        renovation = demolished()
        Renovation.objects.update(old_house_demolished_on=ACCEPT + DAY)
        said = refusal(record_acceptance, renovation.pk, findings(), by=clerk())
        assert "旧房拆除日期" in said


def change(renovation, funding=None, reason=WHY, **dates):
    seen = fresh(renovation).version
    return correct(renovation.pk, dates, funding, by=clerk(), reason=reason, seen=seen)


class TestDates:
    def test_start_and_finish_with_their_events(self):
        renovation = accepted()
        household = fresh(renovation).household
        was = household.summary
        change(renovation, started_on=START - DAY, finished_on=FINISH + DAY)
        renovation = fresh(renovation)
        assert (renovation.started_on, renovation.finished_on) == (START - DAY, FINISH + DAY)
        household = renovation.household
        standing = dict(household.events.standing().values_list("kind", "happened_on"))
        assert standing["renovation_started"] == START - DAY
        assert standing["renovation_finished"] == FINISH + DAY
        assert household.events.filter(superseded=True).count() == 2
        assert household.summary == was == folded(household)
        entry = Entry.objects.get(act="renovation_corrected")
        assert entry.reason == WHY
        assert entry.before == {"开工日期": f"{START}", "竣工日期": f"{FINISH}"}
        assert entry.after == {"开工日期": f"{START - DAY}", "竣工日期": f"{FINISH + DAY}"}

    def test_after_a_rework_the_last_finish_is_the_one(self):
        renovation = demolished()
        record_acceptance(renovation.pk, failing(), by=clerk())
        finish(renovation.pk, by=clerk(), on=ACCEPT + 3 * DAY)
        assert "不能早于上次验收日期" in refusal(change, renovation, finished_on=ACCEPT - DAY)
        change(renovation, finished_on=ACCEPT + DAY)
        finishes = renovation.household.events.standing().filter(kind="renovation_finished")
        assert list(finishes.values_list("happened_on", flat=True)) == [FINISH, ACCEPT + DAY]

    @pytest.mark.parametrize(
        ("dates", "sentence"),
        [
            ({"started_on": FINISH + DAY}, "竣工日期不能早于开工日期"),
            ({"finished_on": START - DAY}, "竣工日期不能早于开工日期"),
            ({"finished_on": ACCEPT + DAY}, "竣工日期不能晚于验收日期"),
            ({"old_house_demolished_on": ACCEPT + DAY}, "旧房拆除日期"),
            ({"old_house_demolished_on": dt.date(2999, 1, 1)}, "不能晚于今天"),
            ({"old_house_demolished_on": None}, "旧房未拆除"),
            ({"started_on": None}, "不能清空"),
            ({"started_on": START}, "没有更改"),
            ({"started_on": START - DAY, "reason": " "}, "更正理由"),
        ],
    )
    def test_contradictions_are_refused_and_nothing_is_written(self, dates, sentence):
        renovation = accepted()
        before = Renovation.objects.values().get()
        assert sentence in refusal(change, renovation, **dates)
        assert Renovation.objects.values().get() == before
        assert not renovation.household.events.filter(superseded=True).exists()

    def test_the_start_not_after_the_first_payment(self):
        renovation = started()
        pay_subsidy(renovation.pk, by=clerk(), on=START, amount=Decimal(1), is_final=False)
        assert "第一笔补助" in refusal(change, renovation, started_on=START + DAY)

    def test_a_demolition_that_was_none_is_taken_back(self):
        renovation = demolished()
        change(renovation, old_house_demolished_on=None)
        renovation = fresh(renovation)
        assert renovation.old_house_demolished_on is None
        assert renovation.household.old_house == OldHouse.STANDING
        assert list(Renovation.objects.old_house_standing()) == [renovation]

    def test_money_is_put_right_once_the_plan_is_closed(self):
        renovation = accepted()
        change(renovation, {"central": Decimal(30000)})
        assert [line.amount for line in renovation.funding.all()] == [30000]
        pay_subsidy(renovation.pk, by=clerk(), on=ACCEPT, amount=Decimal(30000))
        assert "累计发放" in refusal(change, renovation, FUNDING)

    def test_before_that_the_plan_is_edited_instead(self):
        renovation = started()
        said = refusal(change, renovation, {"central": Decimal(30000)})
        assert "没有更改" in said

    def test_nothing_to_put_right_in_a_mere_plan(self):
        assert "没有可更正的内容" in refusal(change, planned(), started_on=START)

    def test_somebody_saved_meanwhile(self):
        renovation = started()
        with pytest.raises(ValidationError, match="已被他人修改"):
            correct(renovation.pk, {"started_on": START - DAY}, by=clerk(), reason=WHY, seen=99)

    def test_without_the_right(self):
        renovation = started()
        with pytest.raises(PermissionDenied):
            correct(
                renovation.pk,
                {"started_on": START - DAY},
                by=StaffFactory(role="recorder"),
                reason=WHY,
                seen=renovation.version,
            )

    def test_through_the_page(self, sign_in, bureau_clerk):
        renovation = accepted()
        client = sign_in(bureau_clerk)
        address = reverse("rectification:renovation_correct", args=[renovation.pk])
        form = client.get(address).context["form"]
        typed = {name: form[name].value() or "" for name in form.fields}
        typed |= {"started_on": f"{START - DAY}", "funding_city": "100", "reason": "看错合同"}
        assert client.post(address, typed).status_code == 302
        renovation = fresh(renovation)
        assert renovation.started_on == START - DAY
        assert renovation.funding.get(source="city").amount == 100
        page = client.get(reverse("rectification:renovation_detail", args=[renovation.pk])).text
        assert "看错合同" in page
        assert f"{START}" in page
