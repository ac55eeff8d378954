"""Entry of many results by keyboard: open assignments as the rows of a grid, saved one by one."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from households.enums import Grade
from inspections.appraisal import record_result
from inspections.appraisal_forms import AppraisalFilters
from inspections.batch import entry
from inspections.batch.columns import BY_NAME, ENTERED, Entered
from inspections.enums import Component, ComponentGrade
from inspections.grading import Grading, whole_grade
from inspections.models import Appraisal
from yanliang.accounts.permissions import may_appraise

ROWS = 50
HOUSEHOLDS = ("household__region", "household__household_class", "organisation")


@dataclass
class Cell:
    """One cell as the page shows it again: what was typed, and what is wrong with it."""

    column: Entered
    name: str
    typed: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """How it is typed: a component's letter, a choice, or text."""
        if self.column.name in Component.values:
            return "letter"
        return "choice" if self.column.choices else "text"

    @property
    def is_graded_by(self) -> bool:
        """Whether the computed grade follows from it."""
        return self.column.name in entry.GRADED_BY - {"grade"}

    @property
    def options(self) -> list[tuple[str, str]]:
        return [("", ""), *((each, each) for each in self.column.choices)]


@dataclass
class GridRow:
    """One assignment of the grid. `version` is the one that the page was opened with."""

    appraisal: Appraisal
    version: int
    typed: dict[str, str]
    faults: entry.Faults = field(default_factory=dict)
    saved: Grade | None = None

    @property
    def cells(self) -> list[Cell]:
        return [
            Cell(
                column,
                cell_name(self.appraisal, column.name),
                self.typed.get(column.name, ""),
                self.faults.get(column.name, []),
            )
            for column in ENTERED
        ]

    @property
    def grading(self) -> Grading | None:
        return grading_of(self.appraisal, self.typed)

    @property
    def general_faults(self) -> list[str]:
        """Sentences that belong to no cell."""
        return [each for name in self.faults.keys() - BY_NAME for each in self.faults[name]]


def cell_name(appraisal: Appraisal, name: str) -> str:
    return f"{appraisal.pk}-{name}"


def typed_for(appraisal: Appraisal, sent) -> dict[str, str]:
    """What was typed into the assignment's row."""
    return {
        column.name: sent.get(cell_name(appraisal, column.name), "").strip() for column in ENTERED
    }


def grading_of(appraisal: Appraisal, typed: dict[str, str]) -> Grading | None:
    """The grade that follows from what is typed so far; None while nothing does."""
    values, unread = entry.read_cells(typed)
    components = {part: ComponentGrade(values[part]) for part in Component if values[part]}
    if not components or unread.keys() & entry.GRADED_BY:
        return None
    return whole_grade(components, appraisal.household.structure, values["dangerous_site"])


def require_right(request: HttpRequest) -> None:
    if not may_appraise(request.user):
        raise PermissionDenied("录入鉴定结果由区局办理。")


def number(text: str) -> int:
    """A version or primary key from the page; 0, which none has, for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0


def sent_rows(request: HttpRequest, visible) -> list[GridRow]:
    """The rows of the page as they were sent, in their order; what this person may not see is left out."""
    keys = [number(key) for key in request.POST.getlist("row")[:ROWS]]
    appraisals = visible.in_bulk(keys)
    return [
        GridRow(
            appraisal,
            number(request.POST.get(cell_name(appraisal, "version"), "")),
            typed_for(appraisal, request.POST),
        )
        for key in dict.fromkeys(keys)
        if (appraisal := appraisals.get(key))
    ]


def save(row: GridRow, by) -> None:
    """Record the row's result if anything was typed; `saved` or `faults` say what became of it."""
    if entry.is_untouched(row.typed):
        return
    judgement = entry.judge(row.appraisal, row.typed)
    row.faults = judgement.faults
    if judgement.outcome == "new":
        try:
            record_result(row.appraisal, judgement.values, by=by, seen=row.version)
        except ValidationError as wrong:
            row.faults = entry.sentences(wrong)
            # The sentence was read: what is saved next is saved over the version that stands now.
            row.version = row.appraisal.version
    if not row.faults:
        row.saved = judgement.grade


def tell(request: HttpRequest, rows: list[GridRow]) -> None:
    """Say which households were saved with which grade, and how many rows are to be mended."""
    saved = [row for row in rows if row.saved]
    refused = sum(1 for row in rows if row.faults)
    if saved:
        named = "、".join(f"{row.appraisal.household.head_name} {row.saved.label}" for row in saved)
        messages.success(request, f"已录入 {len(saved)} 户：{named}。")
    if refused:
        messages.error(request, f"{refused} 户没有保存，填写的内容还在，请按红字改正后再保存。")
    if not saved and not refused:
        messages.warning(request, "还没有填写任何一户。")


@login_required
@require_http_methods(["GET", "POST"])
def result_grid(request: HttpRequest) -> HttpResponse:
    """The grid; POST records every filled row in a transaction of its own and keeps the others as typed."""
    require_right(request)
    visible = Appraisal.objects.visible_to(request.user).select_related(*HOUSEHOLDS)
    filters = AppraisalFilters(request.GET, request.user)
    if request.method == "POST":
        rows = sent_rows(request, visible)
        for row in rows:
            save(row, request.user)
        tell(request, rows)
        if not any(row.faults for row in rows):
            return redirect(request.get_full_path())
    else:
        open_ones = filters.apply(visible).open().order_by("due_on", "household__code")
        rows = [GridRow(each, each.version, {}) for each in open_ones[:ROWS]]
    context = {
        "rows": rows,
        "columns": ENTERED,
        "filters": filters,
        "waiting": filters.apply(visible).open().count(),
        "is_sent": request.method == "POST",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/result_grid.html", context, status=status)


@login_required
@require_GET
def result_grid_grade(request: HttpRequest, pk: int) -> HttpResponse:
    """The grade that follows from what is typed in a row so far."""
    visible = Appraisal.objects.visible_to(request.user).select_related("household")
    appraisal = get_object_or_404(visible, pk=pk)
    require_right(request)
    grading = grading_of(appraisal, typed_for(appraisal, request.GET))
    return render(request, "inspections/result_grid_grade.html", {"grading": grading})
