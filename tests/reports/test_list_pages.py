"""The pages of the four lists: what each role sees and can do there."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from households.editing import edit_household
from households.models import Household
from reports.enums import ListKind
from reports.lists.freezing import digest_of_list, freeze
from reports.lists.progress import progress_within, unanswered_in, waiting_for
from reports.models import FrozenList, Responsible, RowSignature, Signing
from tests.factories import HouseholdFactory
from tests.reports.list_cases import (
    HELPED,
    ORDINARY,
    VILLAGE,
    bureau_head,
    department_clerk,
    household_of,
    key_of,
    listed,
    office_head,
    sign_now,
    village_head,
)
from yanliang.audit.models import Entry
from yanliang.periods import day_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def url(name: str, key=None) -> str:
    args = [key.region.code, key.kind] if key else []
    return reverse(f"reports:{name}", args=args)


def page(client, key, **query) -> str:
    return client.get(url("list_detail", key), {"group": key.group, **query}).content.decode()


def post_sign(client, key, **data):
    seen = digest_of_list(key, key.rows())
    given = {"group": key.group, "seen": seen, "which": "all"}
    return client.post(url("list_sign", key), given | data, follow=True)


def test_the_village_signs_on_its_page(sign_in):
    key = listed(3)
    client = sign_in(village_head())
    before = page(client, key)
    assert "轮到您签字的有 <strong>3</strong> 行" in " ".join(before.split())
    answer = post_sign(client, key).content.decode()
    assert "已签字 3 行" in answer
    assert "这份清单现在没有等您签字的行" in answer
    assert "王村长" in answer


def test_a_double_click_signs_once(sign_in):
    key = listed(2)
    client = sign_in(village_head())
    post_sign(client, key)
    second = post_sign(client, key).content.decode()
    assert "不能重复签字" in second
    assert Signing.objects.count() == 1


def test_ticked_rows_alone_are_signed(sign_in):
    key = listed(2)
    (household, ordinal), _ = (row.key for row in key.rows())
    client = sign_in(village_head())
    post_sign(client, key, which="picked", row=[f"{household}-{ordinal}"])
    assert RowSignature.objects.get().household_id == household


def test_a_stale_page_signs_nothing_and_says_so(sign_in):
    key = listed(1)
    answer = post_sign(sign_in(village_head()), key, seen="0" * 64).content.decode()
    assert "在您打开后有变动" in answer
    assert not Signing.objects.exists()


def test_a_skipped_level_is_told_on_the_page(sign_in):
    key = listed(1)
    answer = post_sign(sign_in(office_head()), key).content.decode()
    assert "不能越级签字" in answer


@pytest.mark.parametrize("name", ["list_sign", "list_print"])
def test_a_list_above_the_village_is_not_signed(sign_in, name):
    response = sign_in(office_head()).post(
        reverse(f"reports:{name}", args=[VILLAGE[:9], "checked"]), {"group": ORDINARY}
    )
    assert response.status_code == 404


@pytest.mark.parametrize("path", ["610114007200/nothing", "610199007200/checked"])
def test_what_is_no_list_is_not_to_be_found(sign_in, path):
    assert sign_in(bureau_head()).get(f"/reports/lists/{path}/").status_code == 404
    group = {"group": "没有这个组"}
    assert sign_in(bureau_head()).get(url("list_overview"), group).status_code == 404


def test_signing_takes_a_post(sign_in):
    key = listed(1)
    assert sign_in(village_head()).get(url("list_sign", key)).status_code == 405


def test_the_page_shows_what_changed_before_it_is_signed_again(sign_in, recorder):
    key = listed(2)
    sign_now(key, village_head())
    household = household_of(key)
    edit_household(household.pk, {"population": 7}, by=recorder, seen=household.version)
    shown = page(sign_in(village_head()), key)
    assert "家庭人口：3 → 7" in shown
    assert "内容有变动 1 行" in " ".join(shown.split())
    assert "签字后有变动" in page(sign_in(bureau_head()), key, show="changed")


def test_numbers_are_masked(sign_in):
    key = listed(1, ListKind.HELPED, HELPED)
    household = household_of(key)
    for by in (village_head(), bureau_head()):
        shown = page(sign_in(by), key)
        assert household.id_number not in shown
        assert household.phone not in shown
        assert household.id_number[:4] + "*" * 12 in shown


def test_the_filters_narrow_the_rows(sign_in):
    key = listed(2)
    first, second = key.rows()
    sign_now(key, village_head(), rows=[first.key])
    shown = page(sign_in(village_head()), key, show="waiting")
    assert second.values[0] in shown
    assert first.values[0] not in shown.split("<tbody>")[-1]


def test_an_office_sees_the_lists_of_its_villages_together(sign_in):
    HouseholdFactory(region_id=VILLAGE, head_name="甲村人")
    HouseholdFactory(region_id="610114007201", head_name="乙村人")
    HouseholdFactory(region_id="610114005200", head_name="外街人")
    shown = (
        sign_in(office_head())
        .get(reverse("reports:list_detail", args=[VILLAGE[:9], "checked"]), {"group": ORDINARY})
        .content.decode()
    )
    assert "甲村人" in shown
    assert "乙村人" in shown
    assert "外街人" not in shown


@pytest.mark.parametrize("region", [VILLAGE, VILLAGE[:9]])
def test_a_page_takes_the_same_queries_for_more_rows(
    sign_in, django_assert_max_num_queries, region
):
    client = sign_in(office_head())
    address = reverse("reports:list_detail", args=[region, "checked"])

    def queries(count):
        HouseholdFactory.create_batch(count)
        client.get(address, {"group": ORDINARY})
        with django_assert_max_num_queries(25) as counted:
            assert client.get(address, {"group": ORDINARY}).status_code == 200
        return len(counted)

    assert queries(5) == queries(45)


def test_the_overview_counts_what_the_lists_show(sign_in, recorder):
    key = listed(3)
    sign_now(key, village_head())
    household = household_of(key)
    edit_household(household.pk, {"population": 7}, by=recorder, seen=household.version)
    progress = progress_within(VILLAGE[:9])[VILLAGE][ORDINARY, "checked"]
    assert (progress.rows, progress.signed, progress.changed) == (3, {"village": 2}, 1)
    assert progress.waiting == {("office", ""): 2, ("village", ""): 1}
    shown = sign_in(office_head()).get(url("list_overview"), {"group": ORDINARY})
    assert shown.status_code == 200


def test_progress_kept_is_progress_read(django_assert_max_num_queries, recorder):
    listed(2)
    kept = progress_within(VILLAGE[:6])
    with django_assert_max_num_queries(10):
        assert progress_within(VILLAGE[:6]) == kept
    HouseholdFactory()
    assert progress_within(VILLAGE[:6])[VILLAGE][ORDINARY, "checked"].rows == 3


def test_what_waits_follows_the_levels():
    key = listed(2, ListKind.HELPED, HELPED)
    people = [village_head(), office_head(), department_clerk("扶贫"), bureau_head()]
    strange = department_clerk("民政")
    for turn, by in enumerate(people):
        waiting = [len(waiting_for(each)) for each in people]
        assert waiting == [int(position == turn) for position in range(4)]
        assert not waiting_for(strange)
        sign_now(key, by)
    assert [waiting_for(each) for each in people] == [[], [], [], []]


def test_lists_without_anybody_responsible_are_told_to_the_office(sign_in, recorder):
    HouseholdFactory()
    assert unanswered_in(progress_within(recorder.scope_code)) == 1
    shown = sign_in(recorder).get("/").content.decode()
    assert "没有责任人的清单" in shown
    key = key_of()
    form = {"group": ORDINARY, "name": "李包村", "post": "干部", "version": 0, "everywhere": "on"}
    sign_in(recorder).post(url("list_responsible", key), form)
    assert unanswered_in(progress_within(recorder.scope_code)) == 0
    # The village's other lists that have nobody take the same person.
    assert Responsible.objects.count() == 12


def test_a_wrong_form_keeps_what_was_typed(sign_in, recorder):
    key = listed(1)
    form = {"group": ORDINARY, "name": "张新人", "post": "", "version": 1}
    answer = sign_in(recorder).post(url("list_responsible", key), form).content.decode()
    assert "张新人" in answer
    assert "请填写责任人职务" in answer


class TestPaper:
    def upload(self, client, frozen, **changes):
        data = {
            "level": "village",
            "name": "老支书",
            "post": "村支书",
            "signed_on": day_of(frozen.frozen_at),
            "scan": SimpleUploadedFile("签字页.pdf", b"%PDF-1.4\n%%EOF\n"),
        }
        address = reverse("reports:frozen_paper", args=[frozen.pk])
        return client.post(address, data | changes, follow=True)

    def test_the_office_enters_what_the_village_signed(self, sign_in, recorder):
        key = listed(2)
        frozen = freeze(key, key.rows(), recorder)
        client = sign_in(recorder)
        assert "已登记村纸质签字 2 行" in self.upload(client, frozen).content.decode()
        signing = Signing.objects.get()
        scan = client.get(reverse("reports:signing_scan", args=[signing.pk]))
        assert b"".join(scan.streaming_content).startswith(b"%PDF")

    def test_a_wrong_scan_is_told_beside_what_was_typed(self, sign_in, recorder):
        key = listed(1)
        frozen = freeze(key, key.rows(), recorder)
        wrong = {"scan": SimpleUploadedFile("签字.pdf", b"MZ")}
        answer = self.upload(sign_in(recorder), frozen, **wrong)
        assert answer.status_code == 400
        assert "老支书" in answer.content.decode()
        assert not Signing.objects.exists()

    def test_the_print_bears_the_code_and_can_be_checked(self, sign_in, recorder):
        key = listed(2)
        client = sign_in(recorder)
        printed = client.post(url("list_print", key), {"group": ORDINARY})
        assert printed.content.startswith(b"%PDF")
        frozen = FrozenList.objects.get()
        assert Entry.objects.filter(act="exported", region_id=VILLAGE).exists()
        for code in (frozen.code, frozen.code.lower().replace("-", "")):
            found = client.get(url("document_check"), {"code": code}).content.decode()
            assert "存档与校验码一致" in found
        answer = client.get(url("document_check"), {"code": "0" * 12})
        assert "没有这个校验码" in answer.content.decode()
        answer = client.post(
            url("document_check"), {"file": SimpleUploadedFile("清单.pdf", printed.content)}
        )
        assert "文件带有这份清单的校验码" in answer.content.decode()

    def test_a_code_of_another_office_is_not_to_be_found(self, sign_in, recorder, stranger):
        key = listed(1)
        frozen = freeze(key, key.rows(), recorder)
        found = sign_in(stranger).get(url("document_check"), {"code": frozen.code})
        assert "不在您的查看范围内" in found.content.decode()
        assert frozen.region.name not in found.content.decode()

    def test_full_numbers_need_the_right(self, sign_in):
        key = listed(1)
        data = {"group": ORDINARY, "full": "1"}
        assert sign_in(village_head()).post(url("list_print", key), data).status_code == 403
        assert sign_in(office_head()).post(url("list_print", key), data).status_code == 200
        assert Entry.objects.filter(act="exported").latest("number").after["证件号"] == "完整"

    def test_an_empty_list_is_not_printed(self, sign_in, recorder):
        answer = sign_in(recorder).post(
            url("list_print", key_of()), {"group": ORDINARY}, follow=True
        )
        assert "没有农户" in answer.content.decode()
        assert not FrozenList.objects.exists()


def test_the_viewer_signs_nothing(sign_in, viewer):
    key = listed(1)
    assert post_sign(sign_in(viewer), key).status_code == 403
    assert sign_in(viewer).get(url("list_waiting")).status_code == 403
    assert Household.objects.count() == 1


def test_the_household_page_shows_its_lists_with_who_signed(sign_in, recorder):
    key = listed(1, ListKind.HELPED, HELPED)
    household = household_of(key)
    address = reverse("reports:household_lists", args=[household.pk])
    assert (
        address
        in sign_in(recorder)
        .get(reverse("households:household_detail", args=[household.pk]))
        .content.decode()
    )
    sign_now(key, village_head())
    shown = sign_in(recorder).get(address).content.decode()
    assert "王村长" in shown
    assert "李包村（包村干部）" in shown
    assert "为该户另定" in shown
    edit_household(household.pk, {"population": 7}, by=recorder, seen=household.version)
    assert "签字后有变动，须重签" in sign_in(recorder).get(address).content.decode()


def test_one_household_gets_a_person_of_its_own(sign_in, recorder):
    key = listed(1)
    household = household_of(key)
    form = {
        "group": ORDINARY,
        "household": household.pk,
        "name": "赵驻村",
        "post": "驻村干部",
        "version": 0,
    }
    client = sign_in(recorder)
    shown = client.get(url("list_responsible", key), form).content.decode()
    assert household.head_name in shown
    client.post(url("list_responsible", key), form)
    assert key.rows()[0].values[-1] == "赵驻村（驻村干部）"
