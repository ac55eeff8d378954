"""The four lists on screen: how far they are signed, what waits, and each list with its rows."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from households.models import Household, Region
from reports.enums import ListKind
from reports.lists.columns import COLUMNS
from reports.lists.faces import ListFace, list_table, row_key
from reports.lists.freezing import ListKey, digest_of_list
from reports.lists.membership import ClassGroup, class_groups, levels_of_list, members
from reports.lists.overview import overview_table
from reports.lists.progress import progress_within, waiting_for
from reports.lists.responsible import may_name, named
from reports.lists.rows import ListRow, rows_of
from reports.lists.signing import level_of, owns, signs
from reports.lists.standing import RowStanding, SinceSigned, list_standing, standing_of
from reports.models import FrozenList, RowSignature
from reports.views.asked import asked_region, path_to
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_export, may_see_business, may_see_full_id
from yanliang.tables.html import Chooser, render_html
from yanliang.ui.pagination import paginate

ROWS_A_PAGE = 100
SIGN_FORM = "sign-form"
#: So many new or changed rows are named above the button that signs them; the rest are behind a filter.
NAMED_BEFORE_SIGNING = 30


def asked_group(groups: tuple[ClassGroup, ...], name: str | None) -> ClassGroup:
    """The class group of this name, the first one without; 404 for one that is not in force."""
    found = next((each for each in groups if name in (None, "", each.name)), None)
    if found is None:
        raise Http404("没有这个类别组。")
    return found


def asked_list(
    request: HttpRequest, code: str, kind: str, parameters
) -> tuple[Region, ListKind, ClassGroup]:
    """The list that an address names; 404 outside the region, or where the group keeps no such list."""
    if not may_see_business(request.user):
        raise PermissionDenied("您的岗位不查看业务数据。")
    region = get_object_or_404(Region.objects.visible_to(request.user), pk=code)
    groups = [each for each in class_groups() if kind in each.kinds]
    if not groups:
        raise Http404("没有这种清单。")
    return region, ListKind(kind), asked_group(tuple(groups), parameters.get("group"))


def asked_village_list(request: HttpRequest, code: str, kind: str, parameters) -> ListKey:
    """The list of one village; 404 for a region above it."""
    region, found, group = asked_list(request, code, kind, parameters)
    if region.level != RegionLevel.VILLAGE:
        raise Http404("清单按村签字，请先选择村（社区）。")
    return ListKey(region, found, group.name)


def list_url(code: str, kind: str, group: str, **more: Any) -> str:
    query = urlencode({"group": group, **more})
    return f"{reverse('reports:list_detail', args=[code, kind])}?{query}"


@login_required
@require_GET
def list_overview(request: HttpRequest) -> HttpResponse:
    """How far the lists of a region are signed; opens to the next level below."""
    region = asked_region(request, request.GET)
    groups = class_groups()
    group = asked_group(groups, request.GET.get("group"))
    places = list(region.children.all()) or [region]
    table = overview_table(
        region,
        places,
        group,
        progress_within(region.code),
        lambda place: (
            f"{reverse('reports:list_overview')}?{urlencode({'region': place.code, 'group': group.name})}"
        ),
        lambda place, kind: list_url(place.code, kind, group.name),
    )
    return render(
        request,
        "reports/list_overview.html",
        {
            "region": region,
            "path": path_to(region, request),
            "groups": groups,
            "group": group,
            "table": render_html(table, request, show_title=False),
            "may_export": may_export(request.user),
            "may_see_full_id": may_see_full_id(request.user),
            "signs": signs(request.user),
        },
    )


@login_required
@require_GET
def list_waiting(request: HttpRequest) -> HttpResponse:
    """The lists with rows that wait for this person's signature."""
    level = level_of(request.user)
    if level is None:
        raise PermissionDenied("您的岗位不在清单上签字。")
    page = paginate(request, waiting_for(request.user))
    names = dict(Region.objects.visible_to(request.user).villages().values_list("pk", "short_name"))
    rows = [
        {
            "place": names[each.village],
            "group": each.group,
            "kind": each.kind.label,
            "rows": each.rows,
            "changed": each.changed,
            "url": list_url(each.village, each.kind, each.group, show="waiting"),
        }
        for each in page.object_list
    ]
    return render(
        request, "reports/list_waiting.html", {"page": page, "rows": rows, "level": level}
    )


@login_required
@require_GET
def list_detail(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """A list: of a village with all that signing needs, of a region above page by page."""
    region, found, group = asked_list(request, code, kind, request.GET)
    context = {
        "region": region,
        "path": path_to(region, request),
        "kind": found,
        "group": group,
        "kinds": [(each, list_url(code, each, group.name)) for each in group.kinds],
        "may_export": may_export(request.user),
        "may_see_full_id": may_see_full_id(request.user),
    }
    levels = levels_of_list(found, group.classes)
    if region.level == RegionLevel.VILLAGE:
        key = ListKey(region, found, group.name)
        context |= village_context(request, key, levels)
    else:
        context |= region_context(request, region, found, group, levels)
    return render(request, "reports/list_detail.html", context)


def region_context(request, region: Region, kind: ListKind, group: ClassGroup, levels) -> dict:
    """One page of households of a whole office or district, with the signatures on their rows."""
    households = members(kind, group.name, Household.objects.visible_to(request.user))
    households = households.within(region.code)
    page = paginate(request, households.values_list("pk", flat=True), per_page=50)
    shown = list(page.object_list)
    rows = rows_of(kind, households.filter(pk__in=shown), region.code)
    signatures = (
        RowSignature.objects.standing()
        .filter(kind=kind, household_id__in=shown)
        .select_related("signing")
    )
    standing, _ = standing_of(kind, rows, signatures)
    places = Region.objects.in_bulk(
        {row.region_id for row in rows} | {row.region_id[: RegionLevel.OFFICE] for row in rows}
    )
    face = ListFace(kind, group.name, region, levels, places)
    table = list_table(face, standing, first=page.start_index() or 1, links=household_url)
    return {"page": page, "table": render_html(table, request, show_title=False)}


def village_context(request: HttpRequest, key: ListKey, levels) -> dict:
    """A village's whole list: what is signed, what waits for this person, and what changed since."""
    rows = key.rows()
    standing = list_standing(key, rows)
    level = level_of(request.user)
    waiting = [
        each for each in standing if level and each.waits_for(level) and owns(request.user, each)
    ]
    shown, show = narrowed(request, standing, waiting)
    page = paginate(request, shown, per_page=ROWS_A_PAGE)
    table = list_table(
        ListFace(key.kind, key.group, key.region, levels),
        page.object_list,
        first=page.start_index() or 1,
        links=household_url,
    )
    on_page = {each.row.key for each in page.object_list}
    keys = {row_key(each.row) for each in waiting if each.row.key in on_page}
    chooser = Chooser(SIGN_FORM, keys, "head_name") if keys else None
    return {
        "key": key,
        "is_village": True,
        "page": page,
        "show": show,
        "shows": [each for each in SHOWS if level or each[0] != "waiting"],
        "table": render_html(table, request, show_title=False, chooser=chooser),
        "form_id": SIGN_FORM,
        "level": level,
        "waiting": waiting,
        "seen": digest_of_list(key, rows) if waiting else "",
        "since": since_signed(key, level, waiting) if waiting else None,
        "unanswered": sum(not each.is_answered_for for each in standing),
        "overtaken": sum(bool(each.overtaken) for each in standing),
        "responsible": named(key),
        "may_name": may_name(request.user),
        "versions": FrozenList.objects.of(key.region.code, key.kind, key.group).defer("content")[
            :10
        ],
        "progress": [(each.label, sum(each in row.signed for row in standing)) for each in levels],
        "total": len(standing),
    }


SHOWS = (("", "全部"), ("waiting", "待我签字"), ("changed", "签字后有变动"), ("unsigned", "未签完"))


def narrowed(
    request: HttpRequest, standing: list[RowStanding], waiting: list[RowStanding]
) -> tuple[list[RowStanding], str]:
    show = request.GET.get("show", "")
    match show:
        case "waiting":
            return waiting, show
        case "changed":
            return [each for each in standing if each.overtaken], show
        case "unsigned":
            return [each for each in standing if each.next_level is not None], show
    return standing, ""


def since_signed(key: ListKey, level, waiting: list[RowStanding]) -> dict:
    """What this level has not seen yet of the rows that wait for it."""
    since = SinceSigned(key, level, COLUMNS[key.kind])
    new = [each for each in waiting if since.is_new(each.row)]
    changed = [
        (each, changes)
        for each in waiting
        if not since.is_new(each.row) and (changes := since.changes(each.row))
    ]
    same = len(waiting) - len(new) - len(changed)
    return {
        "new": new[:NAMED_BEFORE_SIGNING],
        "new_count": len(new),
        "changed": changed[:NAMED_BEFORE_SIGNING],
        "changed_count": len(changed),
        "same_count": same,
    }


def household_url(row: ListRow) -> str:
    return reverse("households:household_detail", args=[row.household_id])
