"""What an address asks for: region, section, column, day or week; 404 for what no page asks."""

import datetime as dt
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, QueryDict
from django.shortcuts import get_object_or_404

from households.models import Region
from reports.annex2.columns import MEASURES
from reports.annex2.drill_down import Counting
from reports.annex2.layouts import layout_on
from reports.annex2.sections import SECTION_OF_ALL, Section
from reports.figures import moment_of
from reports.forms import DayForm
from reports.weekly.weeks import Week, week_on
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_see_business, may_watch_weeks

#: More digits than a version ever has.
LONGEST_VERSION = 10


def asked_region(request: HttpRequest, parameters: QueryDict) -> Region:
    """The region asked for, one's own without a word; 404 for one that the person may not see."""
    if not may_see_business(request.user):
        raise PermissionDenied("您的岗位不查看业务数据。")
    code = parameters.get("region") or request.user.scope_code
    return get_object_or_404(Region.objects.visible_to(request.user), pk=code)


def asked_district(request: HttpRequest, parameters: QueryDict) -> Region:
    """The district whose weeks are asked for, one's own without a word; 403 for whoever is of a single office."""
    if not may_watch_weeks(request.user):
        raise PermissionDenied("区级汇总由区住建局办理，您可以查看本单位的上报。")
    districts = Region.objects.visible_to(request.user).filter(level=RegionLevel.DISTRICT)
    if code := parameters.get("region"):
        return get_object_or_404(districts, pk=code)
    district = districts.first()
    if district is None:
        raise Http404("您的管辖范围内没有区县。")
    return district


def asked_day(parameters: QueryDict) -> dt.date | None:
    """The day in an address that a page made; 404 for one that no page makes."""
    form = DayForm(parameters)
    if not form.is_valid():
        raise Http404("；".join(form.errors["date"]))
    return form.cleaned_data["date"]


def asked_week(parameters: QueryDict) -> Week | None:
    """The week of the day asked for; 404 for one outside the campaign or to come."""
    asked = parameters.get("week")
    if not asked:
        return None
    try:
        return week_on(dt.date.fromisoformat(asked))
    except ValueError as unknown:
        raise Http404("没有这个报告周。") from unknown


def asked_moment(day: dt.date | None, week: Week | None) -> dt.datetime | None:
    """When figures stood at the end of `day` or at the cut-off of `week`; None: now. 404 for both at once."""
    if day and week:
        raise Http404("日期和报告周只能选一个。")
    if week:
        return None if week.is_open else week.closes
    return moment_of(day)


class AskedFigure(NamedTuple):
    """What a figure is called, in short and as its table has it, its 口径, and whom it counts."""

    label: str
    name: str
    hint: str
    counting: Counting


def asked_figure(parameters: QueryDict, day: dt.date | None, week: Week | None) -> AskedFigure:
    """The measure asked for by its key, or the column by its number in the layout of `day` or `week` (one query)."""
    if measure := MEASURES.get(parameters.get("measure", "")):
        return AskedFigure(measure.label, measure.label, measure.meaning, measure)
    number = parameters.get("column", "")
    if number.isascii() and number.isdigit():
        layout = layout_on(week.day if week else day)
        column = layout.column(int(number))
        if column is not None and not column.is_rate:
            name = f"{column.number} {column.label}"
            return AskedFigure(column.label, name, layout.hint_of(column), column)
    raise Http404("没有这一栏，或这一栏不是户数。")


def with_key(sections: tuple[Section, ...], key: str | None) -> Section:
    found = next((each for each in sections if each.key == (key or SECTION_OF_ALL)), None)
    if found is None:
        raise Http404("没有这一类农户。")
    return found


def path_to(region: Region, request: HttpRequest) -> list[Region]:
    """The regions that `region` lies in and that the person may see, outermost first."""
    above = [region.code[:length] for length in range(2, len(region.code))]
    return list(Region.objects.visible_to(request.user).filter(code__in=above))


def asked_version(parameters: QueryDict) -> int:
    """The version that the page showed, 0 of what nobody has saved; 404 for what no page sends."""
    seen = parameters.get("seen", "")
    if not (seen.isascii() and seen.isdigit() and len(seen) < LONGEST_VERSION):
        raise Http404("没有这个版本。")
    return int(seen)
