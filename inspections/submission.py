"""Submitting and correcting an inspection: the one door, whatever page or command it comes from."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from households.enums import UNSAFE_GRADES, EventKind, Grade, Stage, Verdict
from households.events import lock_household, record_event
from households.models import Household
from inspections import drafts, photos
from inspections.enums import Answer, AnswerKind, InspectionState, Signature
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
from yanliang.accounts.permissions import may_correct_inspection, may_inspect
from yanliang.audit.trail import record
from yanliang.periods import campaign, now, today

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


class Incomplete(ValidationError):
    """The inspection cannot be submitted yet; `missing` says why."""

    def __init__(self, missing: list[Missing]):
        super().__init__([entry.sentence for entry in missing], code="incomplete")
        self.missing = missing


@dataclass(frozen=True)
class Checklist:
    """A version with its items, read once."""

    version: ChecklistVersion
    items: tuple[ChecklistItem, ...]

    @classmethod
    def of(cls, version: ChecklistVersion) -> "Checklist":
        return cls(version, tuple(version.items.all()))

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


@transaction.atomic
def submit(
    household: Household, typed: Typed, by, *, seen: drafts.Seen | None = None
) -> Inspection:
    """Submit a visit: verdict, summary, house facts, trail, and the end of the draft, all or nothing.

    A form that was sent twice gives back the inspection that the first made. Raises Incomplete, Conflict
    (with `seen`, where somebody else saved or submitted since), ValidationError for an exempt household or a
    photo that is not the household's.
    """
    household = lock_household(household.pk)
    if household.stage == Stage.EXEMPT:
        raise ValidationError("该户为“无需排查”，不能登记核查；如须恢复，请先在农户页面办理。")
    examination = examine(household, typed)
    if repeated := finish_draft(household, examination, by, seen):
        return repeated
    return write(examination, by)


@transaction.atomic
def correct(
    inspection: Inspection, typed: Typed, by, reason: str, *, seen: drafts.Seen | None = None
) -> Inspection:
    """Put a new revision in the place of `inspection`, which stays as it was.

    Raises what `submit` raises, and ValidationError without a reason, for an inspection that has been corrected
    already, or for another verdict once the household is graded.
    """
    household = lock_household(inspection.household_id)
    inspection = Inspection.objects.select_related("event", "version").get(pk=inspection.pk)
    examination = examine(household, typed, inspection)
    if repeated := finish_draft(household, examination, by, seen):
        return repeated
    if inspection.state == InspectionState.REPLACED:
        raise ValidationError("这份核查已经更正过，请打开最新一稿再更正。")
    if not reason.strip():
        raise ValidationError("请填写更正理由。")
    verdict = examination.judgement.verdict
    if household.grade != Grade.NONE and verdict != inspection.verdict:
        raise ValidationError("已鉴定，核查结论不能再更正；请由区局重新鉴定。")
    return write(examination, by, replaces=inspection, reason=reason.strip())


def finish_draft(
    household: Household, examination: Examination, by, seen: drafts.Seen | None
) -> Inspection | None:
    """Check that the form is whole and up to date, and remove its draft; return what the same form made before."""
    draft = drafts.draft_of(household)
    if seen is not None:
        newest = drafts.newest_inspection(household)
        if (
            newest
            and newest.pk != seen.inspection
            and newest.submitted_by_id == by.pk
            and examination.is_content_of(newest)
        ):
            return newest
        drafts.check_seen(household, draft, seen)
    if examination.missing:
        raise Incomplete(examination.missing)
    photos.owned(household, examination.photo_ids)
    if draft is not None:
        draft.delete()
    return None


def write(
    examination: Examination, by, replaces: Inspection | None = None, reason: str = ""
) -> Inspection:
    """Write the inspection, its event and photos, and what they change in the register."""
    household, moment = examination.household, now()
    before = {"verdict": replaces.verdict} if replaces else {"verdict": household.verdict}
    if replaces is None or is_latest(replaces):
        for name in FactsForm.Meta.fields:
            setattr(household, name, getattr(examination.form.instance, name))
    if replaces is not None:
        Inspection.objects.filter(pk=replaces.pk).update(state=InspectionState.REPLACED)
    event = record_event(
        household,
        EventKind.INSPECTED,
        by=by,
        happened_on=examination.inspected_on,
        outcome=examination.judgement.verdict,
        replaces=replaces.event if replaces else None,
        at=moment,
    )
    inspection = Inspection.objects.create(
        household=household,
        version=examination.checklist.version,
        revision=replaces.revision + 1 if replaces else 1,
        replaces=replaces,
        event=event,
        inspected_on=examination.inspected_on,
        inspectors=examination.inspectors,
        signature=examination.signature,
        facts=examination.facts,
        answers=examination.answers,
        remarks=examination.remarks,
        measures=examination.measures,
        verdict=examination.judgement.verdict,
        reasons=list(examination.judgement.reasons),
        submitted_by=by,
        submitted_at=moment,
        correction_reason=reason,
    )
    event.source = f"{inspection._meta.label_lower}:{inspection.pk}"
    event.save(update_fields=["source"])
    InspectionPhoto.objects.bulk_create(
        InspectionPhoto(inspection=inspection, photo=photo, item_code=code)
        for code in [InspectionPhoto.FRONT, *(item.code for item in examination.items)]
        for photo in examination.photos_of(code)
    )
    record(
        "inspection_corrected" if replaces else "inspection_submitted",
        inspection,
        by=by,
        before=before,
        after={
            "verdict": inspection.verdict,
            "inspected_on": inspection.inspected_on,
            "revision": inspection.revision,
        },
        reason=reason,
    )
    return inspection


def is_latest(inspection: Inspection) -> bool:
    """Whether no visit of the household stands after this one: its house facts are then the register's."""
    return (
        not Inspection.objects.standing()
        .filter(household_id=inspection.household_id, event__position__gt=inspection.event.position)
        .exists()
    )


def outcome_sentence(inspection: Inspection) -> str:
    """What a person reads after submitting."""
    if inspection.verdict == Verdict.SUSPECTED:
        return "疑似不安全，已报区局待鉴定"
    return "基本安全"


def may_correct(staff, inspection: Inspection) -> bool:
    """Offices correct any inspection of theirs; whoever sent one in mends it when it was returned."""
    sent_back = (
        inspection.state == InspectionState.RETURNED and inspection.submitted_by_id == staff.pk
    )
    return may_correct_inspection(staff) or (may_inspect(staff) and sent_back)
