"""Submitting and correcting an inspection: the one door, whatever page or command it comes from."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from households.enums import EventKind, Grade, Stage, Verdict
from households.events import lock_household, record_event
from households.models import Household
from inspections import drafts, photos
from inspections.enums import InspectionState
from inspections.examination import Examination, Missing, examine
from inspections.forms import FactsForm, Typed
from inspections.models import Inspection, InspectionPhoto
from yanliang.accounts.permissions import may_correct_inspection, may_inspect
from yanliang.audit.trail import record
from yanliang.periods import now


class Incomplete(ValidationError):
    """The inspection cannot be submitted yet; `missing` says why."""

    def __init__(self, missing: list[Missing]):
        super().__init__([entry.sentence for entry in missing], code="incomplete")
        self.missing = missing


@transaction.atomic
def submit(
    household: Household, typed: Typed, by, *, seen: drafts.Seen | None = None
) -> Inspection:
    """Submit a visit: verdict, summary, house facts, trail, and the end of the draft, all or nothing.

    A form that was sent twice gives back the inspection that the first made. Raises PermissionDenied,
    Incomplete, Conflict (with `seen`, where somebody else saved or submitted since), ValidationError for an
    exempt household or a photo that is not the household's.
    """
    if not may_inspect(by):
        raise PermissionDenied("您没有登记核查的权限。")
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
    if not may_correct(by, inspection):
        raise PermissionDenied("您没有更正这份核查的权限。")
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
