"""What has been typed, read by the rules: items that apply, verdict so far, what is still missing."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from households.enums import UNSAFE_GRADES, EventKind
from households.models import Household
from inspections.enums import Answer, AnswerKind, Signature
from inspections.forms import (
    INSPECTOR_COUNT,
    INSPECTOR_NAME,
    MEASURE_LENGTH,
    REMARK_LENGTH,
    FactsForm,
    Typed,
    parsed_date,
)
from inspections.models import (
    ChecklistItem,
    ChecklistVersion,
    Inspection,
    InspectionPhoto,
    Photo,
)
from inspections.verdict import HouseFacts, Judgement, VersionRules, applicable, judge
from yanliang.periods import campaign, today

#: The answers that an item's kind takes; an item that is measured takes a value or a remark instead.
ANSWERS: dict[str, tuple[Answer, ...]] = {
    AnswerKind.CHECK: (Answer.PASS, Answer.FAIL, Answer.UNSURE),
    AnswerKind.PRESENCE: (Answer.PRESENT, Answer.PARTIAL, Answer.ABSENT),
    AnswerKind.MEASURE: (),
}


class Missing(NamedTuple):
    """Something that must be there before submitting: the anchor of its field on the page, and a sentence.

    `code` is set where an item has simply not been answered yet.
    """

    field: str
    sentence: str
    code: str = ""


@lru_cache(maxsize=8)
def items_of(version_id: int, published_at: dt.datetime) -> tuple[ChecklistItem, ...]:
    """The items of a published version, which is frozen: read once a process, not once a form."""
    return tuple(ChecklistItem.objects.filter(version_id=version_id))


@dataclass(frozen=True)
class Checklist:
    """A published version with its items."""

    version: ChecklistVersion
    items: tuple[ChecklistItem, ...]

    @classmethod
    def of(cls, version: ChecklistVersion) -> "Checklist":
        return cls(version, items_of(version.pk, version.published_at))

    @classmethod
    def current(cls) -> "Checklist":
        """The published version of the highest number."""
        return cls.of(ChecklistVersion.objects.exclude(published_at=None).latest("number"))

    @property
    def rules(self) -> VersionRules:
        return VersionRules(self.items, self.version.cumulative_threshold)


@dataclass(frozen=True)
class Examination:
    """What has been typed, read by the rules: which items apply, the verdict so far, and what is missing."""

    household: Household
    checklist: Checklist
    typed: Typed
    latest_grade_unsafe: bool

    @cached_property
    def form(self) -> FactsForm:
        return FactsForm(self.typed.get("facts", {}))

    @cached_property
    def facts(self) -> dict[str, Any]:
        return self.form.facts

    @cached_property
    def items(self) -> tuple[ChecklistItem, ...]:
        return applicable(self.checklist.items, HouseFacts.of(self.facts))

    @cached_property
    def codes(self) -> frozenset[str]:
        """Codes of the items that apply."""
        return frozenset(item.code for item in self.items)

    @cached_property
    def answers(self) -> dict[str, str]:
        """An answer for every item that can be answered: 不适用 where the house does not call for it."""
        typed = self.typed.get("answers", {})
        answers = {}
        for item in self.checklist.items:
            if item.code not in self.codes:
                answers[item.code] = Answer.NOT_APPLICABLE.value
            elif typed.get(item.code) in ANSWERS[item.answer_kind]:
                answers[item.code] = typed[item.code]
        return answers

    @cached_property
    def judgement(self) -> Judgement:
        return judge(
            self.checklist.rules, self.answers, HouseFacts.of(self.facts), self.latest_grade_unsafe
        )

    @cached_property
    def owned_photos(self) -> dict[str, Photo]:
        """The household's photos by their id, where the page names any."""
        return (
            {str(photo.pk): photo for photo in self.household.photos.all()}
            if self.photo_ids
            else {}
        )

    @property
    def photo_ids(self) -> list[str]:
        return [pk for chosen in self.typed.get("photos", {}).values() for pk in chosen]

    def photos_of(self, code: str) -> list[Photo]:
        chosen = self.typed.get("photos", {}).get(code, [])
        return [self.owned_photos[pk] for pk in dict.fromkeys(chosen) if pk in self.owned_photos]

    def texts(self, group: str, length: int) -> dict[str, str]:
        typed = self.typed.get(group, {})
        return {item.code: typed[item.code][:length] for item in self.items if typed.get(item.code)}

    @property
    def remarks(self) -> dict[str, str]:
        return self.texts("remarks", REMARK_LENGTH)

    @property
    def measures(self) -> dict[str, str]:
        return self.texts("measures", MEASURE_LENGTH)

    @property
    def inspected_on(self) -> dt.date | None:
        return parsed_date(self.typed.get("inspected_on", ""))

    @property
    def inspectors(self) -> list[str]:
        return [name for name in self.typed.get("inspectors", []) if name]

    @property
    def signature(self) -> str:
        return self.typed.get("signature", "")

    @cached_property
    def missing(self) -> list[Missing]:
        """All that must still be filled in or put right, in the order of the page."""
        return [*self.missing_visit(), *self.missing_facts(), *self.missing_items()]

    @property
    def unanswered(self) -> list[Missing]:
        return [entry for entry in self.missing if entry.code]

    def missing_visit(self) -> Iterator[Missing]:
        day = self.inspected_on
        if day is None:
            yield Missing("inspected_on", "请填写核查日期。")
        elif day > today():
            yield Missing("inspected_on", "核查日期不能晚于今天。")
        elif day < campaign().start:
            yield Missing("inspected_on", f"核查日期不能早于排查开始日 {campaign().start}。")
        names = self.inspectors
        if len(names) < INSPECTOR_COUNT:
            yield Missing("inspectors", "须由两人核查，请填写两名核查人。")
        elif len(set(names)) < INSPECTOR_COUNT:
            yield Missing("inspectors", "两名核查人不能是同一人。")
        elif not all(map(INSPECTOR_NAME.fullmatch, names)):
            yield Missing("inspectors", "核查人姓名应为 2–20 个汉字。")
        if self.signature not in Signature:
            yield Missing("signature", "请选择户主签字情况。")
        if not self.photos_of(InspectionPhoto.FRONT):
            yield Missing("photo-front", "请上传房屋正面照片。")

    def missing_facts(self) -> Iterator[Missing]:
        for name, sentence in self.form.sentences.items():
            yield Missing(f"facts-{name}", sentence)

    def missing_items(self) -> Iterator[Missing]:
        for item in self.items:
            field = f"item-{item.code}"
            remark = item.code in self.remarks
            if item.answer_kind == AnswerKind.MEASURE:
                if not remark and item.code not in self.measures:
                    yield Missing(field, f"{item.code} 请填写实测值；未量到的，在说明中写明原因。")
            elif item.code not in self.answers:
                yield Missing(field, f"{item.code} 还没有结果。", item.code)
            elif self.answers[item.code] == Answer.FAIL:
                if not remark:
                    yield Missing(field, f"{item.code} 不符合，请说明在哪里、有多严重。")
                if not self.photos_of(item.code):
                    yield Missing(field, f"{item.code} 不符合，请至少拍一张照片。")

    def is_content_of(self, inspection: Inspection) -> bool:
        """Whether `inspection` holds just this: a form that was sent twice."""
        return (
            self.answers == inspection.answers
            and self.facts == inspection.facts
            and self.remarks == inspection.remarks
            and self.measures == inspection.measures
            and self.inspected_on == inspection.inspected_on
            and self.inspectors == inspection.inspectors
        )


def unsafe_grade_stands(household: Household, before: int | None = None) -> bool:
    """Whether the latest appraisal was C or D with nothing after it that settled it.

    Accepted renovation settles it (domain rules §3); so does other safe housing, since the house visited is
    then that one (reading). `before` looks only at events of a lower position.
    """
    events = household.events.standing().filter(
        kind__in=[
            EventKind.APPRAISED,
            EventKind.ACCEPTANCE_PASSED,
            EventKind.SECURED,
            EventKind.RULED_SECURED,
        ]
    )
    if before is not None:
        events = events.filter(position__lt=before)
    latest = events.order_by("-position").first()
    return bool(latest and latest.kind == EventKind.APPRAISED and latest.outcome in UNSAFE_GRADES)


def examine(household: Household, typed: Typed, corrects: Inspection | None = None) -> Examination:
    """Read `typed` by the current checklist, or by the one of the inspection that it corrects."""
    if corrects is None:
        return Examination(household, Checklist.current(), typed, unsafe_grade_stands(household))
    return Examination(
        household,
        Checklist.of(corrects.version),
        typed,
        unsafe_grade_stands(household, before=corrects.event.position),
    )
