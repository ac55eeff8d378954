"""References that come back from the national system: read, judged, previewed, confirmed."""

from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from households.models import Household
from households.roster.cleaning import CellFault
from households.roster.cleaning import reference as clean_reference
from reports.models import NationalLayout, ReferenceImport
from reports.national.entering import enter_references
from reports.national.importing import confirm, rows_of, upload_references
from reports.national.layouts import LayoutColumn, columns_of, save_layout
from tests.factories import HouseholdFactory, happen, resident_id
from yanliang.audit.models import Entry

POOR = "registered_poor"
BEITUN = "610114005200"
HEADER = ["户编号", "户主姓名", "身份证号", "国家系统编号"]

database = pytest.mark.django_db


def safe(**fields) -> Household:
    return happen(HouseholdFactory(class_code=POOR, **fields), "inspected:suspected", "appraised:b")


def file_of(*rows, header=HEADER, name="返回.xlsx", above=()) -> SimpleUploadedFile:
    workbook = openpyxl.Workbook()
    for row in (*above, header, *rows):
        workbook.active.append(list(row))
    stream = BytesIO()
    workbook.save(stream)
    return SimpleUploadedFile(name, stream.getvalue())


def row_of(household, reference="ZF-100", **changes):
    values = {
        "户编号": household.code,
        "户主姓名": household.head_name,
        "身份证号": household.id_number,
        "国家系统编号": reference,
    }
    return [(values | changes)[heading] for heading in HEADER]


def outcomes(returned):
    every = ("new", "changed", "unchanged", "blank", "error")
    return [(row["outcome"], row["sentence"]) for row in rows_of(returned, *every)]


def stored(household) -> str:
    return Household.objects.get(pk=household.pk).external_reference


def post(client, name, returned, **data):
    return client.post(reverse(f"reports:{name}", args=[returned.pk]), data)


# Cleaning and finding the columns


@given(
    st.text(alphabet="abcXYZ0189-", min_size=1, max_size=40).filter(lambda text: text.strip("-"))
)
@settings(max_examples=60)
def test_letters_digits_and_dashes_are_taken_as_they_are(text):
    assert clean_reference(f"  {text}\u3000") == text


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("编号1", "reference_invalid"),
        ("A/1", "reference_invalid"),
        ("A" * 41, "reference_invalid"),
        (6.1011419580301e17, "reference_numeric"),
        ("6.10114E+17", "reference_numeric"),
    ],
)
def test_malformed_references(value, code):
    fault = clean_reference(value)
    assert isinstance(fault, CellFault)
    assert fault.code == code


def test_full_width_and_numbers_are_cleaned():
    assert clean_reference("ＺＦ－１０") == "ZF-10"
    assert clean_reference(1024.0) == "1024"
    assert clean_reference(" / ") == ""


@database
@pytest.mark.parametrize(
    ("header", "picked"),
    [
        (["身份证号", "国家系统编号"], "身份证号"),
        (["户编号", "系统编号"], "户编号"),
        (["序号", "户主", "公民身份号码", "住房安全系统编号（返回）"], "身份证号"),
    ],
)
def test_any_table_with_the_columns_will_do(reference, recorder, header, picked):
    household = safe()
    key = household.code if picked == "户编号" else household.id_number
    row = ["" for _ in header]
    row[-2], row[-1] = key, "ZF-1"
    returned = upload_references(file_of(row, header=header, above=[["返回结果"]]), recorder)
    assert returned.counts == {"new": 1}


@database
def test_headings_of_every_layout_are_known(reference, recorder, bureau_clerk):
    columns = [LayoutColumn("农户证件", "id_number"), LayoutColumn("平台号", "external_reference")]
    save_layout(columns, by=bureau_clerk, seen=1)
    save_layout(columns_of(NationalLayout.objects.get(number=1)), by=bureau_clerk, seen=2)
    row = [safe().id_number, "ZF-1"]
    returned = upload_references(file_of(row, header=["农户证件", "平台号"]), recorder)
    assert returned.counts == {"new": 1}


@database
@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (["户编号", "身份证号", "户主"], "没有找到“国家系统编号”列"),
        (["甲", "乙", "丙"], "没有找到国家系统编号的表头"),
    ],
)
def test_a_table_without_the_columns_is_refused(sign_in, reference, recorder, header, sentence):
    upload = {"file": file_of(["1", "2", "3"], header=header)}
    page = sign_in(recorder).post(reverse("reports:reference_upload"), upload)
    assert page.status_code == 400
    assert sentence in page.content.decode()
    assert not ReferenceImport.objects.exists()


# Judging


@database
def test_outcomes_of_each_kind_of_row(reference, recorder):
    new, changed, same, empty = (
        safe(),
        safe(external_reference="ZF-OLD"),
        safe(external_reference="ZF-SAME"),
        safe(),
    )
    returned = upload_references(
        file_of(
            row_of(new, " zf-1 "),
            row_of(changed, "ZF-2"),
            row_of(same, "ZF-SAME"),
            row_of(empty, ""),
            HEADER,
            ["", "", "", ""],
            ["合计", "", "", ""],
        ),
        recorder,
    )
    assert returned.counts == {
        "new": 1,
        "changed": 1,
        "unchanged": 1,
        "blank": 1,
        "ignored": 3,
    }
    assert rows_of(returned, "changed")[0]["before"] == "ZF-OLD"
    assert rows_of(returned, "new")[0]["reference"] == "zf-1"


@database
def test_what_is_refused_and_why(reference, recorder):
    taken = safe(external_reference="ZF-TAKEN")
    far = safe(region_id=BEITUN, external_reference="ZF-FAR")
    good, other, ordinary = safe(), safe(), HouseholdFactory()
    exempt = happen(safe(), "exempted")
    late = HouseholdFactory(class_code=POOR)
    returned = upload_references(
        file_of(
            row_of(good, "ZF-1"),
            row_of(good, "ZF-2"),
            row_of(other, "ZF-1"),
            row_of(other, "ZF-TAKEN"),
            row_of(other, "ZF-FAR"),
            row_of(other, "编号"),
            row_of(other, "ZF-3", 户编号=good.code),
            row_of(far, "ZF-4"),
            row_of(ordinary, "ZF-5"),
            row_of(exempt, "ZF-6"),
            row_of(other, "ZF-7", 户编号="", 身份证号=resident_id(9_999)),
            row_of(other, "ZF-8", 户编号="", 身份证号="610114"),
            row_of(other, "ZF-9", 户编号="", 身份证号=""),
            row_of(late, "ZF-10"),
        ),
        recorder,
    )
    sentences = [sentence for _, sentence in outcomes(returned)]
    for found, expected in zip(
        sentences,
        (
            "",
            "与第 2 行是同一户",
            "编号与第 2 行重复",
            f"这个编号已登记在{taken.code} {taken.head_name}",
            "这个编号已登记在其他街办的一户",
            "国家系统编号“编号”不对",
            "身份证号与户编号不是同一户",
            "该户不在您的管辖范围内",
            "该户现为一般农户，不录入国家系统",
            "该户已认定无需排查",
            "台账中没有这个身份证号",
            "身份证号应为 18 位",
            "身份证号和户编号都为空",
            "提醒：该户在本台账中还没有安全依据",
        ),
        strict=True,
    ):
        assert expected in found
        assert bool(expected) == bool(found)
    assert [outcome for outcome, _ in outcomes(returned)] == ["new", *["error"] * 12, "new"]
    assert far.head_name not in "".join(sentences)


@database
def test_the_bureau_reaches_every_office(reference, bureau_clerk):
    far, near = safe(region_id=BEITUN), safe()
    rows = [row_of(far, "ZF-1"), row_of(near, "ZF-2")]
    assert upload_references(file_of(*rows), bureau_clerk).counts == {"new": 2}


@database
def test_as_many_queries_for_many_rows(reference, recorder):
    counts = []
    # The first upload of all begins the trail.
    for number in (1, 5, 50):
        rows = [row_of(safe(), f"ZF-{number}-{serial}") for serial in range(number)]
        with CaptureQueriesContext(connection) as counted:
            upload_references(file_of(*rows), recorder)
        counts.append(len(counted))
    assert counts[1] == counts[2]


# Confirming


@pytest.fixture
def previewed(reference, recorder):
    """One new reference and one that replaces ZF-OLD."""
    new, changed = safe(), safe(external_reference="ZF-OLD")
    returned = upload_references(file_of(row_of(new, "ZF-1"), row_of(changed, "ZF-2")), recorder)
    return returned, new, changed


@database
def test_confirming_registers_what_is_new(sign_in, previewed, recorder):
    returned, new, changed = previewed
    assert (stored(new), stored(changed)) == ("", "ZF-OLD")
    assert post(sign_in(recorder), "reference_confirm", returned).status_code == 302
    assert (stored(new), stored(changed)) == ("ZF-1", "ZF-OLD")
    assert Household.objects.get(pk=new.pk).version == new.version + 1
    entry = Entry.objects.get(act="reference_entered")
    assert (entry.object_id, entry.reason) == (str(new.pk), "导入：返回.xlsx")
    assert entry.after == {"国家系统编号": "ZF-1"}
    returned.refresh_from_db()
    assert (returned.state, returned.counts["written"]) == ("done", 1)


@database
def test_changed_references_need_a_word(sign_in, previewed, recorder):
    returned, new, changed = previewed
    post(sign_in(recorder), "reference_confirm", returned, replace="1")
    assert (stored(new), stored(changed)) == ("ZF-1", "ZF-2")
    assert Entry.objects.filter(act="reference_entered").count() == 2


@database
def test_a_second_click_changes_nothing(sign_in, previewed, recorder):
    returned, new, _ = previewed
    client = sign_in(recorder)
    post(client, "reference_confirm", returned)
    page = client.post(
        reverse("reports:reference_confirm", args=[returned.pk]), {"replace": "1"}, follow=True
    )
    assert "目前是“已导入”" in page.content.decode()
    assert Entry.objects.filter(act="references_imported").count() == 1


@database
def test_the_register_is_asked_again_when_confirming(previewed, recorder):
    returned, new, _ = previewed
    Household.objects.filter(pk=safe().pk).update(external_reference="ZF-1")
    with pytest.raises(ValidationError, match="没有可以登记的编号"):
        confirm(returned, recorder, replace=False)
    assert stored(new) == ""


@database
def test_giving_up_writes_nothing(sign_in, previewed, recorder):
    returned, new, _ = previewed
    client = sign_in(recorder)
    assert post(client, "reference_cancel", returned).status_code == 302
    post(client, "reference_confirm", returned)
    assert stored(new) == ""
    page = client.post(reverse("reports:reference_cancel", args=[returned.pk]), follow=True)
    assert "不能再这样操作" in page.content.decode()


@database
@pytest.mark.parametrize(
    "name", ["reference_confirm", "reference_cancel", "reference_download", "reference_detail"]
)
def test_who_may_work_on_an_import(
    sign_in, previewed, stranger, viewer, supervisor, bureau_clerk, name
):
    returned, new, _ = previewed
    method = "get" if name == "reference_detail" else "post"
    address = reverse(f"reports:{name}", args=[returned.pk])
    for staff, status in ((stranger, 404), (viewer, 403), (supervisor, 403)):
        assert getattr(sign_in(staff), method)(address).status_code == status
    assert stored(new) == ""
    unknown = reverse(f"reports:{name}", args=["00000000-0000-0000-0000-000000000000"])
    assert getattr(sign_in(bureau_clerk), method)(unknown).status_code == 404
    if method == "post":
        assert sign_in(bureau_clerk).get(address).status_code == 405


@database
def test_the_page_shows_what_will_happen(sign_in, previewed, recorder):
    returned, _, changed = previewed
    page = sign_in(recorder).get(reverse("reports:reference_detail", args=[returned.pk]))
    text = page.content.decode()
    assert "确认登记新编号 1 户" in text
    assert "同时更改已有编号的 1 户" in text
    assert "ZF-OLD" in text
    assert changed.id_number not in text


@database
def test_refused_rows_come_back_marked_and_can_be_sent_again(sign_in, reference, recorder):
    good, bad = safe(), safe()
    returned = upload_references(file_of(row_of(good, "ZF-1"), row_of(bad, "ZF?2")), recorder)
    client = sign_in(recorder)
    marked = post(client, "reference_download", returned)
    sheet = openpyxl.load_workbook(BytesIO(marked.content)).active
    assert [sheet.cell(row, 5).value for row in (1, 2)] == ["错误信息", None]
    assert "国家系统编号“ZF?2”不对" in sheet.cell(3, 5).value
    refused = post(client, "reference_download", returned, only="refused")
    workbook = openpyxl.load_workbook(BytesIO(refused.content))
    sheet = workbook.active
    assert sheet.max_row == 2
    assert (sheet.cell(2, 3).value, sheet.cell(2, 3).number_format) == (bad.id_number, "@")
    sheet.cell(2, 4).value = "ZF-2"
    stream = BytesIO()
    workbook.save(stream)
    again = upload_references(SimpleUploadedFile("改正.xlsx", stream.getvalue()), recorder)
    assert again.counts == {"new": 1}


@database
def test_what_went_out_comes_back(sign_in, reference, recorder):
    households = [safe() for _ in range(3)]
    client = sign_in(recorder)
    out = client.post(reverse("reports:national_export"), {"full_numbers": "1"})
    workbook = openpyxl.load_workbook(BytesIO(out.content))
    sheet = workbook["待录入"]
    column = [cell.value for cell in sheet[1]].index("国家系统编号") + 1
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, column).value = f"ZF-{row}"
    stream = BytesIO()
    workbook.save(stream)
    page = client.post(
        reverse("reports:reference_upload"),
        {"file": SimpleUploadedFile("待录入.xlsx", stream.getvalue())},
    )
    returned = ReferenceImport.objects.get()
    assert page.url == reverse("reports:reference_detail", args=[returned.pk])
    assert returned.counts == {"new": 3}
    post(client, "reference_confirm", returned)
    assert [stored(each) for each in households] == ["ZF-2", "ZF-3", "ZF-4"]
    assert not Household.objects.to_enter().exists()


@database
def test_without_a_file_it_says_so(sign_in, reference, recorder):
    page = sign_in(recorder).post(reverse("reports:reference_upload"))
    assert "请先选择国家系统返回的表格" in page.content.decode()


# The one door, and the database behind it


@database
def test_the_door_asks_for_the_right_and_the_class(reference, supervisor, recorder):
    household, ordinary = safe(), HouseholdFactory()
    with pytest.raises(PermissionDenied):
        enter_references({household.pk: "ZF-1"}, by=supervisor, reason="")
    with pytest.raises(ValidationError, match="不再录入国家系统"):
        enter_references({household.pk: "ZF-1", ordinary.pk: "ZF-2"}, by=recorder, reason="")
    assert stored(household) == ""


@database
def test_a_reference_taken_meanwhile_takes_all_back(reference, recorder):
    first, second = safe(), safe()
    safe(external_reference="ZF-9")
    with pytest.raises(ValidationError, match="刚刚登记到另一户"):
        enter_references({first.pk: "ZF-8", second.pk: "ZF-9"}, by=recorder, reason="")
    assert stored(first) == ""
    assert not Entry.objects.filter(act="reference_entered").exists()


@database
def test_the_database_holds_a_reference_once_and_many_empty(reference):
    safe(), safe()
    safe(external_reference="ZF-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Household.objects.filter(pk=safe().pk).update(external_reference="ZF-1")
