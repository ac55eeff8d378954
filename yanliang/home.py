"""The to-do centre: the only place that may know every app."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from households.enums import ImportState, Stage
from households.models import Household, HouseholdChange, RosterImport
from inspections.models import Appraisal, Inspection, InspectionDraft
from rectification.enums import Light, ProblemState
from rectification.leaders import unled_offices
from rectification.models import DisasterCheck, MonitoringReport, Problem, Renovation
from rectification.monitoring.duties import gaps
from rectification.problems.filters import this_week
from rectification.renovating import unplanned
from rectification.securing import unproved
from rectification.supervision.coverage import coverage, not_visited
from reports.lists.progress import progress_within, unanswered_in, waiting_in
from reports.lists.responsible import may_name
from reports.lists.signing import signs
from reports.thursday.bureau_waiting import bureau_weeks_waiting
from reports.thursday.waiting import weeks_waiting
from reports.weekly import weeks
from yanliang.accounts import permissions
from yanliang.accounts.enums import RegionLevel
from yanliang.periods import campaign, cut_off, day_of, next_milestone, thursday_of, today


class Task(NamedTuple):
    """Something that waits for this person: how many, where it is done, and whether it is late."""

    label: str
    count: int
    url: str
    hint: str = ""
    is_urgent: bool = False


def link(url_name: str, **parameters) -> str:
    query = urlencode(parameters)
    return reverse(url_name) + (f"?{query}" if query else "")


def office_tasks(staff) -> Iterator[Task]:
    """What a street office or a village has to enter and mend."""
    drafts = InspectionDraft.objects.visible_to(staff).filter(saved_by=staff)
    yield Task(
        "我的核查草稿",
        drafts.count(),
        link("inspections:draft_list"),
        "已填写但还没有提交",
    )
    returned = Inspection.objects.visible_to(staff).returned()
    yield Task(
        "被退回的核查",
        returned.count(),
        link("inspections:returned_list"),
        "按退回理由更正后重新提交",
        is_urgent=True,
    )
    unchecked = Household.objects.visible_to(staff).unchecked()
    yield Task(
        "未排查农户",
        unchecked.count(),
        link("households:household_list", stage="unchecked"),
        f"入户核查应于 {campaign().inspections_due:%-m 月 %-d 日}前完成",
        is_urgent=today() > campaign().inspections_due,
    )


def import_tasks(staff) -> Iterator[Task]:
    imports = RosterImport.objects.visible_to(staff)
    yield Task(
        "待确认的花名册",
        imports.filter(state=ImportState.PREVIEW).count(),
        link("households:roster_list"),
        "已上传，核对后确认导入",
    )
    yield Task(
        "有错误行的导入",
        imports.filter(state=ImportState.DONE, counts__error__gt=0).count(),
        link("households:roster_list"),
        "下载标红的花名册，改正后重新上传",
    )


def review_tasks(staff) -> Iterator[Task]:
    waiting = Inspection.objects.visible_to(staff).to_review().exclude(submitted_by=staff)
    yield Task("待审核的核查", waiting.count(), link("inspections:review_list"), "最早提交的在前")


def bureau_tasks(staff) -> Iterator[Task]:
    households = Household.objects.visible_to(staff)
    yield Task(
        "待鉴定农户",
        households.awaiting_appraisal().count(),
        link("inspections:appraisal_queue"),
        "疑似不安全，等待组织鉴定",
        is_urgent=True,
    )
    assigned = Appraisal.objects.visible_to(staff).open()
    yield Task(
        "待录入鉴定结果",
        assigned.count(),
        link("inspections:appraisal_list"),
        "已委托鉴定机构，等报告录入",
        is_urgent=assigned.filter(due_on__lt=today()).exists(),
    )
    yield Task(
        "待审定",
        households.filter(stage=Stage.PENDING_RULING).count(),
        link("inspections:ruling_list"),
        "一般农户鉴定为 C、D 级，等领导小组审定",
    )


def renovation_tasks(staff) -> Iterator[Task]:
    renovations = Renovation.objects.visible_to(staff)
    yield Task(
        "待定改造方案",
        unplanned(staff).count(),
        link("rectification:unplanned_list"),
        "待改造，还没有登记方案",
    )
    yield Task(
        "其他方式保障待补证明",
        unproved(staff).count(),
        link("rectification:unproved_list"),
        "审定以其他方式保障，还没有现住房屋的证明",
    )
    for label, found, hint, is_urgent, query in (
        ("待开工", renovations.to_start(), "已登记方案，开工后登记", False, {"state": "planned"}),
        (
            "待验收",
            renovations.awaiting_acceptance(),
            "已竣工，等待验收",
            True,
            {"state": "finished"},
        ),
        (
            "补助应拨未拨",
            renovations.subsidy_due(today()),
            "验收合格已满 30 天",
            True,
            {"late": "subsidy"},
        ),
        (
            "旧房未拆除",
            renovations.old_house_standing(),
            "原址重建、异地新建，拆除后才能验收合格",
            False,
            {"late": "old_house"},
        ),
    ):
        url = link("rectification:renovation_list", **query)
        yield Task(label, found.count(), url, hint, is_urgent)


def removal_tasks(staff) -> Iterator[Task]:
    changes = HouseholdChange.objects.visible_to(staff).pending()
    yield Task(
        "待确认的减少",
        changes.count(),
        link("households:change_list", state="pending"),
        "消亡、迁出、合户、重复须经区局确认",
    )


def national_tasks(staff) -> Iterator[Task]:
    yield Task(
        "待录入国家系统",
        Household.objects.visible_to(staff).to_enter().count(),
        link("reports:national_list", state="to_enter"),
        "住房已安全，导出后录入，再导入返回的编号",
    )


def works_on_lists(staff) -> bool:
    """Whether lists wait for the signature of `staff`, or for a responsible person that `staff` names."""
    return signs(staff) or may_name(staff)


def list_tasks(staff) -> Iterator[Task]:
    """What the four lists ask for; their progress is read once for both."""
    progress = progress_within(staff.scope_code)
    if signs(staff):
        waiting = waiting_in(progress, staff)
        changed = sum(each.changed for each in waiting)
        yield Task(
            "待签字的清单",
            len(waiting),
            link("reports:list_waiting"),
            f"其中签字后有变动、须重签的 {changed:,} 行" if changed else "四清清单，轮到本级签字",
            is_urgent=changed > 0,
        )
    if may_name(staff):
        yield Task(
            "没有责任人的清单",
            unanswered_in(progress),
            link("reports:list_overview"),
            "登记责任人后才能签字",
        )


def supervision_tasks(staff) -> Iterator[Task]:
    thursday = thursday_of(today())
    last_day = day_of(cut_off(thursday))
    yield Task(
        "本周未督导的街办",
        len(not_visited(coverage(staff.scope_code, thursday))),
        link("rectification:visit_list"),
        f"每周检查每个街办，{last_day:%-m 月 %-d 日}前完成",
        is_urgent=today() >= last_day,
    )


def report_tasks(staff) -> Iterator[Task]:
    yield Task(
        "待处置的监测报告",
        MonitoringReport.objects.visible_to(staff).waiting().count(),
        link("rectification:report_list", state="open"),
        "四支队伍发现的疑点房屋，等登记险情、问题或说明",
        is_urgent=True,
    )


def recheck_tasks(staff) -> Iterator[Task]:
    checks = DisasterCheck.objects.visible_to(staff)
    yield Task(
        "灾后待复查农户",
        checks.pending().count(),
        link("rectification:disaster_list"),
        "灾害后列入复查名单，还没有登记结果",
        is_urgent=checks.overdue(today()).exists(),
    )


def duty_tasks(staff) -> Iterator[Task]:
    yield Task(
        "监测责任缺口",
        sum(map(len, gaps(staff.scope_code, today()).values())),
        link("rectification:duty_list", gaps="1"),
        "没有登记监测责任人、没有巡查或超过间隔，算作漏点短板",
    )


def week_tasks(staff) -> Iterator[Task]:
    """The office's weeks that are not submitted, or were returned."""
    return (Task(*each) for each in weeks_waiting(staff))


def bureau_week_tasks(staff) -> Iterator[Task]:
    """Submissions to review, offices that are silent, weeks to lock and to forward."""
    return (Task(*each) for each in bureau_weeks_waiting(staff))


def overdue_tasks(staff) -> Iterator[Task]:
    yield Task(
        "超期未清零",
        Household.objects.visible_to(staff).overdue(today()).count(),
        link("households:household_list", status="overdue"),
        "已过清零时限，住房还不安全或未排查",
        is_urgent=True,
    )


def problem_tasks(staff) -> Iterator[Task]:
    """What of the ledger waits for those who work on it."""
    problems = Problem.objects.visible_to(staff)
    mine = problems.of(staff).at_work()
    yield Task(
        "我的问题",
        mine.count(),
        link("rectification:problem_list", mine=1, state="at_work"),
        "由我经办，还没有申请销号",
        is_urgent=mine.overdue(today()).exists(),
    )
    yield Task(
        "待交办问题",
        problems.to_assign().count(),
        link("rectification:problem_list", state=ProblemState.OPEN),
        "已登记，还没有责任人",
    )
    yield Task(
        "被退回的销号申请",
        problems.filter(state=ProblemState.RETURNED).count(),
        link("rectification:problem_list", state=ProblemState.RETURNED),
        "按退回理由整改后重新申请",
        is_urgent=True,
    )


def verifying_tasks(staff) -> Iterator[Task]:
    yield Task(
        "待核实销号",
        Problem.objects.visible_to(staff).to_verify().count(),
        link("rectification:problem_list", state=ProblemState.SUBMITTED),
        "现场、资料或电话核实后销号，不实的退回",
    )


def leader_tasks(staff) -> Iterator[Task]:
    yield Task(
        "未登记主要领导的街办",
        unled_offices(staff).count(),
        link("rectification:leader_list"),
        "屡改屡犯的问题须由主要领导牵头",
    )


def due_tasks(staff) -> Iterator[Task]:
    problems = Problem.objects.visible_to(staff)
    yield Task(
        "超期问题",
        problems.overdue(today()).count(),
        link("rectification:problem_list", light=Light.RED),
        "已过整改时限，还没有销号",
        is_urgent=True,
    )
    yield Task(
        "本周到期的问题",
        problems.due_between(*this_week()).count(),
        link("rectification:problem_list", week=1),
        f"整改时限在 {thursday_of(today()):%-m 月 %-d 日}前的一周内",
    )


TASKS = (
    (permissions.may_inspect, office_tasks),
    (permissions.may_prepare_week, week_tasks),
    (permissions.may_import_roster, import_tasks),
    (permissions.may_review_inspection, review_tasks),
    (permissions.may_see_appraisal_queue, bureau_tasks),
    (permissions.may_review_week, bureau_week_tasks),
    (permissions.may_record_renovation, renovation_tasks),
    (permissions.may_confirm_removal, removal_tasks),
    (permissions.may_enter_national, national_tasks),
    (works_on_lists, list_tasks),
    (permissions.may_supervise, supervision_tasks),
    (permissions.may_answer_report, report_tasks),
    (permissions.may_record_recheck, recheck_tasks),
    (permissions.may_keep_duties, duty_tasks),
    (permissions.may_work_on_problem, problem_tasks),
    (permissions.may_verify_problem, verifying_tasks),
    (permissions.may_name_leaders, leader_tasks),
    (permissions.may_see_business, overdue_tasks),
    (permissions.may_see_business, due_tasks),
)


def tasks_of(staff) -> list[Task]:
    """Everything that waits for `staff`, what is late first."""
    tasks = [task for allowed, tasks in TASKS if allowed(staff) for task in tasks(staff)]
    return sorted(tasks, key=lambda task: (task.count == 0, not task.is_urgent))


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The to-do list by role; the keeper, who does no business, starts at the trail, beside it the accounts."""
    if permissions.may_keep_accounts(request.user):
        return redirect("audit:entry_list")
    tasks = tasks_of(request.user)
    return render(
        request,
        "home.html",
        {
            "tasks": tasks,
            "done": [task for task in tasks if not task.count],
            "today": today(),
            "week": weeks.this_week(),
            "milestone": next_milestone(today()),
            "may_inspect": permissions.may_inspect(request.user),
            "may_import": permissions.may_import_roster(request.user),
            "may_report": permissions.may_report_doubt(request.user),
            "is_village": len(request.user.scope_code) == RegionLevel.VILLAGE,
        },
    )
