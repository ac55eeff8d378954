"""What happens when two people act at once; SQLite lets one write after the other, so only PostgreSQL can tell."""

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction

from households.editing import add_household, edit_household
from households.enums import EventKind, ImportState
from households.events import folded, lock_household, record_event
from households.models import Household, HouseholdClass, Region
from households.roster import importing
from households.search import search_columns
from rectification.subsidy import pay_subsidy
from reports.lists.freezing import digest_of_list
from reports.lists.responsible import name_responsible
from reports.lists.signing import sign
from reports.models import Responsible, RowSignature
from tests.factories import HouseholdFactory, resident_id
from tests.imports.sheets import HEADER, row, write_xlsx
from tests.postgres.racing import RACES, at_once
from tests.rectification.cases import accepted, clerk
from tests.reports.list_cases import key_of, listed, signer
from yanliang.audit.models import Entry
from yanliang.audit.trail import faults, record

pytestmark = RACES


def test_the_trail_keeps_one_chain(recorder, stranger):
    def write(staff):
        return lambda: [record("exported", by=staff) for _ in range(20)]

    at_once(write(recorder), write(stranger), write(recorder))
    assert Entry.objects.filter(act="exported").count() == 60
    assert list(faults()) == []


def test_two_clerks_never_get_the_same_household_code(recorder, office_lead):
    def enter(staff, serial):
        household = Household(
            region_id="610114007200",
            head_name="张三",
            id_number=resident_id(serial),
            population=2,
            **search_columns("张三", resident_id(serial), ""),
        )
        ordinary = HouseholdClass.objects.get(code="ordinary")
        return lambda: add_household(
            household,
            by=staff,
            household_class=ordinary,
            reason="新增",
            on=dt.date(2020, 4, 1),
        )

    results = at_once(*(enter(recorder, 7000 + n) for n in range(4)), enter(office_lead, 7100))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert Household.objects.values("code").distinct().count() == 5


def test_the_second_to_save_is_told(recorder, office_lead):
    household = HouseholdFactory()

    def edit(staff, population):
        return lambda: edit_household(
            household.pk, {"population": population}, by=staff, seen=household.version
        )

    results = at_once(edit(recorder, 4), edit(office_lead, 5))
    refused = [result for result in results if isinstance(result, ValidationError)]
    assert len(refused) == 1
    assert refused[0].code == "stale"
    household.refresh_from_db()
    assert household.version == 2


def test_one_of_two_appraisals_at_once_comes_first(recorder):
    household = HouseholdFactory()

    def inspect(verdict):
        def act():
            with transaction.atomic():
                locked = lock_household(household.pk)
                return record_event(
                    locked,
                    EventKind.INSPECTED,
                    by=recorder,
                    outcome=verdict,
                    happened_on=dt.date(2020, 4, 1),
                )

        return act

    results = at_once(inspect("safe"), inspect("suspected"), inspect("safe"))
    assert [result for result in results if isinstance(result, Exception)] == []
    household.refresh_from_db()
    assert sorted(household.events.values_list("position", flat=True)) == [1, 2, 3]
    assert folded(household) == household.summary


def test_an_import_confirmed_twice_is_written_once(recorder, office_lead, tmp_path):
    path = write_xlsx(tmp_path / "r.xlsx", [HEADER, row(1), row(2)])
    region = Region.objects.get(pk="610114007")
    upload = ContentFile(path.read_bytes(), name="r.xlsx")
    preview = importing.upload_roster(upload, region, recorder)

    def confirm_and_run(staff):
        return lambda: importing.run(importing.confirm(preview, staff), staff)

    results = at_once(confirm_and_run(recorder), confirm_and_run(office_lead))
    assert sum(isinstance(result, ValidationError) for result in results) == 1
    preview.refresh_from_db()
    assert preview.state == ImportState.DONE
    assert Household.objects.count() == 2


def test_a_subsidy_is_paid_in_full_once(reference):
    renovation = accepted()

    def pay(amount):
        day, by = dt.date(2020, 5, 20), clerk()
        return lambda: pay_subsidy(renovation.pk, by=by, on=day, amount=Decimal(amount))

    results = at_once(pay(25000), pay(24000), pay(25000))
    assert sum(isinstance(result, ValidationError) for result in results) == 2
    renovation.refresh_from_db()
    assert renovation.subsidy_amount == renovation.payments.get().amount


def test_instalments_at_once_stay_within_the_plan(reference):
    renovation = accepted()

    def pay():
        day, by = dt.date(2020, 5, 20), clerk()
        return lambda: pay_subsidy(
            renovation.pk, by=by, on=day, amount=Decimal(15000), is_final=False
        )

    results = at_once(pay(), pay(), pay())
    assert sum(isinstance(result, ValidationError) for result in results) == 2
    assert renovation.payments.yuan() == 15000


def test_a_list_is_signed_once_a_level(reference):
    key = listed(20)
    seen = digest_of_list(key, key.rows())
    people = [signer("village", name) for name in ("王村长", "李书记")]

    def put(by):
        return lambda: sign(key, by, seen=seen)

    results = at_once(*map(put, people))
    assert sum(isinstance(result, ValidationError) for result in results) == 1
    assert RowSignature.objects.standing().count() == 20
    assert len(set(RowSignature.objects.values_list("name", flat=True))) == 1


def test_one_person_answers_for_a_list(recorder, office_lead):
    key = key_of()

    def put(name, by):
        return lambda: name_responsible(key, name=name, post="包村干部", by=by, seen=0)

    results = at_once(put("甲干部", recorder), put("乙干部", office_lead))
    assert sum(isinstance(result, ValidationError) for result in results) == 1
    assert Responsible.objects.count() == 1
