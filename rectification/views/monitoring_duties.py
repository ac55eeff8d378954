"""The mechanism checklist of an office on one page, and who keeps it up to date."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from households.models import Region
from rectification.enums import Team
from rectification.models import MonitoringDuty
from rectification.monitoring import duties
from rectification.monitoring.forms import DutyForm, RemovalForm, VisitedForm
from rectification.problems.rights import covers
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_keep_duties, may_see_business, may_see_full_id
from yanliang.audit.trail import record
from yanliang.periods import today


@login_required
@require_GET
def duty_list(request: HttpRequest) -> HttpResponse:
    """The checklist of the office asked for, phone numbers masked."""
    return show(request, asked_region(request), shows_phones=False)


@login_required
@require_POST
def duty_phones(request: HttpRequest) -> HttpResponse:
    """The same with phone numbers in full, once, with a trail entry."""
    region = asked_region(request)
    if not may_see_full_id(request.user):
        raise PermissionDenied("您没有查看完整电话的权限。")
    record("phones_seen", region, by=request.user)
    return show(request, region, shows_phones=True)


def asked_region(request: HttpRequest) -> Region:
    """The region asked for; one's own without a word. 404 for one that the person may not see."""
    if not may_see_business(request.user):
        raise PermissionDenied
    code = request.GET.get("region") or default_place(request.user)
    return get_object_or_404(Region.objects.visible_to(request.user), pk=code)


def show(request: HttpRequest, region: Region, *, shows_phones: bool) -> HttpResponse:
    staff = request.user
    only_gaps = request.GET.get("gaps") == "1"
    rows = [(post, post.gap(today())) for post in duties.posts(region.code)]
    offices = Region.objects.visible_to(staff).offices()
    context = {
        "region": region,
        "offices": offices if len(staff.scope_code) < RegionLevel.OFFICE else [],
        "rows": [(post, gap) for post, gap in rows if gap or not only_gaps],
        "gaps": sum(1 for _, gap in rows if gap),
        "only_gaps": only_gaps,
        "today": today(),
        "shows_phones": shows_phones,
        "may_see_phones": may_see_full_id(staff),
        "may_keep": may_keep_duties(staff) and covers(staff, region.code),
    }
    return render(request, "rectification/monitoring_duty_list.html", context)


def default_place(staff) -> str:
    """One's own office or village; for the district its first office, since a checklist is an office's."""
    if len(staff.scope_code) >= RegionLevel.OFFICE:
        return staff.scope_code
    first = Region.objects.visible_to(staff).offices().values_list("pk", flat=True).first()
    return first or staff.scope_code


def asked_post(request: HttpRequest, code: str, team: str) -> tuple[Region, Team]:
    """The place and the team in an address; 404 for those that no checklist has, 403 without the right."""
    region = get_object_or_404(Region.objects.visible_to(request.user), pk=code)
    if team not in duties.TEAMS.get(RegionLevel(region.level), ()):
        raise Http404("这一级区划不设这一类监测人员。")
    if not may_keep_duties(request.user):
        raise PermissionDenied("监测责任由所在街办登记。")
    return region, Team(team)


def checklist_of(region: Region) -> str:
    return f"{reverse('rectification:duty_list')}?region={region.office_code}"


@login_required
@require_http_methods(["GET", "POST"])
def duty_edit(request: HttpRequest, code: str, team: str) -> HttpResponse:
    """Who watches, how often, when last; a second form takes the duty away."""
    region, team = asked_post(request, code, team)
    duty = MonitoringDuty.objects.filter(region=region, team=team).first()
    proposed = {"name": region.first_secretary} if team == Team.SECRETARY and not duty else {}
    form = DutyForm(request.POST or None, instance=duty, initial=proposed)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["version"]
        try:
            duties.save_duty(code, team, form.values, by=request.user, seen=seen)
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, f"{region}{team.label}的监测责任已保存。")
            return redirect(checklist_of(region))
    context = {
        "region": region,
        "team": team,
        "duty": MonitoringDuty.objects.filter(pk=duty.pk).first() if duty else None,
        "form": form,
        "removal": RemovalForm(initial={"version": duty.version}, auto_id="removal_%s")
        if duty
        else None,
        "back": checklist_of(region),
        "today": today(),
    }
    return render(request, "rectification/monitoring_duty_form.html", context)


@login_required
@require_POST
def duty_visited(request: HttpRequest, code: str, team: str) -> HttpResponse:
    """Somebody was there: today, without another date in the form."""
    region, team = asked_post(request, code, team)
    form = VisitedForm(request.POST if "on" in request.POST else {"on": today()})
    if not form.is_valid():
        messages.error(request, "".join(sum(form.errors.values(), [])))
        return redirect(checklist_of(region))
    try:
        duty = duties.visited(code, team, form.cleaned_data["on"], by=request.user)
    except ValidationError as refused:
        messages.error(request, "".join(refused.messages))
    else:
        messages.success(
            request, f"{region}{team.label}{duty.name}：已登记 {duty.last_visit_on} 巡查。"
        )
    return redirect(checklist_of(region))


@login_required
@require_POST
def duty_remove(request: HttpRequest, code: str, team: str) -> HttpResponse:
    region, team = asked_post(request, code, team)
    form = RemovalForm(request.POST)
    if not form.is_valid():
        messages.error(request, "".join(sum(form.errors.values(), [])))
        return redirect("rectification:duty_edit", code, team)
    typed = form.cleaned_data
    try:
        duties.remove_duty(code, team, typed["reason"], by=request.user, seen=typed["version"])
    except ValidationError as refused:
        messages.error(request, "".join(refused.messages))
    else:
        messages.success(request, f"{region}{team.label}的监测责任已取消。")
    return redirect(checklist_of(region))
