"""The acts upon the district's week; a refused one shows the page again with everything that was typed."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from households.models import Region
from reports.enums import FileFormat
from reports.thursday import district as acts
from reports.thursday.aggregating import district_of
from reports.thursday.district_forms import DistrictForm, ForwardForm, ReasonForm
from reports.thursday.district_preview import draft_paper, previewed
from reports.thursday.files import FORMATS, document_title, file_name, written
from reports.views.asked import asked_district, asked_version, asked_week
from reports.views.district_week import district_week_of, district_week_url, show_week
from reports.weekly.weeks import Week, this_week
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.permissions import may_export, may_lock_week, may_review_week
from yanliang.audit.trail import record

#: Why a draft is taken away.
BEFORE_LOCKING = "锁定前核对"


def asked_open_week(request: HttpRequest) -> tuple[Region, Week, DistrictForm]:
    """What a button of the open week's form sends."""
    region = asked_district(request, request.POST)
    return region, asked_week(request.POST) or this_week(), DistrictForm(request.POST)


def done_or_shown(
    request: HttpRequest,
    region: Region,
    week: Week,
    form: DistrictForm,
    act: Callable[[], object],
    told: str,
) -> HttpResponse:
    """Do `act` and go back to the week, or show what was in the way beside what was typed."""
    try:
        act()
    except ValidationError as refused:
        status = 409 if getattr(refused, "code", "") == "stale" else 400
        return show_week(request, region, week, typed=form, refused=refused.messages, status=status)
    messages.success(request, told)
    return redirect(district_week_url(week.thursday))


@login_required
@require_POST
def district_save(request: HttpRequest) -> HttpResponse:
    """Keep the text."""
    region, week, form = asked_open_week(request)
    seen = asked_version(request.POST)

    def save() -> None:
        acts.save_text(
            region,
            week.thursday,
            form.parts,
            drafted_for=form.data.get("seen_digest", "")[:64],
            by=request.user,
            seen=seen,
        )

    return done_or_shown(request, region, week, form, save, "文字已保存。")


@login_required
@require_POST
def district_redraft(request: HttpRequest) -> HttpResponse:
    """A fresh draft in the boxes, what stood there beside it; nothing is saved."""
    region, week, form = asked_open_week(request)
    if not may_review_week(request.user):
        raise PermissionDenied("区级文字由区住建局填写。")
    return show_week(request, region, week, typed=form, redrafted=True)


@login_required
@require_POST
def district_stand_in(request: HttpRequest) -> HttpResponse:
    """Let an office's live figures stand in for its submission, or no longer; typed text stays in the boxes."""
    region, week, form = asked_open_week(request)
    offices = Region.objects.visible_to(request.user).filter(level=RegionLevel.OFFICE)
    withdraws = "withdraw" in request.POST
    asked = request.POST.get("withdraw" if withdraws else "office", "")
    office = get_object_or_404(offices, pk=asked)
    reason = form.stand_in_reason(office.code)
    seen = asked_version(request.POST)

    def stand_in() -> None:
        if not (reason.strip() or withdraws) and may_lock_week(request.user):
            raise ValidationError(f"请写明代用{office.short_name}台账数的理由。")
        acts.stand_in(
            region,
            week.thursday,
            office,
            "" if withdraws else reason,
            by=request.user,
            seen=seen,
        )

    verb = "不再代用" if withdraws else "已代用"
    answer = done_or_shown(
        request, region, week, form, stand_in, f"{verb}{office.short_name}的台账数。"
    )
    if answer.status_code == 302 and form.is_touched:
        return show_week(request, region, week, typed=form)
    return answer


@login_required
@require_POST
def district_lock(request: HttpRequest) -> HttpResponse:
    """Seal the district's report."""
    region, week, form = asked_open_week(request)
    seen = asked_version(request.POST)

    def lock() -> None:
        if not form.is_valid():
            raise ValidationError([each for errors in form.errors.values() for each in errors])
        acts.lock_week(
            region,
            week.thursday,
            form.parts,
            by=request.user,
            seen=seen,
            seen_digest=form.data.get("seen_digest", ""),
            without_missing="without_missing" in form.data,
            reason=form.cleaned_data["reason"],
        )

    return done_or_shown(request, region, week, form, lock, "本周已锁定，区级周报已封存。")


@login_required
@require_POST
def district_preview(request: HttpRequest) -> HttpResponse:
    """The sum as it stands, with the text as it was typed, as a PDF that says on every page that it is a draft."""
    region, week, form = asked_open_week(request)
    if not (may_review_week(request.user) and may_export(request.user)):
        raise PermissionDenied("草稿由区住建局导出。")
    saved = district_week_of(region, week.thursday)
    district = district_of(region, week.thursday, saved)
    if saved is None or not (district.accepted or district.stand_ins):
        refused = ["还没有审核通过任何街办的上报，没有可以导出的汇总。"]
        return show_week(request, region, week, typed=form, refused=refused, status=400)
    content = previewed(saved, district, form.parts, saved.correction_reason, request.user)
    paper, kind = draft_paper(content), FileFormat.SUMMARY_PDF
    file = written(paper, kind, by=request.user, reason=BEFORE_LOCKING)
    record(
        "exported",
        saved,
        by=request.user,
        after={"内容": document_title(paper, kind), "格式": kind.label},
        reason=BEFORE_LOCKING,
    )
    response = HttpResponse(file, content_type=FORMATS[kind].content_type)
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=file_name(paper, kind)
    )
    return response


@login_required
@require_POST
def district_unlock(request: HttpRequest) -> HttpResponse:
    """Open a locked week again, with the reason."""
    return act_with_reason(request, acts.unlock, "解锁", "unlock", "本周已解锁，可以重新汇总。")


@login_required
@require_POST
def district_correct(request: HttpRequest) -> HttpResponse:
    """Begin the next revision of a report that the city has."""
    told = "已开始更正：改好后重新锁定，作为新的一版；已转报的一版原样保留。"
    return act_with_reason(request, acts.correct, "更正", "correct", told)


def act_with_reason(
    request: HttpRequest, act: Callable[..., object], label: str, name: str, told: str
) -> HttpResponse:
    region = asked_district(request, request.POST)
    week = asked_week(request.POST) or this_week()
    if not may_lock_week(request.user):
        raise PermissionDenied(f"{label}由区局负责人办理。")
    form = ReasonForm(request.POST, label=label, auto_id=f"{name}_%s")
    seen = asked_version(request.POST)

    def do() -> None:
        act(region, week.thursday, form.cleaned_data["reason"], by=request.user, seen=seen)

    return sealed_act(request, region, week, f"{name}_form", form, do, told)


@login_required
@require_POST
def district_forward(request: HttpRequest) -> HttpResponse:
    """Record that the locked report went to the city."""
    region = asked_district(request, request.POST)
    week = asked_week(request.POST) or this_week()
    if not may_lock_week(request.user):
        raise PermissionDenied("转报由区局负责人登记。")
    form = ForwardForm(request.POST, auto_id="forward_%s")
    seen = asked_version(request.POST)

    def send() -> None:
        answers = form.cleaned_data
        acts.forward(
            region,
            week.thursday,
            forwarded_on=answers["forwarded_on"],
            document_number=answers["document_number"],
            recipient=answers["recipient"],
            by=request.user,
            seen=seen,
        )

    return sealed_act(request, region, week, "forward_form", form, send, "已登记转报市局。")


def sealed_act(
    request: HttpRequest,
    region: Region,
    week: Week,
    name: str,
    form: Form,
    act: Callable[[], object],
    told: str,
) -> HttpResponse:
    """Do `act` upon the locked report, or show the page with the `form` (called `name` there) as it was filled in."""
    refused: list[str] = []
    if form.is_valid():
        try:
            act()
        except ValidationError as error:
            refused = error.messages
        else:
            messages.success(request, told)
            return redirect(district_week_url(week.thursday))
    return show_week(request, region, week, forms={name: form}, refused=refused, status=400)
