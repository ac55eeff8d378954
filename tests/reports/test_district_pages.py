"""The district's week on screen: the sum with its gaps, the text, stand-ins, locking, what follows."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.enums import DistrictState
from reports.models import DistrictReport, DistrictWeek, Forwarding
from tests.factories import HouseholdFactory, StaffFactory
from tests.reports.district_pages import PAGE, WEEK, filled, press, text_of
from tests.reports.week_cases import (
    BEITUN,
    DISTRICT,
    IN_TIME,
    THURSDAY,
    accepted,
    bureau,
    locked,
    submitted,
)
from yanliang.audit.models import Entry
from yanliang.periods import SHANGHAI, told_at

AFTERNOON = dt.datetime(2020, 4, 9, 13, tzinfo=SHANGHAI)
#: The acts upon the week, what each asks beside the fields of the page, and its label where it is refused by state.
OPEN_ACTS = {
    "district_save": {},
    "district_stand_in": {"office": BEITUN, f"stand-in-{BEITUN}": "无法上报"},
    "district_lock": {"without_missing": "on"},
}
SEALED_ACTS = {
    "district_unlock": {"reason": "关山街道重报"},
    "district_forward": {
        "forwarded_on": WEEK,
        "document_number": "阎住建函〔2020〕8号",
        "recipient": "西安市住房和城乡建设局",
    },
    "district_correct": {"reason": "市局退回"},
}


@pytest.fixture(autouse=True)
def afternoon(reference):
    """Thursday, an hour after the cut-off; 关山 has two households, 北屯 one."""
    with told_at(IN_TIME - dt.timedelta(days=1)):
        HouseholdFactory.create_batch(2)
        HouseholdFactory(region_id="610114005200")
    with told_at(AFTERNOON):
        yield


@pytest.fixture
def lead(sign_in):
    return sign_in(bureau())


@pytest.fixture
def clerk():
    return StaffFactory(username="clerk", role="bureau_clerk", region_id=DISTRICT)


def week() -> DistrictWeek:
    return DistrictWeek.objects.get(region_id=DISTRICT, thursday=THURSDAY)


def page_of(client) -> str:
    return text_of(client.get(PAGE, {"week": WEEK}))


def shut(client, act: str, **changes):
    """Press a button of the locked week."""
    data = {"week": WEEK, "seen": week().version} | SEALED_ACTS[act] | changes
    return client.post(reverse(f"reports:{act}"), data)


class TestOpenWeek:
    def test_without_anything_accepted_there_is_no_sum(self, lead):
        submitted()
        page = page_of(lead)
        assert "没有可以汇总的数字" in page
        assert "<textarea" not in page
        assert "关山街道已报未审" in page

    def test_missing_offices_are_named_in_table_and_total(self, lead):
        accepted()
        page = page_of(lead)
        assert "合计（不含凤凰路街道、新华路街道" in page
        assert "北屯街道" in page.split("以下数字和合计")[0]
        # Six offices without a figure in 23 columns of each of seven sections.
        assert page.count("未报</td>") >= 6 * 23 * 7
        assert "勾稽关系核对无误" in page

    def test_readers_see_the_draft_without_a_form(self, sign_in, supervisor):
        accepted()
        page = page_of(sign_in(supervisor))
        assert "一、总体进展" in page
        assert "district/save" not in page

    def test_what_is_in_the_way_is_listed(self, lead):
        accepted()
        submitted(BEITUN)
        page = page_of(lead)
        assert "北屯街道已报未审：请先审核通过或退回" in page
        assert "请勾选“缺报锁定”" in page

    def test_as_many_queries_for_one_submission_as_for_two(self, lead):
        accepted()
        page_of(lead)
        with CaptureQueriesContext(connection) as one:
            page_of(lead)
        accepted(BEITUN)
        with CaptureQueriesContext(connection) as more:
            page_of(lead)
        # Places without a submission are read from the register for the three zeros, one query each.
        assert len(more) <= len(one)


class TestText:
    def test_it_is_kept_and_says_who(self, lead):
        accepted()
        assert press(lead, "district_save", **{"part-4": "没有困难。"}).status_code == 302
        page = page_of(lead)
        assert "没有困难。</textarea>" in page
        assert "局长 2020-04-09 13:00 保存" in page
        assert Entry.objects.filter(act="district_text_saved").count() == 1

    def test_when_the_sum_moves_on_it_says_so(self, lead):
        accepted()
        press(lead, "district_save")
        assert "文字保存后汇总有变动" not in page_of(lead)
        accepted(BEITUN)
        assert "文字保存后汇总有变动" in page_of(lead)

    def test_a_redraft_is_not_saved_and_shows_what_stood_there(self, lead):
        accepted()
        press(lead, "district_save", **{"part-4": "没有困难。"})
        response = press(lead, "district_redraft", **{"part-5": "还没有保存的计划。"})
        assert response.status_code == 200
        assert "已按最新汇总重新起草" in text_of(response)
        assert "没有困难。</div>" in text_of(response)
        assert "还没有保存的计划。</div>" in text_of(response)
        assert "没有困难。</textarea>" in page_of(lead)

    def test_a_stale_page_keeps_the_typed_beside_the_saved(self, lead):
        accepted()
        old = page_of(lead)
        press(lead, "district_save", **{"part-4": "别人的困难。"})
        data = filled(old, **{"part-4": "我的困难。", "seen": "1"})
        response = lead.post(reverse("reports:district_save"), data)
        assert response.status_code == 409
        assert "已被他人修改" in text_of(response)
        assert "我的困难。</textarea>" in text_of(response)
        assert "别人的困难。</div>" in text_of(response)

    def test_the_draft_goes_out_as_a_pdf(self, lead):
        accepted()
        response = press(lead, "district_preview")
        assert response.content.startswith(b"%PDF")
        assert Entry.objects.get(act="exported").reason == "锁定前核对"

    def test_without_a_sum_there_is_no_draft(self, lead):
        response = press(lead, "district_preview")
        assert response.status_code == 400
        assert "没有可以导出的汇总" in text_of(response)


class TestStandIn:
    def test_live_figures_are_shown_as_such_with_the_reason(self, lead):
        accepted()
        press(lead, "district_stand_in", **OPEN_ACTS["district_stand_in"])
        page = page_of(lead)
        assert "北屯街道（台账数）" in page
        assert "北屯街道未报，采用台账现时数（理由：无法上报）" in page
        assert week().overrides == {BEITUN: "无法上报"}

    def test_it_can_be_withdrawn(self, lead):
        accepted()
        press(lead, "district_stand_in", **OPEN_ACTS["district_stand_in"])
        press(lead, "district_stand_in", withdraw=BEITUN)
        assert week().overrides == {}
        assert Entry.objects.filter(act="district_stand_in").count() == 2

    def test_it_needs_a_reason(self, lead):
        accepted()
        response = press(lead, "district_stand_in", office=BEITUN)
        assert "请写明代用北屯街道台账数的理由" in text_of(response)
        assert week().overrides == {}

    def test_typed_text_stays_in_the_boxes(self, lead):
        accepted()
        act = OPEN_ACTS["district_stand_in"] | {"part-4": "还没有保存的困难。"}
        response = press(lead, "district_stand_in", **act)
        assert "还没有保存的困难。</textarea>" in text_of(response)
        assert "北屯街道（台账数）" in text_of(response)

    def test_an_office_that_waits_for_review_offers_none(self, lead):
        accepted()
        submitted(BEITUN)
        page = page_of(lead)
        assert f'name="stand-in-{BEITUN}"' not in page
        assert "等待审核" in page

    def test_an_office_of_another_district_is_not_found(self, lead):
        accepted()
        assert press(lead, "district_stand_in", office="610115001").status_code == 404


class TestLocking:
    def test_the_sum_is_sealed_with_the_text_in_the_boxes(self, lead):
        accepted()
        act = {"without_missing": "on", "part-4": "没有困难。"}
        assert press(lead, "district_lock", **act).status_code == 302
        report = DistrictReport.objects.get()
        assert report.data["parts"][4] == ["五、存在困难", ["没有困难。"]]
        assert week().state == DistrictState.LOCKED
        page = page_of(lead)
        assert report.code in page
        assert report.sha256 in page
        assert "没有困难。" in page

    def test_a_missing_office_must_be_said(self, lead):
        accepted()
        response = press(lead, "district_lock", **{"part-4": "没有困难。"})
        assert response.status_code == 400
        assert "请勾选“缺报锁定”" in text_of(response)
        assert "没有困难。</textarea>" in text_of(response)
        assert not DistrictReport.objects.exists()

    def test_a_sum_that_moved_on_is_not_sealed(self, lead):
        accepted()
        data = filled(page_of(lead), without_missing="on")
        accepted(BEITUN)
        response = lead.post(reverse("reports:district_lock"), data)
        assert response.status_code == 409
        assert "有变动，还没有锁定" in text_of(response)

    def test_an_empty_part_says_so_and_loses_nothing(self, lead):
        accepted()
        response = press(lead, "district_lock", without_missing="on", **{"part-4": ""})
        assert "“五、存在困难”还没有内容" in text_of(response)

    def test_after_locking_a_text_is_shown_to_be_kept(self, lead):
        accepted()
        data = filled(page_of(lead), **{"part-4": "来晚了的困难。"})
        locked()
        response = lead.post(reverse("reports:district_save"), data)
        assert response.status_code in (400, 409)
        assert "来晚了的困难。" in text_of(response)


class TestSealedWeek:
    @pytest.fixture(autouse=True)
    def report(self, afternoon):
        accepted()
        return locked()

    def test_unlocking_asks_why_and_keeps_the_report(self, lead, report):
        assert "请写明解锁的理由" in text_of(shut(lead, "district_unlock", reason=""))
        assert shut(lead, "district_unlock").status_code == 302
        assert week().state == DistrictState.COLLECTING
        assert "关山街道重报" in page_of(lead)
        detail = reverse("reports:district_report_detail", args=[report.pk])
        assert "正在更正，新的一版还没有锁定" in text_of(lead.get(detail))

    def test_forwarding_says_when_by_whom_and_under_which_number(self, lead):
        assert shut(lead, "district_forward").status_code == 302
        assert Forwarding.objects.get().document_number == "阎住建函〔2020〕8号"
        page = page_of(lead)
        assert "阎住建函〔2020〕8号" in page
        assert "局长登记" in page
        assert "district/unlock" not in page

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"forwarded_on": ""}, "请填写转报日期"),
            ({"forwarded_on": "2020-04-10"}, "转报日期不能晚于今天"),
            ({"forwarded_on": "2020-03-01"}, "转报日期不能早于锁定的那一天"),
            ({"document_number": ""}, "请填写文号"),
            ({"recipient": " "}, "请填写报送单位"),
        ],
    )
    def test_bad_input_is_told_and_kept(self, lead, changes, told):
        response = shut(lead, "district_forward", **changes)
        assert response.status_code == 400
        assert told in text_of(response)
        kept = "西安市住房和城乡建设局" if "document_number" in changes else "阎住建函〔2020〕8号"
        assert kept in text_of(response)
        assert not Forwarding.objects.exists()

    def test_forwarded_it_is_corrected_not_unlocked(self, lead):
        shut(lead, "district_forward")
        assert "不能解锁" in text_of(shut(lead, "district_unlock"))
        assert week().state == DistrictState.FORWARDED
        assert shut(lead, "district_correct").status_code == 302
        assert press(lead, "district_lock", without_missing="on").status_code == 302
        first, second = DistrictReport.objects.order_by("revision")
        assert second.reason == "市局退回"
        page = text_of(lead.get(reverse("reports:district_report_detail", args=[first.pk])))
        assert "已由第 2 版更正" in page
        assert "理由：市局退回" in page


@pytest.mark.parametrize("act", [*OPEN_ACTS, *SEALED_ACTS])
class TestEveryAct:
    """Who may do it, from which state, in which way it is asked for, and that it happens once."""

    @pytest.fixture(autouse=True)
    def ready(self, afternoon, act):
        """The state from which `act` is done."""
        accepted()
        if act in SEALED_ACTS:
            locked()
        if act == "district_correct":
            DistrictWeek.objects.update(state=DistrictState.FORWARDED)

    def data(self, client, act: str) -> dict:
        if act in OPEN_ACTS:
            return filled(page_of(client)) | OPEN_ACTS[act]
        return {"week": WEEK, "seen": week().version} | SEALED_ACTS[act]

    def test_a_double_click_does_it_once(self, lead, act):
        data = self.data(lead, act)
        before = week().version
        assert lead.post(reverse(f"reports:{act}"), data).status_code == 302
        assert lead.post(reverse(f"reports:{act}"), data).status_code in (400, 409)
        assert week().version == before + 1

    def test_only_posted(self, lead, act):
        assert lead.get(reverse(f"reports:{act}")).status_code == 405

    def test_not_by_a_supervisor(self, lead, sign_in, supervisor, act):
        data = self.data(lead, act)
        assert sign_in(supervisor).post(reverse(f"reports:{act}"), data).status_code == 403

    def test_a_clerk_writes_text_and_nothing_more(self, lead, sign_in, clerk, act):
        data = self.data(lead, act)
        expected = 302 if act == "district_save" else 403
        assert sign_in(clerk).post(reverse(f"reports:{act}"), data).status_code == expected

    def test_not_by_another_district(self, lead, act):
        data = self.data(lead, act) | {"region": "610115"}
        assert lead.post(reverse(f"reports:{act}"), data).status_code == 404

    def test_from_another_state_it_says_why_not(self, lead, act):
        data = self.data(lead, act)
        other = DistrictState.COLLECTING if act in SEALED_ACTS else DistrictState.LOCKED
        if other == DistrictState.LOCKED:
            locked()
        DistrictWeek.objects.update(state=other)
        data["seen"] = week().version
        response = lead.post(reverse(f"reports:{act}"), data)
        assert response.status_code in (400, 409)
        assert "不能" in text_of(response)

    @pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
    def test_a_version_that_no_page_shows_is_not_found(self, lead, act, seen):
        data = self.data(lead, act) | {"seen": seen}
        assert lead.post(reverse(f"reports:{act}"), data).status_code == 404
