"""One renovation on one page, its papers, and a household's renovations."""

from collections.abc import Iterable
from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from households.enums import Stage
from inspections.papers import serve_paper
from rectification import accepting, correcting, documents, renovating, securing, subsidy
from rectification.enums import (
    PUBLIC_SOURCES,
    AcceptanceItem,
    FundingSource,
    Mark,
    Moment,
    RenovationState,
)
from rectification.forms import DocumentForm, PhotosForm
from rectification.history import entries_of, tell
from rectification.models import Renovation, RenovationDocument
from rectification.models.voiding import Voidable
from rectification.problems.origins import papers_problem
from rectification.renovating import photo_obstacles
from rectification.views.acts import visible_household, visible_renovation
from yanliang.accounts.permissions import (
    may_raise_problem,
    may_record_renovation,
    may_withdraw_acceptance,
)
from yanliang.periods import today

SIGNS = {Mark.PASS: "√", Mark.FAIL: "×", Mark.NONE: "○"}


def actions(renovation: Renovation) -> list[dict]:
    """The acts that lead on from here, each with what is missing for it."""
    offered = []
    state = renovation.state
    if state == RenovationState.PLANNED:
        offered.append(("renovation_start", "登记开工", renovating.START.obstacles(renovation)))
    if state in {RenovationState.STARTED, RenovationState.REWORK}:
        offered.append(("renovation_finish", "登记竣工", renovating.FINISH.obstacles(renovation)))
    if state == RenovationState.FINISHED:
        offered.append(("acceptance_record", "质量验收", accepting.FAIL.obstacles(renovation)))
    if renovation.must_demolish and not renovation.old_house_demolished_on:
        missing = renovating.demolition_obstacles(renovation)
        offered.append(("old_house_demolish", "登记旧房拆除", missing))
    if not (missing := subsidy.subsidy_obstacles(renovation)):
        offered.append(("subsidy_pay", "登记补助发放", missing))
    if renovation.is_active:
        missing = renovating.edit_obstacles(renovation)
        offered.append(("renovation_edit", "修改方案", missing))
    if state == RenovationState.PLANNED:
        offered.append(("renovation_cancel", "取消改造", renovating.CANCEL.obstacles(renovation)))
    if not (missing := correcting.correct_obstacles(renovation)):
        offered.append(("renovation_correct", "更正登记", missing))
    return [
        {"url": f"rectification:{name}", "label": label, "missing": missing}
        for name, label, missing in offered
    ]


def blocks(renovation: Renovation, present: set[str]) -> list[str]:
    """What the next steps wait for, as sentences."""
    sentences = []
    if renovation.state in {RenovationState.STARTED, RenovationState.REWORK}:
        sentences += [f"竣工前：{each}" for each in photo_obstacles(renovation)]
    if renovation.is_active and renovation.state != RenovationState.PLANNED:
        sentences += accepting.old_house_obstacles(renovation)
    if missing := documents.missing(renovation.mode, present):
        names = "、".join(kind.label for kind in missing)
        sentences.append(f"档案还缺 {len(missing)} 种材料：{names}。")
    return sentences


def apart(rows: Iterable[Voidable]) -> tuple[list, list]:
    """Those that stand, and those that are void."""
    rows = list(rows)
    return [row for row in rows if not row.is_void], [row for row in rows if row.is_void]


def acceptances_of(renovation: Renovation) -> list:
    """The acceptances, the latest first, with their marks as signs."""
    found = list(renovation.acceptances.select_related("recorded_by", "voided_by"))
    for acceptance in found:
        acceptance.signs = [
            (item.label, SIGNS[Mark(acceptance.marks[item])])
            for item in AcceptanceItem
            if item in acceptance.marks
        ]
    return found


def money_of(renovation: Renovation) -> dict:
    """What is planned by source, and what of the state's money is paid, in yuan."""
    given = {line.source: line.amount for line in renovation.funding.all()}
    payments, voided = apart(renovation.payments.select_related("recorded_by", "voided_by"))
    return {
        "funding": [(source.label, given[source]) for source in FundingSource if source in given],
        "funding_total": sum(given.values()),
        "public_money": sum(given[source] for source in PUBLIC_SOURCES if source in given),
        "payments": payments,
        "paid": sum(payment.amount for payment in payments),
        "voided_payments": voided,
    }


def papers_of(renovation: Renovation) -> dict:
    """The checklist with the papers of each line, papers beyond it, and those that are void."""
    papers, voided = apart(renovation.documents.select_related("uploaded_by", "voided_by"))
    present = {paper.kind for paper in papers}
    by_kind = {
        kind: list(group)
        for kind, group in groupby(sorted(papers, key=lambda p: p.kind), key=lambda p: p.kind)
    }
    checklist = [
        (line.kind.label, by_kind.pop(line.kind, []))
        for line in documents.checklist(renovation.mode, present)
    ]
    is_open = renovation.state != RenovationState.CANCELLED
    return {
        "papers": checklist,
        "other_papers": [paper for group in by_kind.values() for paper in group],
        "missing_papers": len(documents.missing(renovation.mode, present)),
        "voided_papers": voided,
        "blocks": blocks(renovation, present) if is_open else [],
    }


def photos_of(renovation: Renovation) -> dict:
    """The photos by moment, and those that are void."""
    photos, voided = apart(renovation.photo_links.select_related("photo", "voided_by"))
    by_moment = [(each, [link for link in photos if link.moment == each]) for each in Moment]
    return {"photos": by_moment, "voided_photos": voided}


@login_required
@require_GET
def renovation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    renovation = visible_renovation(request, pk)
    may_record = may_record_renovation(request.user)
    is_open = renovation.state != RenovationState.CANCELLED
    may_withdraw = may_withdraw_acceptance(request.user)
    context = {
        "renovation": renovation,
        "household": renovation.household,
        "is_overdue": renovation.is_overdue(today()),
        "is_subsidy_due": Renovation.objects.filter(pk=pk).subsidy_due(today()).exists(),
        "actions": actions(renovation) if may_record else [],
        "may_record": may_record,
        "acceptances": acceptances_of(renovation),
        "latest": renovation.acceptances.standing().first(),
        "may_withdraw": may_withdraw and not accepting.WITHDRAW.obstacles(renovation),
        "photos_form": PhotosForm(auto_id="photos_%s") if may_record and is_open else None,
        "document_form": DocumentForm(auto_id="document_%s") if may_record and is_open else None,
        "entries": [tell(entry) for entry in entries_of(renovation)],
        "papers_problem": papers_problem(renovation),
        "may_raise": is_open and may_raise_problem(request.user),
        **money_of(renovation),
        **papers_of(renovation),
        **photos_of(renovation),
    }
    return render(request, "rectification/renovation_detail.html", context)


@login_required
@require_GET
def household_renovations(request: HttpRequest, pk: int) -> HttpResponse:
    """A household's renovations and other housing: a piece of its page, or a page of its own."""
    household = visible_household(request, pk)
    may_record = may_record_renovation(request.user)
    to_renovate = household.stage == Stage.TO_RENOVATE
    template = "_household.html" if request.htmx else "household.html"
    return render(
        request,
        f"rectification/{template}",
        {
            "household": household,
            "renovations": list(household.renovations.all()),
            "housing": list(household.other_housing.select_related("recorded_by", "voided_by")),
            "may_record": may_record,
            "may_prove": may_record and not securing.prove_obstacles(household),
            "may_plan": may_record and to_renovate and not renovating.plan_obstacles(household),
            "may_secure": may_record and not securing.secure_obstacles(household),
        },
    )


@login_required
@require_GET
def document_show(request: HttpRequest, pk: int) -> FileResponse:
    paper = get_object_or_404(RenovationDocument.objects.visible_to(request.user), pk=pk)
    return serve_paper(paper.file, paper.get_kind_display())
