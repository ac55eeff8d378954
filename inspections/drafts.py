"""Drafts: what was typed survives a crash, another machine and an expired sign-in.

A household has one draft. Whoever saves says what they had seen; where somebody else saved or submitted
meanwhile, nothing is written over: the person chooses, and the other text stays within reach.
"""

from typing import NamedTuple

from django.db import transaction
from django.utils.timezone import localtime

from households.events import lock_household
from households.models import Household
from inspections.forms import Typed
from inspections.models import Inspection, InspectionDraft
from yanliang.audit.trail import record
from yanliang.periods import now

#: Under this key a draft keeps the other text of a conflict, with who saved it and when.
SET_ASIDE = "set_aside"
CHOICES = ("mine", "theirs")


class Seen(NamedTuple):
    """What stood on the server when the page was opened or last saved: the draft's token ("" for none) and the
    household's newest inspection (0 for none)."""

    draft: str
    inspection: int


class Conflict(Exception):
    """Somebody saved or submitted since; `can_choose` where the person may decide whose text stands."""

    def __init__(self, message: str, can_choose: bool):
        super().__init__(message)
        self.message = message
        self.can_choose = can_choose


def token(draft: InspectionDraft | None) -> str:
    """Names one saved state of one draft; a draft begun after another was discarded is not taken for it."""
    return f"{draft.pk}.{draft.version}" if draft else ""


def draft_of(household: Household) -> InspectionDraft | None:
    return InspectionDraft.objects.filter(household=household).first()


def newest_inspection(household: Household) -> Inspection | None:
    """The one submitted last, corrections included."""
    return household.inspections.order_by("-pk").first()


def seen_now(household: Household) -> Seen:
    newest = newest_inspection(household)
    return Seen(token(draft_of(household)), newest.pk if newest else 0)


def check_seen(household: Household, draft: InspectionDraft | None, seen: Seen) -> None:
    """Raises Conflict unless `seen` is what stands now; the household must be locked."""
    newest = newest_inspection(household)
    if newest and newest.pk != seen.inspection:
        raise Conflict(
            f"{newest.submitted_by} 已于 {localtime(newest.submitted_at):%m-%d %H:%M} 提交了该户的核查，"
            "这里的内容没有提交。如须改动，请打开已提交的核查，用“更正”。",
            can_choose=False,
        )
    if token(draft) != seen.draft:
        raise Conflict(saved_elsewhere(draft), can_choose=True)


def saved_elsewhere(draft: InspectionDraft | None) -> str:
    if draft is None:
        return "该户的草稿已在别处放弃，这里的内容还没有保存。"
    kind = "更正草稿" if draft.corrects_id else "草稿"
    return (
        f"{draft.saved_by} 于 {localtime(draft.saved_at):%m-%d %H:%M:%S} 在别处保存了该户的{kind}，"
        "这里的内容还没有保存。"
    )


@transaction.atomic
def save_draft(
    household: Household, typed: Typed, by, *, seen: Seen, corrects: Inspection | None = None
) -> InspectionDraft:
    """Keep what has been typed; raises Conflict where somebody else saved or submitted since `seen`."""
    household = lock_household(household.pk)
    draft = draft_of(household)
    check_seen(household, draft, seen)
    aside = draft.data.get(SET_ASIDE) if draft else None
    return write(household, draft, typed, aside, by, corrects)


@transaction.atomic
def settle_conflict(
    household: Household,
    typed: Typed,
    by,
    *,
    keep: str,
    seen: Seen,
    corrects: Inspection | None = None,
) -> InspectionDraft:
    """End a conflict: `keep` is “mine” (what was typed here) or “theirs”; the other text is set aside, not lost.

    Raises Conflict where the household was submitted meanwhile.
    """
    household = lock_household(household.pk)
    draft = draft_of(household)
    check_seen(household, draft, Seen(token(draft), seen.inspection))
    if draft is None:
        return write(household, None, typed, None, by, corrects)
    if keep == "theirs":
        draft.data[SET_ASIDE] = aside_of(typed, by, now())
        return rewrite(draft)
    aside = aside_of(without_aside(draft.data), draft.saved_by, draft.saved_at)
    return write(household, draft, typed, aside, by, corrects)


@transaction.atomic
def swap_draft(household: Household, by) -> InspectionDraft | None:
    """Take up the text that was set aside, and set aside the present one."""
    lock_household(household.pk)
    draft = draft_of(household)
    if draft is None or SET_ASIDE not in draft.data:
        return draft
    present = aside_of(without_aside(draft.data), draft.saved_by, draft.saved_at)
    return write(household, draft, draft.data[SET_ASIDE]["typed"], present, by, draft.corrects)


@transaction.atomic
def discard_draft(household: Household, by) -> None:
    """放弃草稿: for good, so the trail says whose it was."""
    household = lock_household(household.pk)
    draft = draft_of(household)
    if draft is not None:
        record(
            "draft_discarded",
            household,
            by=by,
            before={"saved_by": str(draft.saved_by), "saved_at": draft.saved_at},
        )
        draft.delete()


def aside_of(typed: Typed, by, at) -> dict:
    return {"typed": typed, "by": str(by), "at": f"{localtime(at):%m-%d %H:%M:%S}"}


def without_aside(data: Typed) -> Typed:
    return {name: value for name, value in data.items() if name != SET_ASIDE}


def write(
    household: Household,
    draft: InspectionDraft | None,
    typed: Typed,
    aside: dict | None,
    by,
    corrects: Inspection | None,
) -> InspectionDraft:
    draft = draft or InspectionDraft(household=household, version=0)
    draft.data = typed | {SET_ASIDE: aside} if aside else typed
    draft.corrects = corrects
    draft.saved_by = by
    draft.saved_at = now()
    return rewrite(draft)


def rewrite(draft: InspectionDraft) -> InspectionDraft:
    draft.version += 1
    draft.save()
    return draft
