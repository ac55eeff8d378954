"""The pages of supervision visits: what they show to whom, and that each act asks and answers as it should."""

import datetime as dt
import shutil

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from households.models import Region
from rectification.enums import Seen
from rectification.models import Problem, SupervisionVisit
from rectification.supervision import visiting
from tests.factories import HouseholdFactory
from tests.golden.test_table_pdf import poppler
from tests.rectification.cases import clerk
from tests.rectification.problem_cases import OFFICE, VILLAGE, kind
from tests.rectification.visit_cases import done, found, planned
from yanliang.audit.models import Entry
from yanliang.tables.pdf import missing_parts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

ACTS = ("visit_edit", "visit_finding", "visit_done", "visit_void")
POSTED = ("visit_household_seen", "visit_sheet")


@pytest.fixture(autouse=True)
def april():
    with time_machine.travel(dt.datetime(2020, 4, 21, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def visitor(sign_in, supervisor):
    return sign_in(supervisor)


def address(name: str, visit: SupervisionVisit | None = None) -> str:
    return reverse(f"rectification:{name}", args=[visit.pk] if visit else None)


def text_of(response) -> str:
    return response.content.decode()


def answers(visit: SupervisionVisit, seen: Seen = Seen.SOUND, note: str = "") -> dict:
    """The form of the page as opened now, the first household filled in."""
    data = {}
    for place, row in enumerate(visit.households.all()):
        data |= {f"was_seen-{row.pk}": row.seen, f"was_note-{row.pk}": row.note}
        data |= {f"seen-{row.pk}": row.seen, f"note-{row.pk}": row.note}
        if place == 0:
            data |= {f"seen-{row.pk}": seen, f"note-{row.pk}": note}
    return data


class TestList:
    def test_offices_without_a_visit_stand_on_top(self, visitor):
        done()
        text = text_of(visitor.get(address("visit_list")))
        _, left = text.split("本周未检查的街办（6 个）：")
        left = left.split("</p>")[0]
        assert str(Region.objects.get(pk="610114005")) in left
        assert str(Region.objects.get(pk=OFFICE)) not in left

    def test_past_weeks_name_who_was_left_out(self, visitor):
        done(on=dt.date(2020, 4, 8))
        response = visitor.get(address("visit_list"))
        assert "2020年4月9日报告周" in text_of(response)
        (week,) = response.context["weeks"]
        left = [office.pk for office in week.unvisited]
        assert len(left) == 6
        assert OFFICE not in left

    def test_an_office_sees_its_own_and_cannot_plan(self, sign_in, recorder):
        planned(region="610114005")
        planned(visitors="来关山的人")
        text = text_of(sign_in(recorder).get(address("visit_list")))
        assert "来关山的人" in text
        assert "高某、王某" not in text
        assert "登记检查" not in text

    def test_narrowed_to_an_office(self, visitor):
        planned(region="610114005")
        planned(visitors="来关山的人")
        text = text_of(visitor.get(address("visit_list"), {"region": OFFICE}))
        assert "来关山的人" in text
        assert "高某、王某" not in text
        assert "不在您的管辖范围内" in text_of(
            visitor.get(address("visit_list"), {"region": "6101"})
        )

    def test_the_same_queries_for_five_and_for_fifty(self, visitor):
        counts = []
        for number in (5, 45):
            for each in range(number):
                planned(visitors=f"{number}组{each}", households=2 if each == 0 else 0)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                visitor.get(address("visit_list"))
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 12


class TestPlan:
    def test_the_sample_is_drawn(self, visitor):
        HouseholdFactory.create_batch(3, region_id=VILLAGE)
        data = {"region": OFFICE, "visited_on": "2020-04-21", "visitors": "高某", "size": "2"}
        response = visitor.post(address("visit_plan"), data, follow=True)
        visit = SupervisionVisit.objects.get()
        assert "已抽取 2 户" in text_of(response)
        assert str(visit.seed) in text_of(response)
        again = visitor.post(address("visit_plan"), data)
        assert "已经登记" in text_of(again)
        assert SupervisionVisit.objects.count() == 1

    def test_the_office_is_chosen_beforehand(self, visitor):
        text = text_of(visitor.get(address("visit_plan"), {"region": OFFICE}))
        assert f'value="{OFFICE}" selected' in text

    @pytest.mark.parametrize(
        ("field", "value"),
        [("size", "0"), ("size", "201"), ("seed", "-1"), ("visitors", ""), ("region", VILLAGE)],
    )
    def test_what_is_wrong_is_said_at_the_field(self, visitor, field, value):
        data = {"region": OFFICE, "visited_on": "2020-04-21", "visitors": "高某", "size": "2"}
        response = visitor.post(address("visit_plan"), data | {field: value})
        assert response.context["form"].errors.keys() == {field}
        assert not SupervisionVisit.objects.exists()


class TestDetail:
    def test_the_same_queries_for_few_and_for_many(self, visitor):
        counts = []
        for number in (3, 30):
            visit = planned(visitors=f"{number}", households=30, size=number)
            for row in visit.households.all()[: number // 3]:
                found(visit, row)
            with CaptureQueriesContext(connection) as asked:
                visitor.get(address("visit_detail", visit))
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 12

    def test_the_office_reads_what_was_found(self, sign_in, recorder):
        visit = planned()
        number = found(visit, visit.households.first()).number
        text = text_of(sign_in(recorder).get(address("visit_detail", visit)))
        assert number in text
        assert "保存走访情况" not in text
        assert "登记问题" not in text

    def test_whom_it_calls_at_is_known_on_the_day(self, sign_in, recorder, supervisor):
        visit = planned(on=dt.date(2020, 4, 22))
        name = visit.households.first().household.head_name
        client = sign_in(recorder)
        assert name not in text_of(client.get(address("visit_detail", visit)))
        assert client.post(address("visit_sheet", visit)).status_code == 403
        assert name in text_of(sign_in(supervisor).get(address("visit_detail", visit)))

    def test_what_is_missing_stands_there(self, visitor):
        visit = planned()
        text = text_of(visitor.get(address("visit_detail", visit)))
        assert "写明原因" in text
        assert address("visit_done", visit) not in text
        visit.households.update(seen=Seen.SOUND)
        assert address("visit_done", visit) in text_of(visitor.get(address("visit_detail", visit)))


class TestOutcomes:
    def test_what_was_typed_is_saved(self, visitor):
        visit = planned()
        response = visitor.post(
            address("visit_household_seen", visit), answers(visit, Seen.ABSENT, "外出"), follow=True
        )
        row = visit.households.first()
        assert "已保存 1 户" in text_of(response)
        assert (row.seen, row.note) == (Seen.ABSENT, "外出")

    def test_who_comes_second_is_told_and_loses_nothing(self, visitor):
        visit = planned()
        late = answers(visit, Seen.ABSENT, "外出")
        visitor.post(address("visit_household_seen", visit), answers(visit))
        response = visitor.post(address("visit_household_seen", visit), late)
        assert "他人刚刚登记为“未发现问题”" in text_of(response)
        assert 'value="外出"' in text_of(response)
        row = visit.households.first()
        assert row.seen == Seen.SOUND
        shown = next(iter(response.context["form"].lines)).shown
        late |= {f"was_seen-{row.pk}": shown.seen, f"was_note-{row.pk}": shown.note}
        visitor.post(address("visit_household_seen", visit), late)
        assert visit.households.first().seen == Seen.ABSENT

    def test_the_way_to_a_problem_saves_first(self, visitor):
        visit = planned()
        last = visit.households.last()
        data = answers(visit) | {"raise": last.pk}
        response = visitor.post(address("visit_household_seen", visit), data)
        assert response.url == f"{address('visit_finding', visit)}?place=household-{last.pk}"
        assert visit.households.first().seen == Seen.SOUND

    def test_an_outcome_that_does_not_exist(self, visitor):
        visit = planned()
        row = visit.households.first()
        data = answers(visit) | {f"seen-{row.pk}": "robbed"}
        response = visitor.post(address("visit_household_seen", visit), data)
        assert response.context["form"].errors.keys() == {f"seen-{row.pk}"}


class TestActs:
    def test_a_finding_from_its_page(self, visitor):
        visit = planned()
        row = visit.households.first()
        place = f"household-{row.pk}"
        text = text_of(visitor.get(address("visit_finding", visit), {"place": place}))
        assert f'value="{place}" selected' in text
        data = {"place": place, "kind": kind().pk, "description": "缺户主签字"}
        response = visitor.post(address("visit_finding", visit), data, follow=True)
        problem = Problem.objects.get()
        assert problem.number in text_of(response)
        assert (problem.household_id, problem.visit_id) == (row.household_id, visit.pk)
        assert "已经登记" in text_of(visitor.post(address("visit_finding", visit), data))

    def test_a_household_outside_the_sample_is_no_choice(self, visitor):
        visit, other = planned(), planned(visitors="另一组")
        place = f"household-{other.households.first().pk}"
        data = {"place": place, "kind": kind().pk, "description": "缺户主签字"}
        response = visitor.post(address("visit_finding", visit), data)
        assert response.context["form"].errors.keys() == {"place"}

    def test_done(self, visitor):
        visit = planned()
        data = {"summary": "总体良好", "seen": visit.version}
        assert "写明原因" in text_of(visitor.post(address("visit_done", visit), data))
        visit.households.update(seen=Seen.SOUND)
        visitor.post(address("visit_done", visit), data)
        visitor.post(address("visit_done", visit), data)
        visit.refresh_from_db()
        assert visit.state == "done"
        assert Entry.objects.filter(act="visit_done").count() == 1

    def test_edit(self, visitor):
        visit = planned()
        data = {"visited_on": "2020-04-22", "visitors": "李某", "seen": 1}
        visitor.post(address("visit_edit", visit), data)
        visit.refresh_from_db()
        assert visit.visitors == "李某"
        stale = visitor.post(address("visit_edit", visit), data | {"visitors": "王某"})
        assert "已被他人修改" in text_of(stale)

    def test_void(self, sign_in, supervisor, bureau_lead):
        visit = planned()
        assert sign_in(supervisor).get(address("visit_void", visit)).status_code == 403
        client = sign_in(bureau_lead)
        assert "请填写作废理由" in text_of(
            client.post(address("visit_void", visit), {"reason": ""})
        )
        client.post(address("visit_void", visit), {"reason": "未成行"})
        visit.refresh_from_db()
        assert visit.void_reason == "未成行"
        assert "未成行" in text_of(client.get(address("visit_detail", visit)))

    @pytest.mark.parametrize("name", ACTS)
    def test_what_is_in_the_way_stands_in_the_place_of_the_form(self, sign_in, bureau_lead, name):
        visit = planned()
        visiting.void(visit.pk, "未成行", by=clerk())
        text = text_of(sign_in(bureau_lead).get(address(name, visit)))
        assert "作废" in text
        assert "<textarea" not in text

    @pytest.mark.parametrize("name", [*ACTS, *POSTED, "visit_detail"])
    def test_what_does_not_exist_or_is_not_ones_own(self, sign_in, visitor, stranger, name):
        method = visitor.post if name in POSTED else visitor.get
        assert method(reverse(f"rectification:{name}", args=[999])).status_code == 404
        client = sign_in(stranger)
        method = client.post if name in POSTED else client.get
        assert method(address(name, planned())).status_code == 404

    @pytest.mark.parametrize("name", POSTED)
    def test_looking_changes_nothing(self, visitor, name):
        assert visitor.get(address(name, planned())).status_code == 405

    @pytest.mark.parametrize("name", ACTS)
    def test_the_office_does_none_of_it(self, sign_in, office_lead, name):
        visit = planned()
        assert sign_in(office_lead).post(address(name, visit)).status_code == 403


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="apt-get install poppler-utils")
@pytest.mark.skipif(bool(missing_parts()), reason="；".join(missing_parts()))
class TestSheet:
    @pytest.fixture
    def read(self, visitor, tmp_path):
        """The text of a visit's sheet, and what pdfinfo says of it."""

        def printed(visit: SupervisionVisit, reason: str = "") -> tuple[str, str]:
            path = tmp_path / "sheet.pdf"
            path.write_bytes(
                visitor.post(address("visit_sheet", visit), {"reason": reason}).content
            )
            return poppler("pdftotext", path, "-layout"), poppler("pdfinfo", path)

        return printed

    def test_names_and_boxes_and_no_numbers_of_persons(self, read):
        visit = planned(size=3)
        text, facts = read(visit, "入户")
        household = visit.households.first().household
        assert "督导检查表" in text.replace(" ", "")
        assert household.head_name in text
        assert f"抽样种子：{visit.seed}" in text
        assert text.count("□") == 9
        assert household.id_number not in text
        assert household.phone not in text
        assert "841.89 x 595.276 pts (A4)" in facts
        entry = Entry.objects.get(act="exported")
        assert (entry.reason, entry.after["户数"]) == ("入户", 3)

    def test_after_the_visit_it_bears_what_was_seen(self, read):
        visit = done(size=3, outcomes=(Seen.SOUND, Seen.ABSENT, Seen.PENDING))
        text, _ = read(visit)
        assert (text.count("√"), text.count("□")) == (2, 7)
        assert "道路不通" in text
        assert visit.summary in text


def test_the_bureau_is_told_which_offices_are_left(sign_in, supervisor, recorder):
    done()
    task = "本周未督导的街办"
    tasks = {each.label: each.count for each in sign_in(supervisor).get("/").context["tasks"]}
    assert tasks[task] == 6
    labels = [each.label for each in sign_in(recorder).get("/").context["tasks"]]
    assert task not in labels
