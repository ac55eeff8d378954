"""市局表样 in the browser: brought in, looked through, previewed, taken into use and put out of use."""

import re
import zipfile
from io import BytesIO

import pytest
import xlwt
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.urls import reverse
from openpyxl import load_workbook

from reports.annex2.city_workbook.keeping import (
    OTHER_KINDS,
    REPLACED,
    shelve,
    take_into_use,
    upload_workbook,
)
from reports.annex2.city_workbook.sample import made_up_tables, sample_workbook
from reports.models import CityWorkbook
from tests.factories import HouseholdFactory, happen
from tests.reports.city_cases import sheet_of, uploaded
from yanliang.audit.models import Entry
from yanliang.tables import foreign

pytestmark = pytest.mark.django_db

LIST = "/reports/annex2/city-workbooks/"


@pytest.fixture
def sample(reference):
    return sample_workbook(made_up_tables())


@pytest.fixture
def workbook(sample, keeper):
    return upload_workbook(uploaded(sample), note="6月新表", by=keeper)


def use(workbook, by, seen=1, seen_in_use=None):
    return take_into_use(workbook.pk, by=by, seen=seen, seen_in_use=seen_in_use)


def acts():
    return list(
        Entry.objects.filter(act__startswith="city_workbook")
        .order_by("number")
        .values_list("act", flat=True)
    )


# Bringing in


@pytest.mark.parametrize("person", ["keeper", "bureau_lead"])
def test_brought_in_and_looked_through(sign_in, sample, request, person):
    client = sign_in(request.getfixturevalue(person))
    page = client.post(f"{LIST}upload/", {"file": uploaded(sample), "note": "6月新表"}, follow=True)

    workbook = CityWorkbook.objects.get()
    assert page.redirect_chain[0][0] == f"{LIST}{workbook.pk}/"
    assert "没有错误，也没有要提醒的地方" in page.content.decode()
    assert (workbook.name, workbook.note, workbook.is_in_use) == ("市局表样.xlsx", "6月新表", False)
    assert workbook.file.read() == sample
    assert acts() == ["city_workbook_uploaded"]


def test_it_is_stored_under_a_name_of_the_programs(keeper, sample):
    workbook = upload_workbook(uploaded(sample, "../../etc/表样.xls"), note="", by=keeper)

    assert workbook.name == "表样.xlsx"
    assert workbook.file.name.startswith("city_workbooks/")
    assert workbook.file.name.endswith(f"{workbook.sha256[:16]}.xlsx")


def old_xls() -> bytes:
    book, stream = xlwt.Workbook(), BytesIO()
    book.add_sheet("表").write(0, 0, "{{已排查}}")
    book.save(stream)
    return stream.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    stream = BytesIO(sheet_of(A1="{{填报单位}}"))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


HOSTILE = {
    "text": (b"1,2,3", "这不是 Excel 工作簿"),
    "xls": (old_xls(), OTHER_KINDS["xls"]),
    "macros": (with_part("xl/vbaProject.bin", b"x"), foreign.MACROS),
    "entities": (with_part("xl/x.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"), "外部实体"),
    "bomb": (with_part("xl/media/image1.png", bytes(60 * 1024 * 1024)), "解压后异常大"),
    "huge": (bytes(foreign.MAX_FILE_BYTES + 1), foreign.TOO_BIG),
    "far": (sheet_of(A1="{{填报单位}}", A90000="x"), "下方很远的地方还有内容"),
    "wide": (sheet_of(A1="{{填报单位}}", XFD1="x"), "右侧很远的地方还有内容"),
    "cut off": (sheet_of(A1="{{填报单位}}")[:3000], "请在 Excel"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_form_is_refused_with_its_reason(sign_in, keeper, kind):
    content, told = HOSTILE[kind]
    page = sign_in(keeper).post(f"{LIST}upload/", {"file": uploaded(content), "note": "六月的表"})

    assert page.status_code == 400
    assert "“市局表样.xlsx”没有保存：" in page.content.decode()
    assert told in page.content.decode()
    assert 'value="六月的表"' in page.content.decode()
    assert not CityWorkbook.objects.exists()
    assert acts() == ["city_workbook_refused"]


def test_without_a_file_the_page_asks_for_one(sign_in, keeper):
    page = sign_in(keeper).post(f"{LIST}upload/", {"note": "六月的表"})
    assert (page.status_code, "请先选择市局表样" in page.content.decode()) == (400, True)


# Looking through


def test_faults_and_warnings_are_listed_by_cell(sign_in, keeper, sample):
    workbook = upload_workbook(
        uploaded(sheet_of(B3="{{已排查}}", C4="{{关山街道.已排察}}")), note="", by=keeper
    )
    page = sign_in(keeper).get(f"{LIST}{workbook.pk}/").content.decode()

    assert "有 2 处错误" in page
    assert "这一行没有 {{行:街办}}" in page
    assert "是不是“已排查”" in page
    assert "表样里没有：凤凰路街道" in page
    assert f"{LIST}{workbook.pk}/use/" not in page


def test_the_preview_shows_made_up_figures_and_no_real_one(sign_in, keeper, workbook):
    client = sign_in(keeper)
    before = client.get(f"{LIST}{workbook.pk}/").context["sheets"]
    for _ in range(3):
        happen(HouseholdFactory(), "inspected:safe")
    page = client.get(f"{LIST}{workbook.pk}/")

    assert page.context["sheets"] == before
    shown = page.content.decode()
    assert 'colspan="8"' in shown
    assert "<td>关山街道</td>" in shown
    assert re.search(r'<td class="num">9\d\.\d\d%</td>', shown)
    assert "示例数字，不是实际数据" in shown


def test_text_of_the_workbook_is_no_markup(sign_in, keeper, reference):
    content = sheet_of(A1="<script>alert(1)</script>{{填报单位}}", A2="{{<b>甲}}")
    workbook = upload_workbook(uploaded(content), note="<i>", by=keeper)
    page = sign_in(keeper).get(f"{LIST}{workbook.pk}/").content.decode()

    assert "<script>alert" not in page
    assert "<b>甲" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_files_to_take_away(sign_in, keeper, workbook, sample):
    client = sign_in(keeper)
    original = client.get(f"{LIST}{workbook.pk}/file/")
    preview = client.get(f"{LIST}{workbook.pk}/preview/")

    assert original.content == sample
    assert "attachment" in original["Content-Disposition"]
    book = load_workbook(BytesIO(preview.content))
    assert book["全部农户"]["B8"].data_type == "n"
    assert book.properties.description == "示例数字，不是实际数据"


def test_the_sample_can_be_taken_brought_in_and_used_as_it_is(sign_in, keeper):
    client = sign_in(keeper)
    content = client.get(f"{LIST}sample/").content
    client.post(f"{LIST}upload/", {"file": uploaded(content)})
    workbook = CityWorkbook.objects.get()
    client.post(f"{LIST}{workbook.pk}/use/", {"seen": 1})

    assert CityWorkbook.objects.in_use() == workbook


def test_a_lost_file_is_told(sign_in, keeper, workbook):
    workbook.file.storage.delete(workbook.file.name)
    client = sign_in(keeper)
    for part in ("file/", "preview/"):
        assert client.get(f"{LIST}{workbook.pk}/{part}").status_code == 404
    CityWorkbook.objects.update(is_in_use=True)
    for address in (LIST, f"{LIST}{workbook.pk}/"):
        assert "这份表样的文件不在了，请重新上传" in client.get(address).content.decode()
    shelve(workbook.pk, by=keeper, seen=1)


# In use


def test_taken_into_use_and_put_out_of_use(sign_in, keeper, workbook):
    client = sign_in(keeper)
    page = client.post(f"{LIST}{workbook.pk}/use/", {"seen": 1, "in_use": ""}, follow=True)
    assert "已启用“市局表样.xlsx”" in page.content.decode()
    assert CityWorkbook.objects.in_use() == workbook

    page = client.post(f"{LIST}{workbook.pk}/shelve/", {"seen": 2}, follow=True)
    assert "已停用“市局表样.xlsx”" in page.content.decode()
    assert CityWorkbook.objects.in_use() is None
    assert acts() == ["city_workbook_uploaded", "city_workbook_taken", "city_workbook_shelved"]


def test_another_takes_the_place_of_the_one_in_use(sign_in, keeper, workbook, sample):
    other = upload_workbook(uploaded(sample, "新表.xlsx"), note="", by=keeper)
    use(workbook, keeper)
    client = sign_in(keeper)
    assert "现在用的“市局表样.xlsx”同时停用" in client.get(f"{LIST}{other.pk}/").content.decode()

    client.post(f"{LIST}{other.pk}/use/", {"seen": 1, "in_use": workbook.pk})

    assert list(CityWorkbook.objects.filter(is_in_use=True)) == [other]
    assert acts()[-2:] == ["city_workbook_shelved", "city_workbook_taken"]


def test_faults_stand_in_the_way_on_every_path(keeper, reference):
    faulty = upload_workbook(uploaded(sheet_of(A1="{{没有这一栏}}")), note="", by=keeper)

    with pytest.raises(ValidationError) as refused:
        use(faulty, keeper)
    assert "不认识“没有这一栏”" in "".join(refused.value.messages)
    assert CityWorkbook.objects.in_use() is None


def test_what_somebody_else_did_meanwhile_is_told(sign_in, keeper, bureau_lead, workbook, sample):
    other = upload_workbook(uploaded(sample, "新表.xlsx"), note="", by=keeper)
    use(workbook, bureau_lead)
    with pytest.raises(ValidationError, match="已被他人修改"):
        shelve(workbook.pk, by=keeper, seen=1)
    with pytest.raises(ValidationError, match=REPLACED):
        use(other, keeper, seen_in_use=None)

    page = sign_in(keeper).post(f"{LIST}{other.pk}/use/", {"seen": "x", "in_use": ""}, follow=True)
    assert "已被他人修改" in page.content.decode()
    assert CityWorkbook.objects.in_use() == workbook


def test_twice_does_it_once(keeper, workbook):
    use(workbook, keeper)
    use(workbook, keeper, seen=2, seen_in_use=workbook.pk)
    assert acts().count("city_workbook_taken") == 1
    shelve(workbook.pk, by=keeper, seen=2)
    shelve(workbook.pk, by=keeper, seen=3)
    assert acts().count("city_workbook_shelved") == 1


def test_the_database_keeps_one_in_use(keeper, workbook, sample):
    upload_workbook(uploaded(sample), note="", by=keeper)
    with pytest.raises(IntegrityError):
        CityWorkbook.objects.update(is_in_use=True)


def test_one_in_use_that_no_longer_fits_is_told_on_the_list(sign_in, keeper, reference):
    faulty = upload_workbook(uploaded(sheet_of(A1="{{旧栏}}")), note="", by=keeper)
    CityWorkbook.objects.filter(pk=faulty.pk).update(is_in_use=True)

    page = sign_in(keeper).get(LIST).content.decode()
    assert "与现行附件2版式不符" in page
    assert "不认识“旧栏”" in page


# Rights and reach


@pytest.mark.parametrize("person", ["bureau_clerk", "office_lead", "recorder", "viewer"])
def test_others_may_not(request, person, workbook, sample):
    staff = request.getfixturevalue(person)
    with pytest.raises(PermissionDenied):
        upload_workbook(uploaded(sample), note="", by=staff)
    with pytest.raises(PermissionDenied):
        use(workbook, staff)
    with pytest.raises(PermissionDenied):
        shelve(workbook.pk, by=staff, seen=1)


def test_the_keeper_finds_it_in_the_menu(sign_in, keeper):
    page = sign_in(keeper).get(reverse("audit:entry_list"))
    (group,) = [each for each in page.context["menu"] if each.label == "管理"]
    assert "市局表样" in [link.label for link in group.links]


def test_the_list_explains_every_name(sign_in, keeper, workbook):
    page = sign_in(keeper).get(LIST).content.decode()
    for told in ("{{行:凤凰路街道}}", "{{说明}}", "全部农户", "23 未清零", "6月新表"):
        assert told in page


def test_as_many_queries_for_many_workbooks(
    sign_in, keeper, workbook, sample, django_assert_num_queries, django_assert_max_num_queries
):
    client = sign_in(keeper)
    with django_assert_max_num_queries(16) as few:
        client.get(LIST)
    for _ in range(5):
        upload_workbook(uploaded(sample), note="", by=keeper)
    with django_assert_num_queries(len(few)):
        client.get(LIST)
