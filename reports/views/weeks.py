"""An office's week: looked at, written, checked, submitted."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from households.models import Region
from reports.enums import Severity, WeekState
from reports.thursday.checks import Check
from reports.thursday.comparing import comparison_table
from reports.thursday.deadlines import time_left_in_words
from reports.thursday.drafting import as_text, text_digest
from reports.thursday.forms import EXPLANATION, WeekForm, parts_as_initial
from reports.thursday.marks import marked_cells
from reports.thursday.preparing import (
    Preparation,
    leads_of,
    preparation_of,
    responsible_for,
    weeks_to_choose,
)
from reports.thursday.submitting import (
    MOVED_ON,
    check_seen,
    own_office,
    save_text,
    submit,
    unfit,
)
from reports.thursday.waiting import week_url
from reports.views.asked import asked_region, asked_week
from reports.weekly.narrative import Part
from reports.weekly.tables import full_table
from reports.weekly.weeks import Week, this_week
from yanliang.accounts.permissions import may_prepare_week, may_submit_week
from yanliang.periods import lateness_in_words, moment_on_weekday, now
from yanliang.tables.html import render_html

NOBODY_MAY = "本街办还没有负责人账号，请联系系统管理员。"


class AnsweredCheck(NamedTuple):
    """A check as the page shows it, with the name of the field of its explanation where it wants one."""

    check: Check
    field: str
    explanation: str

    @property
    def colour(self) -> str:
        return {Severity.BLOCKS: "danger", Severity.EXPLAIN: "warning"}.get(
            self.check.severity, "secondary"
        )


class Changed(NamedTuple):
    """What went on since a page was opened: figures that moved, and parts that somebody else wrote otherwise."""

    figures: list[str]
    others: dict[str, str]


def asked_office(request: HttpRequest, parameters: QueryDict) -> Region:
    """The person's own street office; 404 for any other region, 403 for who prepares no week."""
    region = asked_region(request, parameters)
    if not may_prepare_week(request.user):
        raise PermissionDenied("周报由街办填写上报。")
    if not own_office(region, request.user):
        raise Http404("只能填报本街办的周报。")
    return region


def asked_preparation(request: HttpRequest, parameters: QueryDict) -> Preparation:
    region = asked_office(request, parameters)
    return preparation_of(region, (asked_week(parameters) or this_week()).thursday)


@login_required
@require_GET
def week_office(request: HttpRequest) -> HttpResponse:
    """The week of one's own office: state, cut-off, checks, comparison, text."""
    return week_page(request, asked_preparation(request, request.GET))


def week_page(
    request: HttpRequest,
    preparation: Preparation,
    *,
    typed: WeekForm | None = None,
    faults: list[str] | None = None,
    changed: Changed | None = None,
    former: list[str] | None = None,
) -> HttpResponse:
    """The page; with what was `typed` before it was refused for `faults`, what `changed` since, and below a new
    draft the `former` text."""
    week, status = preparation.week, preparation.status
    context: dict[str, Any] = {
        "preparation": preparation,
        "region": preparation.region,
        "week": week,
        "thursday": preparation.thursday,
        "weeks": sorted({*weeks_to_choose(preparation.region), preparation.thursday}, reverse=True),
        "status": status,
        "due": moment_on_weekday(status.due),
        "reporting_week": Week(preparation.thursday),
        "time_left": time_left_in_words(status.due),
        "late_now": "" if status.first else lateness_in_words(now(), status.due),
        "faults": faults or [],
        "changed": changed,
    }
    if preparation.returned:
        context["marks"] = marked_cells(status.submission, preparation.returned)
    if not preparation.closed:
        context |= form_context(request, preparation, typed, former or [])
    return render(request, "reports/week_office.html", context, status=400 if faults else 200)


def form_context(
    request: HttpRequest, preparation: Preparation, typed: WeekForm | None, former: list[str]
) -> dict[str, Any]:
    """All that the page shows of a week that can be submitted."""
    standing = preparation.standing
    leads = leads_of(preparation.region, request.user)
    if typed and not former:
        explanations, said = typed.explanations, typed.typed()
        parts, drafted_for = typed.parts, typed.speaks_of
    else:
        explanations = typed.explanations if typed else preparation.explanations
        parts, drafted_for = preparation.parts, preparation.drafted_for
        name, post = responsible_for(preparation.region, leads)
        said = {**parts_as_initial([as_text(part) for part in parts])}
        said |= {"responsible_name": name, "responsible_post": post}
        if typed:
            said |= {field.name: field.value() for field in typed.person_fields}
    form = WeekForm(initial=said | shown(preparation, parts, drafted_for))
    return {
        "form": form,
        "parts": [
            (field, former[position] if former else "")
            for position, field in enumerate(form.part_fields)
        ],
        "checks": answered(preparation.checks(drafted_for), explanations),
        "table": render_html(
            comparison_table(standing), request, table_id="comparison", show_title=False
        ),
        "villages": render_html(
            full_table(standing.weekly), request, table_id="villages", show_title=False
        ),
        "no_last": standing.week.previous is not None and standing.last is None,
        "may_submit": may_submit_week(request.user),
        "leads": "、".join(str(lead) for lead in leads) or NOBODY_MAY,
    }


def shown(preparation: Preparation, parts: Sequence[Part], drafted_for: str) -> dict[str, Any]:
    """What a form carries of what its page shows."""
    return {
        "seen": preparation.seen,
        "seen_digest": preparation.standing.digest,
        "seen_at": preparation.standing.week.closes.isoformat(),
        "shown_text": text_digest(parts),
        "drafted_for": drafted_for,
    }


def answered(checks: list[Check], explanations: dict[str, str]) -> list[AnsweredCheck]:
    return [
        AnsweredCheck(
            check,
            EXPLANATION + check.key if check.severity == Severity.EXPLAIN else "",
            explanations.get(check.key, ""),
        )
        for check in checks
    ]


def refused(
    request: HttpRequest, preparation: Preparation, form: WeekForm, faults: list[str]
) -> HttpResponse:
    """The page again with everything that was typed, why it was refused, and what changed since it was opened."""
    if preparation.closed:
        return week_page(request, preparation, faults=list(dict.fromkeys(faults)))
    return week_page(
        request, preparation, typed=form, faults=faults, changed=changed_since(preparation, form)
    )


def changed_since(preparation: Preparation, form: WeekForm) -> Changed:
    moment = form.cleaned_data.get("seen_at") if form.is_bound else None
    moved = form.data.get("seen_digest") != preparation.standing.digest
    figures = preparation.changed_since(moment) if moment and moved else []
    others: dict[str, str] = {}
    if str(preparation.seen) != form.data.get("seen"):
        written = {part.title: as_text(part) for part in form.parts}
        others = {
            part.title: as_text(part)
            for part in preparation.saved_parts
            if as_text(part) != written.get(part.title)
        }
    return Changed(figures, others)


@login_required
@require_POST
def week_save(request: HttpRequest) -> HttpResponse:
    """Keep the text and the explanations as they are typed."""
    preparation = asked_preparation(request, request.POST)
    form = WeekForm(request.POST)
    if not form.is_valid():
        return refused(request, preparation, form, form.faults)
    try:
        save_text(
            preparation.region,
            preparation.thursday,
            form.parts,
            form.explanations,
            drafted_for=form.speaks_of,
            by=request.user,
            seen=form.cleaned_data["seen"],
        )
    except ValidationError as refusal:
        return refused(request, preparation, form, refusal.messages)
    messages.success(request, "文字和说明已保存，还没有上报。")
    return redirect(week_url(preparation.thursday))


@login_required
@require_POST
def week_redraft(request: HttpRequest) -> HttpResponse:
    """Put a new draft in place of the text; what stood there is shown below it once more."""
    preparation = asked_preparation(request, request.POST)
    form = WeekForm(request.POST)
    if not form.is_valid():
        return refused(request, preparation, form, form.faults)
    try:
        save_text(
            preparation.region,
            preparation.thursday,
            preparation.draft,
            form.explanations,
            drafted_for=preparation.standing.digest,
            by=request.user,
            seen=form.cleaned_data["seen"],
        )
    except ValidationError as refusal:
        return refused(request, preparation, form, refusal.messages)
    messages.success(request, "已按最新数字重新起草；原来的文字在各段下面，可以抄回。")
    drafted = preparation_of(preparation.region, preparation.thursday)
    return week_page(request, drafted, typed=form, former=[as_text(part) for part in form.parts])


@login_required
@require_POST
def week_confirm(request: HttpRequest) -> HttpResponse:
    """What is about to be submitted, once more on one page; or the week's page with what is in the way."""
    preparation = asked_preparation(request, request.POST)
    require_lead(request)
    form = WeekForm(request.POST)
    if not form.is_valid():
        return refused(request, preparation, form, form.faults)
    if "edit" in request.POST:
        return week_page(request, preparation, typed=form)
    if faults := in_the_way(preparation, form):
        return refused(request, preparation, form, faults)
    return confirm_page(request, preparation, form)


def require_lead(request: HttpRequest) -> None:
    if not may_submit_week(request.user):
        raise PermissionDenied("本周数字由街办负责人上报。")


def in_the_way(preparation: Preparation, form: WeekForm) -> list[str]:
    """Why the week cannot be submitted with this text, whoever answers for it, as sentences."""
    if preparation.closed:
        return [preparation.closed]
    try:
        check_seen(preparation.week, form.cleaned_data["seen"])
    except ValidationError as stale:
        return stale.messages
    if preparation.standing.digest != form.cleaned_data["seen_digest"]:
        return [MOVED_ON]
    return unfit(preparation.week, form.statement(), preparation.checks(form.speaks_of))


def confirm_page(
    request: HttpRequest,
    preparation: Preparation,
    form: WeekForm,
    faults: list[str] | None = None,
) -> HttpResponse:
    """Figures, text, who answers for it, and what is asked only where it applies: a reason, 零报告."""
    statement = form.statement()
    carried = shown(preparation, statement.parts, statement.drafted_for)
    again = WeekForm(initial=form.typed() | carried)
    table = comparison_table(preparation.standing, whole_only=True)
    context = {
        "preparation": preparation,
        "region": preparation.region,
        "thursday": preparation.thursday,
        "status": preparation.status,
        "late_now": lateness_in_words(now(), preparation.status.due),
        "form": again,
        "statement": statement,
        "checks": answered(
            preparation.checks(statement.drafted_for),
            dict(statement.explanations),
        ),
        "explanations": [(EXPLANATION + key, text) for key, text in form.explanations.items()],
        "next_revision": preparation.week.revision + 1,
        "is_unchanged": preparation.standing.is_unchanged,
        "table": render_html(table, request, show_title=False),
        "faults": faults or [],
    }
    return render(request, "reports/week_confirm.html", context, status=400 if faults else 200)


@login_required
@require_POST
def week_submit(request: HttpRequest) -> HttpResponse:
    """Submit the week for good, and show the receipt."""
    preparation = asked_preparation(request, request.POST)
    require_lead(request)
    form = WeekForm(request.POST)
    if not form.is_valid():
        return refused(request, preparation, form, form.faults)
    if is_second_click(preparation, form, request.user):
        messages.info(request, "本周已经上报，没有重复上报。")
        return redirect("reports:submission_detail", pk=preparation.submissions[0].pk)
    try:
        submission = submit(
            preparation.region,
            preparation.thursday,
            form.statement(),
            by=request.user,
            seen=form.cleaned_data["seen"],
            seen_digest=form.cleaned_data["seen_digest"],
        )
    except ValidationError as refusal:
        preparation = preparation_of(preparation.region, preparation.thursday)
        if in_the_way(preparation, form):
            return refused(request, preparation, form, refusal.messages)
        return confirm_page(request, preparation, form, refusal.messages)
    messages.success(request, f"已上报，回执号 {submission.receipt}。")
    return redirect("reports:submission_detail", pk=submission.pk)


def is_second_click(preparation: Preparation, form: WeekForm, staff) -> bool:
    """Whether this very form has been submitted already, by the same person, and nothing has happened since."""
    week = preparation.week
    return (
        week.state == WeekState.SUBMITTED
        and week.version == max(form.cleaned_data["seen"], 1) + 1
        and preparation.saved_parts == form.parts
        and preparation.submissions[0].submitted_by == staff
    )
