"""街办主要领导 of every office in one form."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from households.naming import Conflict
from households.naming_form import NamesForm
from rectification.leaders import led_by, name_leaders
from yanliang.accounts.permissions import may_name_leaders


@login_required
@require_http_methods(["GET", "POST"])
def leader_list(request: HttpRequest) -> HttpResponse:
    if not may_name_leaders(request.user):
        raise PermissionDenied("您没有登记街办主要领导的权限。")
    form = NamesForm(
        request.POST or None,
        places=list(led_by(request.user).order_by("code")),
        field="principal_leader",
    )
    if request.method == "POST" and form.is_valid():
        try:
            named = name_leaders(form.typed, by=request.user)
        except Conflict as conflict:
            form.tell(conflict)
        else:
            messages.success(
                request, f"已保存 {named} 处的主要领导。" if named else "主要领导没有变化。"
            )
            return redirect("rectification:leader_list")
    return render(request, "rectification/leader_list.html", {"form": form})
