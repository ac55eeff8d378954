"""Reports of doubtful houses: filed once, answered once, seen by whom it concerns."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from households.forms import LATITUDES, LONGITUDES
from households.models import Household
from inspections.photos import orphans
from rectification.enums import EvidenceKind, Team
from rectification.models import MonitoringReport, Problem
from rectification.monitoring import reporting
from rectification.monitoring.figures import MonitoringFigures, week_figures
from rectification.monitoring.reporting import Doubt, faults
from tests.factories import HouseholdFactory, StaffFactory, happen, suspected_household
from tests.inspections.factories import photo_of
from tests.rectification.monitoring_cases import (
    BEITUN_VILLAGE,
    answered,
    doubt,
    lead,
    looked,
    recheck,
    report,
    safe,
)
from tests.rectification.problem_cases import OFFICE, VILLAGE, kind
from yanliang.audit.models import Entry
from yanliang.home import tasks_of
from yanliang.periods import SHANGHAI, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
NEW = "/rectification/monitoring/reports/new/"
LIST = "/rectification/monitoring/"


@pytest.fixture(autouse=True)
def may():
    with time_machine.travel("2020-05-09T09:00+08:00", tick=False):
        yield


def typed(**changes) -> dict:
    return {
        "description": "后墙裂缝两指宽，仍有人住",
        "seen_on": "2020-05-08",
        "team": "secretary",
        "reporter": "赵书记",
        "latitude": "34.6620004",
        "longitude": "109.226",
        **changes,
    }


def answer_page(of: MonitoringReport) -> str:
    return reverse("rectification:report_answer", args=[of.pk])


class TestFiling:
    def test_a_village_reports_its_own_house(self, sign_in, villager):
        household = safe()
        photo = photo_of(household, villager)
        answer = sign_in(villager).post(
            f"{NEW}?household={household.pk}", typed(**{"photos.report": [photo.pk, photo.pk]})
        )
        filed = MonitoringReport.objects.get()
        assert answer.url == reverse("rectification:report_detail", args=[filed.pk])
        assert (filed.state, filed.team, filed.reported_by) == ("open", "secretary", villager)
        assert (filed.latitude, filed.longitude) == (Decimal("34.662"), Decimal("109.226"))
        assert reporting.photos_of(filed) == [photo]
        entry = Entry.objects.get(act="report_filed")
        assert (entry.region_id, entry.after["照片"]) == (VILLAGE, 1)
        assert list(orphans(now() + dt.timedelta(days=1))) == []

    def test_a_second_click_files_nothing_more(self, sign_in, villager):
        household = safe()
        client = sign_in(villager)
        first, second = (
            client.post(f"{NEW}?household={household.pk}", typed()).url for _ in range(2)
        )
        assert first == second
        assert MonitoringReport.objects.count() == 1
        assert Entry.objects.filter(act="report_filed").count() == 1
        client.post(f"{NEW}?household={household.pk}", typed(description="檐口也塌了"))
        assert MonitoringReport.objects.count() == 2

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"description": " "}, "请写明看到的情况"),
            ({"seen_on": "2020-05-10"}, "发现日期不能晚于今天"),
            ({"reporter": ""}, "请填写报告人姓名"),
            ({"latitude": ""}, "要么都填"),
            ({"latitude": "109.226", "longitude": "34.662"}, "是否填反"),
            ({"latitude": "nan"}, "输入一个数字"),
            ({"photos.report": "x"}, "不属于该户"),
            ({"photos.report": uuid.uuid4()}, "不属于该户"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_kept(self, sign_in, villager, changes, said):
        page = sign_in(villager).post(f"{NEW}?household={safe().pk}", typed(**changes))
        assert said in page.text
        assert not MonitoringReport.objects.exists()

    def test_without_a_place_it_is_a_report_too(self, sign_in, villager):
        sign_in(villager).post(f"{NEW}?household={safe().pk}", typed(latitude="", longitude=""))
        assert MonitoringReport.objects.get().latitude is None

    def test_photos_stay_in_a_form_that_is_refused(self, sign_in, villager):
        household = safe()
        photo = photo_of(household, villager)
        page = sign_in(villager).post(
            f"{NEW}?household={household.pk}",
            typed(description="", **{"photos.report": photo.pk}),
        )
        assert f'name="photos.report" value="{photo.pk}"' in page.text

    def test_foreign_households_are_not_to_be_found(self, sign_in, villager, stranger):
        other = safe(region_id="610114007201")
        assert sign_in(villager).get(f"{NEW}?household={other.pk}").status_code == 404
        assert sign_in(stranger).post(f"{NEW}?household={other.pk}", typed()).status_code == 404
        with pytest.raises(PermissionDenied):
            reporting.file_report(other.pk, doubt(), by=villager)

    def test_the_bureau_does_not_report(self, sign_in, bureau_clerk):
        household = safe()
        assert sign_in(bureau_clerk).get(NEW).status_code == 403
        with pytest.raises(PermissionDenied):
            reporting.file_report(household.pk, doubt(), by=bureau_clerk)

    @pytest.mark.parametrize("key", ["", "x", "9" * 30, "-1", "²"])
    def test_without_a_household_it_is_looked_for(self, sign_in, villager, key):
        page = sign_in(villager).get(NEW, {"household": key})
        assert "先找到是哪一户" in page.text

    def test_the_search_knows_ones_own_village_alone(self, sign_in, villager):
        mine = HouseholdFactory(head_name="田小麦", region_id=VILLAGE)
        HouseholdFactory(head_name="田小麦", region_id="610114007201")
        assert sign_in(villager).get(NEW, {"q": "田小"}).context["found"] == [mine]
        assert sign_in(villager).get(NEW).context["found"] == []
        assert "没有找到" in sign_in(villager).get(NEW, {"q": "无此人"}).text

    def test_the_form_begins_with_who_asks(self, sign_in, villager):
        household = safe()
        form = sign_in(villager).get(f"{NEW}?household={household.pk}").context["form"]
        assert form["team"].initial == Team.GROUP
        assert form["reporter"].initial == villager.full_name
        sign_in(villager).post(f"{NEW}?household={household.pk}", typed())
        form = sign_in(villager).get(f"{NEW}?household={household.pk}").context["form"]
        assert form["team"].initial == Team.SECRETARY


@given(
    st.none() | st.decimals(-181, 181, places=6),
    st.none() | st.decimals(-181, 181, places=6),
)
def test_a_place_is_whole_and_within_the_country(longitude, latitude):
    found = faults(doubt(longitude=longitude, latitude=latitude))
    if longitude is None and latitude is None:
        is_right = True
    elif longitude is None or latitude is None:
        is_right = False
    else:
        is_right = (
            LONGITUDES[0] <= longitude <= LONGITUDES[1] and LATITUDES[0] <= latitude <= LATITUDES[1]
        )
    assert (found == {}) == is_right
    assert found.keys() <= {"longitude", "latitude"}


class TestAnswers:
    def test_a_warning_sends_the_household_back_with_the_photos(self, sign_in):
        filed = report(photos=["red", "blue"])
        answer = sign_in(lead()).post(answer_page(filed), {"outcome": "warned"})
        assert answer.status_code == 302
        filed.refresh_from_db()
        assert (filed.state, filed.answered_by) == ("warned", lead())
        event = filed.household.events.get(kind="warned")
        assert event.detail == {"来源": "动态监测", "险情": "后墙开裂，雨天渗水"}
        assert event.happened_on == filed.seen_on
        assert event.warning_photos.count() == 2
        assert Household.objects.get().stage == "suspected"
        acts = Entry.objects.order_by("number").values_list("act", flat=True)
        assert list(acts)[-2:] == ["household_warned", "report_answered"]

    def test_after_a_disaster_the_warning_says_so(self):
        check = looked(recheck(safe()), "doubtful")
        answered(check.report, "warned")
        assert check.household.events.get(kind="warned").detail["来源"] == "灾害"

    def test_a_problem_enters_the_ledger_with_the_photos(self, sign_in, bureau_clerk):
        filed = report(suspected_household(), photos=["red"])
        page = sign_in(bureau_clerk).post(
            answer_page(filed), {"outcome": "problem", "kind": kind("house_defect").pk}
        )
        assert page.status_code == 302
        filed.refresh_from_db()
        problem = Problem.objects.get()
        assert (filed.state, filed.problem) == ("problem", problem)
        assert (problem.household, problem.kind.code) == (filed.household, "house_defect")
        assert problem.description == filed.description
        assert problem.evidence.get().kind == EvidenceKind.BEFORE
        shown = sign_in(bureau_clerk).get(reverse("rectification:report_detail", args=[filed.pk]))
        assert problem.number in shown.text

    def test_sound_asks_for_an_explanation(self, sign_in):
        filed = report()
        page = sign_in(lead()).post(answer_page(filed), {"outcome": "sound", "explanation": " "})
        assert "请说明谁查看的" in page.text
        sign_in(lead()).post(
            answer_page(filed), {"outcome": "sound", "explanation": "包村干部查看，是旧抹灰脱落"}
        )
        filed.refresh_from_db()
        assert (filed.state, filed.answer) == ("sound", "包村干部查看，是旧抹灰脱落")
        assert filed.household.stage == "safe"
        with pytest.raises(ValidationError):
            reporting.answer_sound(report().pk, "", by=lead())

    def test_a_household_that_is_not_safe_cannot_be_warned_about(self, sign_in):
        filed = report(suspected_household())
        page = sign_in(lead()).get(answer_page(filed))
        assert "不是住房安全户" in page.text
        assert [value for value, _ in page.context["form"].fields["outcome"].choices] == [
            "problem",
            "sound",
        ]
        assert (
            "不是住房安全户" in sign_in(lead()).post(answer_page(filed), {"outcome": "warned"}).text
        )
        with pytest.raises(ValidationError, match="不是住房安全户"):
            reporting.answer_warned(filed.pk, "", by=lead())
        filed.refresh_from_db()
        assert (filed.state, filed.answered_by) == ("open", None)

    def test_a_problem_needs_a_kind_that_people_judge(self, sign_in):
        filed = report()
        for chosen in ("", kind("subsidy_unpaid").pk):
            page = sign_in(lead()).post(answer_page(filed), {"outcome": "problem", "kind": chosen})
            assert page.context["form"].errors["kind"]
        assert not Problem.objects.exists()

    def test_the_second_of_two_who_answer_is_told_of_the_first(self, sign_in, bureau_clerk):
        filed = report()
        form = {"outcome": "problem", "kind": kind("house_defect").pk}
        sign_in(lead()).post(answer_page(filed), form)
        page = sign_in(bureau_clerk).post(answer_page(filed), form)
        assert "已由" in page.text
        assert Problem.objects.count() == 1
        assert Entry.objects.filter(act="report_answered").count() == 1
        for act in (reporting.answer_warned, reporting.answer_sound):
            with pytest.raises(ValidationError, match="不能再次处置"):
                act(filed.pk, "再看", by=bureau_clerk)

    def test_nothing_is_left_of_an_answer_that_fails_half_way(self):
        filed = report(photos=["red"])
        Problem.objects.all()
        retired = kind("house_defect")
        retired.is_active = False
        retired.save()
        with pytest.raises(ValidationError):
            reporting.answer_problem(filed.pk, retired, "", by=lead())
        filed.refresh_from_db()
        assert filed.state == "open"
        assert not Problem.objects.exists()

    def test_who_may_answer(self, sign_in, recorder, villager, supervisor):
        filed = report()
        for staff in (recorder, villager, supervisor):
            assert sign_in(staff).get(answer_page(filed)).status_code == 403
            with pytest.raises(PermissionDenied):
                reporting.answer_sound(filed.pk, "没有险情", by=staff)
        other = lead("610114005")
        assert sign_in(other).get(answer_page(filed)).status_code == 404
        with pytest.raises(PermissionDenied):
            reporting.answer_sound(filed.pk, "没有险情", by=other)


class TestPages:
    def test_the_list_is_narrowed(self, sign_in, bureau_clerk):
        first = report()
        second = report(team=Team.HELPER)
        answered(second, "sound")
        other = report(safe(region_id=BEITUN_VILLAGE))
        client = sign_in(bureau_clerk)

        def found(**query):
            return set(client.get(LIST, query).context["page"])

        assert found() == {first, second, other}
        assert found(state="open") == {first, other}
        assert found(team="helper") == {second}
        assert found(region="610114005") == {other}
        assert found(region="610115001") == set()
        assert "筛选条件无法识别" in client.get(LIST, {"state": "x"}).text

    def test_each_sees_ones_own(self, sign_in, villager, stranger, viewer):
        mine = report()
        report(safe(region_id="610114007201"))
        assert list(sign_in(villager).get(LIST).context["page"]) == [mine]
        assert len(sign_in(viewer).get(LIST).context["page"]) == 2
        assert list(sign_in(stranger).get(LIST).context["page"]) == []

    def test_as_many_queries_for_50_rows_as_for_5(
        self, sign_in, bureau_clerk, django_assert_max_num_queries
    ):
        client = sign_in(bureau_clerk)
        filer = StaffFactory(username="filer", role="recorder", region_id=OFFICE)
        household = safe()
        for expected in (5, 50):
            MonitoringReport.objects.bulk_create(
                MonitoringReport(
                    household=household,
                    team="group",
                    reporter="村组长",
                    seen_on="2020-05-08",
                    description="后墙开裂",
                    reported_by=filer,
                    reported_at=now(),
                )
                for _ in range(expected - MonitoringReport.objects.count())
            )
            with django_assert_max_num_queries(8):
                assert len(client.get(LIST).context["page"]) == expected

    def test_the_households_piece(self, sign_in, villager, viewer):
        household = recheck(safe()).household
        filed = report(household)
        address = reverse("rectification:household_reports", args=[household.pk])
        piece = sign_in(villager).get(address, headers={"HX-Request": "true"}).text
        assert "<html" not in piece
        assert filed.reporter in piece
        assert "五月暴雨" in piece
        assert "报告疑点" in piece
        assert "报告疑点" not in sign_in(viewer).get(address).text

    def test_the_household_page_asks_for_the_piece(self, sign_in, viewer):
        household = safe()
        page = sign_in(viewer).get(reverse("households:household_detail", args=[household.pk]))
        assert reverse("rectification:household_reports", args=[household.pk]) in page.text

    def test_the_trail_of_the_household_tells_of_it(self, sign_in, viewer):
        filed = answered(report(), "sound")
        address = reverse("rectification:household_trail", args=[filed.household_id])
        page = sign_in(viewer).get(address).text
        assert "处置监测报告" in page

    def test_tasks_lead_to_what_they_count(self, sign_in, bureau_clerk):
        report()
        answered(report(), "sound")
        for staff in (lead(), bureau_clerk):
            task = next(task for task in tasks_of(staff) if task.label == "待处置的监测报告")
            assert task.count == 1
            assert task.is_urgent
            assert sign_in(staff).get(task.url).context["page"].paginator.count == 1

    def test_the_villages_home_offers_a_report(self, sign_in, villager, recorder):
        assert NEW in sign_in(villager).get("/").text
        assert NEW not in sign_in(recorder).get("/").text


class TestWeek:
    """Thursday noon to Thursday noon."""

    OPENS = dt.datetime(2020, 5, 7, 12, tzinfo=SHANGHAI)
    CLOSES = dt.datetime(2020, 5, 14, 12, tzinfo=SHANGHAI)

    def test_what_was_filed_and_answered_in_it(self):
        with time_machine.travel("2020-05-06T09:00+08:00", tick=False):
            old = report(safe(), seen_on=dt.date(2020, 5, 6))
        answered(old, "warned")
        answered(report(suspected_household()), "problem")
        report(safe())
        late = report(safe())
        with time_machine.travel("2020-05-15T09:00+08:00", tick=False):
            answered(late, "sound")
            figures = week_figures("610114", self.OPENS, self.CLOSES)
        assert figures == MonitoringFigures(
            filed=3,
            warned=1,
            to_problem=1,
            sound=0,
            waiting=2,
            rechecked=0,
            to_recheck=0,
            gaps=2,
        )
        assert week_figures("610114005", self.OPENS, self.CLOSES) == MonitoringFigures(*[0] * 8)
        assert week_figures("610114", None, self.OPENS).filed == 1

    def test_re_checks_count_by_their_day(self):
        check = recheck(safe(), safe())
        looked(check, "sound", checked_on=dt.date(2020, 5, 9))
        figures = week_figures(OFFICE, self.OPENS, self.CLOSES)
        assert (figures.rechecked, figures.to_recheck) == (1, 1)
        before = week_figures(OFFICE, None, self.OPENS)
        assert (before.rechecked, before.to_recheck) == (0, 0)

    def test_few_queries(self, django_assert_num_queries):
        recheck(safe(), safe())
        report(safe())
        with django_assert_num_queries(6):
            week_figures("610114", self.OPENS, self.CLOSES)


def test_a_report_about_an_exempt_household_is_a_report_too():
    household = happen(HouseholdFactory(region_id=VILLAGE), "exempted")
    filed = report(household)
    with pytest.raises(ValidationError, match="不是住房安全户"):
        reporting.answer_warned(filed.pk, "", by=lead())
    assert answered(filed, "problem").state == "problem"


def test_a_doubt_needs_no_more_than_a_few_words():
    least = Doubt(Team.GROUP, "周", dt.date(2020, 5, 9), "裂")
    assert faults(least) == {}
