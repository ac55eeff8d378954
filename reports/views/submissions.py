"""What was submitted: the history, one submission with its figures and text, the households behind a figure, files."""

from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from reports.annex2.sections import SECTION_OF_ALL
from reports.enums import FileFormat, WeekState
from reports.models import Submission
from reports.thursday.content import Content
from reports.thursday.marks import marks_of, with_marks
from reports.thursday.papers import addresses_of, annex_tables, paper_of_submission
from reports.views.asked import asked_region, with_key
from reports.views.sealed_files import sealed_file
from reports.views.sealed_households import sealed_households_page
from reports.weekly.wording import moment_in_words
from yanliang.accounts.permissions import (
    may_export,
    may_prepare_week,
    may_review_week,
    may_see_weeks,
)
from yanliang.periods import lateness_in_words
from yanliang.tables.html import render_html
from yanliang.ui.pagination import paginate

REPLACED = "已被重报替代"


class Listed(NamedTuple):
    """A submission with its state, and whether it came in time."""

    submission: Submission
    state: str
    timeliness: str


def listed(submission: Submission) -> Listed:
    """The state is the week's for the one that counts; only the first of a week is in time or late."""
    week = submission.week
    if submission.revision < week.revision:
        state = REPLACED
    elif week.state == WeekState.SUBMITTED and week.revision > 1:
        state = "重报"
    else:
        state = week.get_state_display()
    if submission.revision > 1:
        timeliness = "重报"
    else:
        timeliness = lateness_in_words(submission.submitted_at, submission.due_at) or "准时"
    return Listed(submission, state, timeliness)


def require_reader(request: HttpRequest) -> None:
    if not may_see_weeks(request.user):
        raise PermissionDenied("您的岗位不查看各街办上报。")


def asked_submission(request: HttpRequest, pk: int) -> Submission:
    require_reader(request)
    submissions = Submission.objects.visible_to(request.user)
    return get_object_or_404(
        submissions.select_related("week", "region__parent", "submitted_by"), pk=pk
    )


@login_required
@require_GET
def submission_list(request: HttpRequest) -> HttpResponse:
    """What the offices of a region have submitted, the latest week first."""
    require_reader(request)
    region = asked_region(request, request.GET)
    submissions = (
        Submission.objects.visible_to(request.user)
        .within(region.code)
        .select_related("week", "region", "submitted_by")
        .defer("content")
    )
    page = paginate(request, submissions)
    context = {
        "region": region,
        "page": page,
        "rows": [listed(submission) for submission in page],
        "may_prepare": may_prepare_week(request.user),
    }
    return render(request, "reports/submission_list.html", context)


@login_required
@require_GET
def submission_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A submission as it was sealed, with all that was said of it since."""
    submission = asked_submission(request, pk)
    content = Content(submission.data)
    section = with_key(content.sections, request.GET.get("section"))
    table = annex_tables(content, addresses_of(submission))[content.sections.index(section)]
    reviews = list(submission.reviews.select_related("reviewed_by"))
    table = with_marks(table, section.key, marks_of(reviews))
    revisions = (
        Submission.objects.filter(week=submission.week)
        .select_related("week", "submitted_by")
        .defer("content")
    )
    context = {
        "submission": submission,
        "content": content,
        "line": listed(submission),
        "section": section,
        "sections": content.sections,
        "as_at": moment_in_words(content.as_at),
        "due": moment_in_words(submission.due_at),
        "table": render_html(table, request, show_title=False),
        "comparison": render_html(content.comparison, request, table_id="comparison"),
        "reviews": reviews,
        "revisions": [listed(each) for each in revisions],
        "formats": FileFormat.choices,
        "may_export": may_export(request.user),
        "is_own": may_prepare_week(request.user),
        "may_review": may_review_week(request.user)
        and submission.revision == submission.week.revision,
    }
    return render(request, "reports/submission_detail.html", context)


@login_required
@require_GET
def submission_households(request: HttpRequest, pk: int) -> HttpResponse:
    """Exactly the households of a sealed figure, as they counted then."""
    submission = asked_submission(request, pk)
    section = urlencode({"section": request.GET.get("section", SECTION_OF_ALL)})
    back = f"{reverse('reports:submission_detail', args=[pk])}?{section}"
    return sealed_households_page(request, submission, back)


@login_required
@require_POST
def submission_export(request: HttpRequest, pk: int) -> HttpResponse:
    """A file of the submission; the trail says who took it, when and why."""
    submission = asked_submission(request, pk)
    return sealed_file(request, submission, paper_of_submission)
