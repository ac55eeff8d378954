"""附件2版式: the versions of Annex 2's columns, each to be seen, and the form of the next one."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods

from reports.annex2.drill_down import NO_LINKS
from reports.annex2.faces import table_of
from reports.annex2.layout_forms import BaseColumns, Columns, VersionForm, initial_of
from reports.annex2.layout_saving import NOT_ALLOWED, save_layout, usual_start
from reports.annex2.layouts import Layout, layout_of, shipped_layout
from reports.annex2.sheet import sheet_of
from reports.models import AnnexLayout
from reports.views.asked import asked_region
from yanliang.accounts.permissions import may_edit_annex_layout, may_see_business
from yanliang.periods import today
from yanliang.tables.html import render_html


def require_reader(staff) -> None:
    if not may_see_business(staff):
        raise PermissionDenied("您的岗位不查看业务数据。")


@login_required
@require_GET
def annex2_layouts(request: HttpRequest) -> HttpResponse:
    """Every version, newest first, and which of them is in force."""
    require_reader(request.user)
    context = {
        "versions": AnnexLayout.objects.select_related("saved_by"),
        "in_force": AnnexLayout.objects.in_force_on(today()),
        "may_edit": may_edit_annex_layout(request.user),
    }
    return render(request, "reports/annex2_layouts.html", context)


@login_required
@require_GET
def annex2_layout(request: HttpRequest, pk: int) -> HttpResponse:
    """The columns of one version: what each is called, counts and says of itself."""
    require_reader(request.user)
    version = get_object_or_404(AnnexLayout.objects.select_related("saved_by"), pk=pk)
    layout = layout_of(version)
    context = {
        "version": version,
        "columns": [(column, layout.hint_of(column)) for column in layout.columns],
        "may_edit": may_edit_annex_layout(request.user),
    }
    return render(request, "reports/annex2_layout.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def annex2_layout_edit(request: HttpRequest) -> HttpResponse:
    """The next version as a form, which can be drawn before it is saved; `?version=` starts from an older one."""
    if not may_edit_annex_layout(request.user):
        raise PermissionDenied(NOT_ALLOWED)
    newest = AnnexLayout.objects.newest()
    base = asked_version(request) or newest
    formset = Columns(
        request.POST or None,
        initial=initial_of(layout_of(base) if base else shipped_layout()),
        prefix="column",
    )
    form = VersionForm(
        request.POST or None, newest=newest, initial={"valid_from": usual_start(newest)}
    )
    preview: SafeString | None = None
    if request.method == "POST" and all([formset.is_valid(), form.is_valid()]):
        if request.POST.get("act") == "preview":
            preview = drawn(request, formset, form)
        elif saved(request, formset, form):
            return redirect("reports:annex2_layouts")
    context = {
        "formset": formset,
        "form": form,
        "newest": newest,
        "base": base,
        "seen": newest.number if newest else 0,
        "preview": preview,
    }
    return render(request, "reports/annex2_layout_edit.html", context)


def asked_version(request: HttpRequest) -> AnnexLayout | None:
    """The version that the address names by its number; None where it names none, 404 where there is no such one."""
    number = request.GET.get("version", "")
    if not number:
        return None
    if not (number.isascii() and number.isdigit()):
        raise Http404("没有这一版附件2版式。")
    return get_object_or_404(AnnexLayout, number=int(number))


def drawn(request: HttpRequest, formset: BaseColumns, form: VersionForm) -> SafeString:
    """The table of one's own region as it stands now, in the columns of the form."""
    newest = form.newest.number if form.newest else 0
    layout = Layout(newest + 1, tuple(formset.columns), form.cleaned_data["valid_from"])
    sheet = replace(sheet_of(asked_region(request, request.GET)), layout=layout)
    table = table_of(sheet, sheet.sections[0], addresses=NO_LINKS)
    return render_html(table, request, table_id="preview", show_title=False)


def saved(request: HttpRequest, formset: BaseColumns, form: VersionForm) -> bool:
    """Whether the version was saved; where it was not, the form says why."""
    seen = request.POST.get("seen", "")
    try:
        version = save_layout(
            formset.columns,
            valid_from=form.cleaned_data["valid_from"],
            note=form.cleaned_data["note"],
            by=request.user,
            seen=int(seen) if seen.isascii() and seen.isdigit() else -1,
        )
    except ValidationError as refused:
        formset.non_form_errors().extend(refused.messages)
        return False
    is_new = form.newest is None or version.pk != form.newest.pk
    done = f"已保存为第{version.number}版，{version.valid_from:%Y-%m-%d} 起的统计表按这一版。"
    messages.success(request, done if is_new else "各栏没有变化，仍是原来这一版。")
    return True
