"""One renovation on one page, its papers, and a household's renovations."""

from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from households.enums import Stage
from inspections.papers import serve_paper
from rectification import accepting, documents, renovating, securing
from rectification.enums import AcceptanceItem, FundingSource, Mark, Moment, RenovationState
from rectification.forms import DocumentForm, PhotosForm
from rectification.models import OtherHousing, Renovation, RenovationDocument
from rectification.renovating import photo_obstacles
from rectification.views.acts import visible_household, visible_renovation
from yanliang.accounts.permissions import may_record_renovation
from yanliang.audit.models import Entry
from yanliang.audit.trail import ACT_LABELS
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
    if state == RenovationState.ACCEPTED and not renovation.subsidy_paid_on:
        missing = renovating.subsidy_obstacles(renovation)
        offered.append(("subsidy_pay", "登记补助发放", missing))
    if renovation.is_active:
        missing = renovating.edit_obstacles(renovation)
        offered.append(("renovation_edit", "修改方案", missing))
    if state == RenovationState.PLANNED:
        offered.append(("renovation_cancel", "取消改造", renovating.CANCEL.obstacles(renovation)))
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


def photos_by_moment(renovation: Renovation) -> list[tuple[Moment, list]]:
    links = renovation.photo_links.select_related("photo")
    return [(moment, [link.photo for link in links if link.moment == moment]) for moment in Moment]


def acceptances_of(renovation: Renovation) -> list:
    """The acceptances, the latest first, with their marks as signs."""
    found = list(renovation.acceptances.select_related("recorded_by"))
    for acceptance in found:
        acceptance.signs = [
            (item.label, SIGNS[Mark(acceptance.marks[item])])
            for item in AcceptanceItem
            if item in acceptance.marks
        ]
    return found


def funding_of(renovation: Renovation) -> tuple[list, object]:
    """(source, yuan) in the order of the sources, and the sum."""
    given = {line.source: line.amount for line in renovation.funding.all()}
    lines = [(source.label, given[source]) for source in FundingSource if source in given]
    return lines, sum(given.values())


@login_required
@require_GET
def renovation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    renovation = visible_renovation(request, pk)
    papers = list(renovation.documents.select_related("uploaded_by"))
    present = {paper.kind for paper in papers}
    by_kind = {
        kind: list(group)
        for kind, group in groupby(sorted(papers, key=lambda p: p.kind), key=lambda p: p.kind)
    }
    lines = [
        (line.kind.label, by_kind.pop(line.kind, []))
        for line in documents.checklist(renovation.mode, present)
    ]
    funding, total = funding_of(renovation)
    may_record = may_record_renovation(request.user)
    is_open = renovation.state != RenovationState.CANCELLED
    entries = Entry.objects.filter(
        object_type=renovation._meta.label_lower, object_id=str(renovation.pk)
    )
    context = {
        "renovation": renovation,
        "household": renovation.household,
        "is_overdue": renovation.is_overdue(today()),
        "is_subsidy_due": Renovation.objects.filter(pk=pk).subsidy_due(today()).exists(),
        "actions": actions(renovation) if may_record else [],
        "blocks": blocks(renovation, present) if is_open else [],
        "funding": funding,
        "funding_total": total,
        "papers": lines,
        "other_papers": [paper for group in by_kind.values() for paper in group],
        "missing_papers": len(documents.missing(renovation.mode, present)),
        "photos": photos_by_moment(renovation),
        "acceptances": acceptances_of(renovation),
        "photos_form": PhotosForm(auto_id="photos_%s") if may_record and is_open else None,
        "document_form": DocumentForm(auto_id="document_%s") if may_record and is_open else None,
        "entries": [
            {"at": entry.at, "who": entry.staff_name, "act": ACT_LABELS.get(entry.act, entry.act)}
            for entry in entries
        ],
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
            "housing": list(household.other_housing.select_related("recorded_by")),
            "may_plan": may_record and to_renovate and not renovating.plan_obstacles(household),
            "may_secure": may_record and not securing.secure_obstacles(household),
        },
    )


@login_required
@require_GET
def document_show(request: HttpRequest, pk: int) -> FileResponse:
    paper = get_object_or_404(RenovationDocument.objects.visible_to(request.user), pk=pk)
    return serve_paper(paper.file, paper.get_kind_display())


@login_required
@require_GET
def housing_proof(request: HttpRequest, pk: int) -> FileResponse:
    housing = get_object_or_404(OtherHousing.objects.visible_to(request.user), pk=pk)
    return serve_paper(housing.file, f"其他方式保障_{housing.get_way_display()}")
