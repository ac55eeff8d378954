"""自动核对: what the rules found, when they ran last, and running them now."""

from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from rectification.enums import Fact
from rectification.models import Problem, ProblemKind, RuleRun
from rectification.problems.rules import (
    Busy,
    begin,
    is_open,
    is_waiting,
    kinds_with_rule,
    perform,
    tallies,
)
from rectification.tasks import run_problem_rules
from yanliang.accounts.permissions import may_see_problem_rules
from yanliang.periods import now
from yanliang.ui.pagination import paginate

#: After so many seconds without a worker the page offers to run the rules in the request itself.
PATIENCE_SECONDS = 5


class Rule(NamedTuple):
    """A line of the page: the kind, what it looks for, its last tally and its problems that are not settled."""

    kind: ProblemKind
    label: str
    tally: dict
    unsettled: int


class RunLine(NamedTuple):
    """A line of the history."""

    run: RuleRun
    state: str
    seconds: int | None
    changes: list[str]


def require_right(request: HttpRequest) -> None:
    if not may_see_problem_rules(request.user):
        raise PermissionDenied("您没有查看自动核对的权限。")


@login_required
@require_GET
def problem_rules(request: HttpRequest) -> HttpResponse:
    """The rules with the last run's figures, and the runs; while one goes on, the page asks again by itself."""
    require_right(request)
    newest = RuleRun.objects.select_related("by").first()
    page = paginate(request, RuleRun.objects.select_related("by"))
    context = {
        "rules": rules(newest, request.user),
        "page": page,
        "lines": [line_of(run) for run in page.object_list],
        "newest": newest,
        "is_open": is_open(newest),
        "state": state_of(newest) if newest else "",
        "is_stuck": newest is not None and is_stuck(newest),
    }
    template = "_problem_rules.html" if request.htmx else "problem_rules.html"
    return render(request, f"rectification/{template}", context)


def rules(newest: RuleRun | None, staff) -> list[Rule]:
    unsettled = dict(
        Problem.objects.visible_to(staff)
        .unsettled()
        .exclude(subject="")
        .order_by()
        .values_list("subject")
        .annotate(number=Count("pk"))
    )
    counts = newest.counts if newest else {}
    return [
        Rule(kind, Fact(kind.fact).label, counts.get(kind.fact) or {}, unsettled.get(kind.fact, 0))
        for kind in kinds_with_rule()
    ]


def line_of(run: RuleRun) -> RunLine:
    """A run with those of its rules that changed or failed, in words."""
    seconds = round((run.finished_at - run.started_at).total_seconds()) if run.finished_at else None
    changes = [
        f"{fact.label}：{changed}"
        for fact, tally in tallies(run)
        if (changed := change_in_words(tally))
    ]
    return RunLine(run, state_of(run), seconds, changes)


def change_in_words(tally: dict) -> str:
    """What a rule did, empty where it did nothing."""
    if "failed" in tally:
        return tally["failed"]
    done = (("新登记", tally.get("raised")), ("转申请销号", tally.get("settled")))
    return "，".join(f"{label} {number:,}" for label, number in done if number)


def state_of(run: RuleRun) -> str:
    if run.finished_at:
        return "完成"
    if is_waiting(run):
        return "等待运行"
    return "正在核对" if is_open(run) else "中断"


def is_stuck(run: RuleRun) -> bool:
    """Whether no worker has taken the run up although it had the time."""
    return is_waiting(run) and (now() - run.started_at).total_seconds() > PATIENCE_SECONDS


@login_required
@require_POST
def problem_rules_run(request: HttpRequest) -> HttpResponse:
    """Leave a run to the worker; while one goes on, nothing happens."""
    require_right(request)
    try:
        run = begin(by=request.user)
    except Busy as busy:
        messages.info(request, busy.message)
    else:
        run_problem_rules.enqueue(run.pk)
    return redirect("rectification:problem_rules")


@login_required
@require_POST
def problem_rules_now(request: HttpRequest) -> HttpResponse:
    """Without a worker, carry out in this request the run that waits for one."""
    require_right(request)
    if newest := RuleRun.objects.first():
        perform(newest)
    return redirect("rectification:problem_rules")
