"""Every address × every role × own office, another office, another district, nobody signed in.

A new address without a row here fails `test_every_address_has_a_row`.
"""

from dataclasses import dataclass, field

import pytest
from django.urls import URLPattern, get_resolver, reverse

from households.models import Region
from tests.access.objects import STRANGE_NAME, Objects
from tests.factories import StaffFactory, happen
from yanliang.accounts.enums import Role
from yanliang.audit.models import Entry

pytestmark = pytest.mark.django_db

OFFICE = frozenset({Role.RECORDER, Role.OFFICE_LEAD})
LEAD = frozenset({Role.OFFICE_LEAD})
BUREAU = frozenset({Role.BUREAU_CLERK, Role.BUREAU_LEAD})
BUREAU_LEAD = frozenset({Role.BUREAU_LEAD})
BUSINESS = frozenset(Role) - {Role.KEEPER}
EXPORTERS = BUSINESS - {Role.VILLAGE}
INSPECTORS = OFFICE | {Role.VILLAGE}
QUEUE = BUREAU | {Role.SUPERVISOR}
VISIT_READERS = OFFICE | QUEUE | {Role.VIEWER}
WEEK_READERS = VISIT_READERS
SIGNERS = frozenset({Role.VILLAGE, Role.OFFICE_LEAD, Role.DEPARTMENT, Role.BUREAU_LEAD})
TRAIL = frozenset({Role.KEEPER, Role.BUREAU_LEAD})
SETTERS = frozenset({Role.KEEPER, Role.BUREAU_LEAD})

HOME = {
    Role.RECORDER: "610114007",
    Role.OFFICE_LEAD: "610114007",
    Role.VILLAGE: "610114007200",
    Role.VIEWER: "610114007",
    Role.KEEPER: None,
}
DISTRICT = "610114"
OTHER_OFFICE, OTHER_DISTRICT = "610114005200", "610115001200"


@dataclass(frozen=True)
class Row:
    """Who may ask for an address. `target` is what its primary key names; `by_region` asks with ?region=.

    A `shared` target belongs to no region.
    """

    roles: frozenset[str]
    method: str = "get"
    target: str = ""
    shared: bool = False
    by_region: bool = False
    data: dict = field(default_factory=dict)


ROWS = {
    "home": Row(frozenset(Role)),
    "accounts:change_password": Row(frozenset(Role)),
    "audit:entry_list": Row(TRAIL),
    "households:household_list": Row(BUSINESS),
    "households:household_export": Row(EXPORTERS, "post", data={"reason": "核对"}),
    "households:household_create": Row(OFFICE),
    "households:household_detail": Row(BUSINESS, target="household"),
    "households:household_reveal": Row(OFFICE | BUREAU, "post", "household"),
    "households:household_edit": Row(OFFICE, target="household"),
    "households:household_class_change": Row(OFFICE, target="household"),
    "households:household_split": Row(OFFICE, target="household"),
    "households:household_removal": Row(OFFICE, target="household"),
    "households:household_reinstate": Row(BUREAU, target="household"),
    "households:change_list": Row(BUSINESS),
    "households:change_detail": Row(BUSINESS, target="change"),
    "households:change_confirm": Row(BUREAU, "post", "change"),
    "households:change_refuse": Row(BUREAU, "post", "change"),
    "households:roster_list": Row(OFFICE),
    "households:roster_upload": Row(OFFICE, "post"),
    "households:roster_detail": Row(OFFICE, target="roster"),
    "households:roster_mapping": Row(OFFICE, "post", "roster"),
    "households:roster_confirm": Row(OFFICE, "post", "roster"),
    "households:roster_run": Row(OFFICE, "post", "roster"),
    "households:roster_progress": Row(OFFICE, target="roster"),
    "households:roster_cancel": Row(OFFICE, "post", "roster"),
    "households:roster_undo": Row(OFFICE, "post", "roster"),
    "households:roster_download": Row(OFFICE, "post", "roster"),
    "inspections:inspection_start": Row(INSPECTORS),
    "inspections:draft_list": Row(INSPECTORS),
    "inspections:returned_list": Row(INSPECTORS),
    "inspections:household_inspections": Row(BUSINESS, target="household"),
    "inspections:inspection_edit": Row(INSPECTORS, target="household"),
    "inspections:inspection_submit": Row(INSPECTORS, "post", "household"),
    "inspections:verdict_preview": Row(INSPECTORS, "post", "household"),
    "inspections:draft_save": Row(INSPECTORS, "post", "household"),
    "inspections:draft_settle": Row(INSPECTORS, "post", "household"),
    "inspections:draft_swap": Row(INSPECTORS, "post", "household"),
    "inspections:draft_discard": Row(INSPECTORS, "post", "household"),
    "inspections:photo_upload": Row(INSPECTORS | BUREAU, "post", "household"),
    "inspections:photo_show": Row(BUSINESS, target="photo"),
    "inspections:photo_thumbnail": Row(BUSINESS, target="photo"),
    "inspections:inspection_detail": Row(BUSINESS, target="inspection"),
    "inspections:inspection_correct": Row(OFFICE, target="inspection"),
    "inspections:review_list": Row(LEAD),
    "inspections:review_bulk": Row(LEAD, "post"),
    "inspections:inspection_review": Row(LEAD, "post", "inspection"),
    "inspections:inspection_return": Row(LEAD, "post", "inspection"),
    "inspections:appraisal_queue": Row(QUEUE),
    "inspections:appraisal_list": Row(QUEUE),
    "inspections:appraisal_assign": Row(BUREAU, "post"),
    "inspections:appraisal_site_list": Row(BUREAU, "post"),
    "inspections:appraisal_detail": Row(BUSINESS, target="appraisal"),
    "inspections:appraisal_record": Row(BUREAU, target="appraisal"),
    "inspections:appraisal_grade": Row(BUREAU, target="appraisal"),
    "inspections:appraisal_correct": Row(BUREAU, target="appraisal"),
    "inspections:appraisal_cancel": Row(BUREAU, "post", "appraisal"),
    "inspections:appraisal_report": Row(BUSINESS, target="appraisal"),
    "inspections:result_grid": Row(BUREAU),
    "inspections:result_grid_grade": Row(BUREAU, target="appraisal"),
    "inspections:result_import_list": Row(BUREAU),
    "inspections:result_export": Row(BUREAU, "post"),
    "inspections:result_upload": Row(BUREAU, "post"),
    "inspections:result_import_detail": Row(BUREAU, target="result_import"),
    "inspections:result_import_confirm": Row(BUREAU, "post", "result_import"),
    "inspections:result_import_cancel": Row(BUREAU, "post", "result_import"),
    "inspections:result_import_download": Row(BUREAU, "post", "result_import"),
    "inspections:organisation_list": Row(BUREAU),
    "inspections:organisation_edit": Row(BUREAU, target="organisation"),
    "inspections:household_appraisals": Row(BUSINESS, target="household"),
    "inspections:household_warn": Row(BUREAU | LEAD, target="household"),
    "inspections:ruling_list": Row(QUEUE),
    "inspections:ruling_record": Row(frozenset({Role.BUREAU_LEAD}), "post"),
    "inspections:ruling_detail": Row(QUEUE, target="meeting"),
    "inspections:ruling_document": Row(QUEUE, target="meeting"),
    "inspections:meeting_correct": Row(frozenset({Role.BUREAU_LEAD}), target="meeting"),
    "inspections:ruling_correct": Row(frozenset({Role.BUREAU_LEAD}), target="ruling"),
    "inspections:replaced_document": Row(QUEUE, target="replaced_document"),
    "inspections:warning_withdraw": Row(frozenset({Role.BUREAU_LEAD}), target="warning"),
    "rectification:renovation_list": Row(BUSINESS),
    "rectification:renovation_export": Row(EXPORTERS, "post", data={"reason": "核对"}),
    "rectification:unplanned_list": Row(BUSINESS),
    "rectification:household_renovations": Row(BUSINESS, target="household"),
    "rectification:renovation_plan": Row(BUREAU, target="household"),
    "rectification:housing_secure": Row(BUREAU, target="household"),
    "rectification:renovation_detail": Row(BUSINESS, target="renovation"),
    "rectification:renovation_edit": Row(BUREAU, target="renovation"),
    "rectification:renovation_start": Row(BUREAU, target="renovation"),
    "rectification:renovation_finish": Row(BUREAU, target="renovation"),
    "rectification:renovation_cancel": Row(BUREAU, target="renovation"),
    "rectification:acceptance_record": Row(BUREAU, target="renovation"),
    "rectification:old_house_demolish": Row(BUREAU, target="renovation"),
    "rectification:subsidy_pay": Row(BUREAU, target="renovation"),
    "rectification:photos_add": Row(BUREAU, "post", "renovation"),
    "rectification:document_add": Row(BUREAU, "post", "renovation"),
    "rectification:renovation_correct": Row(BUREAU, target="renovation"),
    "rectification:document_show": Row(BUSINESS, target="document"),
    "rectification:document_void": Row(BUREAU, target="document"),
    "rectification:photo_void": Row(BUREAU, target="work_photo"),
    "rectification:acceptance_withdraw": Row(BUREAU_LEAD, target="acceptance"),
    "rectification:payment_paper": Row(BUSINESS, target="payment"),
    "rectification:payment_void": Row(BUREAU, target="payment"),
    "rectification:housing_proof": Row(BUSINESS, target="housing"),
    "rectification:housing_replace": Row(BUREAU, target="housing"),
    "rectification:housing_prove": Row(BUREAU, target="household"),
    "rectification:household_trail": Row(BUSINESS, target="household"),
    "rectification:unproved_list": Row(BUSINESS),
    "rectification:problem_list": Row(BUSINESS),
    "rectification:problem_raise": Row(OFFICE | QUEUE, by_region=True),
    "rectification:problem_fix": Row(OFFICE | BUREAU, by_region=True),
    "rectification:problem_kind_fields": Row(OFFICE | QUEUE),
    "rectification:inspection_problems": Row(BUSINESS, target="inspection"),
    "rectification:problem_from_item": Row(OFFICE | QUEUE, "post", "inspection"),
    "rectification:problem_from_papers": Row(OFFICE | QUEUE, "post", "renovation"),
    "rectification:household_problems": Row(BUSINESS, target="household"),
    "rectification:problem_detail": Row(BUSINESS, target="problem"),
    "rectification:problem_progress": Row(OFFICE | BUREAU, "post", "problem"),
    "rectification:problem_photo": Row(OFFICE | BUREAU, "post", "problem"),
    "rectification:problem_papers": Row(OFFICE | BUREAU, "post", "problem"),
    "rectification:problem_assign": Row(OFFICE | BUREAU, target="problem"),
    "rectification:problem_submit": Row(OFFICE | BUREAU, target="problem"),
    "rectification:problem_verify": Row(BUREAU, target="problem"),
    "rectification:problem_return": Row(BUREAU, target="problem"),
    "rectification:problem_reopen": Row(QUEUE, target="problem"),
    "rectification:problem_extend": Row(BUREAU, target="problem"),
    "rectification:problem_edit": Row(OFFICE | BUREAU, target="problem"),
    "rectification:problem_void": Row(BUREAU, target="problem"),
    "rectification:evidence_show": Row(BUSINESS, target="evidence"),
    "rectification:evidence_void": Row(OFFICE | BUREAU, target="evidence"),
    "rectification:visit_list": Row(VISIT_READERS),
    "rectification:visit_plan": Row(QUEUE),
    "rectification:visit_detail": Row(VISIT_READERS, target="visit"),
    "rectification:visit_edit": Row(QUEUE, target="visit"),
    "rectification:visit_household_seen": Row(QUEUE, "post", "visit"),
    "rectification:visit_finding": Row(QUEUE, target="visit"),
    "rectification:visit_sheet": Row(VISIT_READERS, "post", "visit"),
    "rectification:visit_done": Row(QUEUE, target="visit"),
    "rectification:visit_void": Row(BUREAU_LEAD, target="visit"),
    "rectification:problem_summary": Row(BUSINESS),
    "rectification:problem_bulk_assign": Row(OFFICE | BUREAU),
    "rectification:problem_bulk_verify": Row(BUREAU),
    "rectification:problem_rules": Row(BUREAU),
    "rectification:problem_rules_run": Row(BUREAU, "post"),
    "rectification:problem_rules_now": Row(BUREAU, "post"),
    "rectification:problem_kind_list": Row(BUREAU),
    "rectification:problem_kind_create": Row(BUREAU),
    "rectification:problem_kind_edit": Row(BUREAU, target="kind", shared=True),
    "rectification:leader_list": Row(OFFICE | BUREAU),
    "rectification:problem_export": Row(EXPORTERS, "post", data={"format": "xlsx"}),
    "rectification:problem_import_list": Row(OFFICE | BUREAU),
    "rectification:problem_import_upload": Row(OFFICE | BUREAU, "post"),
    "rectification:problem_import_detail": Row(OFFICE | BUREAU, target="problem_import"),
    "rectification:problem_import_confirm": Row(OFFICE | BUREAU, "post", "problem_import"),
    "rectification:problem_import_cancel": Row(OFFICE | BUREAU, "post", "problem_import"),
    "rectification:problem_import_download": Row(OFFICE | BUREAU, "post", "problem_import"),
    "reports:zeros": Row(BUSINESS, by_region=True),
    "reports:zero_list": Row(BUSINESS, by_region=True, data={"part": "unchecked"}),
    "rectification:report_list": Row(BUSINESS),
    "rectification:report_file": Row(INSPECTORS),
    "rectification:report_detail": Row(BUSINESS, target="report"),
    "rectification:report_answer": Row(BUREAU | LEAD, target="report"),
    "rectification:household_reports": Row(BUSINESS, target="household"),
    "rectification:disaster_list": Row(BUSINESS),
    "rectification:disaster_record": Row(OFFICE | BUREAU),
    "rectification:disaster_detail": Row(BUSINESS, target="disaster"),
    "rectification:disaster_sound": Row(INSPECTORS, "post", "disaster"),
    "rectification:disaster_print": Row(EXPORTERS, "post", "disaster", data={"format": "xlsx"}),
    "rectification:disaster_void": Row(OFFICE | BUREAU, target="disaster"),
    "rectification:disaster_check": Row(INSPECTORS, target="disaster_check"),
    "rectification:duty_list": Row(BUSINESS, by_region=True),
    "rectification:duty_phones": Row(OFFICE | BUREAU, "post"),
    "rectification:duty_edit": Row(OFFICE, target="duty"),
    "rectification:duty_visited": Row(OFFICE, "post", "duty"),
    "rectification:duty_remove": Row(OFFICE, "post", "duty"),
    "reports:annex2": Row(BUSINESS, by_region=True),
    "reports:annex2_export": Row(EXPORTERS, "post", by_region=True, data={"format": "xlsx"}),
    "reports:city_workbook_list": Row(SETTERS),
    "reports:city_workbook_upload": Row(SETTERS, "post"),
    "reports:city_workbook_sample": Row(SETTERS),
    "reports:city_workbook_detail": Row(SETTERS, target="city_workbook", shared=True),
    "reports:city_workbook_use": Row(SETTERS, "post", "city_workbook", shared=True),
    "reports:city_workbook_shelve": Row(SETTERS, "post", "city_workbook", shared=True),
    "reports:city_workbook_preview": Row(SETTERS, target="city_workbook", shared=True),
    "reports:city_workbook_file": Row(SETTERS, target="city_workbook", shared=True),
    "reports:annex2_layouts": Row(BUSINESS),
    "reports:annex2_layout": Row(BUSINESS, target="annex_layout", shared=True),
    "reports:annex2_layout_edit": Row(BUREAU),
    "reports:figure_households": Row(
        BUSINESS, by_region=True, data={"section": "all", "column": "1"}
    ),
    "reports:weekly_summary": Row(BUSINESS, by_region=True),
    "reports:weekly_export": Row(EXPORTERS, "post", by_region=True, data={"format": "xlsx"}),
    "reports:week_office": Row(OFFICE, by_region=True),
    "reports:week_save": Row(OFFICE, "post", by_region=True),
    "reports:week_redraft": Row(OFFICE, "post", by_region=True),
    "reports:week_confirm": Row(LEAD, "post", by_region=True),
    "reports:week_submit": Row(LEAD, "post", by_region=True),
    "reports:check_households": Row(
        WEEK_READERS, by_region=True, data={"region": "610114007", "check": "moved-1"}
    ),
    "reports:week_board": Row(WEEK_READERS),
    "reports:week_accept": Row(BUREAU, "post"),
    "reports:week_extend": Row(BUREAU, by_region=True, data={"region": "610114007"}),
    "reports:week_timeliness": Row(QUEUE, by_region=True),
    "reports:week_timeliness_export": Row(QUEUE, "post", by_region=True),
    "reports:submission_accept": Row(BUREAU, "post", "submission", data={"seen": "1"}),
    "reports:submission_return": Row(BUREAU, target="submission"),
    "reports:district_week": Row(QUEUE, by_region=True),
    "reports:district_save": Row(BUREAU, "post", by_region=True, data={"seen": "0"}),
    "reports:district_redraft": Row(BUREAU, "post", by_region=True, data={"seen": "0"}),
    "reports:district_stand_in": Row(
        BUREAU_LEAD, "post", by_region=True, data={"seen": "0", "office": "610114007"}
    ),
    "reports:district_preview": Row(BUREAU, "post", by_region=True, data={"seen": "0"}),
    "reports:district_lock": Row(BUREAU_LEAD, "post", by_region=True, data={"seen": "0"}),
    "reports:district_unlock": Row(BUREAU_LEAD, "post", by_region=True, data={"seen": "0"}),
    "reports:district_forward": Row(BUREAU_LEAD, "post", by_region=True, data={"seen": "0"}),
    "reports:district_correct": Row(BUREAU_LEAD, "post", by_region=True, data={"seen": "0"}),
    "reports:district_report_list": Row(QUEUE),
    "reports:district_report_detail": Row(QUEUE, target="district_report"),
    "reports:district_report_households": Row(
        QUEUE, target="district_report", data={"section": "all", "column": "1"}
    ),
    "reports:district_report_export": Row(
        QUEUE, "post", "district_report", data={"format": "annex-xlsx"}
    ),
    "reports:submission_list": Row(WEEK_READERS, by_region=True),
    "reports:submission_detail": Row(WEEK_READERS, target="submission"),
    "reports:submission_households": Row(
        WEEK_READERS, target="submission", data={"section": "all", "column": "1"}
    ),
    "reports:submission_changes": Row(WEEK_READERS, target="submission"),
    "reports:submission_export": Row(
        WEEK_READERS, "post", "submission", data={"format": "annex-xlsx"}
    ),
    "reports:dashboard": Row(BUSINESS, by_region=True),
    "reports:national": Row(OFFICE | QUEUE, by_region=True),
    "reports:national_list": Row(OFFICE | QUEUE),
    "reports:national_export": Row(
        OFFICE | BUREAU, "post", by_region=True, data={"full_numbers": "1"}
    ),
    "reports:national_layout": Row(BUREAU),
    "reports:reference_list": Row(OFFICE | BUREAU),
    "reports:reference_upload": Row(OFFICE | BUREAU, "post"),
    "reports:reference_detail": Row(OFFICE | BUREAU, target="reference_import"),
    "reports:reference_confirm": Row(OFFICE | BUREAU, "post", "reference_import"),
    "reports:reference_cancel": Row(OFFICE | BUREAU, "post", "reference_import"),
    "reports:reference_download": Row(OFFICE | BUREAU, "post", "reference_import"),
    "reports:secretaries": Row(OFFICE | BUREAU, by_region=True),
    "reports:list_overview": Row(BUSINESS, by_region=True),
    "reports:list_waiting": Row(SIGNERS),
    "reports:list_check": Row(BUSINESS),
    "reports:document_check": Row(BUSINESS),
    "reports:list_export": Row(EXPORTERS, "post", by_region=True, data={"format": "xlsx"}),
    "reports:list_exports": Row(EXPORTERS),
    "reports:list_export_detail": Row(EXPORTERS, target="list_export"),
    "reports:list_export_now": Row(EXPORTERS, "post", "list_export"),
    "reports:list_export_file": Row(EXPORTERS, target="list_export"),
    "reports:frozen_detail": Row(BUSINESS, target="frozen"),
    "reports:frozen_print": Row(BUSINESS, "post", "frozen"),
    "reports:frozen_paper": Row(
        OFFICE | BUREAU | {Role.VILLAGE, Role.DEPARTMENT}, "post", "frozen"
    ),
    "reports:signing_scan": Row(BUSINESS, target="signing"),
    "reports:household_lists": Row(BUSINESS, target="household"),
    "reports:list_detail": Row(BUSINESS, target="list"),
    "reports:list_sign": Row(SIGNERS, "post", "list"),
    "reports:list_print": Row(BUSINESS, "post", "list"),
    "reports:list_responsible": Row(OFFICE, target="list"),
}
#: Open to everybody: they show nothing of the register.
OPEN = {
    "accounts:sign_in",
    "accounts:sign_in_in_place",
    "accounts:sign_out",
    "accounts:session_state",
}


def addresses(resolver=None, namespace=""):
    """The names of all addresses but the admin's."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}"
        elif entry.app_name != "admin":
            yield from addresses(entry, f"{entry.namespace}:" if entry.namespace else namespace)


def test_every_address_has_a_row():
    assert set(addresses()) == ROWS.keys() | OPEN


@pytest.fixture
def other_district(reference):
    district = Region.objects.create(code="610115", name="临潼区", short_name="临潼区", level=6)
    office = Region.objects.create(
        code="610115001", name="骊山街道", short_name="骊山街道", level=9, parent=district
    )
    return Region.objects.create(
        code=OTHER_DISTRICT, name="外村村委会", short_name="外村", level=12, parent=office
    )


def person(role: str):
    return StaffFactory(
        username=f"role_{role}",
        role=role,
        region_id=HOME.get(role, DISTRICT),
        is_staff=role == Role.KEEPER,
    )


def named(row: Row, target) -> dict:
    """How an address names its object: a list by its village and kind, a duty by village and team, all else by key."""
    if row.target == "list":
        return {"code": target.region_id, "kind": target.kind}
    if row.target == "duty":
        return {"code": target.region_id, "team": target.team}
    return {"pk": target.pk}


def ask(client, name: str, row: Row, objects: Objects | None, region: str | None = None):
    target = objects[row.target] if row.target else None
    url = reverse(name, kwargs=named(row, target) if target else None)
    data = dict(row.data)
    if row.by_region and region:
        data["region"] = region
    client.raise_request_exception = True
    return getattr(client, row.method)(url, data)


@pytest.mark.parametrize("name", ROWS)
def test_nobody_gets_in_without_signing_in(client, reference, recorder, name):
    row = ROWS[name]
    objects = Objects("610114007200", recorder)
    response = ask(client, name, row, objects)
    assert response.status_code == 302
    assert response.url.startswith("/accounts/sign-in/")


@pytest.mark.parametrize("name", ROWS)
def test_own_region(sign_in, reference, recorder, name):
    row = ROWS[name]
    objects = Objects("610114007200", recorder)
    if name == "households:household_reinstate":
        happen(objects["household"], "exempted")
    for role in Role:
        if row.target == "roster" and role in row.roles:
            continue  # the stored file of an import is tested in tests/imports
        staff = person(role)
        if row.target == "list_export":
            # Only who ordered a file fetches it.
            objects["list_export"].requested_by = staff
            objects["list_export"].region_id = staff.region_id or DISTRICT
            objects["list_export"].save()
        response = ask(sign_in(staff), name, row, objects)
        if role in row.roles:
            assert response.status_code in {200, 204, 302, 400, 409, 422}, role
            assert "sign-in" not in response.headers.get("Location", ""), role
        else:
            assert response.status_code in {403, 404}, role
            was_refused = Entry.objects.filter(act="refused", staff=staff).exists()
            assert was_refused == (response.status_code == 403), role


def strangers_to(village: str) -> list[str]:
    """The roles whose region, here, does not hold `village`."""
    homes = {role: HOME.get(role, DISTRICT) for role in Role}
    return [role for role, home in homes.items() if not home or not village.startswith(home)]


@pytest.mark.parametrize(
    "name", [name for name, row in ROWS.items() if row.target and not row.shared]
)
@pytest.mark.parametrize("village", [OTHER_OFFICE, OTHER_DISTRICT])
def test_foreign_objects_are_not_to_be_found(sign_in, other_district, stranger, name, village):
    objects = Objects(village, stranger)
    for role in strangers_to(village):
        response = ask(sign_in(person(role)), name, ROWS[name], objects)
        refusals = {404} if role in ROWS[name].roles else {403, 404}
        assert response.status_code in refusals, role
    target = objects[ROWS[name].target]
    fresh = type(target)._base_manager.get(pk=target.pk)
    assert getattr(fresh, "state", "") == getattr(target, "state", "")


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if not row.target])
@pytest.mark.parametrize("village", [OTHER_OFFICE, OTHER_DISTRICT])
def test_lists_show_nothing_foreign(sign_in, other_district, stranger, name, village):
    Objects(village, stranger).make_all()
    row = ROWS[name]
    for role in strangers_to(village):
        client = sign_in(person(role))
        if row.method == "get":
            shown = ask(client, name, row, None).content.decode(errors="replace")
            assert STRANGE_NAME not in shown, role
        if row.by_region:
            asked = ask(client, name, row, None, region=village)
            assert asked.status_code in ({404} if role in row.roles else {403, 404}), role


@pytest.mark.parametrize("role", sorted(BUSINESS))
def test_the_list_of_households_is_empty_for_a_foreign_region(
    sign_in, other_district, stranger, role
):
    Objects(OTHER_DISTRICT, stranger).make_all()
    address = reverse("households:household_list")
    page = sign_in(person(role)).get(address, {"region": OTHER_DISTRICT}).content.decode()
    assert STRANGE_NAME not in page
    assert "不在您的管辖范围内" in page


def test_only_the_keeper_enters_the_admin(sign_in, reference):
    for role in Role:
        response = sign_in(person(role)).get("/admin/accounts/staff/")
        assert response.status_code == (200 if role == Role.KEEPER else 302)
