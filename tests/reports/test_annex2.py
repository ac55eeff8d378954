"""Annex 2: rows, sections, checks, the page, the files and the command."""

import datetime as dt
import json
from urllib.parse import quote

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse

from households.models import Household, HouseholdClass, Region
from reports.annex2.columns import COLUMNS
from reports.annex2.faces import table_of
from reports.annex2.sections import sections_at
from reports.annex2.sheet import sheet_of
from tests.factories import HouseholdFactory, happen
from yanliang.audit.models import Entry

DISTRICT, GUANSHAN, VILLAGE = "610114", "610114007", "610114007200"
SECTIONS = [
    "全部农户",
    "建档立卡户",
    "其他三类重点对象",
    "农村分散供养特困人员",
    "低保户",
    "贫困残疾人家庭",
    "一般农户",
]


@pytest.fixture
def households(reference):
    """Ten households: what the rows below must say can be added up by hand."""
    return {
        "safe": happen(HouseholdFactory(), "inspected:safe"),
        "unchecked": HouseholdFactory(),
        "exempt": happen(HouseholdFactory(), "exempted"),
        "suspected": happen(HouseholdFactory(class_code="low_income"), "inspected:suspected"),
        "appraised_safe": happen(
            HouseholdFactory(class_code="destitute"), "inspected:safe", "appraised:a"
        ),
        "pending": happen(HouseholdFactory(), "inspected:suspected", "appraised:c"),
        "to_renovate": happen(
            HouseholdFactory(class_code="registered_poor"), "inspected:suspected", "appraised:d"
        ),
        "rework": happen(
            HouseholdFactory(class_code="registered_poor", region_id="610114007201"),
            "inspected:suspected",
            "appraised:d",
            "renovation_started",
            "renovation_finished",
            "acceptance_failed",
        ),
        "accepted": happen(
            HouseholdFactory(region_id="610114005200"),
            "inspected:suspected",
            "appraised:c",
            "ruled_in",
            "renovation_started",
            "renovation_finished",
            "acceptance_passed",
        ),
        "secured": happen(
            HouseholdFactory(region_id="610114005200"),
            "inspected:suspected",
            "appraised:d",
            "ruled_secured",
        ),
    }


def as_json(tmp_path, region, *options):
    path = tmp_path / "annex2.json"
    call_command(
        "annex2", "--region", region, *options, "--format", "json", "--out", str(path), verbosity=0
    )
    return json.loads(path.read_text())


def figures(rows, code, section="全部农户"):
    (row,) = [row for row in rows if (row["code"], row["section"]) == (code, section)]
    return [row["columns"][str(number)] for number in range(1, 24)]


def test_figures_by_hand(households, tmp_path):
    rows = as_json(tmp_path, DISTRICT)
    assert figures(rows, DISTRICT) == [
        *(10, 1, 9, 8, 88.89, 1, 2, 6),
        *(6, 1, 1, 0, 2, 3, 1),
        *(3, 1, 1, 0, 1, 1),
        *(4, 5),
    ]
    assert figures(rows, GUANSHAN) == [
        *(8, 1, 7, 6, 85.71, 1, 2, 4),
        *(4, 1, 1, 0, 1, 2, 1),
        *(2, 1, 1, 0, 0, 0),
        *(2, 5),
    ]
    poor = figures(rows, DISTRICT, "建档立卡户")
    assert (poor[0], poor[15], poor[16], poor[17]) == (2, 2, 1, 1)
    nobody = figures(rows, "610114001")
    assert nobody == [0, 0, 0, 0, None, *[0] * 18]


def test_district_has_a_row_for_each_office_and_a_total_in_each_section(reference, tmp_path):
    rows = as_json(tmp_path, DISTRICT)
    offices = list(Region.objects.offices().values_list("code", "short_name"))
    assert len(offices) == 7
    assert [(row["section"], row["code"], row["name"]) for row in rows] == [
        (section, code, name)
        for section in SECTIONS
        for code, name in [*offices, (DISTRICT, "合计")]
    ]
    assert all(list(row["columns"]) == [str(n) for n in range(1, 24)] for row in rows)


def test_office_has_its_villages_and_a_village_stands_alone(reference, tmp_path):
    rows = [row for row in as_json(tmp_path, GUANSHAN) if row["section"] == "全部农户"]
    villages = Region.objects.villages().within(GUANSHAN)
    assert [row["code"] for row in rows] == [*villages.values_list("code", flat=True), GUANSHAN]
    assert rows[-1]["name"] == "合计"
    (alone,) = [row for row in as_json(tmp_path, VILLAGE) if row["section"] == "全部农户"]
    assert (alone["code"], alone["name"]) == (VILLAGE, "关山村")


@time_machine.travel(dt.datetime(2020, 7, 1, 4, tzinfo=dt.UTC), tick=False)
def test_a_date_means_the_end_of_that_day(reference, tmp_path):
    household = HouseholdFactory()
    with time_machine.travel(dt.datetime(2020, 6, 24, 15, 59, tzinfo=dt.UTC), tick=False):
        happen(household, "inspected:safe")
    with time_machine.travel(dt.datetime(2020, 6, 24, 16, 0, tzinfo=dt.UTC), tick=False):
        happen(household, "warned")

    def checked_and_suspected(*options):
        found = figures(as_json(tmp_path, DISTRICT, *options), DISTRICT)
        return found[3], found[7]

    assert checked_and_suspected("--date", "2020-06-23") == (0, 0)
    assert checked_and_suspected("--date", "2020-06-24") == (1, 0)
    assert checked_and_suspected("--date", "2020-06-25") == (1, 1)
    assert checked_and_suspected() == (1, 1)


def test_rows_and_sections_add_up(households):
    sheet = sheet_of(Region.objects.get(code=DISTRICT))
    for section in sheet.sections:
        assert sheet.faults(section) == ()
    assert len(sheet.places) == 7


def test_a_household_in_no_row_shows_as_a_total_that_does_not_agree(households):
    Household.objects.filter(pk=households["safe"].pk).update(region=DISTRICT)
    sheet = sheet_of(Region.objects.get(code=DISTRICT))
    assert "1 农户总数：合计为 10，各街办之和为 9" in sheet.faults(sheet.sections[0])


def test_a_row_against_the_identity_names_it(households):
    """The class became one that is not appraised when safe, and its summaries were not rebuilt."""
    HouseholdClass.objects.filter(code="destitute").update(appraise_all=False)
    sheet = sheet_of(Region.objects.get(code=DISTRICT))
    section = sheet.section("destitute")
    assert sheet.faults(section)[-1].startswith("合计：8=9+10 不成立：疑似不安全为 0")


def test_sections_come_from_the_classes_in_force(reference):
    day = dt.date(2021, 6, 1)
    HouseholdClass.objects.filter(code="ordinary").update(valid_to=dt.date(2021, 5, 31))
    HouseholdClass.objects.create(
        scheme_id="2020",
        code="at_risk",
        name="易返贫致贫户",
        group="新设类别",
        precedence=9,
        cleared_by=day,
        valid_from=dt.date(2021, 1, 1),
    )
    assert [each.name for each in sections_at(day)] == [*SECTIONS[:-1], "新设类别"]
    assert [each.name for each in sections_at(dt.date(2020, 3, 1))] == SECTIONS
    ordinary = HouseholdClass.objects.get(code="ordinary").pk
    assert "一般农户" in [each.name for each in sections_at(day, frozenset({ordinary}))]


def test_columns_carry_their_rule_in_words(reference):
    table = table_of(*first_section())
    assert [leaf.number for leaf in table.leaves] == [None, *range(1, 24)]
    assert all(leaf.hint for leaf in table.leaves[1:])
    assert [column.label for column in table.columns[1:]] == ["排查", "鉴定", "改造", "清零"]
    assert [len(column.children) for column in table.columns[1:]] == [8, 7, 6, 2]
    assert len({column.label for column in COLUMNS}) == 23


def first_section():
    sheet = sheet_of(Region.objects.get(code=DISTRICT))
    return sheet, sheet.sections[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--region", "999999"], "没有代码为 999999 的区划"),
        (["--region", DISTRICT, "--date", "2020-13-01"], "日期应为 YYYY-MM-DD"),
        (["--region", DISTRICT, "--date", "2999-01-01"], "日期不能晚于今天"),
        (["--region", DISTRICT, "--out", "/nowhere/at/all"], "无法写入"),
    ],
)
def test_the_command_says_what_is_wrong(reference, tmp_path, options, words):
    defaults = ["--format", "json", "--out", str(tmp_path / "out")]
    with pytest.raises(CommandError, match=words):
        call_command("annex2", *defaults, *options)


@pytest.mark.parametrize(("form", "start"), [("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_the_command_writes_files_and_the_trail(reference, tmp_path, form, start):
    path = tmp_path / f"annex2.{form}"
    call_command("annex2", "--region", VILLAGE, "--format", form, "--out", str(path), verbosity=0)
    assert path.read_bytes().startswith(start)
    assert Entry.objects.get(act="exported").after["格式"] == form


def page(**parameters):
    return reverse("reports:annex2", query=parameters)


def test_the_page_opens_at_ones_own_region(households, sign_in, recorder, bureau_clerk, villager):
    assert "关山街道办事处" in sign_in(recorder).get(page()).content.decode()
    text = sign_in(bureau_clerk).get(page()).content.decode()
    assert "西安市阎良区" in text
    assert "勾稽关系核对无误" in text
    assert all(name in text for name in SECTIONS)
    assert "疑似不安全且尚无有效鉴定等级的农户" in text
    assert "关山村" in sign_in(villager).get(page()).content.decode()


def test_a_foreign_region_is_not_there(reference, sign_in, recorder):
    client = sign_in(recorder)
    for code in ("610114005", DISTRICT, "610114005200", "nonsense"):
        assert client.get(page(region=code)).status_code == 404
        exported = client.post(reverse("reports:annex2_export"), {"region": code, "format": "xlsx"})
        assert exported.status_code == 404


def test_the_keeper_and_strangers_stay_outside(reference, client, sign_in, keeper):
    assert client.get(page()).status_code == 302
    assert client.post(reverse("reports:annex2_export")).status_code == 302
    assert sign_in(keeper).get(page()).status_code == 403
    assert client.post(reverse("reports:annex2_export"), {"format": "pdf"}).status_code == 403


def test_an_unknown_section_or_a_wrong_date(reference, sign_in, recorder):
    client = sign_in(recorder)
    assert client.get(page(section="nobody")).status_code == 404
    for date, words in (("2999-01-01", "日期不能晚于今天"), ("yesterday", "日期应为")):
        text = client.get(page(date=date)).content.decode()
        assert words in text
        assert "tb-table" not in text


def test_the_page_takes_the_same_queries_however_many_households(
    reference, sign_in, bureau_clerk, django_assert_num_queries
):
    client = sign_in(bureau_clerk)
    HouseholdFactory()
    client.get(page())
    # Session, person, the region asked for, those above it and below it, counts, classes, layout, one's own region.
    for _ in range(2):
        with django_assert_num_queries(9):
            client.get(page())
        for village in Region.objects.villages()[:12]:
            HouseholdFactory(region=village)


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_export_is_named_in_chinese_and_recorded(households, sign_in, recorder, form):
    response = sign_in(recorder).post(
        reverse("reports:annex2_export"),
        {"region": GUANSHAN, "date": "2020-06-24", "format": form, "reason": "报送区局"},
    )
    name = f"关山街道所有农户住房安全排查情况统计表（2020年6月24日）.{form}"
    assert quote(name) in response["Content-Disposition"]
    entry = Entry.objects.get(act="exported")
    assert (entry.staff_id, entry.object_id, entry.reason) == (recorder.pk, GUANSHAN, "报送区局")
    assert entry.after["截至"] == "2020年6月24日"


def test_a_pdf_is_of_the_section_in_view_or_of_all(reference, sign_in, recorder, monkeypatch):
    printed = []
    monkeypatch.setattr(
        "reports.annex2.exports.table_pdf",
        lambda tables, properties: printed.append([table.sheet_name for table in tables]) or b"",
    )
    for form in ("pdf", "pdf-all"):
        sign_in(recorder).post(
            reverse("reports:annex2_export"), {"format": form, "section": "low_income"}
        )
    assert printed == [["低保户"], SECTIONS]


def test_who_may_not_export(reference, sign_in, villager):
    client = sign_in(villager)
    assert "导出 Excel" not in client.get(page()).content.decode()
    response = client.post(reverse("reports:annex2_export"), {"format": "xlsx"})
    assert response.status_code == 403
    assert not Entry.objects.filter(act="exported").exists()


def test_export_is_asked_for_by_post_and_in_a_known_format(reference, sign_in, recorder):
    client = sign_in(recorder)
    assert client.get(reverse("reports:annex2_export")).status_code == 405
    assert client.post(reverse("reports:annex2_export"), {"format": "exe"}).status_code == 404
    wrong_day = {"format": "xlsx", "date": "2999-01-01"}
    assert client.post(reverse("reports:annex2_export"), wrong_day).status_code == 404
