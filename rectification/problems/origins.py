"""Where a person's problems come from: the form, a failed item of an inspection, papers that a renovation lacks.

Each is entered once: pressed twice, the second press is told of the problem that is there.
"""

import datetime as dt
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from households.events import lock_household
from households.models import Household, Region
from inspections.enums import Answer, Effect, InspectionState
from inspections.models import ChecklistItem, Inspection
from inspections.verdict import HouseFacts, applicable
from rectification import documents
from rectification.enums import UNSETTLED, EvidenceKind, Fact, ProblemSource, RenovationState
from rectification.models import Problem, ProblemKind, Renovation
from rectification.problems.acting import Assignment, Fixed, assign, fix_at_once
from rectification.problems.numbering import series_of
from rectification.problems.proving import copy_photo
from rectification.problems.raising import Draft, raise_problem
from rectification.renovating import lock_with_household
from yanliang.periods import SHANGHAI, today
from yanliang.workflow import lock

#: Kinds that the program itself picks, by their codes in fixtures/problem_kinds.json.
REPAIR, DEFECT, PAPERS = "house_repair", "house_defect", "documents_missing"
NOON = dt.time(12)


class Known(ValidationError):
    """It is in the ledger already, as `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(
            f"同一问题已登记为 {problem.number}（{problem.get_state_display()}），没有重复登记。",
            code="known",
        )
        self.problem = problem


def hold(region_id: str) -> None:
    """Let nobody else enter problems of the office until the transaction ends; a household is locked after it."""
    Region.objects.select_for_update(no_key=True).get(pk=series_of(region_id))


def refuse_repeated(draft: Draft, by) -> None:
    """Raise Known where this person has entered the same, word for word, and it is not struck off."""
    same = Problem.objects.filter(
        raised_by=by,
        kind=draft.kind,
        region_id=draft.region_id,
        household=draft.household,
        description=draft.description.strip(),
        state__in=UNSETTLED,
    ).first()
    if same is not None:
        raise Known(same)


def raise_by_hand(draft: Draft, assignment: Assignment | None = None, *, by) -> Problem:
    """Enter what a person describes, and assign it where somebody is named.

    Raises Known, and as `raise_problem` and `assign` do; then nothing is written.
    """
    with transaction.atomic():
        hold(draft.region_id)
        refuse_repeated(draft, by)
        problem = raise_problem(draft, by=by)
        return assign(problem.pk, assignment, by=by) if assignment else problem


def fix_by_hand(draft: Draft, fixed: Fixed, *, by) -> Problem:
    """The same for what is put right already (立行立改)."""
    with transaction.atomic():
        hold(draft.region_id)
        refuse_repeated(draft, by)
        return fix_at_once(draft, fixed, by=by)


class Failed(NamedTuple):
    """An item that a visit found failed; `problem` is what it was entered as, if it was."""

    item: ChecklistItem
    remark: str
    problem: Problem | None


#: Begins the subject of a problem that was entered from an inspection.
OF_INSPECTION = "inspections.inspection:"


def item_subject(inspection_pk: int, code: str) -> str:
    return f"{OF_INSPECTION}{inspection_pk}:{code}"


def problems_of_visit(inspection: Inspection) -> dict[str, Problem]:
    """The problems entered from a visit, from whichever of its revisions, by the code of the item."""
    revisions = Inspection.objects.filter(
        household_id=inspection.household_id, event__position=inspection.event.position
    ).values_list("pk", flat=True)
    prefixes = tuple(item_subject(pk, "") for pk in revisions)
    entered = Problem.objects.standing().filter(
        household_id=inspection.household_id, subject__startswith=OF_INSPECTION
    )
    return {
        problem.subject.rpartition(":")[2]: problem
        for problem in entered.order_by("pk")
        if problem.subject.startswith(prefixes)
    }


def failed_items(inspection: Inspection) -> list[Failed]:
    """The items that failed, in the order of the form."""
    known = problems_of_visit(inspection)
    items = applicable(inspection.version.items.all(), HouseFacts.of(inspection.facts))
    return [
        Failed(item, inspection.remarks.get(item.code, ""), known.get(item.code))
        for item in items
        if inspection.answers.get(item.code) == Answer.FAIL
    ]


def raise_from_item(pk: int, code: str, *, by) -> Problem:
    """Enter the failed item `code` of inspection `pk`, its photos as proof of how it was.

    Raises Known, ValidationError where the item did not fail or the inspection was replaced, and as
    `raise_problem` does.
    """
    with transaction.atomic():
        household = Household.objects.get(inspections=pk)
        hold(household.region_id)
        lock_household(household.pk)
        inspection = lock(Inspection(pk=pk))
        if inspection.state == InspectionState.REPLACED:
            raise ValidationError("这一稿已被更正，请从最新一稿登记问题。")
        failed = {each.item.code: each for each in failed_items(inspection)}.get(code)
        if failed is None:
            raise ValidationError("这一项没有“不符合”，不能登记为问题。")
        if failed.problem is not None:
            raise Known(failed.problem)
        problem = raise_problem(item_draft(inspection, failed), by=by)
        noon = dt.datetime.combine(inspection.inspected_on, NOON, SHANGHAI)
        for link in inspection.photo_links.filter(item_code=code).select_related("photo"):
            copy_photo(problem, EvidenceKind.BEFORE, link.photo, noon, by=by)
    return problem


def item_draft(inspection: Inspection, failed: Failed) -> Draft:
    item = failed.item
    kind = REPAIR if item.effect == Effect.RECORD else DEFECT
    words = f"{item.code} {item.question}：不符合。{failed.remark}"
    return Draft(
        region_id=inspection.household.region_id,
        household=inspection.household,
        source=ProblemSource.HOUSEHOLD,
        kind=ProblemKind.objects.get(code=kind),
        description=words.strip(),
        found_on=inspection.inspected_on,
        subject=item_subject(inspection.pk, item.code),
    )


def papers_subject(renovation_pk: int) -> str:
    return f"rectification.renovation:{renovation_pk}"


def papers_problem(renovation: Renovation) -> Problem | None:
    """The problem about the papers of a renovation that is not struck off, a person's or the rule's."""
    entered = Problem.objects.unsettled().filter(
        kind__code=PAPERS,
        household_id=renovation.household_id,
        subject__in=[papers_subject(renovation.pk), Fact.DOCUMENTS_MISSING],
    )
    return entered.first()


def raise_from_papers(pk: int, *, by) -> Problem:
    """Enter all papers that renovation `pk` lacks as one problem. Raises as `raise_from_item` does."""
    with transaction.atomic():
        hold(Household.objects.get(renovations=pk).region_id)
        renovation = lock_with_household(pk)
        household = renovation.household
        if renovation.state == RenovationState.CANCELLED:
            raise ValidationError("这项改造已取消，不须补档。")
        if (known := papers_problem(renovation)) is not None:
            raise Known(known)
        present = set(renovation.documents.standing().values_list("kind", flat=True))
        missing = documents.missing(renovation.mode, present)
        if not missing:
            raise ValidationError("这项改造的档案材料已齐全。")
        names = "、".join(kind.label for kind in missing)
        draft = Draft(
            region_id=household.region_id,
            household=household,
            source=ProblemSource.SELF,
            kind=ProblemKind.objects.get(code=PAPERS),
            description=f"{renovation.get_mode_display()}档案缺 {len(missing)} 种材料：{names}。",
            found_on=today(),
            subject=papers_subject(pk),
        )
        return raise_problem(draft, by=by)
