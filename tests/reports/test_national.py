"""The national system: who must be entered, what goes out, in which columns, and who is first secretary."""

from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from households.enums import SAFETY_BASIS, NationalState, SafetyBasis, Stage
from households.models import Household, HouseholdClass, Region
from households.naming import Typed
from rectification.enums import HousingWay
from reports.models import NationalExport, NationalLayout
from reports.national.fields import BY_KEY, FIELDS
from reports.national.figures import Standing, standings, total
from reports.national.gathering import rows_to_enter
from reports.national.layouts import (
    LayoutColumn,
    columns_of,
    faults,
    load_national_layout,
    save_layout,
)
from reports.national.secretaries import name_secretaries
from tests.factories import HouseholdFactory, happen
from tests.inspections.factories import InspectionFactory
from tests.rectification.cases import ACCEPT, FINISH, START, accepted, secured
from yanliang.audit.models import Entry

pytestmark = pytest.mark.django_db

POOR = "registered_poor"
GUANSHAN, BEITUN = "610114007200", "610114005200"


def poor(*steps: str, **fields) -> Household:
    """A 建档立卡户 to whom `steps` have happened."""
    household = HouseholdFactory(class_code=POOR, **fields)
    return happen(household, *steps) if steps else household


def safe(**fields) -> Household:
    return poor("inspected:suspected", "appraised:b", **fields)


# Safety basis and states


def test_three_stages_have_a_safety_basis_and_no_other():
    assert {
        Stage.APPRAISED_SAFE: SafetyBasis.APPRAISED,
        Stage.ACCEPTED: SafetyBasis.RENOVATED,
        Stage.SECURED: SafetyBasis.SECURED,
    } == SAFETY_BASIS


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ((), NationalState.NOT_YET),
        (("inspected:safe",), NationalState.NOT_YET),
        (("inspected:safe", "appraised:a"), NationalState.TO_ENTER),
        (("inspected:suspected", "appraised:b"), NationalState.TO_ENTER),
        (("inspected:suspected", "appraised:c"), NationalState.NOT_YET),
        (("inspected:suspected", "appraised:c", "secured"), NationalState.TO_ENTER),
        (("inspected:suspected", "appraised:b", "warned"), NationalState.NOT_YET),
    ],
)
def test_what_can_be_entered(reference, steps, state):
    household = poor(*steps)
    assert household.national_state == state
    assert [
        each for each in NationalState if Household.objects.in_national_state(each).exists()
    ] == [state]


def test_entered_is_who_has_a_reference_and_stays_so(reference):
    household = poor("inspected:suspected", "appraised:b", external_reference="ZF-1")
    happen(household, "warned")
    assert list(Household.objects.entered()) == [household]
    assert not Household.objects.not_yet_enterable().exists()


def test_other_classes_and_the_exempt_do_not_count(reference):
    happen(HouseholdFactory(class_code="low_income"), "inspected:suspected", "appraised:b")
    happen(safe(), "exempted")
    assert not Household.objects.in_national_system().exists()


def test_class_is_asked_by_its_flag_alone(reference):
    HouseholdClass.objects.filter(code=POOR).update(in_national_system=False)
    HouseholdClass.objects.filter(code="ordinary").update(in_national_system=True)
    safe()
    ordinary = happen(HouseholdFactory(), "inspected:safe")
    assert list(Household.objects.in_national_system()) == [ordinary]


# Figures and pages


@pytest.fixture
def spread(reference):
    """关山: one entered, two that can be, one not yet safe; 北屯: one that can be entered."""
    safe(external_reference="ZF1")
    return [safe(), safe(), poor(), safe(region_id=BEITUN)]


def test_figures_of_each_place(spread):
    district, office, village = (
        Region.objects.get(code=code) for code in ("610114", "610114007", GUANSHAN)
    )
    assert [(place.code, standing) for place, standing in standings(district)] == [
        ("610114005", Standing(0, 1, 0)),
        ("610114007", Standing(1, 2, 1)),
    ]
    assert total(standings(district)) == Standing(1, 3, 1)
    assert total(standings(district)).due == 5
    assert standings(office) == standings(village) == [(village, Standing(1, 2, 1))]


def test_each_figure_opens_as_many_households(sign_in, spread, bureau_clerk):
    client = sign_in(bureau_clerk)
    for place, standing in standings(Region.objects.get(code="610114")):
        for state in NationalState:
            page = client.get(
                reverse("reports:national_list"), {"region": place.code, "state": state}
            )
            assert page.context["page"].paginator.count == standing.of(state)


def test_list_filters_by_basis_and_search(sign_in, reference, recorder):
    appraised = safe(head_name="田小满")
    way = poor("inspected:suspected", "appraised:c", "secured", head_name="房大成")
    client = sign_in(recorder)

    def found(**query):
        page = client.get(reverse("reports:national_list"), query)
        return {household.pk for household in page.context["page"]}

    assert found(basis="secured") == {way.pk}
    assert found(q="田小满") == {appraised.pk}
    assert found() == {appraised.pk, way.pk}
    assert found(region=BEITUN) == set()


def test_an_office_sees_its_own(sign_in, spread, recorder):
    client = sign_in(recorder)
    assert client.get(reverse("reports:national")).context["total"] == Standing(1, 2, 1)
    listed = client.get(reverse("reports:national_list")).context["page"]
    assert {household.region_id for household in listed} == {GUANSHAN}
    assert client.get(reverse("reports:national"), {"region": "610114005"}).status_code == 404


def test_pages_show_no_full_number(sign_in, spread, recorder):
    page = sign_in(recorder).get(reverse("reports:national_list")).content.decode()
    assert not any(household.id_number in page for household in spread)


@pytest.mark.parametrize("name", ["national", "national_list"])
def test_as_many_queries_for_many_households(sign_in, reference, bureau_clerk, name):
    client, counts = sign_in(bureau_clerk), []
    for number in (5, 45):
        for _ in range(number):
            safe()
        with CaptureQueriesContext(connection) as counted:
            client.get(reverse(f"reports:{name}"))
        counts.append(len(counted))
    assert counts[0] == counts[1]


def test_household_page_says_how_far_it_is(sign_in, reference, recorder):
    client = sign_in(recorder)

    def words(household):
        page = client.get(reverse("households:household_detail", args=[household.pk]))
        return dict(page.context["person_facts"]).get("国家系统")

    assert words(safe(external_reference="ZF-7")) == "已录入（ZF-7）"
    assert words(safe()) == "未录入（鉴定安全，可以录入）"
    assert words(poor()) == "未录入（住房尚不安全）"
    assert words(HouseholdFactory()) is None


def test_home_counts_what_is_to_enter(sign_in, spread, recorder, supervisor):
    tasks = sign_in(recorder).get(reverse("home")).context["tasks"]
    assert [task.count for task in tasks if task.label == "待录入国家系统"] == [2]
    tasks = sign_in(supervisor).get(reverse("home")).context["tasks"]
    assert not [task for task in tasks if task.label == "待录入国家系统"]


# Layout


def submitted(columns, *, seen=1, changes=(), new=()):
    """The form of the layout as a browser sends it; `changes` and `new` are (row, field, value)."""
    data = {
        "column-TOTAL_FORMS": str(len(columns) + 3),
        "column-INITIAL_FORMS": str(len(columns)),
        "column-MIN_NUM_FORMS": "0",
        "column-MAX_NUM_FORMS": "100",
        "seen": str(seen),
    }
    for number, column in enumerate(columns):
        for name, value in {"position": number + 1, **column._asdict()}.items():
            data[f"column-{number}-{name}"] = str(value)
    for number in range(len(columns), len(columns) + 3):
        for name in ("position", "label", "field", "text"):
            data[f"column-{number}-{name}"] = ""
    for number, name, value in (*changes, *new):
        data[f"column-{number}-{name}"] = value
    return data


@pytest.fixture
def layout(reference):
    return NationalLayout.objects.newest()


def labels(layout):
    return [column.label for column in columns_of(layout)]


def change_layout(client, layout, **options):
    return client.post(reverse("reports:national_layout"), submitted(columns_of(layout), **options))


def test_shipped_layout_is_without_fault_and_loaded_once(layout):
    assert faults(columns_of(layout)) == []
    assert load_national_layout() == 1
    assert NationalLayout.objects.count() == 1


def test_relabel_reorder_drop_add(sign_in, layout, bureau_clerk):
    before = columns_of(layout)
    last = len(before)
    page = change_layout(
        sign_in(bureau_clerk),
        layout,
        changes=[
            (0, "DELETE", "on"),
            (7, "label", "户主"),
            (8, "position", "2"),
            (2, "position", "5"),
        ],
        new=[(last, "label", "批次"), (last, "field", "fixed"), (last, "text", "第一批")],
    )
    assert page.status_code == 302
    newest = NationalLayout.objects.newest()
    assert (newest.number, newest.saved_by) == (2, bureau_clerk)
    expected = [column.label for column in before]
    expected[7] = "户主"
    # The ID number goes before the second column, the third column behind the fifth.
    assert labels(newest) == [
        "身份证号",
        "区县",
        "行政村",
        "村民小组",
        "乡镇",
        *[label for label in expected[5:] if label != "身份证号"],
        "批次",
    ]
    assert columns_of(newest)[-1] == LayoutColumn("批次", "fixed", "第一批")
    assert columns_of(NationalLayout.objects.get(number=1)) == before
    entry = Entry.objects.get(act="national_layout_saved")
    assert "批次（固定文字“第一批”）" in entry.after["各列"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ([(7, "label", "身份证号")], "列名“身份证号”用了 2 次"),
        ([(7, "label", "")], "请填写列名"),
        ([(7, "field", "id_number")], "“身份证号”对应了 2 列"),
        ([(1, "text", "")], "“区县”是固定文字，请写明每一行填什么"),
        ([(6, "DELETE", "on"), (8, "DELETE", "on")], "请至少保留“身份证号”或“户编号”一列"),
        ([(27, "label", "新列")], "请选择这一列填什么"),
    ],
)
def test_refused_layouts_say_why_and_keep_what_was_typed(
    sign_in, layout, bureau_clerk, changes, sentence
):
    page = change_layout(sign_in(bureau_clerk), layout, changes=[*changes, (3, "label", "村居")])
    assert sentence in page.content.decode()
    assert 'value="村居"' in page.content.decode()
    assert NationalLayout.objects.count() == 1


def test_layout_saved_meanwhile_is_not_overwritten(sign_in, layout, bureau_clerk, bureau_lead):
    first = columns_of(layout)
    save_layout(first[1:], by=bureau_lead, seen=1)
    page = change_layout(sign_in(bureau_clerk), layout, changes=[(3, "label", "村居")])
    assert "已由他人另存为新版" in page.content.decode()
    assert NationalLayout.objects.count() == 2


def test_unchanged_layout_makes_no_version(sign_in, layout, bureau_clerk):
    assert change_layout(sign_in(bureau_clerk), layout).status_code == 302
    assert NationalLayout.objects.count() == 1
    assert not Entry.objects.filter(act="national_layout_saved").exists()


def test_only_the_bureau_edits_the_layout(sign_in, layout, recorder, supervisor):
    for staff in (recorder, supervisor):
        assert change_layout(sign_in(staff), layout).status_code == 403


def test_an_older_version_can_be_looked_at(sign_in, layout, bureau_clerk):
    save_layout(columns_of(layout)[1:], by=bureau_clerk, seen=1)
    client = sign_in(bureau_clerk)
    page = client.get(reverse("reports:national_layout"), {"version": 1})
    assert page.context["formset"].forms[0].initial["label"] == "序号"
    assert client.get(reverse("reports:national_layout"), {"version": 9}).status_code == 404


# Export


def exported(client, region="610114", **data):
    return client.post(
        reverse("reports:national_export"),
        {"region": region, "full_numbers": "1", "reason": "六月第一批", **data},
    )


def sheet_of(response):
    return load_workbook(BytesIO(response.content))["待录入"]


def test_export_holds_the_rows_to_enter_in_code_order(sign_in, spread, layout, bureau_clerk):
    later, first = safe(region_id=BEITUN, phone="", head_name="=cmd"), spread[3]
    response = exported(sign_in(bureau_clerk))
    rows = list(sheet_of(response).iter_rows(values_only=True))
    heads = rows[0]
    assert list(heads) == labels(layout)
    found = [dict(zip(heads, row, strict=True)) for row in rows[1:]]
    expected = sorted([*spread[:2], first, later], key=lambda household: household.code)
    assert [row["户编号"] for row in found] == [household.code for household in expected]
    assert [row["身份证号"] for row in found] == [each.id_number for each in expected]
    row = next(row for row in found if row["户编号"] == later.code)
    assert (row["区县"], row["户主姓名"], row["安全依据"]) == ("西安市阎良区", "=cmd", "鉴定安全")
    assert row["鉴定等级"] == "B级"
    assert row["国家系统编号"] is None


def test_numbers_are_text(sign_in, spread, layout, bureau_clerk):
    sheet = sheet_of(exported(sign_in(bureau_clerk)))
    heads = [cell.value for cell in sheet[1]]
    for label in ("身份证号", "户编号", "联系电话"):
        cell = sheet.cell(2, heads.index(label) + 1)
        assert (cell.data_type, cell.number_format) == ("s", "@")


def test_export_is_kept_with_its_layout(sign_in, spread, layout, recorder, bureau_clerk):
    exported(sign_in(recorder), "610114007")
    save_layout(columns_of(layout)[1:], by=bureau_clerk, seen=1)
    response = exported(sign_in(recorder), "610114007")
    assert sheet_of(response)["A1"].value == "区县"
    newest, oldest = NationalExport.objects.all()
    assert (oldest.layout.number, newest.layout.number) == (1, 2)
    assert (newest.row_count, newest.reason, newest.exported_by) == (2, "六月第一批", recorder)
    entry = Entry.objects.filter(act="exported").first()
    assert (entry.reason, entry.region_id) == ("六月第一批", "610114007")
    assert entry.after == {
        "内容": "待录入国家系统农户",
        "户数": 2,
        "列对应": "第2版",
        "完整证件号": True,
    }


def test_export_must_be_asked_for_with_full_numbers(sign_in, spread, layout, recorder):
    client = sign_in(recorder)
    page = client.post(reverse("reports:national_export"), {"region": "610114007"}, follow=True)
    assert "请勾选确认后再导出" in page.content.decode()
    assert not NationalExport.objects.exists()
    assert client.get(reverse("reports:national_export")).status_code == 405


def test_export_is_for_who_enters(sign_in, spread, layout, supervisor, stranger):
    assert exported(sign_in(supervisor)).status_code == 403
    assert exported(sign_in(stranger), "610114007").status_code == 404
    assert not NationalExport.objects.exists()


def test_export_without_a_layout_says_so(sign_in, spread, recorder):
    NationalLayout.objects.all().delete()
    page = sign_in(recorder).post(
        reverse("reports:national_export"), {"full_numbers": "1"}, follow=True
    )
    assert "还没有国家系统的列对应" in page.content.decode()


def test_records_stand_only_where_they_are_the_basis(reference):
    dangerous = ("inspected:suspected", "appraised:d")
    secured(poor(*dangerous))
    accepted(poor(*dangerous))

    def shown():
        return [
            tuple(BY_KEY[key].read(entry) for key in ("basis", "way", "mode", "accepted_on"))
            for entry in rows_to_enter(Household.objects.all())
        ]

    way, renovated = rows_to_enter(Household.objects.all())
    assert BY_KEY["started_on"].read(renovated) == START
    assert BY_KEY["finished_on"].read(renovated) == FINISH
    assert shown() == [
        ("保障安全", HousingWay(way.way).label, "", None),
        ("改造安全", "", "原址重建", ACCEPT),
    ]
    for entry in (way, renovated):
        happen(entry.household, "warned", "appraised:b")
    assert shown() == [("鉴定安全", "", "", None)] * 2


def test_every_field_reads_an_entry_without_records(reference):
    safe(built_year=None, floor_area=None, phone="", structure="")
    entry = rows_to_enter(Household.objects.all())[0]
    for field in FIELDS:
        field.read(entry)


def test_rows_take_as_many_queries_for_many(reference):
    counts = []
    for number in (5, 45):
        for _ in range(number):
            safe()
        with CaptureQueriesContext(connection) as counted:
            rows = rows_to_enter(Household.objects.all())
            for field in FIELDS:
                [field.read(entry) for entry in rows]
        counts.append(len(counted))
    assert counts[0] == counts[1]


# First secretaries


def send(client, names, shown=None, region="610114007"):
    data = dict(names)
    data |= {f"shown-{code}": (shown or {}).get(code, "") for code in names}
    return client.post(f"{reverse('reports:secretaries')}?region={region}", data)


def secretary(code=GUANSHAN):
    return Region.objects.get(code=code).first_secretary


def test_naming_secretaries(sign_in, reference, recorder):
    client = sign_in(recorder)
    assert send(client, {GUANSHAN: " 王 正明 ", "610114007201": ""}).status_code == 302
    assert secretary() == "王正明"
    entry = Entry.objects.get(act="secretary_named")
    assert (entry.before, entry.after) == ({"第一书记": "（空）"}, {"第一书记": "王正明"})
    assert entry.region_id == GUANSHAN
    send(client, {GUANSHAN: "王正明"}, {GUANSHAN: "王正明"})
    assert Entry.objects.filter(act="secretary_named").count() == 1


def test_two_people_name_the_same_village(sign_in, reference, recorder, bureau_clerk):
    name_secretaries({GUANSHAN: Typed("李先到", "")}, by=bureau_clerk)
    client = sign_in(recorder)
    page = send(client, {GUANSHAN: "王正明", "610114007201": "张平"})
    assert "已由他人改为“李先到”" in page.content.decode()
    assert (secretary(), secretary("610114007201")) == ("李先到", "")
    shown = {row.place.code: row.shown for row in page.context["form"].rows}
    assert shown[GUANSHAN] == "李先到"
    assert send(client, {GUANSHAN: "王正明"}, shown).status_code == 302
    assert secretary() == "王正明"


def test_a_bad_name_keeps_the_others_back(sign_in, reference, recorder):
    page = send(sign_in(recorder), {GUANSHAN: "暂缺3", "610114007201": "张平"})
    assert "应为一个人的姓名" in page.content.decode()
    assert secretary("610114007201") == ""


def test_other_offices_and_other_roles_name_nobody(sign_in, reference, stranger, supervisor):
    assert send(sign_in(stranger), {GUANSHAN: "王正明"}).status_code == 404
    send(sign_in(stranger), {GUANSHAN: "王正明"}, region="610114005")
    assert send(sign_in(supervisor), {GUANSHAN: "王正明"}).status_code == 403
    assert secretary() == ""


# Helper and reference on the household's form


def edited(client, household, **changes):
    address = reverse("households:household_edit", args=[household.pk])
    form = client.get(address).context["form"]
    data = {}
    for name in form.fields:
        value = form[name].value()
        data[name] = "" if value in (None, False) else str(value)
        if form.fields[name].show_hidden_initial:
            data[f"initial-{name}"] = data[name]
    return client.post(address, {**data, **changes})


def test_the_form_shows_and_keeps_the_helper(sign_in, reference, recorder):
    household = poor(helper="刘帮扶")
    client = sign_in(recorder)
    page = client.get(reverse("households:household_edit", args=[household.pk]))
    assert 'name="helper"' in page.content.decode()
    assert edited(client, household, helper=" 赵 一心").status_code == 302
    household.refresh_from_db()
    assert household.helper == "赵一心"
    assert "不是一个人的姓名" in edited(client, household, helper="A3").content.decode()


@pytest.mark.parametrize(
    ("reference_typed", "class_code", "sentence"),
    [
        ("编号一", POOR, "应为 1–40 个字母、数字"),
        ("ZF 1/2", POOR, "应为 1–40 个字母、数字"),
        ("ZF-9", "ordinary", "一般农户不录入国家系统"),
        ("ZF-TAKEN", POOR, "已登记在另一户"),
    ],
)
def test_the_form_refuses_a_reference_by_the_rules_of_the_import(
    sign_in, reference, recorder, reference_typed, class_code, sentence
):
    safe(external_reference="ZF-TAKEN")
    household = HouseholdFactory(class_code=class_code)
    page = edited(sign_in(recorder), household, external_reference=reference_typed)
    assert sentence in page.content.decode()
    household.refresh_from_db()
    assert household.external_reference == ""


def test_a_household_that_left_the_class_can_still_be_edited(sign_in, reference, recorder):
    household = HouseholdFactory(external_reference="ZF-OLD")
    assert edited(sign_in(recorder), household, remark="已脱贫").status_code == 302
    household.refresh_from_db()
    assert (household.remark, household.external_reference) == ("已脱贫", "ZF-OLD")


def test_the_last_visit_is_read(reference):
    household = poor()
    inspection = InspectionFactory(household=household)
    happen(household, "appraised:b")
    entry = rows_to_enter(Household.objects.all())[0]
    assert BY_KEY["inspected_on"].read(entry) == inspection.inspected_on
