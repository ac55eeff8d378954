"""Seven questions to each act of appraisal and warning, then what they leave behind."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from households.models import Household
from inspections.models import Appraisal
from tests.factories import HouseholdFactory, happen, suspected_household
from tests.inspections.factories import AppraisalFactory, OrganisationFactory, photo_of
from yanliang.audit.models import Entry
from yanliang.audit.trail import faults
from yanliang.periods import today

BEITUN = "610114005200"
PDF = b"%PDF-1.4 report"


def result_data(appraisal, **changes) -> dict:
    return {
        "version": appraisal.version,
        "appraised_on": today().isoformat(),
        "appraisers": "王建国、李秀英",
        "report_number": f"JD-{appraisal.pk}",
        "site": "a",
        "walls": "d",
        "roof": "b",
        "disaster_measures": "partial",
        "advice": "rebuild",
    } | changes


def assign_data(household) -> dict:
    return {
        "household": household.pk,
        "organisation": OrganisationFactory().pk,
        "due_on": (today() + dt.timedelta(days=7)).isoformat(),
        "next": reverse("households:household_detail", args=[household.pk]),
    }


def safe(**fields):
    return happen(HouseholdFactory(**fields), "inspected:safe")


def recorded(household):
    """The assignment of a household whose stage moved on meanwhile."""
    appraisal = AppraisalFactory(household=household)
    happen(household, "exempted")
    return appraisal


@dataclass(frozen=True)
class Act:
    """`ready` and `wrong` turn a household into what the address points to; `says` is why `wrong` is refused."""

    url_name: str
    data: Callable
    name: str
    says: str
    by: str = "bureau_clerk"
    refused: str = "office_lead"
    make: Callable = suspected_household
    ready: Callable = lambda household: household
    wrong: Callable = lambda household: happen(household, "exempted")
    in_address: bool = True
    posts_only: bool = True


ACTS = [
    Act(
        "appraisal_assign",
        assign_data,
        "appraisal_assigned",
        "不能委托鉴定",
        in_address=False,
    ),
    Act(
        "appraisal_record",
        result_data,
        "appraisal_recorded",
        "不能委托鉴定",
        ready=lambda household: AppraisalFactory(household=household),
        wrong=recorded,
        posts_only=False,
    ),
    Act(
        "appraisal_cancel",
        lambda appraisal: {"reason": "户主外出，改期"},
        "appraisal_cancelled",
        "不能撤销委托",
        ready=lambda household: AppraisalFactory(household=household),
        wrong=lambda household: AppraisalFactory(
            household=household, state="cancelled", cancel_reason="已撤销过"
        ),
    ),
    Act(
        "household_warn",
        lambda household: {
            "source": "disaster",
            "description": "连日降雨，后墙外闪",
            "found_on": today().isoformat(),
        },
        "household_warned",
        "不须登记新险情",
        by="office_lead",
        refused="recorder",
        make=safe,
        wrong=lambda household: happen(household, "warned"),
        posts_only=False,
    ),
]


@pytest.fixture(params=ACTS, ids=lambda act: act.url_name)
def act(request, reference) -> Act:
    return request.param


def url(act: Act, pk: int) -> str:
    return reverse(f"inspections:{act.url_name}", args=[pk] if act.in_address else None)


def done(act: Act) -> int:
    return Entry.objects.filter(act=act.name).count()


def test_works_and_leaves_one_entry(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    target = act.ready(act.make())
    assert client.post(url(act, target.pk), act.data(target)).status_code == 302
    assert done(act) == 1
    assert list(faults()) == []


def test_foreign_households_are_not_touched(act, client, request):
    target = act.ready(act.make(region_id=BEITUN))
    before = Household.objects.values_list("stage", "version").get(region_id=BEITUN)
    # A bureau clerk of one office alone: the right without the region.
    person = request.getfixturevalue(act.by)
    person.region_id = "610114007"
    person.save()
    client.force_login(person)
    status = client.post(url(act, target.pk), act.data(target)).status_code
    assert status == (404 if act.in_address else 302)
    assert done(act) == 0
    assert Household.objects.values_list("stage", "version").get(region_id=BEITUN) == before


def test_without_right_403_and_recorded(act, client, request):
    target = act.ready(act.make())
    client.force_login(request.getfixturevalue(act.refused))
    assert client.post(url(act, target.pk), act.data(target)).status_code == 403
    assert done(act) == 0
    assert Entry.objects.filter(act="refused").exists()


def test_wrong_state_says_why(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    target = act.wrong(act.make())
    response = client.post(url(act, target.pk), act.data(target), follow=True)
    assert act.says in response.text
    assert done(act) == 0


def test_bad_id_does_nothing(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    if act.in_address:
        assert client.post(url(act, 987654), {}).status_code == 404
    else:
        wrong = {"household": "987654", "organisation": "x", "due_on": "2020-13-01"}
        assert client.post(url(act, 0), wrong).status_code == 302
    assert done(act) == 0


def test_get_does_nothing(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    target = act.ready(act.make())
    assert client.get(url(act, target.pk)).status_code == (405 if act.posts_only else 200)
    assert done(act) == 0


def test_double_click_does_it_once(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    target = act.ready(act.make())
    data = act.data(target)
    for _ in range(2):
        assert client.post(url(act, target.pk), data).status_code in {200, 302}
    assert done(act) == 1


@pytest.fixture
def post_result(sign_in, bureau_clerk):
    def post(appraisal, **changes):
        address = reverse("inspections:appraisal_record", args=[appraisal.pk])
        return sign_in(bureau_clerk).post(address, result_data(appraisal, **changes))

    return post


@pytest.mark.parametrize(
    ("class_code", "walls", "stage"),
    [
        ("ordinary", "d", "pending_ruling"),
        ("registered_poor", "c", "to_renovate"),
        ("ordinary", "b", "appraised_safe"),
    ],
)
def test_the_result_moves_the_household(reference, post_result, class_code, walls, stage):
    appraisal = AppraisalFactory(household=suspected_household(class_code=class_code))
    assert post_result(appraisal, walls=walls).status_code == 302
    appraisal.refresh_from_db()
    household = Household.objects.get(pk=appraisal.household_id)
    assert (household.stage, household.grade) == (stage, walls)
    assert (appraisal.grade, appraisal.computed) == (walls, walls)
    assert appraisal.event.outcome == walls
    assert appraisal.appraisers == ["王建国", "李秀英"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"appraisers": "王建国"}, "鉴定人员不得少于两人"),
        ({"appraisers": "王建国、王建国"}, "鉴定人员不得少于两人"),
        ({"grade": "c"}, "须写明调整理由"),
        ({"report_number": ""}, "这个字段是必填项"),
        ({"version": 99}, "他人"),
        ({"appraised_on": "2999-01-01"}, "鉴定日期不能晚于今天"),
        ({"report": SimpleUploadedFile("r.pdf", b"<html>")}, "扫描件应为 PDF"),
        ({"site": ""}, "这个字段是必填项"),
    ],
)
def test_a_result_that_is_not_whole_is_refused(reference, post_result, changes, sentence):
    appraisal = AppraisalFactory()
    response = post_result(appraisal, **changes)
    assert response.status_code == 200
    assert sentence in response.text
    assert Household.objects.get(pk=appraisal.household_id).grade == "none"
    appraisal.refresh_from_db()
    assert appraisal.state == "assigned"


def test_the_grade_may_differ_with_a_reason(reference, post_result):
    appraisal = AppraisalFactory()
    assert post_result(appraisal, grade="c", override_reason="裂缝已稳定").status_code == 302
    appraisal.refresh_from_db()
    assert (appraisal.computed, appraisal.grade) == ("d", "c")
    assert Household.objects.get(pk=appraisal.household_id).grade == "c"


def test_a_report_number_belongs_to_one_house(reference, post_result):
    post_result(AppraisalFactory(), report_number="JD-1")
    response = post_result(AppraisalFactory(), report_number="JD-1")
    assert "报告编号已用于另一户" in response.text


def test_appraised_again_keeps_the_earlier_one(reference, post_result):
    first = AppraisalFactory()
    post_result(first)
    second = AppraisalFactory(household=first.household)
    post_result(second, walls="a", roof="a")
    first.refresh_from_db()
    assert (first.state, first.grade) == ("recorded", "d")
    household = Household.objects.get(pk=first.household_id)
    assert (household.stage, household.grade) == ("appraised_safe", "a")


def test_the_database_refuses_a_second_open_assignment(reference):
    appraisal = AppraisalFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        AppraisalFactory(household=appraisal.household)


def test_many_are_assigned_together_and_the_others_named(sign_in, bureau_lead):
    ready = [suspected_household() for _ in range(3)]
    ordinary = safe(head_name="赵不须")
    poor = safe(class_code="registered_poor")
    data = assign_data(ordinary) | {"household": [each.pk for each in (*ready, ordinary, poor)]}
    page = sign_in(bureau_lead).post(reverse("inspections:appraisal_assign"), data, follow=True)
    assert Appraisal.objects.open().count() == 4
    assert "赵不须：一般农户核查为基本安全，不须鉴定。" in page.text


def test_an_organisation_out_of_use_is_not_offered(sign_in, bureau_lead):
    household = suspected_household()
    data = assign_data(household)
    OrganisationFactory._meta.model.objects.update(is_active=False)
    sign_in(bureau_lead).post(reverse("inspections:appraisal_assign"), data)
    assert not Appraisal.objects.exists()


def test_the_queue_lists_safe_households_that_are_appraised_all_the_same(sign_in, bureau_clerk):
    poor, _ = safe(class_code="registered_poor"), safe()
    client = sign_in(bureau_clerk)
    address = reverse("inspections:appraisal_queue")
    assert [row.household for row in client.get(address, {"list": "safe"}).context["rows"]] == [
        poor
    ]
    assigned = AppraisalFactory(household=poor)
    (row,) = client.get(address, {"list": "safe", "assigned": "yes"}).context["rows"]
    assert row.assignment == assigned
    assert client.get(address, {"list": "safe", "assigned": "no"}).context["rows"] == []


def test_overdue_assignments_come_first_and_alone(sign_in, bureau_clerk):
    late = AppraisalFactory(due_on=today() - dt.timedelta(days=1))
    early = AppraisalFactory(due_on=today())
    client, address = sign_in(bureau_clerk), reverse("inspections:appraisal_list")
    assert list(client.get(address).context["page"]) == [late, early]
    assert list(client.get(address, {"state": "overdue"}).context["page"]) == [late]


def test_the_live_grade(sign_in, bureau_clerk):
    appraisal = AppraisalFactory(household=suspected_household(structure="TM"))
    address = reverse("inspections:appraisal_grade", args=[appraisal.pk])
    client = sign_in(bureau_clerk)
    assert "请至少评定一个构件" in client.get(address).text
    assert "B级" in client.get(address, {"site": "a"}).text
    assert "D级" in client.get(address, {"site": "a", "dangerous_site": "on"}).text


def test_the_report_is_shown_to_its_region_alone(post_result, sign_in, viewer, stranger):
    appraisal = AppraisalFactory()
    post_result(appraisal, report=SimpleUploadedFile("r.pdf", PDF))
    address = reverse("inspections:appraisal_report", args=[appraisal.pk])
    shown = sign_in(viewer).get(address)
    assert b"".join(shown.streaming_content) == PDF
    assert shown["Content-Type"] == "application/pdf"
    assert sign_in(stranger).get(address).status_code == 404


def test_the_site_list_is_a_pdf_and_leaves_an_entry(sign_in, bureau_clerk):
    appraisal = AppraisalFactory()
    address = reverse("inspections:appraisal_site_list")
    client = sign_in(bureau_clerk)
    answer = client.post(address, {"organisation": appraisal.organisation_id})
    assert answer.content.startswith(b"%PDF-")
    assert Entry.objects.get(act="exported").after["户数"] == 1
    assert client.post(address, {"organisation": "x"}).status_code == 302


def test_an_organisation_is_registered_once(sign_in, bureau_clerk):
    client, address = sign_in(bureau_clerk), reverse("inspections:organisation_list")
    data = {"name": "新鉴定所", "certificate": "61-1", "is_active": "on"}
    assert client.post(address, data).status_code == 302
    assert "该鉴定机构已登记" in client.post(address, data).text
    assert Entry.objects.filter(act="organisation_saved").count() == 1


def test_poor_quality_needs_a_finished_renovation_and_a_photo(sign_in, office_lead, reference):
    steps = ("renovation_started", "renovation_finished", "acceptance_passed")
    poor = HouseholdFactory(class_code="registered_poor")
    accepted = happen(poor, "inspected:suspected", "appraised:d", *steps)
    client = sign_in(office_lead)
    data = {"source": "quality", "description": "屋面渗漏", "found_on": today().isoformat()}

    def warn(household, *photos):
        address = reverse("inspections:household_warn", args=[household.pk])
        return client.post(address, data | {"photos.warning": [each.pk for each in photos]})

    assert "只有改造验收合格的户" in warn(safe()).text
    assert "请至少拍一张照片" in warn(accepted).text
    assert warn(accepted, photo_of(accepted, office_lead)).status_code == 302
    accepted.refresh_from_db()
    assert (accepted.stage, accepted.grade) == ("suspected", "none")
    assert accepted.events.standing().last().detail["险情"] == "屋面渗漏"


def test_a_household_shows_its_appraisals_to_all_who_see_it(sign_in, viewer, reference):
    appraisal = AppraisalFactory()
    page = sign_in(viewer).get(
        reverse("inspections:household_appraisals", args=[appraisal.household_id])
    )
    assert str(appraisal.organisation) in page.text
    assert "委托鉴定" not in page.text
