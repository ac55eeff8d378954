"""第一书记 of every village in one form."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from households.models import Region
from households.naming import Conflict
from households.naming_form import NamesForm
from reports.national.secretaries import name_secretaries
from reports.views.asked import asked_region
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_name_secretaries


@login_required
@require_http_methods(["GET", "POST"])
def secretaries(request: HttpRequest) -> HttpResponse:
    """The villages of an office, or for the bureau those of the office asked for (all without one)."""
    if not may_name_secretaries(request.user):
        raise PermissionDenied("您没有登记第一书记的权限。")
    region = asked_region(request, request.GET)
    villages = list(
        Region.objects.visible_to(request.user)
        .within(region.code)
        .villages()
        .select_related("parent")
        .order_by("code")
    )
    form = NamesForm(request.POST or None, places=villages, field="first_secretary")
    if request.method == "POST" and form.is_valid():
        try:
            named = name_secretaries(form.typed, by=request.user)
        except Conflict as conflict:
            form.tell(conflict)
        else:
            messages.success(
                request, f"已保存 {named} 个村的第一书记。" if named else "第一书记没有变化。"
            )
            return redirect(f"{reverse('reports:secretaries')}?region={region.code}")
    context = {
        "form": form,
        "region": region,
        "offices": Region.objects.visible_to(request.user).offices(),
        "has_offices": len(request.user.scope_code) < RegionLevel.OFFICE,
    }
    return render(request, "reports/national_secretaries.html", context)
