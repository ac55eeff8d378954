"""Many at once: what can be done is done, the rest is listed with its reasons (例外清单)."""

import datetime as dt
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse

from rectification.models import Problem
from rectification.problems.acting import Assignment, assign
from rectification.problems.bulk_forms import MOST
from tests.factories import HouseholdFactory
from tests.rectification.cases import clerk
from tests.rectification.problem_cases import (
    OFFICE,
    VILLAGE,
    closed,
    office_clerk,
    principal,
    proved,
    raised,
    submitted,
)
from yanliang.audit.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

ASSIGN, VERIFY = "rectification:problem_bulk_assign", "rectification:problem_bulk_verify"
NOBODY_TOLD = {"responsible": "", "assignee": "", "leading_official": "", "measure": ""}


@pytest.fixture(autouse=True)
def april():
    with time_machine.travel(dt.datetime(2020, 4, 21, 9, tzinfo=dt.UTC), tick=False):
        yield


def seen(problems) -> list[str]:
    """The chosen problems as the page sends them."""
    versions = Problem.objects.in_bulk([problem.pk for problem in problems])
    return [f"{problem.pk}-{versions[problem.pk].version}" for problem in problems]


def hand_over(client, problems, sent=None, **fields):
    data = {**NOBODY_TOLD, "responsible": "刘建设", "problem": sent or seen(problems), **fields}
    return client.post(reverse(ASSIGN), data)


def strike_off(client, problems, sent=None, **fields):
    data = {"manner": "documents", "comment": "", "problem": sent or seen(problems), **fields}
    return client.post(reverse(VERIFY), data)


def came(page) -> tuple[list[str], dict[str, str]]:
    """What was done, and the reasons of what was left, by number."""
    bulk = page.context["came"]
    left = {each.problem.number: "".join(each.sentences) for each in bulk.left}
    return [problem.number for problem in bulk.done], left


def states(*problems) -> list[str]:
    kept = Problem.objects.in_bulk([problem.pk for problem in problems])
    return [kept[problem.pk].state for problem in problems]


def test_handing_over_to_one_person(sign_in, recorder):
    problems = [raised(measure="原来的措施"), raised()]
    page = hand_over(
        sign_in(recorder), problems, assignee=recorder.pk, leading_official="钱书记", measure=""
    )
    assert came(page) == ([problem.number for problem in problems], {})
    assert "已办理 2 个" in page.content.decode()
    for problem in Problem.objects.all():
        assert (problem.state, problem.responsible) == ("in_progress", "刘建设")
        assert (problem.assignee, problem.leading_official) == (recorder, "钱书记")
    assert Problem.objects.get(pk=problems[0].pk).measure == "原来的措施"
    assert Entry.objects.filter(act="problem_assigned", staff=recorder).count() == 2


def test_what_cannot_be_handed_over_is_listed(sign_in, recorder):
    good, done = raised(), closed()
    again = raised(done.household)
    assert again.is_recurrent
    page = hand_over(sign_in(recorder), [good, done, again])
    assert came(page) == (
        [good.number],
        {
            done.number: "当前状态为“已销号”，不能交办。",
            again.number: "屡改屡犯问题须由街办主要领导牵头：请先登记街办主要领导。",
        },
    )
    assert "例外清单（2 个没有办理）" in page.content.decode()
    assert states(good, done, again) == ["in_progress", "closed", "open"]


def test_a_recurrent_problem_is_led_by_the_principal_leader(sign_in, recorder):
    leader = principal()
    again = raised(closed().household)
    hand_over(sign_in(recorder), [again], leading_official="钱书记")
    assert Problem.objects.get(pk=again.pk).leading_official == leader


def test_a_second_click_does_it_once(sign_in, recorder):
    client, problem = sign_in(recorder), raised()
    sent = seen([problem])
    assert came(hand_over(client, [problem], sent))[0] == [problem.number]
    done, left = came(hand_over(client, [problem], sent))
    assert done == []
    assert "又有变动" in left[problem.number]
    assert Entry.objects.filter(act="problem_assigned").count() == 1


def test_what_others_did_meanwhile_stays(sign_in, recorder):
    problem = raised()
    sent = seen([problem])
    assign(problem.pk, Assignment("王先到"), by=office_clerk())
    done, left = came(hand_over(sign_in(recorder), [problem], sent))
    assert (done, list(left)) == ([], [problem.number])
    assert Problem.objects.get(pk=problem.pk).responsible == "王先到"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"responsible": ""}, "这个字段是必填项"),
        ({"responsible": "刘建设、王工"}, "责任人只能填一个人的姓名"),
    ],
)
def test_a_wrong_form_does_nothing_and_keeps_the_choice(sign_in, recorder, fields, sentence):
    problem = raised()
    page = hand_over(sign_in(recorder), [problem], **fields)
    assert sentence in page.content.decode()
    assert f'value="{seen([problem])[0]}"' in page.content.decode()
    assert states(problem) == ["open"]


def test_accounts_that_cover_all_are_offered(sign_in, bureau_clerk, recorder, stranger):
    here, there = raised(), raised(HouseholdFactory(region_id="610114005200"))
    client = sign_in(bureau_clerk)

    def offered(*problems):
        query = urlencode({"problem": [problem.pk for problem in problems]}, doseq=True)
        form = client.get(f"{reverse(ASSIGN)}?{query}").context["form"]
        return set(form.fields["assignee"].queryset)

    assert recorder in offered(here)
    assert stranger not in offered(here)
    assert offered(here, there) == {bureau_clerk, clerk()}
    page = hand_over(client, [here, there], assignee=recorder.pk)
    assert page.context["form"].errors.keys() == {"assignee"}


def test_verifying_leaves_what_is_not_proved_or_ones_own(sign_in, bureau_clerk):
    good, own, open_one = submitted(), proved(), raised()
    asked = {"state": "submitted", "submitted_by": bureau_clerk, "submitted_at": good.submitted_at}
    Problem.objects.filter(pk=own.pk).update(**asked)
    page = strike_off(sign_in(bureau_clerk), [good, own, open_one], comment="抽查属实")
    assert came(page) == (
        [good.number],
        {
            own.number: "申请销号的人不能自己核实销号，请由他人核实。",
            open_one.number: "当前状态为“待整改”，不能核实销号。",
        },
    )
    good.refresh_from_db()
    assert (good.state, good.closed_by, good.verification) == ("closed", bureau_clerk, "documents")
    assert good.entries.last().text == "资料核实：抽查属实"


def test_verifying_twice_does_it_once(sign_in, bureau_clerk):
    client, problem = sign_in(bureau_clerk), submitted()
    sent = seen([problem])
    strike_off(client, [problem], sent)
    done, left = came(strike_off(client, [problem], sent))
    assert (done, list(left)) == ([], [problem.number])
    assert problem.entries.filter(kind="verified").count() == 1


def test_verifying_asks_how(sign_in, bureau_clerk):
    problem = submitted()
    page = strike_off(sign_in(bureau_clerk), [problem], manner="")
    assert "请选择核实方式" in page.content.decode()
    assert states(problem) == ["submitted"]


def test_the_page_shows_what_is_chosen(sign_in, bureau_clerk):
    problem = submitted()
    page = sign_in(bureau_clerk).get(f"{reverse(VERIFY)}?problem={problem.pk}&problem=x")
    text = page.content.decode()
    assert problem.number in text
    assert "已整改到位" in text
    assert f'value="{problem.pk}-{problem.version}"' in text
    assert [each.proofs for each in page.context["problems"]] == [1]


@pytest.mark.parametrize("address", [ASSIGN, VERIFY])
def test_none_chosen_and_too_many(sign_in, bureau_clerk, address):
    client = sign_in(bureau_clerk)
    for ask in (client.get, client.post):
        assert "没有选中问题" in ask(reverse(address)).content.decode()
        many = ask(reverse(address), {"problem": range(1, MOST + 2)})
        assert f"一次最多办理 {MOST} 个" in many.content.decode()


def test_foreign_problems_are_not_among_those_chosen(sign_in, stranger):
    problem = raised(HouseholdFactory(region_id=VILLAGE, head_name="欧阳陌生"))
    page = hand_over(sign_in(stranger), [problem])
    assert "没有选中问题" in page.content.decode()
    assert "欧阳陌生" not in page.content.decode()
    assert states(problem) == ["open"]


def test_the_office_verifies_nothing(sign_in, recorder, viewer):
    problem = submitted()
    assert strike_off(sign_in(recorder), [problem]).status_code == 403
    assert hand_over(sign_in(viewer), [problem]).status_code == 403
    assert states(problem) == ["submitted"]


def test_the_way_back_is_the_list_as_it_was(sign_in, recorder):
    problem = raised()
    back = f"{reverse('rectification:problem_list')}?region={OFFICE}"
    client = sign_in(recorder)
    assert hand_over(client, [problem], back=back).context["back"] == back
    assert hand_over(client, [problem], back="https://example.com/").context["back"] == reverse(
        "rectification:problem_list"
    )


def test_queries_of_the_page_do_not_grow(sign_in, bureau_clerk, django_assert_num_queries):
    client = sign_in(bureau_clerk)
    problems = [raised() for _ in range(12)]
    for chosen in (problems[:2], problems):
        query = urlencode({"problem": [problem.pk for problem in chosen]}, doseq=True)
        for address, number in ((ASSIGN, 5), (VERIFY, 4)):
            with django_assert_num_queries(number):
                client.get(f"{reverse(address)}?{query}")
