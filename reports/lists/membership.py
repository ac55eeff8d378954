"""Which households stand on which list: derived from class and summary, never tagged by hand (§4)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from households.enums import RENOVATION_STAGES, UNSAFE_GRADES, Stage
from households.models import Household, HouseholdClass
from inspections.enums import AppraisalState, RulingOutcome
from inspections.models import Appraisal, Ruling
from rectification.enums import RenovationState
from rectification.models import Renovation
from reports.annex2.sections import SECTION_OF_ALL, sections_at
from reports.enums import ListKind, SignLevel

#: A list after the first one asks for an event: an appraisal, a renovation, a finished renovation.
LATER_LISTS = (ListKind.APPRAISED, ListKind.RENOVATED, ListKind.ACCEPTED)
FINISHED = frozenset({RenovationState.FINISHED, RenovationState.REWORK, RenovationState.ACCEPTED})
NOT_VISITED = frozenset({Stage.UNCHECKED, Stage.EXEMPT})


@dataclass(frozen=True)
class ClassGroup:
    """A class group (建档立卡户, 其他三类重点对象 …) with its classes."""

    name: str
    classes: tuple[HouseholdClass, ...]

    @property
    def kinds(self) -> tuple[ListKind, ...]:
        """The lists that this group keeps, in their order."""
        first = [ListKind.HELPED] if any(each.is_helped for each in self.classes) else []
        if not all(each.is_helped for each in self.classes):
            first.append(ListKind.CHECKED)
        return (*first, *LATER_LISTS)


def class_groups() -> tuple[ClassGroup, ...]:
    """The class groups in force today, in order of precedence. One query."""
    return tuple(
        ClassGroup(section.name, section.classes)
        for section in sections_at(None)
        if section.parent == SECTION_OF_ALL
    )


def on_list(kind: ListKind) -> Q:
    """The condition under which a household stands on a list of this kind.

    “Ruled” (reading): the leading group took it in or found it housed otherwise, or its stage lies past the
    ruling; a household sent back to be appraised again is on no later list.
    """
    match kind:
        case ListKind.HELPED:
            return Q(household_class__is_helped=True)
        case ListKind.CHECKED:
            return Q(household_class__is_helped=False)
        case ListKind.APPRAISED:
            recorded = Appraisal.objects.filter(
                household=OuterRef("pk"), state=AppraisalState.RECORDED
            )
            ruled = Ruling.objects.filter(household=OuterRef("pk")).exclude(
                outcome=RulingOutcome.BACK
            )
            everyone = Q(household_class__appraise_all=True) & (
                ~Q(stage__in=NOT_VISITED) | Exists(recorded)
            )
            past_ruling = Q(grade__in=UNSAFE_GRADES) & ~Q(stage=Stage.PENDING_RULING)
            return everyone | (
                Q(household_class__appraise_all=False) & (past_ruling | Exists(ruled))
            )
        case ListKind.RENOVATED:
            return Q(stage__in=RENOVATION_STAGES) | Exists(renovations())
        case ListKind.ACCEPTED:
            return Q(Exists(renovations().filter(state__in=FINISHED)))
    raise ValueError(f"No such list: {kind}")


def renovations() -> QuerySet:
    """Renovations of the household of the outer query that were not given up."""
    return Renovation.objects.filter(household=OuterRef("pk")).exclude(
        state=RenovationState.CANCELLED
    )


def members(kind: ListKind, group: str, households: QuerySet | None = None) -> QuerySet:
    """Those of `households` (all without it) that stand on the list of a class group, by their number."""
    found = Household.objects.all() if households is None else households
    return found.filter(on_list(kind), household_class__group=group).order_by("code")


def levels_of(kind: ListKind, department: str) -> tuple[SignLevel, ...]:
    """The levels that sign a row, in order; `department` owns the identity of its household, if any does."""
    if kind == ListKind.HELPED and department:
        return tuple(SignLevel)
    return tuple(level for level in SignLevel if level != SignLevel.DEPARTMENT)


def levels_of_list(kind: ListKind, classes: Iterable[HouseholdClass]) -> tuple[SignLevel, ...]:
    """The levels that sign any row of a list whose households are of `classes`."""
    owned = any(each.department for each in classes if each.is_helped)
    return levels_of(kind, "owned" if owned else "")
