"""The households behind a sealed figure: of an office's submission and of the district's report alike."""

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from households.enums import Grade, Stage, Verdict
from households.models import Household, Region
from reports.annex2.drill_down import PastRow
from reports.annex2.layouts import LayoutColumn
from reports.models import DistrictReport, Submission
from reports.thursday.content import Content
from reports.thursday.counted import counted_in
from reports.thursday.groups import Group
from reports.views.asked import with_key
from reports.weekly.wording import moment_in_words
from yanliang.ui.pagination import paginate

#: Of a household that an undone import took out of the register again.
GONE = "（已从台账撤销）"


def sealed_households_page(
    request: HttpRequest, document: Submission | DistrictReport, back_url: str
) -> HttpResponse:
    """The page for ?region=&section=&column= (a number of the sealed layout); 404 for a figure that is not there.

    The caller sees to it that the person may read `document`; `back_url` leads to its page. Two queries.
    """
    content = Content(document.data)
    section = with_key(content.sections, request.GET.get("section"))
    column = sealed_column(content, request.GET)
    region = sealed_place(content, request.GET)
    counted = counted_in(content, region.code, section, column)
    page = paginate(request, list(counted.items()))
    context = {
        "document": document,
        "region": region,
        "section": section,
        "column": column,
        "hint": content.layout.hint_of(column),
        "at": moment_in_words(content.as_at),
        "page": page,
        "rows": sealed_rows(page.object_list, content, request.user),
        "back_url": back_url,
    }
    return render(request, "reports/sealed_households.html", context)


def sealed_column(content: Content, parameters: QueryDict) -> LayoutColumn:
    number = parameters.get("column")
    column = next((each for each in content.layout.columns if str(each.number) == number), None)
    if column is None or column.is_rate:
        raise Http404("没有这一栏，或这一栏不是户数。")
    return column


def sealed_place(content: Content, parameters: QueryDict) -> Region:
    """The place of the table that is asked for, the whole without a word."""
    asked = parameters.get("region") or content.region.code
    places = (content.region, *content.places, *content.villages)
    found = next((place for place in places if place.code == asked), None)
    if found is None or found.code[:9] in content.missing:
        raise Http404("表内没有这个地方的数字。")
    return found


def sealed_rows(counted: Sequence[tuple[int, Group]], content: Content, staff) -> list[PastRow]:
    """A page of households as they counted then, with how far each is now. Two queries, however many."""
    pks = [pk for pk, _ in counted]
    households = Household.objects.in_bulk(pks)
    visible = set(
        Household.objects.visible_to(staff).filter(pk__in=pks).values_list("pk", flat=True)
    )
    places = {place.code: place.short_name for place in (content.region, *content.places)}
    villages = {
        village.code: f"{places.get(village.parent_id, '')} {village.short_name}"
        for village in content.villages
    }
    classes = {each.pk: each.name for each in content.sections[0].classes}
    rows = []
    for pk, group in counted:
        household = households.get(pk)
        rows.append(
            PastRow(
                pk if pk in visible else None,
                household.code if household else GONE,
                household.head_name if household else "",
                f"{villages.get(group.region, '')} {household.group if household else ''}",
                classes.get(group.class_id, ""),
                Verdict(group.verdict).label,
                Stage(group.stage).label,
                Grade(group.grade).label,
                household.get_stage_display() if household else "",
            )
        )
    return rows
