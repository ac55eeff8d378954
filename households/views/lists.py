"""The register: one list for everybody, narrowed, sorted, counted, and taken away as Excel."""

from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Count, QuerySet, Value
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from households.enums import Stage, Structure
from households.exports import register_workbook
from households.filters import HouseholdFilters
from households.models import Household
from yanliang.accounts.permissions import (
    may_edit_household,
    may_export,
    may_see_business,
    may_see_full_id,
)
from yanliang.audit.trail import record
from yanliang.periods import SHANGHAI, now, today
from yanliang.ui.masking import mask_id, mask_phone
from yanliang.ui.pagination import paginate

COLUMNS = (
    "pk",
    "code",
    "head_name",
    "region_id",
    "group",
    "household_class_id",
    "structure",
    "population",
    "floor_area",
    "built_year",
    "id_number",
    "phone",
    "stage",
    "summary_since",
)
STRUCTURES = dict(Structure.choices)
#: Headings of the list; those with a key sort by it (households.filters.SORTS).
HEADINGS = (
    ("户编号", "code"),
    ("户主", "name"),
    ("村、组", "place"),
    ("类别", ""),
    ("结构", ""),
    ("人口", ""),
    ("面积", "area"),
    ("年份", "year"),
    ("身份证号", ""),
    ("电话", ""),
    ("进度", "stage"),
    ("更新", ""),
)
#: Parameters that have no field in the filter bar and must survive a new search.
KEPT = ("group", "stage", "summary", "sort")


class ListRow(NamedTuple):
    """One line as it is shown: the template tag `register_rows` prints it and thinks nothing."""

    pk: int
    code: str
    head_name: str
    place: str
    class_name: str
    structure: str
    population: int
    floor_area: str
    built_year: int | str
    id_number: str
    phone: str
    stage: str
    since: str


class Heading(NamedTuple):
    """A column's heading; `query` sorts by it (the other way round the second time), empty where it cannot."""

    label: str
    query: str
    direction: str
    numeric: bool


def list_rows(keys: QuerySet, filters: HouseholdFilters) -> list[ListRow]:
    """The lines of the one page that `keys` holds."""
    found = filters.order(Household.objects.filter(pk__in=keys)).values_list(*COLUMNS)
    return [
        ListRow(
            pk,
            code,
            head_name,
            f"{filters.place(region_id)} {group}",
            filters.class_names[class_id],
            STRUCTURES.get(structure, ""),
            population,
            f"{floor_area.normalize():f}" if floor_area is not None else "",
            built_year or "",
            mask_id(id_number),
            mask_phone(phone),
            stage,
            f"{since.astimezone(SHANGHAI):%Y-%m-%d}",
        )
        for (
            pk,
            code,
            head_name,
            region_id,
            group,
            class_id,
            structure,
            population,
            floor_area,
            built_year,
            id_number,
            phone,
            stage,
            since,
        ) in found
    ]


def headings(filters: HouseholdFilters) -> list[Heading]:
    made = []
    for label, key in HEADINGS:
        direction = {key: "ascending", f"-{key}": "descending"}.get(filters.sort, "") if key else ""
        query = filters.data.copy()
        query.pop("page", None)
        query["sort"] = f"-{key}" if direction == "ascending" else key
        numeric = label in ("人口", "面积", "年份")
        made.append(Heading(label, f"?{query.urlencode()}" if key else "", direction, numeric))
    return made


def stage_counts(filters: HouseholdFilters, households: QuerySet) -> dict[str, int]:
    """Households by stage under every other filter."""
    counted = filters.apply_but_stage(households).order_by()
    if filters.is_by_region_alone and not counted.query.is_empty():
        return dict(counted_by_range(counted))
    return dict(counted.values_list("stage").annotate(number=Count(Value(1))))


def counted_by_range(households: QuerySet) -> list[tuple[str, int]]:
    """Each stage with its number of `households`, narrowed by region alone.

    A stage is one range of the index by stage and region. Twelve ranges are counted in a third of the time that
    GROUP BY takes to compare 45,000 stages with each other.
    """
    statement, parameters = households.values("stage").query.sql_with_params()
    stages = ", ".join(["(%s)"] * len(Stage))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT column1, (SELECT COUNT(*) FROM ({statement}) AS seen WHERE seen.stage = column1)"
            f" FROM (VALUES {stages}) AS stages",
            [*parameters, *Stage.values],
        )
        return cursor.fetchall()


@login_required
@require_GET
@vary_on_headers("HX-Request")
def household_list(request) -> HttpResponse:
    """The list; for htmx only its results, so that they follow the search box while it is typed in."""
    if not may_see_business(request.user):
        raise PermissionDenied
    filters = HouseholdFilters(request.GET, request.user)
    visible = Household.objects.visible_to(request.user)
    by_stage = stage_counts(filters, visible)
    chosen = set(filters.cleaned_data.get("stage", ()))
    total = sum(number for stage, number in by_stage.items() if not chosen or stage in chosen)
    # Keys first, rows after: far down the list only an index is walked, not 45,000 whole rows.
    keys = filters.order(filters.apply(visible)).values_list("pk", flat=True)
    page = paginate(request, keys, count=total)
    all_stages = filters.query_without("stage")
    context = {
        "filters": filters,
        "page": page,
        "rows": list_rows(page.object_list, filters),
        "headings": headings(filters),
        "total": total,
        "total_by_stage": sum(by_stage.values()),
        "stages": [
            (stage, by_stage[stage], stage in chosen) for stage in Stage if by_stage.get(stage)
        ],
        "kept": [(name, value) for name in KEPT for value in request.GET.getlist(name)],
        "all_stages_query": all_stages,
        "stage_query": f"{all_stages}{'' if all_stages == '?' else '&'}stage=",
        "may_edit": may_edit_household(request.user),
        "may_export": may_export(request.user),
        "may_see_full_id": may_see_full_id(request.user),
    }
    in_place = request.htmx and not request.htmx.history_restore_request
    template = "households/household_list.html" + ("#results" if in_place else "")
    return render(request, template, context)


@login_required
@require_POST
def household_export(request) -> HttpResponse:
    """The current list (the query string's) as a workbook that says who took it, when and why."""
    staff = request.user
    if not may_export(staff):
        raise PermissionDenied("您没有导出的权限。")
    full_numbers = bool(request.POST.get("full_numbers"))
    if full_numbers and not may_see_full_id(staff):
        raise PermissionDenied("您没有查看完整证件号的权限。")
    filters = HouseholdFilters(request.GET, staff)
    found = filters.order(filters.apply(Household.objects.visible_to(staff)))
    reason = request.POST.get("reason", "").strip()[:200]
    conditions = "；".join(label for _, label in filters.in_words()) or "全部"
    content, count = register_workbook(
        found, filters, by=staff, at=now(), reason=reason, full_numbers=full_numbers
    )
    record(
        "exported",
        by=staff,
        reason=reason,
        after={"内容": "农户台账", "条件": conditions, "户数": count, "完整证件号": full_numbers},
    )
    response = HttpResponse(
        content,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"农户台账_{today():%Y%m%d}.xlsx"
    )
    return response
