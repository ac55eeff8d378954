"""签字背书: signing rows of a village's list, level by level, on screen or on paper (domain rules §4)."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from households.models import Region
from inspections.papers import check_paper
from reports.enums import ListKind, SignLevel, SignMeans
from reports.lists.freezing import (
    FrozenRows,
    ListKey,
    digest_of_list,
    freeze,
)
from reports.lists.rows import digest
from reports.lists.standing import RowStanding, list_standing
from reports.lists.voiding import void_overtaken
from reports.models import FrozenList, RowSignature, Signing
from yanliang.accounts.enums import RegionLevel, Role
from yanliang.accounts.permissions import BUREAU, OFFICE
from yanliang.audit.trail import record
from yanliang.periods import end_of, now, today

#: Who signs on screen at which level (domain rules §1).
SIGNER_ROLES = {
    Role.VILLAGE: SignLevel.VILLAGE,
    Role.OFFICE_LEAD: SignLevel.OFFICE,
    Role.DEPARTMENT: SignLevel.DEPARTMENT,
    Role.BUREAU_LEAD: SignLevel.BUREAU,
}
#: Who may upload what was signed on paper: many villages have no account of their own.
UPLOADER_ROLES = {
    SignLevel.VILLAGE: OFFICE | {Role.VILLAGE},
    SignLevel.OFFICE: OFFICE,
    SignLevel.DEPARTMENT: BUREAU | {Role.DEPARTMENT},
    SignLevel.BUREAU: BUREAU,
}
#: So many rows are named in a refusal.
NAMED_IN_REFUSAL = 5


def level_of(staff) -> SignLevel | None:
    """The level at which `staff` signs; None for who signs nothing."""
    return SIGNER_ROLES.get(staff.role) if staff.is_active else None


def signs(staff) -> bool:
    """Whether lists wait for the signature of `staff`."""
    return level_of(staff) is not None


def uploadable_levels(staff) -> tuple[SignLevel, ...]:
    """The levels whose paper signatures `staff` may upload."""
    return tuple(level for level in SignLevel if staff.role in UPLOADER_ROLES[level])


def locked_village(code: str, by) -> Region:
    """The village, locked so that its lists are signed by one person at a time; raises PermissionDenied."""
    village = Region.objects.visible_to(by).select_for_update(no_key=True).filter(pk=code).first()
    if village is None or village.level != RegionLevel.VILLAGE:
        raise PermissionDenied("这个村（社区）的清单不在您的签字范围内。")
    return village


def owns(staff, row: RowStanding) -> bool:
    """Whether the row is one that `staff` may sign: a department signs the identities that it certifies."""
    return staff.role != Role.DEPARTMENT or row.row.department == staff.department


def sign(
    key: ListKey,
    by,
    *,
    seen: str,
    rows: Collection[tuple[int, int]] | None = None,
) -> Signing:
    """Sign `rows` of the list (all that wait for this level without it) at the level of `by`'s role.

    `seen` is the hash of the list (`digest_of_list`) as the page showed it. Signatures that a change has
    overtaken are voided first. Raises PermissionDenied without the right or outside the region,
    ValidationError (code "stale") when the list changed since, or with the sentences on what is in the way;
    nothing is signed then.
    """
    level = level_of(by)
    if level is None:
        raise PermissionDenied("您的岗位不在清单上签字。")
    if not by.full_name or not by.post:
        raise ValidationError("您的账号没有填写姓名或职务，不能签字：请系统管理员补全。")
    with transaction.atomic():
        key = key._replace(region=locked_village(key.region.code, by))
        present = key.rows()
        if digest_of_list(key, present) != seen:
            raise ValidationError(
                "清单在您打开后有变动，还没有签字：请核对最新内容后再签。", code="stale"
            )
        void_overtaken(key, present, by=by)
        standing = list_standing(key, present)
        if rows is None:
            chosen = [each for each in standing if each.waits_for(level) and owns(by, each)]
            if not chosen:
                raise ValidationError(nothing_waits(standing, level, by))
        else:
            chosen = picked(standing, rows)
            if sentences := refusals(chosen, level, by):
                raise ValidationError(sentences)
        if sentences := second_levels(chosen, by.full_name):
            raise ValidationError(sentences)
        frozen = freeze(key, present, by)
        signing = Signing.objects.create(
            frozen=frozen,
            level=level,
            means=SignMeans.SCREEN,
            name=by.full_name,
            post=by.post,
            signed_at=now(),
            recorded_by=by,
            recorded_at=now(),
        )
        write_rows(signing, chosen)
        write_entry(signing, len(chosen), by)
    return signing


def sign_paper(
    frozen: FrozenList,
    level: SignLevel,
    *,
    name: str,
    post: str,
    signed_on: dt.date,
    scan: UploadedFile,
    by,
) -> tuple[Signing, list[RowStanding]]:
    """Enter what was signed on the printed list: it binds to the frozen copy whose code the paper bears.

    Signs the rows that stand now as they were printed and whose turn it is; returns the signing, and the
    other rows of the paper, which changed since or are not at this level. Raises as `sign` does.
    """
    if level not in uploadable_levels(by):
        raise PermissionDenied("您的岗位不登记这一级的纸质签字。")
    check_paper(scan)
    name, post = name.strip(), post.strip()
    if not name or not post:
        raise ValidationError("请填写签字人的姓名和职务。")
    if signed_on > today():
        raise ValidationError("签字日期不能晚于今天。")
    if end_of(signed_on) < frozen.frozen_at:
        raise ValidationError("签字日期不能早于清单打印的日期。")
    if not frozen.is_intact:
        raise ValidationError("这份清单的存档与校验码不符，不能登记签字：请联系系统管理员。")
    with transaction.atomic():
        village = locked_village(frozen.region_id, by)
        key = ListKey(village, ListKind(frozen.kind), frozen.group)
        present = key.rows()
        void_overtaken(key, present, by=by)
        printed = FrozenRows.of(frozen).digests
        chosen, others = [], []
        for each in list_standing(key, present):
            if each.row.key not in printed or not owns(by, each):
                continue
            is_same = printed[each.row.key] == digest(key.kind, each.row)
            (chosen if is_same and each.waits_for(level) else others).append(each)
        if not chosen:
            raise ValidationError(
                "这份打印清单上没有可以登记本级签字的行：清单已有变动，或上一级还没有签字，"
                "或本级已经签过。请重新打印后签字。"
            )
        if sentences := second_levels(chosen, name):
            raise ValidationError(sentences)
        signing = Signing(
            frozen=frozen,
            level=level,
            means=SignMeans.PAPER,
            name=name,
            post=post,
            signed_at=min(end_of(signed_on) - dt.timedelta(seconds=1), now()),
            scan=scan,
            recorded_by=by,
            recorded_at=now(),
        )
        signing.full_clean()
        signing.save()
        write_rows(signing, chosen)
        write_entry(signing, len(chosen), by)
    return signing, others


def write_rows(signing: Signing, chosen: Sequence[RowStanding]) -> None:
    RowSignature.objects.bulk_create(
        (
            RowSignature(
                signing=signing,
                region_id=each.row.region_id,
                household_id=each.row.household_id,
                kind=each.kind,
                ordinal=each.row.ordinal,
                level=signing.level,
                name=signing.name,
                sha256=digest(each.kind, each.row),
            )
            for each in chosen
        ),
        batch_size=500,
    )


def write_entry(signing: Signing, count: int, by) -> None:
    record(
        "list_signed",
        signing,
        by=by,
        after={
            "级别": SignLevel(signing.level).label,
            "方式": SignMeans(signing.means).label,
            "签字人": f"{signing.name}（{signing.post}）",
            "户数": count,
            "校验码": signing.frozen.code,
        },
    )


def picked(standing: Sequence[RowStanding], rows: Collection[tuple[int, int]]) -> list[RowStanding]:
    """The rows asked for; raises ValidationError for one that is not on the list."""
    by_key = {each.row.key: each for each in standing}
    if not rows:
        raise ValidationError("请先选择要签字的行。")
    if missing := [key for key in rows if key not in by_key]:
        raise ValidationError(f"有 {len(missing)} 行已不在清单上，请刷新后再签。")
    return [each for each in standing if each.row.key in set(rows)]


def called(each: RowStanding) -> str:
    """How a sentence names a row: number and name of the household."""
    return f"{each.row.values[0]} {each.row.values[2]}"


def refusal(each: RowStanding, level: SignLevel, by) -> str:
    """Why `by` cannot sign this row at this level; empty when it can be signed."""
    if not owns(by, each):
        return f"{called(each)}的身份不由本部门认定，不能签字。"
    if level not in each.levels:
        return f"{called(each)}不需要{level.label}签字。"
    if level in each.signed:
        signature = each.signed[level]
        return f"{called(each)}本级已由{signature.name}签字，不能重复签字。"
    if each.next_level != level:
        return f"{called(each)}的{each.next_level.label}还没有签字，不能越级签字。"
    if not each.is_answered_for:
        return f"{called(each)}还没有责任人，请街办先登记责任人。"
    return ""


def refusals(chosen: Sequence[RowStanding], level: SignLevel, by) -> list[str]:
    sentences = [sentence for each in chosen if (sentence := refusal(each, level, by))]
    return shortened(sentences)


def second_levels(chosen: Sequence[RowStanding], name: str) -> list[str]:
    """Nobody signs two levels of one row: a sentence for each row that `name` has signed already."""
    return shortened(
        [
            f"{called(each)}的{level.label}已由{name}签字，同一人不能再签另一级。"
            for each in chosen
            for level, signature in each.signed.items()
            if signature.name == name
        ]
    )


def nothing_waits(standing: Sequence[RowStanding], level: SignLevel, by) -> list[str]:
    """Why nothing of the list waits for this level."""
    if not standing:
        return ["这份清单没有农户，不需要签字。"]
    left = [each for each in standing if level not in each.signed]
    if not left:
        return ["这份清单本级已全部签字，不能重复签字。"]
    return refusals(left, level, by)


def shortened(sentences: list[str]) -> list[str]:
    more = len(sentences) - NAMED_IN_REFUSAL
    if more <= 0:
        return sentences
    return [*sentences[:NAMED_IN_REFUSAL], f"另有 {more} 行有同样的问题。"]
