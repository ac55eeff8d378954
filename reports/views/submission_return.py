"""Sending a submission back: its tables with a box at every figure, and why."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from reports.models import OfficeWeek, Submission
from reports.thursday.content import Content
from reports.thursday.papers import annex_tables
from reports.thursday.review_forms import ReturnForm
from reports.thursday.reviewing import send_back
from reports.views.week_board import board_url, reviewed_submission
from yanliang.tables.html import Marker, render_html


@login_required
@require_http_methods(["GET", "POST"])
def submission_return(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, and the act; what was typed and ticked stays where it is refused."""
    submission = reviewed_submission(request, pk)
    content = Content(submission.data)
    if request.method == "GET":
        form = ReturnForm(initial={"seen": submission.week.version}, content=content)
        return show_form(request, submission, form)
    form = ReturnForm(request.POST, content=content)
    if form.is_valid():
        said = form.cleaned_data
        try:
            send_back(submission, said["reason"], said["marks"], by=request.user, seen=said["seen"])
        except ValidationError as refused:
            form = form_again(form, submission, refused)
        else:
            messages.success(request, f"已退回{submission.region.short_name}的上报。")
            return redirect(board_url(submission.thursday))
    return show_form(request, submission, form)


def form_again(form: ReturnForm, submission: Submission, refused: ValidationError) -> ReturnForm:
    """What was typed and ticked, with what is in the way; a next try is against the week as it is now."""
    data = form.data.copy()
    data["seen"] = OfficeWeek.objects.get(pk=submission.week_id).version
    again = ReturnForm(data, content=form.content)
    again.is_valid()
    again.add_error(None, refused.messages)
    return again


def show_form(request: HttpRequest, submission: Submission, form: ReturnForm) -> HttpResponse:
    opened = form.sections_marked()
    sections = [
        (
            section,
            section.key in opened,
            render_html(
                table,
                request,
                table_id=f"section-{position}",
                show_title=False,
                marker=Marker("mark", section.key, form.ticked),
            ),
        )
        for position, (section, table) in enumerate(
            zip(form.content.sections, annex_tables(form.content), strict=True)
        )
    ]
    context = {
        "submission": submission,
        "form": form,
        "sections": sections,
        "parts": form.content.parts,
        "back_url": board_url(submission.thursday),
    }
    return render(
        request, "reports/submission_return.html", context, status=400 if form.is_bound else 200
    )
