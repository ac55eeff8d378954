"""Inspection forms filled in completely, for tests to spoil."""

from households.models import Household
from inspections import drafts
from inspections.enums import AnswerKind
from inspections.examination import Checklist
from inspections.forms import Typed, blank
from tests.inspections.factories import photo_of

INSPECTORS = ["王建国", "李秀英"]


def filled(household: Household, by) -> Typed:
    """A visit that found nothing wrong: every item answered, two inspectors, a photo of the front."""
    typed = blank(household, None)
    for item in Checklist.current().items:
        if item.answer_kind == AnswerKind.CHECK:
            typed["answers"][item.code] = "pass"
        elif item.answer_kind == AnswerKind.PRESENCE:
            typed["answers"][item.code] = "present"
        else:
            typed["measures"][item.code] = "墙厚 24 厘米"
    typed["inspectors"] = list(INSPECTORS)
    typed["photos"] = {"front": [str(photo_of(household, by).pk)]}
    typed["inspected_on"] = "2020-04-08"
    return typed


def fail(typed: Typed, household: Household, by, code: str) -> None:
    """Make item `code` fail, with remark and photo."""
    typed["answers"][code] = "fail"
    typed["remarks"][code] = "东墙南端，约半米"
    typed["photos"][code] = [str(photo_of(household, by, "blue").pk)]


def posted(typed: Typed, household: Household, **others) -> dict:
    """The fields that the page would send, with what stands on the server as seen."""
    seen = drafts.seen_now(household)
    fields = {"seen_draft": seen.draft, "seen_inspection": seen.inspection or ""}
    for group in ("facts", "answers", "remarks", "measures", "photos"):
        fields |= {f"{group}.{key}": value for key, value in typed[group].items()}
    for name in ("inspectors", "inspected_on", "signature", "correction_reason"):
        fields[name] = typed[name]
    return fields | others
