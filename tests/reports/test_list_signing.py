"""签字背书: order, right, region, second levels, voiding, paper (domain rules §4)."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from time_machine import travel

from households.editing import edit_household
from households.models import Household, Region
from reports.enums import ListKind, SignLevel
from reports.lists.columns import COLUMNS
from reports.lists.freezing import FrozenRows, digest_of_list, freeze
from reports.lists.responsible import name_responsible, named
from reports.lists.signing import sign, sign_paper
from reports.lists.standing import SinceSigned, list_standing
from reports.lists.voiding import void_all_overtaken
from reports.models import FrozenList, RowSignature, Signing
from tests.factories import HouseholdFactory, happen
from tests.reports.list_cases import (
    HELPED,
    VILLAGE,
    answered,
    bureau_head,
    department_clerk,
    household_of,
    key_of,
    listed,
    office_head,
    sign_now,
    signer,
    village_head,
)
from yanliang.audit.models import Entry
from yanliang.audit.trail import faults
from yanliang.periods import day_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def standing_levels(key) -> list[set[str]]:
    return [{level.value for level in row.signed} for row in list_standing(key, key.rows())]


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("签字页.pdf", b"%PDF-1.4\n1 0 obj\nendobj\n%%EOF\n")


def change(household: Household, by, **values) -> None:
    edit_household(household.pk, values, by=by, seen=household.version)


@pytest.fixture
def key():
    return listed(2)


def test_a_list_is_signed_level_by_level(key):
    for by in (village_head(), office_head(), bureau_head()):
        signing = sign_now(key, by)
        assert (signing.name, signing.post, signing.rows.count()) == (by.full_name, "负责人", 2)
    assert standing_levels(key) == [{"village", "office", "bureau"}] * 2
    # Nothing changed between the levels: they all signed one frozen copy.
    assert FrozenList.objects.count() == 1
    assert Entry.objects.filter(act="list_signed", region_id=VILLAGE).count() == 3
    assert not list(faults())


def test_helped_households_are_signed_by_their_department_before_the_bureau():
    key = listed(1, ListKind.HELPED, HELPED)
    sign_now(key, village_head())
    sign_now(key, office_head())
    with pytest.raises(ValidationError, match="部门还没有签字，不能越级签字"):
        sign_now(key, bureau_head())
    with pytest.raises(ValidationError, match="不由本部门认定"):
        sign_now(key, department_clerk("民政"))
    sign_now(key, department_clerk("扶贫"))
    sign_now(key, bureau_head())
    assert standing_levels(key) == [{"village", "office", "department", "bureau"}]


@pytest.mark.parametrize(("by", "missing"), [(office_head, "村"), (bureau_head, "村")])
def test_a_skipped_level_is_refused(key, by, missing):
    with pytest.raises(ValidationError, match=f"{missing}还没有签字，不能越级签字"):
        sign_now(key, by())
    assert not Signing.objects.exists()


def test_the_department_has_nothing_to_sign_on_other_lists(key):
    sign_now(key, village_head())
    sign_now(key, office_head())
    with pytest.raises(ValidationError):
        sign_now(key, department_clerk())


def test_signing_twice_is_refused(key):
    sign_now(key, village_head())
    with pytest.raises(ValidationError, match="本级已全部签字，不能重复签字"):
        sign_now(key, village_head())
    rows = [key.rows()[0].key]
    with pytest.raises(ValidationError, match="本级已由王村长签字，不能重复签字"):
        sign_now(key, village_head(), rows=rows)
    assert RowSignature.objects.count() == 2


def test_nobody_signs_two_levels_of_one_row(key):
    sign_now(key, village_head())
    moved = signer("office_lead", "王村长")
    with pytest.raises(ValidationError, match="村已由王村长签字，同一人不能再签另一级"):
        sign_now(key, moved)
    signature = RowSignature.objects.first()
    signature.pk, signature.level = None, SignLevel.OFFICE
    with pytest.raises(IntegrityError), transaction.atomic():
        signature.save()


def test_the_database_refuses_a_second_signature_of_a_level(key):
    sign_now(key, village_head())
    signature = RowSignature.objects.first()
    signature.pk, signature.name = None, "另一人"
    with pytest.raises(IntegrityError), transaction.atomic():
        signature.save()


@pytest.mark.parametrize(
    "by",
    [
        lambda: village_head("610114007201"),
        lambda: village_head("610114005200"),
        lambda: office_head("610114005200"),
    ],
)
def test_a_stranger_to_the_region_is_refused(key, by):
    with pytest.raises(PermissionDenied, match="不在您的签字范围内"):
        sign_now(key, by())
    assert not Signing.objects.exists()


@pytest.mark.parametrize("role", ["recorder", "bureau_clerk", "supervisor", "viewer"])
def test_other_posts_do_not_sign(key, role):
    by = signer(role, "某人")
    if role == "recorder":
        by.region_id = VILLAGE[:9]
    with pytest.raises(PermissionDenied, match="不在清单上签字"):
        sign_now(key, by)


def test_who_has_no_name_or_post_cannot_sign(key):
    by = village_head()
    by.post = ""
    with pytest.raises(ValidationError, match="没有填写姓名或职务"):
        sign_now(key, by)


def test_a_row_without_a_responsible_person_is_not_signed():
    HouseholdFactory()
    key = key_of()
    with pytest.raises(ValidationError, match="还没有责任人"):
        sign_now(key, village_head())
    answered(key)
    assert sign_now(key, village_head()).rows.count() == 1


def test_chosen_rows_alone_are_signed(key):
    first, second = key.rows()
    sign_now(key, village_head(), rows=[second.key])
    assert standing_levels(key) == [set(), {"village"}]
    with pytest.raises(ValidationError, match="村还没有签字"):
        sign_now(key, office_head(), rows=[first.key, second.key])
    # All that wait: the one row of which the village has signed.
    assert sign_now(key, office_head()).rows.count() == 1


def test_rows_that_are_not_on_the_list_are_refused(key):
    with pytest.raises(ValidationError, match="已不在清单上"):
        sign_now(key, village_head(), rows=[(0, 1)])
    with pytest.raises(ValidationError, match="请先选择"):
        sign_now(key, village_head(), rows=[])


def test_what_changed_since_the_page_was_opened_is_not_signed(key, recorder):
    seen = digest_of_list(key, key.rows())
    change(household_of(key), recorder, population=5)
    with pytest.raises(ValidationError, match="在您打开后有变动") as stale:
        sign(key, village_head(), seen=seen)
    assert stale.value.code == "stale"
    assert not Signing.objects.exists()


def test_a_later_change_voids_the_signatures_of_the_row_and_says_so(key, recorder):
    for by in (village_head(), office_head(), bureau_head()):
        sign_now(key, by)
    change(household_of(key), recorder, population=6)
    # Before anybody acts the list already says that they hold no longer.
    assert standing_levels(key) == [set(), {"village", "office", "bureau"}]
    assert void_all_overtaken(VILLAGE) == 3
    voided = RowSignature.objects.filter(voided_at__isnull=False)
    assert {each.void_reason for each in voided} == {"签字后有变动：家庭人口：3 → 6"}
    assert void_all_overtaken(VILLAGE) == 0
    entry = Entry.objects.filter(act="signatures_voided").last()
    assert "家庭人口：3 → 6" in str(entry.after)
    assert sign_now(key, village_head()).rows.count() == 1
    assert not list(faults())


def test_a_change_back_leaves_the_signatures_as_they_were(key, recorder):
    sign_now(key, village_head())
    household = household_of(key)
    change(household, recorder, population=6)
    household.refresh_from_db()
    change(household, recorder, population=3)
    assert standing_levels(key) == [{"village"}, {"village"}]


def test_the_reason_of_voiding_hides_personal_numbers(key, recorder):
    sign_now(key, village_head())
    household = household_of(key)
    change(household, recorder, id_number="610114195201249006")
    void_all_overtaken(VILLAGE)
    reason = RowSignature.objects.filter(voided_at__isnull=False).get().void_reason
    assert "6101************06" in reason
    assert "610114195201249006" not in reason


def test_a_household_that_leaves_the_list_takes_its_signatures_away(key, recorder):
    sign_now(key, village_head())
    household = household_of(key)
    moved = {"region": Region.objects.get(pk="610114007201")}
    edit_household(household.pk, moved, by=recorder, seen=household.version, reason="迁居")
    assert void_all_overtaken(VILLAGE[:9]) == 1
    assert RowSignature.objects.exclude(void_reason="").get().household_id == household.pk
    # In its new village it is signed afresh.
    other = key_of(village="610114007201")
    answered(other)
    assert sign_now(other, village_head("610114007201")).rows.count() == 1


def test_signing_in_the_new_village_voids_the_old_signature_itself(key):
    sign_now(key, village_head())
    household = household_of(key)
    Household.objects.filter(pk=household.pk).update(region_id="610114007201")
    other = key_of(village="610114007201")
    answered(other)
    sign_now(other, village_head("610114007201"))
    assert RowSignature.objects.standing().filter(household=household).count() == 1


def test_before_signing_the_page_says_what_is_new_and_what_changed(key, recorder):
    sign_now(key, village_head())
    change(household_of(key), recorder, population=4)
    HouseholdFactory()
    since = SinceSigned(key, SignLevel.VILLAGE, COLUMNS[key.kind])
    rows = key.rows()
    assert [since.is_new(row) for row in rows] == [False, False, True]
    assert [[str(each) for each in since.changes(row)] for row in rows] == [
        ["家庭人口：3 → 4"],
        [],
        [],
    ]


def test_a_frozen_list_never_changes(key):
    frozen = freeze(key, key.rows(), village_head())
    assert frozen.is_intact
    with pytest.raises(DatabaseError), transaction.atomic():
        FrozenList.objects.filter(pk=frozen.pk).update(row_count=0)
    assert FrozenRows.of(FrozenList.objects.get()).rows.keys() == {row.key for row in key.rows()}


def test_freezing_again_makes_a_version_only_when_something_changed(key, recorder):
    by = village_head()
    first = freeze(key, key.rows(), by)
    assert freeze(key, key.rows(), by) == first
    household = household_of(key)
    change(household, recorder, population=6)
    second = freeze(key, key.rows(), by)
    household.refresh_from_db()
    change(household, recorder, population=3)
    third = freeze(key, key.rows(), by)
    assert (first.number, second.number, third.number) == (1, 2, 3)
    assert len({first.code, second.code, third.code}) == 3


class TestPaper:
    """Signed by hand on the print, the scan uploaded and bound to the frozen copy."""

    def enter(self, frozen, by, level=SignLevel.VILLAGE, **changes):
        signed_on = changes.pop("signed_on", day_of(frozen.frozen_at))
        given = {"name": "老支书", "post": "村支书", "scan": scan(), "signed_on": signed_on}
        return sign_paper(frozen, level, by=by, **given | changes)

    def test_the_scan_signs_the_rows_as_they_were_printed(self, key, recorder):
        frozen = freeze(key, key.rows(), recorder)
        signing, others = self.enter(frozen, recorder)
        assert (signing.means, signing.name, signing.rows.count()) == ("paper", "老支书", 2)
        assert signing.recorded_by == recorder
        assert not others
        assert sign_now(key, office_head()).rows.count() == 2

    def test_rows_that_changed_after_the_print_are_left_out_and_told(self, key, recorder):
        frozen = freeze(key, key.rows(), recorder)
        change(household_of(key), recorder, population=6)
        signing, others = self.enter(frozen, recorder)
        assert signing.rows.count() == 1
        assert [each.row.household_id for each in others] == [household_of(key).pk]

    def test_a_print_of_which_nothing_stands_is_refused(self, key, recorder):
        frozen = freeze(key, key.rows(), recorder)
        with pytest.raises(ValidationError, match="没有可以登记本级签字的行"):
            self.enter(frozen, recorder, SignLevel.OFFICE)

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"name": " "}, "姓名和职务"),
            ({"scan": SimpleUploadedFile("签字.pdf", b"MZ")}, "PDF"),
            ({"signed_on": dt.date(2100, 1, 1)}, "不能晚于今天"),
            ({"signed_on": dt.date(2019, 1, 1)}, "不能早于清单打印"),
        ],
    )
    def test_what_is_not_whole_is_refused(self, key, recorder, changes, sentence):
        frozen = freeze(key, key.rows(), recorder)
        with pytest.raises(ValidationError, match=sentence):
            self.enter(frozen, recorder, **changes)
        assert not Signing.objects.exists()

    def test_nobody_signs_two_levels_on_paper_either(self, key, recorder):
        frozen = freeze(key, key.rows(), recorder)
        self.enter(frozen, recorder)
        with pytest.raises(ValidationError, match="同一人不能再签另一级"):
            self.enter(frozen, recorder, SignLevel.OFFICE)

    @pytest.mark.parametrize("level", [SignLevel.OFFICE, SignLevel.DEPARTMENT, SignLevel.BUREAU])
    def test_a_village_uploads_its_own_level_only(self, key, level):
        frozen = freeze(key, key.rows(), village_head())
        with pytest.raises(PermissionDenied):
            self.enter(frozen, village_head(), level)

    def test_another_office_is_refused(self, key, recorder, stranger):
        frozen = freeze(key, key.rows(), recorder)
        with pytest.raises(PermissionDenied, match="不在您的签字范围内"):
            self.enter(frozen, stranger)


class TestResponsible:
    """责任唯一."""

    def test_a_household_may_have_a_person_of_its_own(self, key):
        household = household_of(key)
        recorder = signer("recorder", "田敏", region=VILLAGE)
        recorder.region_id = VILLAGE[:9]
        name_responsible(
            key, name="赵驻村", post="驻村干部", by=recorder, seen=0, household=household
        )
        assert [row.values[-1] for row in key.rows()] == [
            "赵驻村（驻村干部）",
            "李包村（包村干部）",
        ]

    def test_there_is_never_a_second_one(self, key):
        person = named(key)
        person.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            person.save()

    def test_changing_the_person_voids_the_signatures(self, key, recorder):
        sign_now(key, village_head())
        name_responsible(key, name="新人", post="包村干部", by=recorder, seen=1)
        assert standing_levels(key) == [set(), set()]

    def test_two_who_edit_at_once_notice_each_other(self, key, recorder):
        name_responsible(key, name="新人", post="包村干部", by=recorder, seen=1)
        with pytest.raises(ValidationError) as stale:
            name_responsible(key, name="另一人", post="包村干部", by=recorder, seen=1)
        assert stale.value.code == "stale"

    def test_only_the_office_names_them(self, key, bureau_clerk):
        with pytest.raises(PermissionDenied):
            name_responsible(key, name="某人", post="干部", by=bureau_clerk, seen=1)


def test_an_event_that_moves_the_household_on_voids_only_lists_that_show_it(recorder):
    checked = listed(1)
    sign_now(checked, village_head())
    happen(household_of(checked), "inspected:suspected")
    assert standing_levels(checked) == [set()]


@travel(dt.datetime(2020, 5, 20, 10, tzinfo=dt.UTC), tick=False)
def test_a_signature_bears_the_servers_time(key):
    assert sign_now(key, village_head()).signed_at == dt.datetime(2020, 5, 20, 10, tzinfo=dt.UTC)
