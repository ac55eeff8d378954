"""附件2版式: the bureau relabels, reorders, drops and adds columns; every face follows, earlier days keep theirs."""

import dataclasses
import datetime as dt
import shutil
import subprocess
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from households.models import Region
from reports.annex2.layout_forms import Columns, initial_of
from reports.annex2.layout_saving import save_layout
from reports.annex2.layouts import Terms, layout_of, layout_on, shipped_layout
from reports.annex2.sheet import sheet_of
from reports.models import AnnexLayout
from reports.weekly.gathering import weekly_of
from reports.weekly.tables import full_table, trend_table
from reports.weekly.weeks import Week
from tests.factories import HouseholdFactory, happen
from yanliang.audit.models import Entry
from yanliang.periods import SHANGHAI, today

EDIT, LIST, PAGE = "reports:annex2_layout_edit", "reports:annex2_layouts", "reports:annex2"
DISTRICT, GUANSHAN = "610114", "610114007"
#: Whoever sends the form sends the boxes that are ticked as a list.
BOXES = ("plus", "minus", "whole")


def submitted(*changes, layout=None, seen=1, **data):
    """The form of a layout as a browser sends it; `changes` are (row, field, value)."""
    rows = initial_of(layout or shipped_layout())
    form = {
        "column-TOTAL_FORMS": str(len(rows) + 3),
        "column-INITIAL_FORMS": str(len(rows)),
        "seen": str(seen),
        "valid_from": today().isoformat(),
        "note": "",
        "act": "save",
    }
    for number, row in enumerate(rows):
        for name, value in row.items():
            form[f"column-{number}-{name}"] = value if name in BOXES else str(value)
    for number in range(len(rows), len(rows) + 3):
        form[f"column-{number}-kind"] = "count"
    for number, name, value in changes:
        form[f"column-{number}-{name}"] = value
    return form | data


#: 户数 renamed, 排查率 moved to the front of its group, 改造中 dropped with its mention, 改造完成 added.
CHANGED = (
    (0, "label", "总户数"),
    (2, "hint", "不计无需排查的"),
    (4, "position", "1"),
    (17, "DELETE", "on"),
    (15, "hint", "列入危房改造的"),
    (23, "position", "20"),
    (23, "label", "未交付"),
    (23, "group", "改造"),
    (23, "hint", "〔纳入改造〕里还没验收合格的"),
    (23, "plus", ["renovation"]),
    (23, "minus", ["accepted"]),
)


@pytest.fixture
def changed(reference, bureau_clerk, sign_in):
    """Version 2, saved through the page and in force from today."""
    response = sign_in(bureau_clerk).post(reverse(EDIT), submitted(*CHANGED, note="市局2号文"))
    assert response.status_code == 302, response.context["formset"].non_form_errors()
    return AnnexLayout.objects.newest()


@pytest.fixture
def households(reference):
    """Registered long ago: one being renovated, one accepted, one unchecked."""
    with time_machine.travel(dt.datetime(2020, 4, 1, 9, tzinfo=SHANGHAI), tick=False):
        poor = [HouseholdFactory(class_code="registered_poor") for _ in range(2)]
        for household in poor:
            happen(household, "inspected:suspected", "appraised:d", "renovation_started")
        happen(poor[1], "renovation_finished", "acceptance_passed")
        HouseholdFactory()


class TestSaving:
    def test_relabel_reorder_drop_add(self, changed, bureau_clerk):
        layout = layout_of(changed)
        assert (changed.number, changed.saved_by, changed.note) == (2, bureau_clerk, "市局2号文")
        assert changed.valid_from == today()
        assert [each.number for each in layout.columns] == list(range(1, 24))
        assert [each.label for each in layout.columns][:6] == [
            "排查率",
            "总户数",
            "无需排查",
            "应排查",
            "已排查",
            "未排查",
        ]
        assert [each.label for each in layout.columns][15:] == [
            "纳入改造",
            "未开工",
            "待验收",
            "未交付",
            "验收合格",
            "其他方式保障",
            "住房安全",
            "未清零",
        ]
        added = layout.column(19)
        assert added.terms == Terms(("renovation",), ("accepted",))
        assert layout.hint_of(added) == "16里还没验收合格的"
        assert layout.hint_of(layout.column(1)).startswith("已排查除以应排查（5÷4）")

    def test_the_version_before_stays_as_it_was(self, changed):
        assert layout_of(AnnexLayout.objects.get(number=1)) == shipped_layout()
        assert layout_on(today() - dt.timedelta(days=1)) == shipped_layout()
        assert layout_on(None) == layout_of(changed)

    def test_it_is_in_the_trail(self, changed, bureau_clerk):
        entry = Entry.objects.get(act="annex_layout_saved")
        assert entry.staff == bureau_clerk
        assert "19 未交付（纳入改造－验收合格）" in entry.after["各栏"]
        assert entry.before["各栏"].startswith("1 农户总数、2 无需排查、")
        assert entry.reason == "市局2号文"

    def test_nothing_changed_makes_no_version(self, sign_in, bureau_clerk):
        assert sign_in(bureau_clerk).post(reverse(EDIT), submitted()).status_code == 302
        assert AnnexLayout.objects.count() == 1
        assert not Entry.objects.filter(act="annex_layout_saved").exists()

    def test_a_saved_version_never_changes(self, changed):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            AnnexLayout.objects.filter(pk=changed.pk).update(note="别的")

    def test_the_form_gives_back_what_it_was_given(self, reference):
        layout = shipped_layout()
        formset = Columns(submitted(), initial=initial_of(layout), prefix="column")
        assert formset.is_valid()
        assert tuple(formset.columns) == layout.columns


class TestRefused:
    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ([(1, "label", "")], "请填写栏目名，或去掉这一栏。"),
            ([(1, "group", "")], "请填写属于哪一组。"),
            ([(1, "label", "已排查")], "“排查”组里栏目名“已排查”用了 2 次"),
            ([(1, "group", "清零")], "“排查”这一组的各栏没有排在一起"),
            ([(1, "label", "不用查")], "口径提到〔无需排查〕，表里没有这一栏"),
            ([(4, "whole", [])], "第 5 栏“排查率”的分母没有选计入哪些户"),
            ([(1, "plus", [])], "第 2 栏“无需排查”没有选计入哪些户"),
            ([(1, "plus", ["checked", "safe"])], "会把同一户计几次：“已排查”、“住房安全”"),
            ([(1, "minus", ["safe"])], "减去的户没有全部加上：“住房安全”"),
            ([(23, "label", "新栏")], "请填写属于哪一组。"),
            ([(n, "DELETE", "on") for n in range(23)], "版式里至少要有一栏"),
        ],
    )
    @pytest.mark.parametrize("act", ["save", "preview"])
    def test_says_why_and_keeps_what_was_typed(self, sign_in, bureau_clerk, changes, sentence, act):
        form = submitted(*changes, (21, "hint", "刚刚写好的口径"), act=act, note="写了一半")
        response = sign_in(bureau_clerk).post(reverse(EDIT), form)
        text = response.content.decode()
        assert response.status_code == 200
        assert sentence in text
        assert "刚刚写好的口径" in text
        assert 'value="写了一半"' in text
        assert AnnexLayout.objects.count() == 1

    @pytest.mark.parametrize(
        ("valid_from", "sentence"),
        [
            ("2020-03-24", "启用日期不能早于附件2版式第1版的启用日期（2020-03-25）。"),
            ("2999-01-01", "启用日期最晚为"),
            ("明天", "日期应为 2020-06-24 这样的格式。"),
            ("", "请填写启用日期。"),
        ],
    )
    def test_a_date_that_cannot_be(self, sign_in, bureau_clerk, valid_from, sentence):
        form = submitted((0, "label", "总户数"), (2, "hint", ""), valid_from=valid_from)
        text = sign_in(bureau_clerk).post(reverse(EDIT), form).content.decode()
        assert sentence in text
        assert AnnexLayout.objects.count() == 1

    def test_what_is_no_measure(self, sign_in, bureau_clerk):
        response = sign_in(bureau_clerk).post(reverse(EDIT), submitted((1, "plus", ["nobody"])))
        assert response.status_code == 200
        assert AnnexLayout.objects.count() == 1

    def test_saved_meanwhile_is_not_overwritten(self, changed, sign_in, bureau_lead):
        form = submitted((6, "label", "基本安全"), seen=1)
        text = sign_in(bureau_lead).post(reverse(EDIT), form).content.decode()
        assert "已由他人另存为新版" in text
        assert 'value="基本安全"' in text
        assert 'name="seen" value="2"' in text
        assert AnnexLayout.objects.count() == 2

    def test_two_at_the_same_moment(self, reference, bureau_lead, monkeypatch):
        """The other's version is there only when ours is written: its number is taken."""
        newest = AnnexLayout.objects.newest()
        columns = shipped_layout().columns[:5]
        save_layout(columns, valid_from=today(), by=bureau_lead, seen=1)
        monkeypatch.setattr("reports.models.annex.AnnexLayoutQuerySet.newest", lambda self: newest)
        with pytest.raises(ValidationError, match="已由他人另存为新版"):
            save_layout(columns[:4], valid_from=today(), by=bureau_lead, seen=1)
        assert AnnexLayout.objects.count() == 2

    def test_only_the_bureau_edits(self, sign_in, office_lead, supervisor, keeper):
        for staff in (office_lead, supervisor, keeper):
            client = sign_in(staff)
            assert client.get(reverse(EDIT)).status_code == 403
            assert client.post(reverse(EDIT), submitted(*CHANGED)).status_code == 403
            with pytest.raises(PermissionDenied):
                save_layout(shipped_layout().columns[1:], valid_from=today(), by=staff, seen=1)
        assert AnnexLayout.objects.count() == 1


class TestPages:
    def test_versions_and_each_of_them(self, changed, sign_in, office_lead):
        client = sign_in(office_lead)
        text = client.get(reverse(LIST)).content.decode()
        assert "第2版" in text
        assert "市局2号文" in text
        assert "随程序提供" in text
        assert reverse(EDIT) not in text
        one = client.get(reverse("reports:annex2_layout", args=[changed.pk])).content.decode()
        assert "纳入改造－验收合格" in one
        assert "16里还没验收合格的" in one
        assert client.get(reverse("reports:annex2_layout", args=[9999])).status_code == 404

    def test_an_older_version_is_a_beginning(self, changed, sign_in, bureau_clerk):
        client = sign_in(bureau_clerk)
        labels = [
            client.get(reverse(EDIT), query).context["formset"].forms[0].initial["label"]
            for query in ({}, {"version": 1})
        ]
        assert labels == ["排查率", "农户总数"]
        for wrong in ("9", "x"):
            assert client.get(reverse(EDIT), {"version": wrong}).status_code == 404
        back = submitted(seen=2)
        assert client.post(f"{reverse(EDIT)}?version=1", back).status_code == 302
        assert layout_on(None).columns == shipped_layout().columns
        assert layout_on(None).number == 3

    def test_a_preview_draws_and_saves_nothing(self, households, sign_in, bureau_clerk):
        response = sign_in(bureau_clerk).post(reverse(EDIT), submitted(*CHANGED, act="preview"))
        text = response.content.decode()
        assert "未交付" in response.context["preview"]
        assert "本表为第 2 版式样" in response.context["preview"]
        assert "<a href" not in response.context["preview"]
        assert 'value="总户数"' in text
        assert AnnexLayout.objects.count() == 1
        assert not Entry.objects.filter(act="annex_layout_saved").exists()

    def test_queries(self, changed, sign_in, bureau_clerk, django_assert_num_queries):
        client = sign_in(bureau_clerk)
        # Session, person, versions, the one in force, one's own region.
        with django_assert_num_queries(5):
            client.get(reverse(LIST))
        # Session, person, the version, one's own region.
        with django_assert_num_queries(4):
            client.get(reverse("reports:annex2_layout", args=[changed.pk]))
        # Session, person, the newest version, one's own region.
        with django_assert_num_queries(4):
            client.get(reverse(EDIT))

    def test_the_table_says_which_version_it_is_drawn_in(self, changed, sign_in, recorder):
        client = sign_in(recorder)
        assert "第2版" in client.get(reverse(PAGE)).content.decode()
        yesterday = (today() - dt.timedelta(days=1)).isoformat()
        assert "附件2版式" not in client.get(reverse(PAGE), {"date": yesterday}).content.decode()

    def test_only_the_bureau_is_shown_the_way(self, reference, sign_in, recorder, bureau_lead):
        assert reverse(LIST) in sign_in(bureau_lead).get(reverse(PAGE)).content.decode()
        assert reverse(LIST) not in sign_in(recorder).get(reverse(PAGE)).content.decode()


class TestFaces:
    """What version 2 shows, on every face; the day before has version 1."""

    def test_the_page(self, households, changed, sign_in, bureau_clerk):
        client = sign_in(bureau_clerk)
        text = client.get(reverse(PAGE)).content.decode()
        assert "总户数" in text
        assert "未交付" in text
        assert "改造中" not in text
        yesterday = (today() - dt.timedelta(days=1)).isoformat()
        text = client.get(reverse(PAGE), {"date": yesterday}).content.decode()
        assert "未交付" not in text
        assert "改造中" in text

    def test_a_figure_opens_the_households_of_its_column_then(
        self, households, changed, sign_in, bureau_clerk
    ):
        client = sign_in(bureau_clerk)
        yesterday = (today() - dt.timedelta(days=1)).isoformat()

        def opened(**query):
            address = reverse("reports:figure_households")
            query = {"region": DISTRICT, "section": "all", **query}
            page = client.get(address, query, follow=True)
            return page.context["page"].paginator.count, page.content.decode()

        sheet = sheet_of(Region.objects.get(code=DISTRICT))
        figures = sheet.figures[DISTRICT, "all"]
        for column in sheet.layout.columns:
            if not column.is_rate:
                assert opened(column=column.number)[0] == column.value(figures), column.label
        assert opened(column=19)[0] == 1
        # Column 2 is 总户数 now, was 无需排查 yesterday; a measure is the same on any day.
        assert opened(column=2)[0] == 3
        count, text = opened(column=2, date=yesterday)
        assert count == 0
        assert "2 无需排查" in text
        assert opened(measure="unchecked", date=yesterday)[0] == 1
        assert opened(measure="unchecked")[0] == 1

    def test_excel(self, households, changed, sign_in, bureau_clerk):
        response = sign_in(bureau_clerk).post(
            reverse("reports:annex2_export"), {"format": "xlsx", "region": GUANSHAN}
        )
        page = load_workbook(BytesIO(response.content))["全部农户"]
        heads = [cell.value for cell in page[6]][1:]
        assert heads == [each.label for each in layout_of(changed).columns]
        assert [cell.value for cell in page[7]] == [None, *range(1, 24)]
        total = next(row for row in page.iter_rows(min_row=8) if row[0].value == "合计")
        assert total[19].value == 1
        assert total[1].number_format == "0.00%"

    @pytest.mark.skipif(not shutil.which("pdftotext"), reason="apt-get install poppler-utils")
    def test_pdf(self, households, changed, sign_in, bureau_clerk, tmp_path):
        response = sign_in(bureau_clerk).post(reverse("reports:annex2_export"), {"format": "pdf"})
        path = tmp_path / "annex2.pdf"
        path.write_bytes(response.content)
        printed = subprocess.run(
            ["pdftotext", path, "-"], check=True, capture_output=True, text=True
        ).stdout
        text = "".join(printed.split())
        assert "总户数" in text
        assert "19未交付——16里还没验收合格的" in text
        assert "18改造中" not in text
        assert "13+14=15+16+21" in text
        assert "16=17+18" not in text
        assert "本表为第2版式样" in text

    def test_the_comparison_of_weeks(self, households, reference, bureau_clerk):
        """The week is drawn in the layout of its last day, both weeks' figures in the same columns."""
        thursday = dt.date(2020, 4, 9)
        with time_machine.travel(dt.datetime(2020, 4, 8, 9, tzinfo=SHANGHAI), tick=False):
            columns = [
                dataclasses.replace(each, number=place)
                for place, each in enumerate(shipped_layout().columns[5:8], start=1)
            ]
            columns[0] = dataclasses.replace(columns[0], hint="", label="没查的户")
            save_layout(columns, valid_from=today(), by=bureau_clerk, seen=1)
        district = Region.objects.get(code=DISTRICT)
        weekly = weekly_of(district, Week(thursday))
        table = full_table(weekly)
        assert [leaf.label for leaf in table.leaves[2:]] == [
            "没查的户",
            "排查基本安全",
            "疑似不安全",
        ]
        assert [row.cell("1").value for row in table.rows[-3:]] == [1, 1, 0]
        numbers = [leaf.number for leaf in trend_table(weekly).leaves[1:]]
        assert numbers == [None, 1, None, None]
        before = weekly_of(district, Week(thursday).previous)
        assert len(full_table(before).leaves) == 25
