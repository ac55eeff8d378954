"""The bureau's board of a week, and what it says of the offices there: accept one or several, grant an exception."""

import datetime as dt
import re
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from households.models import Region
from reports.models import DistrictWeek, OfficeWeek, Submission
from reports.thursday.aggregating import office_standings
from reports.thursday.board import board_rows, in_words
from reports.thursday.deadlines import due_at
from reports.thursday.review_forms import ExtensionForm
from reports.thursday.reviewing import accept, extend
from reports.views.asked import asked_district, asked_version, asked_week
from reports.weekly.weeks import Week, open_week, this_week
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_review_week, may_see_weeks, may_watch_weeks
from yanliang.periods import SHANGHAI

#: A ticked submission and the version of its week that the board showed.
CHOSEN = re.compile(r"(\d{1,18})-(\d{1,9})", re.ASCII)


def board_url(thursday: dt.date) -> str:
    return f"{reverse('reports:week_board')}?{urlencode({'week': thursday})}"


@login_required
@require_GET
def week_board(request: HttpRequest) -> HttpResponse:
    """Where every office stands in the week; an office is sent to its own submissions."""
    if may_see_weeks(request.user) and not may_watch_weeks(request.user):
        return redirect("reports:submission_list")
    district = asked_district(request, request.GET)
    week = asked_week(request.GET) or this_week()
    district_week = DistrictWeek.objects.filter(region=district, thursday=week.thursday).first()
    standings = office_standings(district, week.thursday, district_week)
    rows = board_rows(standings, district_week)
    may_review = may_review_week(request.user)
    context = {
        "district": district,
        "week": week,
        "following": following(week),
        "district_week": district_week,
        "rows": rows,
        "in_words": in_words(standings),
        "may_review": may_review,
        "acceptable": may_review and sum(row.may_accept for row in rows),
    }
    return render(request, "reports/week_board.html", context)


def following(week: Week) -> Week | None:
    """The week after, unless it has not begun."""
    after = Week(week.thursday + dt.timedelta(weeks=1))
    return after if after <= open_week() else None


def reviewed_submission(request: HttpRequest, pk: int) -> Submission:
    """The submission that somebody is about to judge; 404 outside the region, 403 without the right."""
    submissions = Submission.objects.visible_to(request.user).select_related("region", "week")
    submission = get_object_or_404(submissions, pk=pk)
    if not may_review_week(request.user):
        raise PermissionDenied("上报由区住建局审核。")
    return submission


@login_required
@require_POST
def submission_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Let one submission into the district's sum."""
    submission = reviewed_submission(request, pk)
    accept_each(request, [(submission, asked_version(request.POST))])
    return redirect(board_url(submission.thursday))


@login_required
@require_POST
def week_accept(request: HttpRequest) -> HttpResponse:
    """Accept the ticked submissions; those that cannot be are named with the reason, the others are done."""
    if not may_review_week(request.user):
        raise PermissionDenied("上报由区住建局审核。")
    week = asked_week(request.POST) or this_week()
    seen = {
        int(match[1]): int(match[2])
        for match in map(CHOSEN.fullmatch, request.POST.getlist("chosen"))
        if match
    }
    chosen = (
        Submission.objects.visible_to(request.user)
        .filter(pk__in=seen, thursday=week.thursday)
        .select_related("region")
        .order_by("region")
    )
    if seen:
        accept_each(request, [(submission, seen[submission.pk]) for submission in chosen])
    else:
        messages.warning(request, "没有勾选街办，请先勾选要通过的上报。")
    return redirect(board_url(week.thursday))


def accept_each(request: HttpRequest, chosen: list[tuple[Submission, int]]) -> None:
    """Accept each by itself, and say what came of it."""
    done = []
    for submission, seen in chosen:
        try:
            accept(submission, by=request.user, seen=seen)
        except ValidationError as refused:
            told = "；".join(refused.messages)
            messages.error(request, f"{submission.region.short_name}没有审核通过：{told}")
        else:
            done.append(submission.region.short_name)
    if done:
        messages.success(request, f"已审核通过：{'、'.join(done)}。")


@login_required
@require_http_methods(["GET", "POST"])
def week_extend(request: HttpRequest) -> HttpResponse:
    """Grant the office ?region= an exception for the week: the form, and the act."""
    if not may_review_week(request.user):
        raise PermissionDenied("延期由区住建局批准。")
    asked = request.POST if request.method == "POST" else request.GET
    offices = Region.objects.visible_to(request.user).filter(level=RegionLevel.OFFICE)
    office = get_object_or_404(offices.select_related("parent"), pk=asked.get("region", ""))
    week = asked_week(asked) or this_week()
    office_week = OfficeWeek.objects.filter(region=office, thursday=week.thursday).first()
    version = office_week.version if office_week else 0
    form = ExtensionForm(request.POST or None, initial={"seen": version})
    if request.method == "POST" and form.is_valid():
        granted = form.cleaned_data
        try:
            extend(
                office,
                week.thursday,
                granted["until"],
                granted["reason"],
                by=request.user,
                seen=granted["seen"],
            )
        except ValidationError as refused:
            form = form_again(form, refused, version)
        else:
            until = granted["until"].astimezone(SHANGHAI)
            messages.success(
                request, f"{office.short_name}可延期至 {until:%-m月%-d日 %H:%M} 上报。"
            )
            return redirect(board_url(week.thursday))
    context = {
        "form": form,
        "office": office,
        "week": week,
        "office_week": office_week,
        "due": due_at(week.thursday, office_week),
        "back_url": board_url(week.thursday),
    }
    return render(
        request, "reports/week_extend.html", context, status=400 if form.is_bound else 200
    )


def form_again(form: ExtensionForm, refused: ValidationError, version: int) -> ExtensionForm:
    """What was typed, with what is in the way; a next try is against what is shown now."""
    data = form.data.copy()
    data["seen"] = version
    again = ExtensionForm(data)
    again.is_valid()
    again.add_error(None, refused.messages)
    return again
