"""Begun but unsent inspections: what a recorder finds on the first day with the program."""

from random import Random

from households.enums import Stage
from inspections.enums import Answer, AnswerKind
from inspections.forms import blank
from inspections.models import InspectionDraft
from inspections.verdict import HouseFacts, applicable
from reports.demo.chronicle import Chronicle
from reports.demo.pace import DAY, moment_on
from reports.demo.villages import Setting

DRAFTS_OF_AN_OFFICE = 2
ANSWERED = 14


def begin(told: list[Chronicle], rng: Random, setting: Setting) -> list[InspectionDraft]:
    """Drafts of a few unchecked households that nobody is about to take out, by the office's recorder."""
    waiting = [
        chronicle.household
        for chronicle in told
        if chronicle.household.stage == Stage.UNCHECKED and not chronicle.changes
    ]
    chosen = rng.sample(waiting, min(DRAFTS_OF_AN_OFFICE, len(waiting)))
    drafts = []
    for household in chosen:
        saved_at = moment_on(rng, setting.end.date() - 8 * DAY)
        if saved_at < household.registered_at:
            continue
        items = applicable(setting.checklist.items, HouseFacts.of(household.dwelling_facts))
        checks = [item.code for item in items if item.answer_kind == AnswerKind.CHECK]
        data = blank(household, None) | {
            "answers": dict.fromkeys(checks[:ANSWERED], Answer.PASS.value),
            "inspected_on": saved_at.date().isoformat(),
        }
        drafts.append(
            InspectionDraft(
                household=household,
                data=data,
                saved_by=setting.cast.recorder(household.region_id),
                saved_at=saved_at,
            )
        )
    return drafts
