"""其他方式保障: secured by a proof, a proof added to a ruling or replaced, and who still lacks one."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from households.models import Household, SafetyEvent
from inspections.papers import serve_paper
from rectification import securing
from rectification.filters import PlaceFilter
from rectification.forms import ReplaceProofForm, SecureForm
from rectification.models import OtherHousing
from rectification.views.acts import require_recorder, show_form, visible_household
from rectification.voiding import void_obstacles
from yanliang.accounts.permissions import may_record_renovation, may_see_business
from yanliang.ui.pagination import paginate


def answer(
    request: HttpRequest,
    household: Household,
    form: SecureForm,
    act: Callable,
    title: str,
    missing: list[str],
    done: str,
    advice: str,
) -> HttpResponse:
    """Show the form of a proof, or do `act` with it and go back to the household."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.proof, form.cleaned_data["file"], by=request.user)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
        else:
            messages.success(request, done)
            return redirect("households:household_detail", household.pk)
    return show_form(request, household, form, title, missing, advice=advice)


@login_required
@require_http_methods(["GET", "POST"])
def housing_secure(request: HttpRequest, pk: int) -> HttpResponse:
    """其他方式保障 of household `pk`."""
    household = visible_household(request, pk)
    require_recorder(request.user)
    return answer(
        request,
        household,
        SecureForm(request.POST or None, request.FILES or None),
        lambda proof, file, by: securing.secure(pk, proof, file, by=by),
        "登记其他方式保障",
        securing.secure_obstacles(household),
        "已登记，该户进度为“其他方式保障”。",
        "确有其他安全住房、不再改造的，凭证明登记；未完成的改造随之取消。",
    )


@login_required
@require_http_methods(["GET", "POST"])
def housing_prove(request: HttpRequest, pk: int) -> HttpResponse:
    """The proof of what a meeting ruled for household `pk`."""
    household = visible_household(request, pk)
    require_recorder(request.user)
    return answer(
        request,
        household,
        SecureForm(request.POST or None, request.FILES or None),
        lambda proof, file, by: securing.prove(pk, proof, file, by=by),
        "补充保障证明",
        securing.prove_obstacles(household),
        "保障证明已补充。",
        "领导小组审定以其他方式保障的户，补上现住房屋的证明；该户进度不变。",
    )


@login_required
@require_http_methods(["GET", "POST"])
def housing_replace(request: HttpRequest, pk: int) -> HttpResponse:
    """The right proof in the place of proof `pk`."""
    wrong = get_object_or_404(OtherHousing.objects.visible_to(request.user), pk=pk)
    household = visible_household(request, wrong.household_id)
    require_recorder(request.user)
    initial = {name: getattr(wrong, name) for name in securing.Proof._fields}
    form = ReplaceProofForm(request.POST or None, request.FILES or None, initial=initial)

    def act(proof: securing.Proof, file, by) -> None:
        reason = form.cleaned_data["reason"]
        securing.replace_proof(pk, proof, file, by=by, reason=reason)

    return answer(
        request,
        household,
        form,
        act,
        "更换保障证明",
        void_obstacles(wrong),
        "保障证明已更换。",
        "证明上传或填写有误的，改正并重新上传；原来的证明保留，标为已作废。",
    )


@login_required
@require_GET
def housing_proof(request: HttpRequest, pk: int) -> FileResponse:
    housing = get_object_or_404(OtherHousing.objects.visible_to(request.user), pk=pk)
    return serve_paper(housing.file, f"其他方式保障_{housing.get_way_display()}")


@login_required
@require_GET
def unproved_list(request: HttpRequest) -> HttpResponse:
    """其他方式保障 without a proof, longest waiting first, with what the meeting went by."""
    if not may_see_business(request.user):
        raise PermissionDenied
    filters = PlaceFilter(request.GET, staff=request.user)
    households = (
        filters.apply(securing.unproved(request.user))
        .select_related("region__parent", "household_class")
        .order_by("summary_since", "pk")
    )
    page = paginate(request, households)
    rulings = SafetyEvent.objects.in_bulk([household.secured_by for household in page])
    for household in page:
        household.ruled = rulings.get(household.secured_by)
    context = {
        "filters": filters,
        "page": page,
        "may_record": may_record_renovation(request.user),
    }
    return render(request, "rectification/unproved_list.html", context)
