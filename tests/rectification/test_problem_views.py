"""The pages of one problem: what each act asks for, refuses and leaves; entering problems by hand and by a press."""

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from inspections.models import ChecklistItem, InspectionPhoto
from rectification.enums import EvidenceKind, ProblemState
from rectification.models import Evidence, Problem
from rectification.problems import acting, origins
from rectification.problems.proving import Picture, add_paper, add_photo, void_evidence
from tests.factories import HouseholdFactory, StaffFactory
from tests.inspections.factories import InspectionFactory, photo_of
from tests.rectification.cases import clerk, planned
from tests.rectification.problem_cases import (
    AFTER,
    BEFORE,
    VILLAGE,
    assigned,
    closed,
    evidence_of,
    kind,
    office_clerk,
    paper,
    principal,
    proved,
    raised,
    scene,
    submitted,
)
from yanliang.periods import SHANGHAI

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
LATER = dt.date(2020, 7, 20)


@pytest.fixture(autouse=True)
def april():
    with time_machine.travel(dt.datetime(2020, 4, 21, 9, tzinfo=dt.UTC), tick=False):
        yield


def detail(problem: Problem) -> str:
    return reverse("rectification:problem_detail", args=[problem.pk])


def bureau_lead():
    return StaffFactory(username="lead", role="bureau_lead", region_id="610114")


def main(page) -> str:
    return page.text.partition("<main")[2].partition("</main")[0]


@dataclass(frozen=True)
class Case:
    """An act: how its problem comes to be, who does it with what, and what is different then."""

    name: str
    make: Callable[[], Problem]
    by: Callable
    data: dict
    then: dict
    wrong: Callable[[], Problem]
    seen: bool = True

    def url(self, problem: Problem) -> str:
        return reverse(f"rectification:problem_{self.name}", args=[problem.pk])

    def typed(self, problem: Problem) -> dict:
        files = {name: make() for name, make in self.data.items() if callable(make)}
        return {**self.data, **files, **({"seen": problem.version} if self.seen else {})}


ACTS = [
    Case(
        "assign",
        raised,
        office_clerk,
        {"responsible": "刘建设", "measure": "补签"},
        {"state": ProblemState.IN_PROGRESS, "responsible": "刘建设", "measure": "补签"},
        closed,
    ),
    Case(
        "submit",
        proved,
        office_clerk,
        {"result": "已补签归档"},
        {"state": ProblemState.SUBMITTED, "result": "已补签归档"},
        assigned,
    ),
    Case(
        "verify",
        submitted,
        clerk,
        {"manner": "on_site", "comment": "已看"},
        {"state": ProblemState.CLOSED, "verification": "on_site"},
        assigned,
    ),
    Case(
        "return",
        submitted,
        clerk,
        {"reason": "材料不清"},
        {"state": ProblemState.RETURNED},
        assigned,
    ),
    Case(
        "reopen",
        closed,
        clerk,
        {"reason": "代签", "due_on": LATER},
        {"state": ProblemState.REOPENED, "is_recurrent": True, "due_on": LATER},
        assigned,
    ),
    Case(
        "extend",
        raised,
        clerk,
        {"due_on": LATER, "reason": "雨季"},
        {"due_on": LATER},
        closed,
    ),
    Case(
        "edit",
        raised,
        clerk,
        {
            "source": "city",
            "kind": lambda: kind("system_data").pk,
            "direction": "policy",
            "description": "系统数据有误",
            "found_on": dt.date(2020, 4, 20),
            "measure": "更正",
        },
        {"source": "city", "direction": "policy", "description": "系统数据有误"},
        submitted,
    ),
    Case("void", raised, clerk, {"reason": "误录"}, {"state": ProblemState.VOID}, closed),
    Case("progress", assigned, office_clerk, {"text": "已联系"}, {}, submitted, seen=False),
    Case("papers", assigned, office_clerk, {"papers": paper}, {}, closed, seen=False),
    Case(
        "photo",
        assigned,
        office_clerk,
        {"kind": "before", "photo": scene, "taken_at": "2020-04-10T09:00"},
        {},
        closed,
        seen=False,
    ),
]
ON_PAGES = [case for case in ACTS if case.seen]
INLINE = [case for case in ACTS if not case.seen]


def named(cases):
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


def fresh(problem: Problem) -> Problem:
    return Problem.objects.get(pk=problem.pk)


def left_by(problem: Problem) -> tuple:
    """All that an act changes."""
    problem = fresh(problem)
    return problem.version, problem.state, problem.entries.count(), problem.evidence.count()


@named(ACTS)
class TestEveryAct:
    def test_works_and_a_double_click_does_it_once(self, sign_in, case):
        problem = case.make()
        client = sign_in(case.by())
        lines = problem.entries.count()
        done = client.post(case.url(problem), case.typed(problem))
        assert (done.status_code, done.url) == (302, detail(problem))
        after = fresh(problem)
        assert {name: getattr(after, name) for name in case.then} == case.then
        once = left_by(problem)
        assert once[2] == lines + 1
        client.post(case.url(problem), case.typed(problem))
        assert left_by(problem) == once

    def test_another_office_finds_nothing(self, sign_in, stranger, case):
        problem = case.make()
        before = left_by(problem)
        assert sign_in(stranger).post(case.url(problem), case.typed(problem)).status_code == 404
        assert left_by(problem) == before

    def test_without_the_right_it_is_refused(self, sign_in, viewer, case):
        problem = case.make()
        before = left_by(problem)
        assert sign_in(viewer).post(case.url(problem), case.typed(problem)).status_code == 403
        assert left_by(problem) == before

    def test_in_the_wrong_state_it_says_why(self, sign_in, case):
        problem = case.wrong()
        before = left_by(problem)
        page = sign_in(case.by()).post(case.url(problem), case.typed(problem))
        assert page.status_code == 200
        assert page.context["form" if case.seen else f"{case.name}_form"].errors
        assert left_by(problem) == before

    def test_an_unknown_problem_is_not_found(self, sign_in, case):
        url = reverse(f"rectification:problem_{case.name}", args=[10**6])
        assert sign_in(case.by()).post(url).status_code == 404


@named(ON_PAGES)
def test_opening_the_page_of_an_act_changes_nothing(sign_in, case):
    problem = case.make()
    before = left_by(problem)
    page = sign_in(case.by()).get(case.url(problem))
    assert page.context["form"]["seen"].value() == problem.version
    assert left_by(problem) == before


@named(ON_PAGES)
def test_in_the_wrong_state_the_page_offers_no_form(sign_in, case):
    problem = case.wrong()
    page = sign_in(case.by()).get(case.url(problem))
    assert page.context["missing"]
    assert 'name="seen"' not in page.text


@named(INLINE)
def test_what_is_on_the_problem_s_page_is_never_asked_for_by_get(sign_in, case):
    assert sign_in(case.by()).get(case.url(case.make())).status_code == 405


@named(ON_PAGES)
def test_whoever_was_overtaken_is_told_and_may_press_again(sign_in, case):
    problem = case.make()
    client, typed = sign_in(case.by()), case.typed(problem)
    Problem.objects.filter(pk=problem.pk).update(version=problem.version + 1)
    page = client.post(case.url(problem), typed)
    assert "已被他人修改" in page.text
    assert page.context["latest"] == problem.entries.last()
    again = {**typed, "seen": page.context["form"]["seen"].value()}
    assert client.post(case.url(problem), again).status_code == 302


class TestActs:
    def test_a_recurrent_problem_waits_for_the_principal_leader(self, sign_in):
        problem = closed()
        acting.reopen(problem.pk, "代签", LATER, by=clerk())
        url = reverse("rectification:problem_assign", args=[problem.pk])
        client = sign_in(office_clerk())
        assert "请先登记街办主要领导" in client.get(url).text
        leader = principal()
        page = client.get(url)
        assert page.context["form"]["leading_official"].value() == leader
        version = fresh(problem).version
        client.post(url, {"responsible": "刘建设", "leading_official": "李某", "seen": version})
        assert fresh(problem).leading_official == leader

    def test_the_accounts_offered_are_those_that_can_work_there(
        self, sign_in, recorder, stranger, viewer, bureau_clerk
    ):
        url = reverse("rectification:problem_assign", args=[raised().pk])
        offered = set(sign_in(recorder).get(url).context["form"].fields["assignee"].queryset)
        assert {recorder, bureau_clerk} <= offered
        assert not {stranger, viewer} & offered

    def test_two_names_are_refused_at_their_field(self, sign_in, recorder):
        problem = raised()
        url = reverse("rectification:problem_assign", args=[problem.pk])
        page = sign_in(recorder).post(url, {"responsible": "刘建设、王强", "seen": 1})
        assert "只能填一个人" in page.context["form"].errors["responsible"][0]

    def test_who_asked_sees_that_another_person_verifies(self, sign_in):
        problem = acting.submit(proved().pk, "已改", by=clerk())
        assert "请由他人核实" in sign_in(clerk()).get(detail(problem)).text

    def test_the_office_corrects_no_more_than_the_measure_of_what_others_found(
        self, sign_in, recorder
    ):
        problem = raised()
        url = reverse("rectification:problem_edit", args=[problem.pk])
        client = sign_in(recorder)
        assert set(client.get(url).context["form"].fields) == {"seen", "measure"}
        client.post(url, {"measure": "逐户补签", "description": "改写", "seen": problem.version})
        after = fresh(problem)
        assert (after.measure, after.description) == ("逐户补签", problem.description)


class TestDetail:
    def test_shows_what_is_missing_for_the_next_step(self, sign_in):
        problem = assigned(code="house_defect")
        page = sign_in(office_clerk()).get(detail(problem))
        offered = {act.name: missing for act, missing in page.context["steps"]}
        assert offered["submit"] == ["还没有整改前照片。", "还没有整改后照片。"]
        assert offered["assign"] == []
        assert page.context["leading_act"] is None
        assert "disabled" in page.text

    @pytest.mark.parametrize(
        ("make", "name"), [(raised, "assign"), (proved, "submit"), (submitted, "verify")]
    )
    def test_one_button_stands_out(self, sign_in, make, name):
        page = sign_in(bureau_lead()).get(detail(make()))
        assert page.context["leading_act"].name == name
        assert main(page).count("btn-primary") == 1

    def test_who_only_reads_is_offered_nothing(self, sign_in, viewer):
        page = sign_in(viewer).get(detail(submitted()))
        assert [page.context[name] for name in ("steps", "care", "later")] == [[], [], []]
        assert "<form" not in main(page)

    def test_links_the_problem_before(self, sign_in, viewer):
        household = HouseholdFactory(region_id=VILLAGE)
        first = closed(household=household)
        again = raised(household)
        page = sign_in(viewer).get(detail(again))
        assert detail(first) in page.text
        assert "屡改屡犯" in page.text

    def test_void_proof_stays_with_its_reason(self, sign_in, recorder):
        problem = proved()
        evidence = evidence_of(problem)
        client = sign_in(recorder)
        url = reverse("rectification:evidence_void", args=[evidence.pk])
        assert client.post(url, {"reason": "别户的材料"}).url == detail(problem)
        assert "已于" in client.post(url, {"reason": "再作废"}).text
        page = client.get(detail(problem))
        assert page.context["voided_evidence"] == [evidence]
        assert "别户的材料" in page.text
        shown = client.get(reverse("rectification:evidence_show", args=[evidence.pk]))
        assert shown.headers["Content-Type"] == "application/pdf"

    def test_as_many_queries_for_one_line_as_for_twenty(self, sign_in):
        problem = assigned(code="house_defect")
        by = office_clerk()

        def fill(first: int, last: int) -> None:
            for number in range(first, last):
                acting.log_progress(problem.pk, f"第 {number} 次", by=by)
                add_paper(problem.pk, paper(mark=number), by=by)
                add_photo(problem.pk, EvidenceKind.BEFORE, Picture(scene(number), BEFORE), by=by)
            void_evidence(problem.evidence.standing().last().pk, by=by, reason="重复")

        def queries() -> int:
            with CaptureQueriesContext(
                connection,
            ) as found:
                assert sign_in(by).get(detail(problem)).status_code == 200
            return len(found)

        fill(0, 2)
        few = queries()
        fill(2, 20)
        assert queries() == few


class TestProof:
    def test_a_photo_without_a_time_is_asked_for_it_and_says_that_the_file_is_gone(
        self, sign_in, recorder
    ):
        problem = assigned(code="house_defect")
        url = reverse("rectification:problem_photo", args=[problem.pk])
        client = sign_in(recorder)
        page = client.post(url, {"kind": "after", "photo": scene(1, "后.jpg")})
        assert "没有拍摄时间" in page.text
        assert "请重新选择这个文件" in page.text
        assert page.context["photo_form"]["kind"].value() == "after"
        taken = {"kind": "after", "photo": scene(1), "taken_at": "2020-04-20T09:00"}
        client.post(url, taken)
        assert evidence_of(problem).taken_at == AFTER

    def test_the_camera_s_time_needs_no_word(self, sign_in, recorder):
        exif, content = Image.Exif(), io.BytesIO()
        exif.get_ifd(0x8769)[0x9003] = "2020:04:10 09:00:00"
        Image.new("RGB", (64, 48), "red").save(content, "JPEG", exif=exif)
        content.name, _ = "前.jpg", content.seek(0)
        problem = assigned(code="house_defect")
        url = reverse("rectification:problem_photo", args=[problem.pk])
        sign_in(recorder).post(url, {"kind": "before", "photo": content})
        assert evidence_of(problem).taken_at == BEFORE

    def test_several_papers_are_kept_all_or_none(self, sign_in, recorder):
        problem = assigned()
        url = reverse("rectification:problem_papers", args=[problem.pk])
        client = sign_in(recorder)
        bad = io.BytesIO(b"not a paper")
        bad.name = "x.pdf"
        assert "应为 PDF" in client.post(url, {"papers": [paper(), bad]}).text
        assert not problem.evidence.exists()
        client.post(url, {"papers": [paper("一.pdf", 1), paper("二.pdf", 2)]})
        assert problem.evidence.count() == 2

    def test_what_was_typed_of_a_progress_stays(self, sign_in, recorder):
        problem = submitted()
        url = reverse("rectification:problem_progress", args=[problem.pk])
        page = sign_in(recorder).post(url, {"text": "又去了一次"})
        assert page.context["progress_form"]["text"].value() == "又去了一次"
        assert "又去了一次" in page.text


def typed_problem(**changes) -> dict:
    return {
        "source": "self",
        "kind": kind().pk,
        "region": VILLAGE,
        "description": "档案缺签字",
        "found_on": "2020-04-20",
        **changes,
    }


RAISE, FIX = "/rectification/problems/raise/", "/rectification/problems/fix/"


class TestRaise:
    def test_what_is_left_out_follows_from_the_kind(self, sign_in, recorder):
        sign_in(recorder).post(RAISE, typed_problem())
        problem = Problem.objects.get()
        assert (problem.state, problem.direction) == (ProblemState.OPEN, kind().direction)
        assert (problem.measure, problem.due_on) == (kind().measure, dt.date(2020, 6, 30))

    def test_a_double_click_enters_one(self, sign_in, recorder):
        client = sign_in(recorder)
        first, second = (client.post(RAISE, typed_problem()) for _ in range(2))
        assert first.url == second.url == detail(Problem.objects.get())

    def test_with_a_responsible_person_it_is_assigned_at_once(self, sign_in, recorder):
        named = typed_problem(responsible="刘建设", assignee=recorder.pk)
        sign_in(recorder).post(RAISE, named)
        problem = Problem.objects.get()
        assert (problem.state, problem.assignee) == (ProblemState.IN_PROGRESS, recorder)

    def test_what_cannot_be_assigned_is_not_entered_either(self, sign_in, recorder):
        closed(raised_in_village())
        page = sign_in(recorder).post(RAISE, typed_problem(responsible="刘建设"))
        assert "请先登记街办主要领导" in page.text
        assert Problem.objects.count() == 1

    def test_the_supervisor_leaves_the_responsible_person_to_others(self, sign_in, supervisor):
        client = sign_in(supervisor)
        assert "responsible" not in client.get(RAISE).context["form"].fields
        client.post(RAISE, typed_problem(responsible="刘建设"))
        assert Problem.objects.get().responsible == ""

    @pytest.mark.parametrize(
        ("change", "at"),
        [
            ({"description": " "}, "description"),
            ({"found_on": "2020-04-22"}, "found_on"),
            ({"region": "610114005"}, "region"),
            ({"region": ""}, "region"),
            ({"household_code": "没有"}, "household_code"),
            ({"responsible": "刘建设、王强"}, "responsible"),
            ({"kind": ""}, "kind"),
            ({"due_on": "2020-04-01"}, "__all__"),
        ],
    )
    def test_bad_input_loses_nothing_typed(self, sign_in, recorder, change, at):
        typed = typed_problem(measure="先补签", leading_official="李副主任", **change)
        page = sign_in(recorder).post(RAISE, typed)
        form = page.context["form"]
        assert at in form.errors
        assert {name: form[name].value() for name in typed} == {**typed, "kind": str(typed["kind"])}
        assert not Problem.objects.exists()

    def test_a_household_of_another_office_is_not_to_be_found(self, sign_in, recorder):
        foreign = HouseholdFactory(region_id="610114005200")
        client = sign_in(recorder)
        page = client.post(RAISE, typed_problem(household_code=foreign.code))
        assert "没有找到" in page.context["form"].errors["household_code"][0]
        assert client.get(RAISE, {"household": foreign.pk}).status_code == 404
        assert client.get(RAISE, {"region": "610114005"}).status_code == 404

    def test_from_a_household_it_needs_no_place(self, sign_in, recorder):
        household = HouseholdFactory(region_id=VILLAGE)
        client = sign_in(recorder)
        form = client.get(RAISE, {"household": household.pk}).context["form"]
        assert form["household_code"].value() == household.code
        client.post(RAISE, typed_problem(household_code=household.code, region=""))
        assert Problem.objects.get().household == household

    @pytest.mark.parametrize(
        ("typed", "shown"), [("", "house"), ("自己写的措施", "自己写的措施"), ("other", "house")]
    )
    def test_choosing_a_kind_fills_in_what_follows_but_for_what_was_written(
        self, sign_in, recorder, typed, shown
    ):
        house = kind("house_defect")
        words = {"house": house.measure, "other": kind().measure}
        asked = {"kind": house.pk, "measure": words.get(typed, typed)}
        form = sign_in(recorder).get("/rectification/problems/kind-fields/", asked).context["form"]
        assert form["direction"].value() == house.direction
        assert form["measure"].value() == words.get(shown, shown)


def raised_in_village() -> Problem:
    return submitted(proved(assigned(raised(household=False))))


class TestFixAtOnce:
    def typed(self, **changes) -> dict:
        return typed_problem(
            kind=kind("house_defect").pk,
            responsible="刘建设",
            result="当场更换",
            before=scene(1),
            before_taken_at="2020-04-20T09:00",
            after=scene(2),
            after_taken_at="2020-04-20T10:00",
            papers=[paper()],
            **changes,
        )

    def test_goes_up_to_the_bureau_once(self, sign_in, recorder):
        client = sign_in(recorder)
        first, second = (client.post(FIX, self.typed()) for _ in range(2))
        problem = Problem.objects.get()
        assert first.url == second.url == detail(problem)
        assert problem.state == ProblemState.SUBMITTED
        assert {each.kind for each in problem.evidence.all()} == {"before", "after", "paper"}

    def test_with_proof_missing_nothing_is_entered_and_the_words_stay(self, sign_in, recorder):
        typed = self.typed()
        del typed["after"]
        page = sign_in(recorder).post(FIX, typed)
        assert "还没有整改后照片" in page.text
        assert page.context["form"]["result"].value() == "当场更换"
        assert "请重新选择这个文件" in page.context["form"].errors["before"][0]
        assert not Problem.objects.exists()
        assert not Evidence.objects.exists()

    def test_who_does_not_work_on_problems_cannot(self, sign_in, supervisor):
        assert sign_in(supervisor).post(FIX, self.typed()).status_code == 403


@pytest.fixture
def inspection(recorder):
    """A visit that found one item of each effect failed, with a photo of one."""
    items = ChecklistItem.objects.filter(answer_kind="check", applies_if="").order_by("order")
    items = [each for each in items if "ZH" in each.structures]
    codes = {each.effect: each.code for each in reversed(items)}
    inspection = InspectionFactory(
        household=HouseholdFactory(region_id=VILLAGE),
        facts={"structure": "ZH"},
        answers=dict.fromkeys(codes.values(), "fail"),
        remarks={codes["V"]: "东墙裂缝宽 1 厘米"},
    )
    inspection.codes = codes
    photo = photo_of(inspection.household, recorder)
    InspectionPhoto.objects.create(inspection=inspection, photo=photo, item_code=codes["V"])
    return inspection


class TestFromAnInspection:
    def url(self, inspection) -> str:
        return reverse("rectification:problem_from_item", args=[inspection.pk])

    @pytest.mark.parametrize(
        ("effect", "code"), [("V", "house_defect"), ("K", "house_defect"), ("R", "house_repair")]
    )
    def test_one_press_enters_the_item_once(self, sign_in, recorder, inspection, effect, code):
        client, item = sign_in(recorder), inspection.codes[effect]
        first, second = (client.post(self.url(inspection), {"item": item}) for _ in range(2))
        problem = Problem.objects.get()
        assert first.url == second.url == detail(problem)
        assert problem.subject == f"inspections.inspection:{inspection.pk}:{item}"
        assert (problem.kind.code, problem.source) == (code, "household")
        assert problem.found_on == inspection.inspected_on
        assert item in problem.description

    def test_its_photos_show_how_it_was(self, sign_in, recorder, inspection):
        sign_in(recorder).post(self.url(inspection), {"item": inspection.codes["V"]})
        problem = Problem.objects.get()
        assert "东墙裂缝" in problem.description
        [evidence] = problem.evidence.all()
        assert evidence.kind == EvidenceKind.BEFORE
        assert evidence.taken_at == dt.datetime(2020, 4, 8, 12, tzinfo=SHANGHAI)

    def test_the_list_offers_what_is_not_entered_and_links_what_is(
        self, sign_in, recorder, inspection
    ):
        client = sign_in(recorder)
        client.post(self.url(inspection), {"item": inspection.codes["K"]})
        url = reverse("rectification:inspection_problems", args=[inspection.pk])
        page = client.get(url)
        assert page.text.count("登记为问题</button>") == 2
        assert detail(Problem.objects.get()) in page.text
        assert "<html" not in client.get(url, headers={"HX-Request": "true"}).text
        assert url in client.get(f"/inspections/{inspection.pk}/").text

    def test_a_correction_of_the_visit_knows_what_was_entered(self, sign_in, recorder, inspection):
        client, item = sign_in(recorder), inspection.codes["K"]
        client.post(self.url(inspection), {"item": item})
        type(inspection).objects.filter(pk=inspection.pk).update(state="replaced")
        event = inspection.event
        corrected = InspectionFactory(
            household=inspection.household, facts=inspection.facts, answers=inspection.answers
        )
        type(event).objects.filter(pk=event.pk).update(superseded=True)
        type(event).objects.filter(pk=corrected.event_id).update(position=event.position)
        client.post(self.url(corrected), {"item": item})
        assert Problem.objects.count() == 1
        page = client.post(self.url(inspection), {"item": inspection.codes["R"]}, follow=True)
        assert "已被更正" in page.text
        assert Problem.objects.count() == 1

    def test_an_item_that_passed_is_no_problem(self, sign_in, recorder, inspection):
        page = sign_in(recorder).post(self.url(inspection), {"item": "S01x"}, follow=True)
        assert "不能登记为问题" in page.text
        assert not Problem.objects.exists()

    def test_others_may_not(self, sign_in, viewer, stranger, inspection):
        data = {"item": inspection.codes["V"]}
        assert sign_in(viewer).post(self.url(inspection), data).status_code == 403
        assert sign_in(stranger).post(self.url(inspection), data).status_code == 404
        assert sign_in(viewer).get(self.url(inspection)).status_code == 405
        assert not Problem.objects.exists()


class TestFromARenovation:
    def test_all_missing_papers_are_one_problem(self, sign_in, bureau_clerk):
        renovation = planned()
        client = sign_in(bureau_clerk)
        page = reverse("rectification:renovation_detail", args=[renovation.pk])
        assert "缺少的材料登记为问题" in client.get(page).text
        url = reverse("rectification:problem_from_papers", args=[renovation.pk])
        first, second = (client.post(url) for _ in range(2))
        problem = Problem.objects.get()
        assert first.url == second.url == detail(problem)
        assert problem.subject == f"rectification.renovation:{renovation.pk}"
        assert "施工合同" in problem.description
        shown = client.get(page).text
        assert detail(problem) in shown
        assert "缺少的材料登记为问题" not in shown

    def test_the_rule_s_problem_is_known_too(self, sign_in, bureau_clerk):
        renovation = planned()
        problem = raised(renovation.household, "documents_missing", subject="documents_missing")
        url = reverse("rectification:problem_from_papers", args=[renovation.pk])
        assert sign_in(bureau_clerk).post(url).url == detail(problem)

    def test_assigned_it_waits_for_its_papers(self, sign_in, bureau_clerk):
        problem = origins.raise_from_papers(planned().pk, by=bureau_clerk)
        assert assigned(problem).state == ProblemState.IN_PROGRESS

    def test_of_a_cancelled_renovation_nothing_is_missing(self, sign_in, bureau_clerk):
        renovation = planned()
        type(renovation).objects.filter(pk=renovation.pk).update(state="cancelled")
        url = reverse("rectification:problem_from_papers", args=[renovation.pk])
        assert "已取消" in sign_in(bureau_clerk).post(url, follow=True).text
        assert not Problem.objects.exists()

    def test_others_may_not(self, sign_in, viewer, stranger):
        url = reverse("rectification:problem_from_papers", args=[planned().pk])
        assert sign_in(viewer).post(url).status_code == 403
        assert sign_in(stranger).post(url).status_code == 404
        assert sign_in(viewer).get(url).status_code == 405


def test_a_household_s_problems_are_on_its_page(sign_in, recorder):
    household = HouseholdFactory(region_id=VILLAGE)
    url = reverse("rectification:household_problems", args=[household.pk])
    client = sign_in(recorder)
    assert url in client.get(f"/households/{household.pk}/").text
    assert "没有登记过问题" in client.get(url).text
    problems = [raised(household, code) for code in ("file_irregular", "house_defect")]
    page = client.get(url, headers={"HX-Request": "true"})
    assert page.context["problems"] == problems[::-1]
    assert "<html" not in page.text
