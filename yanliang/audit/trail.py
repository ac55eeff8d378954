"""Writing and proving the trail."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from yanliang.periods import now

from .models import GENESIS, Entry, Head
from .origin import current_origin

#: What an act is called in the pages of the trail; an act without a name here shows as it is stored.
ACT_LABELS = {
    "refused": "拒绝访问",
    "signed_in": "登录",
    "signed_out": "退出",
    "sign_in_failed": "登录失败",
    "locked_out": "账号锁定",
    "idle_signed_out": "超时退出",
    "password_changed": "修改密码",
    "account_saved": "保存账号",
    "password_reset": "重置密码",
    "id_number_seen": "查看完整证件号",
    "phones_seen": "查看完整电话",
    "exported": "导出",
    "file_checked": "核对文件",
    "roster_uploaded": "上传花名册",
    "roster_refused": "花名册被拒收",
    "roster_mapped": "调整花名册列对应",
    "roster_cancelled": "放弃花名册",
    "roster_imported": "导入花名册",
    "roster_undone": "撤销花名册导入",
    "summary_rebuilt": "重算进度",
    "demo_loaded": "装入示范数据",
    "household_added": "新增农户",
    "household_edited": "修改农户",
    "class_changed": "身份变更",
    "household_split": "分户新立",
    "household_split_off": "分出一户",
    "removal_requested": "申请无需排查",
    "removal_confirmed": "确认无需排查",
    "removal_refused": "不同意无需排查",
    "household_reinstated": "恢复排查",
    "inspection_submitted": "提交核查",
    "inspection_corrected": "更正核查",
    "inspection_reviewed": "审核通过核查",
    "inspection_returned": "退回核查",
    "renovation_planned": "登记改造方案",
    "renovation_edited": "修改改造方案",
    "renovation_started": "登记开工",
    "renovation_finished": "登记竣工",
    "renovation_cancelled": "取消改造",
    "renovation_photos_added": "上传改造照片",
    "renovation_document_added": "上传改造材料",
    "old_house_demolished": "登记旧房拆除",
    "renovation_document_voided": "作废改造材料",
    "renovation_photo_voided": "作废改造照片",
    "renovation_corrected": "更正改造登记",
    "subsidy_paid": "登记补助发放",
    "subsidy_voided": "作废补助登记",
    "acceptance_withdrawn": "撤回验收",
    "acceptance_passed": "验收合格",
    "acceptance_failed": "验收不合格",
    "housing_secured": "登记其他方式保障",
    "housing_proved": "补充保障证明",
    "housing_replaced": "更换保障证明",
    "orphan_photos_cleared": "清除未使用的照片",
    "draft_discarded": "放弃核查草稿",
    "problem_raised": "登记问题",
    "problem_assigned": "交办问题",
    "problem_progress": "登记问题进展",
    "problem_edited": "修改问题",
    "problem_evidence_added": "上传佐证",
    "problem_evidence_voided": "作废佐证",
    "problem_submitted": "申请销号",
    "problem_verified": "核实销号",
    "problem_returned": "退回销号申请",
    "problem_reopened": "重新整改",
    "problem_extended": "延长整改时限",
    "problem_voided": "作废问题",
    "problem_kind_saved": "保存问题类别",
    "problem_rules_run": "运行自动核对",
    "problems_uploaded": "上传问题清单",
    "problems_refused": "问题清单被拒收",
    "problems_cancelled": "放弃问题清单",
    "problems_imported": "导入问题清单",
    "week_text_saved": "保存周报文字",
    "week_submitted": "上报本周",
    "week_accepted": "审核通过上报",
    "week_returned": "退回上报",
    "week_extended": "批准延期上报",
    "district_text_saved": "保存区级周报文字",
    "district_stand_in": "代用台账数",
    "district_locked": "锁定区级周报",
    "district_unlocked": "解锁区级周报",
    "district_forwarded": "转报市局",
    "district_correction_begun": "更正区级周报",
    "visit_planned": "登记督导检查",
    "visit_edited": "修改督导检查",
    "visit_household_seen": "登记走访情况",
    "visit_done": "完成督导检查",
    "visit_voided": "作废督导检查",
    "report_filed": "监测报告",
    "report_answered": "处置监测报告",
    "disaster_recorded": "登记灾害复查",
    "disaster_voided": "作废灾害复查",
    "disaster_checked": "登记灾后复查",
    "duty_saved": "登记监测责任",
    "duty_removed": "取消监测责任",
    "leader_named": "登记街办主要领导",
    "list_signed": "清单签字",
    "signatures_voided": "清单签字失效",
    "responsible_named": "登记责任人",
    "organisation_saved": "保存鉴定机构",
    "appraisal_assigned": "委托鉴定",
    "appraisal_cancelled": "撤销鉴定委托",
    "appraisal_recorded": "录入鉴定结果",
    "results_uploaded": "上传鉴定结果表",
    "results_refused": "鉴定结果表被拒收",
    "results_cancelled": "放弃鉴定结果表",
    "results_recorded": "成批录入鉴定结果",
    "meeting_recorded": "录入审定会议",
    "household_ruled": "登记审定结果",
    "household_warned": "登记新险情",
    "national_layout_saved": "保存国家系统列对应",
    "annex_layout_saved": "保存附件2版式",
    "references_uploaded": "上传国家系统编号",
    "references_cancelled": "放弃国家系统编号",
    "references_imported": "导入国家系统编号",
    "reference_entered": "登记国家系统编号",
    "secretary_named": "登记第一书记",
    "appraisal_corrected": "更正鉴定结果",
    "ruling_corrected": "更正审定结果",
    "meeting_corrected": "更正审定会议",
    "warning_withdrawn": "撤销新险情",
    "city_workbook_uploaded": "上传市局表样",
    "city_workbook_refused": "市局表样被拒收",
    "city_workbook_taken": "启用市局表样",
    "city_workbook_shelved": "停用市局表样",
}

#: What the fields of an entry's before and after are called; others show as they are stored.
FIELD_LABELS = {
    "department": "认定部门",
    "full_name": "姓名",
    "is_active": "启用",
    "method": "请求方式",
    "phone": "手机",
    "post": "职务",
    "region": "区划",
    "role": "角色",
    "state": "状态",
    "username": "用户名",
}

HASHED_FIELDS = (
    "number",
    "at",
    "staff_id",
    "staff_name",
    "address",
    "place",
    "act",
    "object_type",
    "object_id",
    "object_label",
    "region_id",
    "before",
    "after",
    "reason",
    "previous",
)


def plain(value: Any) -> Any:
    """The JSON form of `value`, so that what is hashed is what the database gives back."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False))


def digest(entry: Entry) -> str:
    """SHA-256 over the entry's fields in a fixed order, the previous digest among them."""
    fields = {name: getattr(entry, name) for name in HASHED_FIELDS}
    fields["at"] = entry.at.timestamp()
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def in_words(fields: dict) -> str:
    """An entry's before or after on one line, as people read it."""
    return "；".join(f"{FIELD_LABELS.get(name, name)}：{value}" for name, value in fields.items())


def region_of(obj: models.Model | None) -> str:
    """The code of the region that owns `obj`; empty where it belongs to none."""
    if obj is None:
        return ""
    if obj._meta.label_lower == "households.region":
        return obj.pk
    if hasattr(obj, "region_id"):
        return obj.region_id or ""
    household = getattr(obj, "household", None)
    return household.region_id if household is not None else ""


def record(
    act: str,
    obj: models.Model | None = None,
    *,
    by=None,
    before: dict | None = None,
    after: dict | None = None,
    reason: str = "",
) -> Entry:
    """Append one entry in the caller's transaction, so that act and trail stand or fall together."""
    change = Change(obj, before or {}, after or {})
    return record_each(act, [change], by=by, reason=reason)[0]


class Change(NamedTuple):
    """What one entry is about: the object, if any, with what changed before and after."""

    obj: models.Model | None
    before: dict
    after: dict


def record_each(act: str, changes: Iterable[Change], *, by=None, reason: str = "") -> list[Entry]:
    """Append an entry for each of `changes`, as `record` does for one: for acts upon hundreds of objects."""
    origin = current_origin.get()
    with transaction.atomic():
        head, _ = Head.objects.select_for_update(no_key=True).get_or_create(key=1)
        number, previous = head.number, head.digest
        entries = []
        for obj, before, after in changes:
            number += 1
            entry = Entry(
                number=number,
                at=now(),
                staff_id=by.pk if by is not None else origin.staff_id,
                staff_name=str(by) if by is not None else "",
                address=origin.address,
                place=origin.place,
                act=act,
                object_type=obj._meta.label_lower if obj is not None else "",
                object_id=str(obj.pk) if obj is not None else "",
                object_label=str(obj)[:200] if obj is not None else "",
                region_id=region_of(obj),
                before=plain(before),
                after=plain(after),
                reason=reason,
                previous=previous,
            )
            entry.digest = previous = digest(entry)
            entries.append(entry)
        Entry.objects.bulk_create(entries, batch_size=500)
        if entries:
            Head.objects.filter(key=1).update(
                number=number, digest=previous, changed_at=entries[-1].at
            )
    return entries


def faults() -> Iterator[str]:
    """Yield one Chinese sentence for every edited, missing or foreign entry; nothing when the trail is whole."""
    expected, previous = 1, GENESIS
    for entry in Entry.objects.order_by("number").iterator(chunk_size=2000):
        if entry.number != expected:
            yield f"第 {expected} 条至第 {entry.number - 1} 条操作记录缺失。"
        elif entry.previous != previous:
            yield f"第 {entry.number} 条操作记录与上一条不相接。"
        if digest(entry) != entry.digest:
            yield f"第 {entry.number} 条操作记录被改动过。"
        expected, previous = entry.number + 1, entry.digest
    head = Head.objects.filter(key=1).first()
    if head and (head.number != expected - 1 or head.digest != previous):
        yield f"末尾操作记录缺失：应有 {head.number} 条，现有 {expected - 1} 条。"
