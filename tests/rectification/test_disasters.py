"""After a disaster: whose houses are on the list, what was found there, what it leads to."""

import datetime as dt
import io

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from openpyxl import load_workbook

from rectification.enums import CheckState, Team
from rectification.models import DisasterCheck, DisasterEvent, MonitoringReport
from rectification.monitoring import printing
from rectification.monitoring.disasters import preview, record_disaster, void_disaster
from rectification.monitoring.rechecking import progress, record_sound_each
from tests.factories import HouseholdFactory, happen
from tests.inspections.factories import photo_of
from tests.rectification import monitoring_cases
from tests.rectification.cases import clerk
from tests.rectification.monitoring_cases import (
    BEITUN_VILLAGE,
    called,
    disaster,
    looked,
    recheck,
    safe,
)
from tests.rectification.problem_cases import OFFICE, VILLAGE, office_clerk
from yanliang.audit.models import Entry
from yanliang.home import tasks_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
NEXT_VILLAGE = "610114007201"
LIST = "/rectification/monitoring/disasters/"
NEW = f"{LIST}new/"


@pytest.fixture(autouse=True)
def may():
    with time_machine.travel("2020-05-09T09:00+08:00", tick=False):
        yield


def typed(**changes) -> dict:
    return {
        "kind": "rainstorm",
        "name": "五月暴雨",
        "happened_on": "2020-05-08",
        "check_by": "2020-05-15",
        "areas": [OFFICE],
        **changes,
    }


def look(**changes) -> dict:
    return {
        "state": "doubtful",
        "checked_on": "2020-05-09",
        "checker": "周组长",
        "note": "屋脊塌陷一尺",
        "team": "group",
        **changes,
    }


def page_of(event: DisasterEvent, act: str = "detail") -> str:
    return reverse(f"rectification:disaster_{act}", args=[event.pk])


def check_page(check: DisasterCheck) -> str:
    return reverse("rectification:disaster_check", args=[check.pk])


def on_list(event: DisasterEvent) -> set:
    return {check.household for check in event.checks.select_related("household")}


class TestCalling:
    def test_the_list_holds_whom_it_may_have_hit(self):
        hit = [safe(), safe(region_id=NEXT_VILLAGE), HouseholdFactory(region_id=VILLAGE)]
        happen(HouseholdFactory(region_id=VILLAGE), "exempted")
        safe(region_id=BEITUN_VILLAGE)
        event = called()
        assert on_list(event) == set(hit)
        assert {check.state for check in event.checks.all()} == {"pending"}
        entry = Entry.objects.get(act="disaster_recorded")
        assert (entry.region_id, entry.after["户数"]) == (OFFICE, 3)

    def test_some_structures_alone(self):
        earthen = safe(structure="TM")
        safe(structure="ZH")
        safe(structure="")
        found = preview(disaster(structures=["TM", "MJ"]))
        assert (found.total, found.unknown) == (1, 1)
        assert on_list(called(structures=["TM", "MJ"])) == {earthen}

    def test_a_village_within_its_office_is_not_counted_twice(self):
        safe()
        event = called(areas=[VILLAGE, OFFICE, VILLAGE])
        assert event.areas == [OFFICE]
        assert event.checks.count() == 1

    def test_some_villages_alone(self):
        mine = safe()
        safe(region_id=NEXT_VILLAGE)
        assert on_list(called(areas=[VILLAGE])) == {mine}

    def test_the_page_shows_the_number_before_anything_is_written(self, sign_in, recorder):
        safe()
        safe(region_id=NEXT_VILLAGE)
        client = sign_in(recorder)
        page = client.post(NEW, typed())
        assert page.context["affected"].total == 2
        assert not DisasterEvent.objects.exists()
        client.post(NEW, typed(expected=2, change=1))
        assert not DisasterEvent.objects.exists()
        answer = client.post(NEW, typed(expected=2))
        assert answer.url == page_of(DisasterEvent.objects.get())

    def test_a_list_that_has_grown_meanwhile_is_shown_again(self, sign_in, recorder):
        safe()
        client = sign_in(recorder)
        client.post(NEW, typed())
        safe()
        page = client.post(NEW, typed(expected=1))
        assert "名单已有变化" in page.text
        assert page.context["affected"].total == 2
        assert not DisasterEvent.objects.exists()

    def test_a_second_click_records_nothing_more(self, sign_in, recorder):
        safe()
        client = sign_in(recorder)
        client.post(NEW, typed(expected=1))
        page = client.post(NEW, typed(expected=1))
        assert "不能重复登记" in page.text
        assert DisasterEvent.objects.count() == DisasterCheck.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"name": " "}, "请填写名称"),
            ({"happened_on": "2020-05-10"}, "发生日期不能晚于今天"),
            ({"check_by": "2020-05-07"}, "复查时限不能早于发生日期"),
            ({"areas": []}, "请选择受影响的街办或村"),
            ({"areas": [BEITUN_VILLAGE]}, "选择一个有效的选项"),
            ({"structures": ["XX"]}, "选择一个有效的选项"),
            ({"kind": ""}, "必填"),
        ],
    )
    @pytest.mark.parametrize("confirm", [{}, {"expected": 1}])
    def test_what_is_wrong_is_said(self, sign_in, recorder, changes, said, confirm):
        safe()
        page = sign_in(recorder).post(NEW, typed(**changes, **confirm))
        assert said in page.text
        assert page.context["affected"] is None
        assert not DisasterEvent.objects.exists()

    def test_an_empty_list_is_none(self, sign_in, recorder):
        page = sign_in(recorder).post(NEW, typed())
        assert "没有须复查的农户" in page.text
        with pytest.raises(ValidationError, match="没有须复查的农户"):
            called()

    def test_each_is_offered_the_own_places(self, sign_in, bureau_clerk, recorder):
        district = sign_in(bureau_clerk).get(NEW).context["form"].fields["areas"]
        assert [place.code for place in district.wholes] == ["610114"]
        assert len(district.choices) == 1 + 7 + 105
        own = sign_in(recorder).get(NEW).context["form"].fields["areas"]
        assert own.wholes == []
        assert all(code.startswith(OFFICE) for code, _ in own.choices)

    def test_nobody_calls_beyond_the_own_region(self, sign_in, villager, supervisor):
        safe(region_id=BEITUN_VILLAGE)
        with pytest.raises(PermissionDenied):
            called(areas=[BEITUN_VILLAGE])
        for staff in (villager, supervisor):
            assert sign_in(staff).get(NEW).status_code == 403
            with pytest.raises(PermissionDenied):
                record_disaster(disaster(areas=[VILLAGE]), by=staff)
        assert record_disaster(disaster(areas=["610114"]), by=clerk()).checks.count() == 1

    def test_thousands_in_few_statements(self, django_assert_max_num_queries):
        for _ in range(20):
            safe()
        office_clerk()
        with django_assert_max_num_queries(26):
            assert called().checks.count() == 20


class TestVoid:
    def test_a_void_event_leaves_every_count(self, sign_in, recorder):
        check = recheck(safe(), safe())
        looked(check, "doubtful")
        answer = sign_in(recorder).post(page_of(check.event, "void"), {"reason": "范围选错"})
        assert answer.status_code == 302
        assert not DisasterCheck.objects.pending().exists()
        assert MonitoringReport.objects.waiting().count() == 1
        assert Entry.objects.get(act="disaster_voided").reason == "范围选错"
        assert "范围选错" in sign_in(recorder).get(page_of(check.event)).text
        assert (
            "已于" in sign_in(recorder).post(page_of(check.event, "void"), {"reason": "再来"}).text
        )

    def test_it_asks_for_a_reason(self, sign_in, recorder):
        event = recheck(safe()).event
        page = sign_in(recorder).post(page_of(event, "void"), {"reason": " "})
        assert "请填写作废理由" in page.text
        event.refresh_from_db()
        assert not event.is_void

    def test_the_same_may_then_be_recorded_again(self):
        safe()
        void_disaster(called().pk, "范围选错", by=office_clerk())
        assert called().checks.count() == 1

    def test_an_office_does_not_void_the_districts(self, sign_in, recorder, villager, bureau_clerk):
        safe()
        event = record_disaster(disaster(areas=["610114"]), by=bureau_clerk)
        for staff in (recorder, villager):
            assert sign_in(staff).get(page_of(event)).status_code == 200
            assert sign_in(staff).get(page_of(event, "void")).status_code == 403
            with pytest.raises(PermissionDenied):
                void_disaster(event.pk, "不要", by=staff)


class TestLooking:
    def test_a_sound_house(self, sign_in, villager):
        check = recheck(safe())
        answer = sign_in(villager).post(check_page(check), look(state="sound", note=""))
        assert answer.url == page_of(check.event)
        check.refresh_from_db()
        assert (check.state, check.checker, check.recorded_by) == ("sound", "周组长", villager)
        assert check.report is None
        assert Entry.objects.get(act="disaster_checked").region_id == VILLAGE

    def test_a_doubt_becomes_a_report_with_its_photos(self, sign_in, villager):
        check = recheck(safe(longitude="109.2", latitude="34.6"))
        photo = photo_of(check.household, villager)
        sign_in(villager).post(check_page(check), look(**{"photos.recheck": photo.pk}))
        check.refresh_from_db()
        filed = check.report
        assert (check.state, filed.state, filed.team) == ("doubtful", "open", Team.GROUP)
        assert filed.description == "五月暴雨后复查：屋脊塌陷一尺"
        assert (filed.reporter, filed.seen_on) == ("周组长", dt.date(2020, 5, 9))
        assert str(filed.longitude) == "109.200000"
        assert filed.photo_links.get().photo == photo

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"state": ""}, "请选择复查结果"),
            ({"state": "pending"}, "选择一个有效的选项"),
            ({"checked_on": "2020-05-10"}, "复查日期不能晚于今天"),
            ({"checked_on": "2020-05-07"}, "不能早于灾害发生日期"),
            ({"checker": " "}, "请填写复查人姓名"),
            ({"note": " "}, "请写明哪个部位"),
            ({"photos.recheck": "x"}, "不属于该户"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_kept(self, sign_in, villager, changes, said):
        check = recheck(safe())
        assert said in sign_in(villager).post(check_page(check), look(**changes)).text
        check.refresh_from_db()
        assert check.state == "pending"
        assert not MonitoringReport.objects.exists()

    def test_a_second_click_records_once(self, sign_in, villager):
        check = recheck(safe())
        sign_in(villager).post(check_page(check), look())
        page = sign_in(villager).post(check_page(check), look(state="sound"))
        assert "该户已于 2020-05-09 复查：有疑点" in page.text
        assert MonitoringReport.objects.count() == 1
        assert Entry.objects.filter(act="disaster_checked").count() == 1

    def test_nothing_is_recorded_for_a_void_event(self, sign_in, villager):
        check = recheck(safe())
        void_disaster(check.event_id, "错了", by=office_clerk())
        assert "已作废" in sign_in(villager).post(check_page(check), look()).text
        with pytest.raises(ValidationError):
            record_sound_each(
                check.event_id, [check.pk], dt.date(2020, 5, 9), "周组长", by=villager
            )
        check.refresh_from_db()
        assert check.state == "pending"

    def test_only_who_sees_the_household(self, sign_in, bureau_clerk, stranger):
        check = recheck(safe())
        assert sign_in(stranger).post(check_page(check), look()).status_code == 404
        assert sign_in(bureau_clerk).post(check_page(check), look()).status_code == 403
        other = monitoring_cases.villager(NEXT_VILLAGE)
        assert sign_in(other).get(check_page(check)).status_code == 404
        with pytest.raises(PermissionDenied):
            monitoring_cases.record_look(
                check.pk,
                monitoring_cases.Look(CheckState.SOUND, dt.date(2020, 5, 9), "某人"),
                by=other,
            )


class TestManyAtOnce:
    def test_what_is_ticked_is_sound(self, sign_in, villager):
        ticked, doubtful, left = safe(), safe(), safe()
        foreign = safe(region_id=NEXT_VILLAGE)
        event = called()
        check = {each.household: each for each in event.checks.select_related("household")}
        looked(check[doubtful], "doubtful")
        keys = [check[each].pk for each in (ticked, doubtful, foreign)]
        form = {"check": [*keys, "x"], "checked_on": "2020-05-09", "checker": "周组长"}
        client = sign_in(villager)
        for _ in range(2):
            answer = client.post(page_of(event, "sound") + "?state=pending", form)
            assert answer.url == page_of(event) + "?state=pending"
        states = dict(event.checks.values_list("household", "state"))
        assert states == {
            ticked.pk: "sound",
            doubtful.pk: "doubtful",
            left.pk: "pending",
            foreign.pk: "pending",
        }
        assert Entry.objects.filter(act="disaster_checked").count() == 2

    @pytest.mark.parametrize(
        "wrong", [{"check": []}, {"checker": ""}, {"checked_on": "2020-05-01"}]
    )
    def test_what_is_wrong_is_said(self, sign_in, villager, wrong):
        check = recheck(safe())
        form = {"check": [check.pk], "checked_on": "2020-05-09", "checker": "周组长"} | wrong
        page = sign_in(villager).post(page_of(check.event, "sound"), form, follow=True)
        assert len(list(page.context["messages"])) == 1
        check.refresh_from_db()
        assert check.state == "pending"

    def test_few_statements_for_many(self, villager, django_assert_max_num_queries):
        for _ in range(20):
            safe()
        event = called()
        keys = list(event.checks.values_list("pk", flat=True))
        with django_assert_max_num_queries(14):
            done = record_sound_each(event.pk, keys, dt.date(2020, 5, 9), "周组长", by=villager)
        assert done == 20


class TestPages:
    def test_progress_by_village(self):
        first, second = safe(), safe()
        third = safe(region_id=NEXT_VILLAGE)
        event = called()
        looked(event.checks.get(household=first), "sound")
        looked(event.checks.get(household=third), "doubtful")
        assert [each[1:] for each in progress(event.checks.all())] == [(2, 1, 0, 1), (1, 0, 1, 0)]
        assert event.checks.get(household=second).state == "pending"

    def test_each_sees_ones_own_part(self, sign_in, bureau_clerk, villager, stranger):
        mine = safe()
        safe(region_id=NEXT_VILLAGE)
        safe(region_id=BEITUN_VILLAGE)
        event = record_disaster(disaster(areas=["610114"]), by=bureau_clerk)
        own = called(name="关山大风")
        assert {each.pk: each.total for each in sign_in(villager).get(LIST).context["page"]} == {
            event.pk: 1,
            own.pk: 1,
        }
        page = sign_in(villager).get(page_of(event))
        assert [check.household for check in page.context["page"]] == [mine]
        assert page.context["total"] == 1
        assert sign_in(stranger).get(page_of(own)).status_code == 404
        assert [each.pk for each in sign_in(stranger).get(LIST).context["page"]] == [event.pk]
        assert len(sign_in(bureau_clerk).get(page_of(event)).context["page"]) == 3

    def test_the_list_is_narrowed(self, sign_in, recorder):
        first, second = safe(head_name="田小麦"), safe(head_name="白玉米")
        third = safe(head_name="石高粱", region_id=NEXT_VILLAGE)
        event = called()
        looked(event.checks.get(household=first), "sound")

        def found(**query):
            page = sign_in(recorder).get(page_of(event), query)
            return {check.household for check in page.context["page"]}

        assert found() == {first, second, third}
        assert found(state="sound") == {first}
        assert found(region=NEXT_VILLAGE) == {third}
        assert found(q="白玉") == {second}
        assert found(region=BEITUN_VILLAGE) == set()

    def test_the_second_group_stands_before_the_tenth(self, sign_in, villager):
        tenth, second = safe(group="10组"), safe(group="2组")
        page = sign_in(villager).get(page_of(called()))
        assert [check.household for check in page.context["page"]] == [second, tenth]

    def test_as_many_queries_for_50_rows_as_for_5(
        self, sign_in, recorder, django_assert_max_num_queries
    ):
        client = sign_in(recorder)
        event = called(areas=[safe().region_id])
        for number in (5, 50):
            while event.checks.count() < number:
                event.checks.create(household=HouseholdFactory(region_id=VILLAGE))
            with django_assert_max_num_queries(13):
                assert len(client.get(page_of(event)).context["page"]) == number
            with django_assert_max_num_queries(7):
                client.get(LIST)

    def test_a_list_past_its_date_is_urgent(self, sign_in, villager, recorder):
        check = recheck(safe())

        def task(staff):
            return next(each for each in tasks_of(staff) if each.label == "灾后待复查农户")

        assert (task(villager).count, task(villager).is_urgent) == (1, False)
        with time_machine.travel("2020-05-16T09:00+08:00", tick=False):
            assert task(recorder).is_urgent
            assert "超期" in sign_in(recorder).get(task(recorder).url).text
            assert "超期" in sign_in(recorder).get(page_of(check.event)).text
        looked(check, "sound")
        with time_machine.travel("2020-05-16T09:00+08:00", tick=False):
            assert (task(villager).count, task(villager).is_urgent) == (0, False)
            assert "超期" not in sign_in(recorder).get(LIST).text


class TestPrinting:
    def test_a_sheet_for_each_village(self, sign_in, recorder):
        first, second = safe(head_name="田小麦"), safe(region_id=NEXT_VILLAGE, head_name="石高粱")
        event = called()
        looked(event.checks.get(household=first), "sound")
        answer = sign_in(recorder).post(
            page_of(event, "print"), {"format": "xlsx", "reason": "入户"}
        )
        workbook = load_workbook(io.BytesIO(answer.content))
        assert workbook.sheetnames == [f"关山街道{first.region}", f"关山街道{second.region}"]
        cells = {cell.value for row in workbook.worksheets[0].iter_rows() for cell in row}
        assert {"田小麦", "未见险情", "周组长"} <= cells
        assert "石高粱" not in cells
        entry = Entry.objects.get(act="exported")
        assert (entry.reason, entry.after["户数"]) == ("入户", 2)

    def test_the_village_prints_its_own_and_takes_no_workbook(self, sign_in, villager):
        event = recheck(safe()).event
        answer = sign_in(villager).post(page_of(event, "print"), {"format": "pdf"})
        assert answer.content.startswith(b"%PDF")
        assert answer.headers["Content-Type"] == "application/pdf"
        refused = sign_in(villager).post(page_of(event, "print"), {"format": "xlsx"})
        assert refused.status_code == 403

    def test_what_cannot_be_printed_is_said(self, sign_in, recorder, monkeypatch):
        event = recheck(safe()).event
        client = sign_in(recorder)
        empty = client.post(
            page_of(event, "print") + "?state=sound", {"format": "xlsx"}, follow=True
        )
        assert "没有可以导出的内容" in empty.text
        monkeypatch.setattr(printing, "PDF_ROWS", 0)
        long = client.post(page_of(event, "print"), {"format": "pdf"}, follow=True)
        assert "请先按街办或村筛选" in long.text
        assert client.post(page_of(event, "print"), {"format": "doc"}).status_code == 404
        assert client.get(page_of(event, "print")).status_code == 405
        assert not Entry.objects.filter(act="exported").exists()
