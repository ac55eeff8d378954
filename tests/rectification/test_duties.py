"""The mechanism checklist: what is missing of it, who keeps it, how its page shows it."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from households.models import Region
from rectification.enums import Team
from rectification.models import MonitoringDuty
from rectification.monitoring.duties import gaps, posts, remove_duty, save_duty, visited
from tests.factories import HouseholdFactory, happen
from tests.rectification.monitoring_cases import BEITUN, BEITUN_VILLAGE, duty
from tests.rectification.problem_cases import OFFICE, VILLAGE
from yanliang.audit.models import Entry
from yanliang.home import tasks_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
DAY = dt.date(2020, 5, 1)


@pytest.fixture(autouse=True)
def may():
    with time_machine.travel("2020-05-01T09:00+08:00", tick=False):
        yield


class TestGaps:
    def test_where_nobody_lives_nobody_need_watch(self):
        assert gaps("610114", DAY) == {}
        happen(HouseholdFactory(), "exempted")
        assert gaps("610114", DAY) == {}

    def test_each_place_needs_somebody(self):
        HouseholdFactory(region_id=VILLAGE)
        assert gaps("610114", DAY) == {
            OFFICE: ["没有登记街办的监测责任人。"],
            VILLAGE: ["没有登记村组的监测责任人。"],
        }

    def test_helpers_are_needed_where_households_are_helped(self):
        HouseholdFactory(region_id=VILLAGE, class_code="registered_poor")
        Region.objects.filter(pk=VILLAGE).update(first_secretary="赵书记")
        assert gaps(VILLAGE, DAY)[VILLAGE] == [
            "没有登记村组的监测责任人。",
            "没有登记帮扶干部的监测责任人。",
            "没有登记第一书记的监测责任人。",
        ]

    def test_a_visit_too_long_ago_is_a_gap_on_the_day_after_its_interval(self):
        HouseholdFactory(region_id=VILLAGE)
        duty(last_visit_on=dt.date(2020, 4, 1))
        assert gaps(VILLAGE, DAY) == {}
        assert gaps(VILLAGE, DAY + dt.timedelta(days=1)) == {
            VILLAGE: ["村组周组长最近一次巡查是 2020-04-01，已超过 30 天的巡查间隔。"]
        }

    def test_who_has_never_been_there_is_a_gap(self):
        HouseholdFactory(region_id=VILLAGE)
        duty(last_visit_on=None)
        assert gaps(VILLAGE, DAY) == {VILLAGE: ["村组周组长还没有巡查记录。"]}

    def test_a_region_knows_no_more_than_its_own(self):
        HouseholdFactory(region_id=VILLAGE)
        HouseholdFactory(region_id=BEITUN_VILLAGE)
        assert gaps(OFFICE, DAY).keys() == {OFFICE, VILLAGE}
        assert gaps(BEITUN, DAY).keys() == {BEITUN, BEITUN_VILLAGE}
        assert gaps(VILLAGE, DAY).keys() == {VILLAGE}

    def test_as_many_queries_for_one_village_as_for_the_district(self, django_assert_num_queries):
        HouseholdFactory(region_id=VILLAGE)
        for region_id in (VILLAGE, OFFICE, "610114"):
            with django_assert_num_queries(4):
                gaps(region_id, DAY)
        for village in Region.objects.villages()[:20]:
            HouseholdFactory(region=village)
            duty(village.code)
        with django_assert_num_queries(4):
            gaps("610114", DAY)


class TestKeeping:
    def test_saved_with_a_masked_phone_in_the_trail(self, recorder):
        saved = duty()
        entry = Entry.objects.get(act="duty_saved")
        assert (entry.region_id, entry.before) == (VILLAGE, {})
        assert entry.after["监测人员"] == "村组周组长"
        assert entry.after["联系电话"] == "138****4567"
        assert saved.version == 1

    def test_nothing_changed_writes_nothing(self):
        assert duty().version == duty().version == 1
        assert Entry.objects.filter(act="duty_saved").count() == 1

    def test_a_second_writer_is_told(self, recorder):
        first = duty()
        duty(name="吴组长")
        values = {"name": "郑组长", "phone": "13800000000", "interval_days": 7}
        with pytest.raises(ValidationError) as stale:
            save_duty(
                VILLAGE,
                Team.GROUP,
                values | {"last_visit_on": None},
                by=recorder,
                seen=first.version,
            )
        assert stale.value.code == "stale"
        assert MonitoringDuty.objects.get().name == "吴组长"

    def test_two_who_name_the_first_at_once(self, recorder):
        duty()
        with pytest.raises(ValidationError) as stale:
            save_duty(
                VILLAGE,
                Team.GROUP,
                {
                    "name": "郑组长",
                    "phone": "13800000000",
                    "interval_days": 7,
                    "last_visit_on": None,
                },
                by=recorder,
                seen=0,
            )
        assert stale.value.code == "stale"

    @pytest.mark.parametrize(
        ("region_id", "team"),
        [(OFFICE, "group"), (VILLAGE, "office"), ("610114", "office")],
    )
    def test_each_level_has_its_teams(self, region_id, team, recorder, bureau_clerk):
        with pytest.raises((ValidationError, PermissionDenied)):
            duty(region_id, team)
        assert not MonitoringDuty.objects.exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"phone": "12"},
            {"interval_days": 0},
            {"interval_days": 366},
            {"last_visit_on": dt.date(2020, 5, 2)},
        ],
    )
    def test_wrong_values_are_refused(self, wrong):
        with pytest.raises(ValidationError):
            duty(**wrong)
        assert not Entry.objects.filter(act="duty_saved").exists()

    def test_only_the_offices_own_staff(self, stranger, villager, bureau_clerk, office_lead):
        kept = duty()
        for staff in (stranger, villager, bureau_clerk):
            with pytest.raises(PermissionDenied):
                visited(VILLAGE, Team.GROUP, DAY, by=staff)
            with pytest.raises(PermissionDenied):
                remove_duty(VILLAGE, Team.GROUP, "调离", by=staff, seen=kept.version)
        assert visited(VILLAGE, Team.GROUP, DAY, by=office_lead).last_visit_on == DAY

    def test_a_visit_counts_once(self, recorder):
        duty()
        once = visited(VILLAGE, Team.GROUP, DAY, by=recorder)
        again = visited(VILLAGE, Team.GROUP, DAY, by=recorder)
        assert once.version == again.version == 2
        assert Entry.objects.filter(act="duty_saved", after__最近巡查="2020-05-01").count() == 1

    @pytest.mark.parametrize("on", [dt.date(2020, 5, 2), dt.date(2020, 4, 19)])
    def test_no_visit_to_come_and_none_before_the_last(self, on, recorder):
        duty()
        with pytest.raises(ValidationError):
            visited(VILLAGE, Team.GROUP, on, by=recorder)

    def test_nobody_visits_whom_nobody_named(self, recorder):
        with pytest.raises(ValidationError, match="请先登记监测责任人"):
            visited(VILLAGE, Team.HELPER, DAY, by=recorder)

    def test_taken_away_with_a_reason(self, recorder):
        HouseholdFactory(region_id=VILLAGE)
        kept = duty()
        with pytest.raises(ValidationError):
            remove_duty(VILLAGE, Team.GROUP, " ", by=recorder, seen=kept.version)
        remove_duty(VILLAGE, Team.GROUP, "调离", by=recorder, seen=kept.version)
        assert gaps(VILLAGE, DAY) == {VILLAGE: ["没有登记村组的监测责任人。"]}
        assert Entry.objects.get(act="duty_removed").reason == "调离"
        with pytest.raises(ValidationError, match="已经取消"):
            remove_duty(VILLAGE, Team.GROUP, "调离", by=recorder, seen=kept.version)


def test_the_checklist_shows_every_place_even_where_nobody_is_needed():
    shown = [(post.region.code, post.team) for post in posts(OFFICE)]
    villages = Region.objects.within(OFFICE).villages().count()
    assert len(shown) == len(set(shown)) == 1 + 3 * villages


LIST = "/rectification/monitoring/duties/"


def page_of(act: str, region_id: str = VILLAGE, team: str = "group") -> str:
    return reverse(f"rectification:duty_{act}", args=[region_id, team])


def typed(**changes) -> dict:
    return {
        "name": "周组长",
        "phone": "13891234567",
        "interval_days": "15",
        "last_visit_on": "2020-04-30",
        "version": "0",
        **changes,
    }


class TestPages:
    def test_registered_changed_and_visited(self, sign_in, recorder):
        HouseholdFactory(region_id=VILLAGE)
        client = sign_in(recorder)
        answer = client.post(page_of("edit"), typed())
        assert answer.url == f"{LIST}?region={OFFICE}"
        kept = MonitoringDuty.objects.get()
        assert (kept.name, kept.interval_days, kept.version) == ("周组长", 15, 1)
        client.post(page_of("edit"), typed(name="吴组长", version=1))
        client.post(page_of("visited"))
        kept.refresh_from_db()
        assert (kept.name, kept.last_visit_on, kept.version) == ("吴组长", DAY, 3)
        page = client.post(page_of("visited"), {"on": "2020-04-01"}, follow=True)
        assert "巡查日期不能更早" in page.text
        page = client.post(page_of("visited"), {"on": "2020-13-01"}, follow=True)
        assert len(list(page.context["messages"])) == 1

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"name": " "}, "必填"),
            ({"phone": "029-8620"}, "手机号应为 11 位"),
            ({"interval_days": "0"}, "1–365"),
            ({"last_visit_on": "2020-05-02"}, "不能晚于今天"),
        ],
    )
    def test_what_is_wrong_is_said(self, sign_in, recorder, changes, said):
        assert said in sign_in(recorder).post(page_of("edit"), typed(**changes)).text
        assert not MonitoringDuty.objects.exists()

    def test_a_second_writer_reads_what_the_first_wrote(self, sign_in, recorder):
        duty(name="吴组长")
        page = sign_in(recorder).post(page_of("edit"), typed())
        assert "已被他人修改" in page.text
        assert "现在登记的是：吴组长" in page.text

    def test_taken_away(self, sign_in, recorder):
        kept = duty()
        client = sign_in(recorder)
        client.post(page_of("remove"), {"reason": "", "version": kept.version})
        assert MonitoringDuty.objects.exists()
        for _ in range(2):
            client.post(page_of("remove"), {"reason": "调离", "version": kept.version})
        assert not MonitoringDuty.objects.exists()
        assert Entry.objects.filter(act="duty_removed").count() == 1

    @pytest.mark.parametrize(
        ("region_id", "team"),
        [(VILLAGE, "office"), (OFFICE, "group"), (VILLAGE, "x"), ("610114009999", "group")],
    )
    def test_no_such_post(self, sign_in, recorder, region_id, team):
        client = sign_in(recorder)
        assert client.get(page_of("edit", region_id, team)).status_code == 404
        assert client.post(page_of("visited", region_id, team)).status_code == 404

    def test_only_the_own_office_and_only_by_post(
        self, sign_in, recorder, stranger, villager, bureau_clerk
    ):
        kept = duty()
        for act in ("edit", "visited", "remove"):
            data = typed(reason="调离", version=kept.version, name="别人")
            assert sign_in(stranger).post(page_of(act), data).status_code == 404
            for staff in (villager, bureau_clerk):
                assert sign_in(staff).post(page_of(act), data).status_code == 403
        for act in ("visited", "remove"):
            assert sign_in(recorder).get(page_of(act)).status_code == 405
        kept.refresh_from_db()
        assert (kept.name, kept.version) == ("周组长", 1)

    def test_the_first_secretarys_name_is_proposed(self, sign_in, recorder):
        Region.objects.filter(pk=VILLAGE).update(first_secretary="赵书记")
        assert "赵书记" in sign_in(recorder).get(page_of("edit", team="secretary")).text
        assert "赵书记" not in sign_in(recorder).get(page_of("edit")).text

    def test_phones_are_masked_until_asked_for(self, sign_in, recorder, viewer):
        duty()
        page = sign_in(recorder).get(LIST)
        assert "138****4567" in page.text
        assert "13891234567" not in page.text
        shown = sign_in(recorder).post(f"{LIST}phones/")
        assert "13891234567" in shown.text
        assert Entry.objects.get(act="phones_seen").region_id == OFFICE
        assert sign_in(viewer).post(f"{LIST}phones/").status_code == 403

    def test_gaps_are_marked_and_can_be_singled_out(self, sign_in, recorder, villager):
        HouseholdFactory(region_id=VILLAGE)
        client = sign_in(recorder)
        page = client.get(LIST)
        assert page.context["gaps"] == 2
        assert len(page.context["rows"]) > 2
        task = next(task for task in tasks_of(recorder) if task.label == "监测责任缺口")
        assert task.count == len(client.get(task.url).context["rows"]) == 2
        own = sign_in(villager).get(LIST).context["rows"]
        assert {post.region.code for post, _ in own} == {VILLAGE}

    def test_the_district_looks_at_one_office_after_the_other(self, sign_in, bureau_clerk):
        client = sign_in(bureau_clerk)
        page = client.get(LIST, {"region": BEITUN})
        assert page.context["region"].code == BEITUN
        assert len(page.context["offices"]) == 7
        assert client.get(LIST).context["region"].code == "610114001"
        assert client.get(LIST, {"region": "610199"}).status_code == 404

    def test_as_many_queries_for_a_full_checklist(
        self, sign_in, recorder, django_assert_max_num_queries
    ):
        client = sign_in(recorder)
        with django_assert_max_num_queries(9):
            client.get(LIST)
        for village in Region.objects.within(OFFICE).villages():
            HouseholdFactory(region=village)
            duty(village.code)
        with django_assert_max_num_queries(9):
            client.get(LIST)
