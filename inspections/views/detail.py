"""Submitted inspections: one with all its revisions, and those of a household."""

from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from households.enums import Stage
from households.models import Household
from inspections import drafts, review, submission
from inspections.enums import Answer, AnswerKind, InspectionState
from inspections.forms import FactsForm
from inspections.models import Inspection, InspectionPhoto
from inspections.verdict import HouseFacts, applicable, repair_notes
from yanliang.accounts.permissions import may_inspect, may_review_inspection


@login_required
@require_GET
def inspection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    inspection = get_object_or_404(
        Inspection.objects.visible_to(request.user).select_related(
            "household__region",
            "household__household_class",
            "version",
            "event",
            "submitted_by",
            "reviewed_by",
            "replaced_by",
        ),
        pk=pk,
    )
    photos: dict[str, list] = {}
    for link in inspection.photo_links.select_related("photo"):
        photos.setdefault(link.item_code, []).append(link.photo)
    items = applicable(inspection.version.items.all(), HouseFacts.of(inspection.facts))
    for item in items:
        item.answer = inspection.answers.get(item.code, "")
        item.answer_label = Answer(item.answer).label if item.answer else ""
        item.remark = inspection.remarks.get(item.code, "")
        item.measure = inspection.measures.get(item.code, "")
        item.photos = photos.get(item.code, [])
        item.is_measured = item.answer_kind == AnswerKind.MEASURE
    stands = inspection.state != InspectionState.REPLACED
    may_review = (
        may_review_inspection(request.user) and inspection.state == InspectionState.SUBMITTED
    )
    return render(
        request,
        "inspections/detail.html",
        {
            "inspection": inspection,
            "household": inspection.household,
            "facts": shown_facts(inspection.facts),
            "front_photos": photos.get(InspectionPhoto.FRONT, []),
            "parts": [
                (part, list(rows)) for part, rows in groupby(items, key=lambda item: item.part)
            ],
            "repair_notes": repair_notes(items, inspection.answers),
            "revisions": revisions(inspection),
            "may_correct": stands and submission.may_correct(request.user, inspection),
            "may_review": may_review,
            "review_obstacles": review.obstacles(inspection, request.user) if may_review else [],
        },
    )


def shown_facts(facts: dict) -> list[tuple[str, str]]:
    """House facts with their Chinese labels, in the form's order; unknown ones are left out."""
    shown = []
    for name, field in FactsForm.base_fields.items():
        value = facts.get(name)
        if value in (None, "", False):
            continue
        choices = dict(getattr(field, "choices", ()))
        text = "是" if value is True else str(choices.get(value, value))
        shown.append((str(field.label), text))
    return shown


def revisions(inspection: Inspection) -> list[Inspection]:
    """Every revision of the same visit, the latest first."""
    chain = list(
        Inspection.objects.filter(
            household_id=inspection.household_id, event__position=inspection.event.position
        )
        .select_related("submitted_by")
        .order_by("-revision")
    )
    return chain if len(chain) > 1 else []


@login_required
@require_GET
def household_inspections(request: HttpRequest, pk: int) -> HttpResponse:
    """A household's visits, its draft, and what can be done next: a piece of its page, or a page of its own."""
    household = get_object_or_404(Household.objects.visible_to(request.user), pk=pk)
    inspections = list(
        household.inspections.standing().select_related("submitted_by").order_by("-pk")
    )
    for inspection in inspections:
        inspection.may_correct = submission.may_correct(request.user, inspection)
    return render(
        request,
        "inspections/_household.html" if request.htmx else "inspections/household.html",
        {
            "household": household,
            "inspections": inspections,
            "draft": drafts.draft_of(household),
            "may_inspect": may_inspect(request.user) and household.stage != Stage.EXEMPT,
        },
    )
