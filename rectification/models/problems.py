"""The problem ledger (问题台账): problems, the log of what was done, and the proof (domain rules §5)."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from rectification.enums import (
    AT_WORK,
    SETTLED,
    UNSETTLED,
    Direction,
    EntryKind,
    EvidenceKind,
    Fact,
    Light,
    ProblemSource,
    ProblemState,
    Verification,
)
from rectification.models.voiding import Voidable, VoidableQuerySet, void_is_whole
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.scoping import RegionScopedQuerySet
from yanliang.periods import now

#: 临期: due within so many days (domain rules §5).
SOON_DAYS = 7
#: What stands between two names; 责任唯一 allows one (notice: 四清一责任).
SEPARATORS = ("、", "，", ",", "；", ";", "/", " ")


def one_of(texts: tuple[str, ...], field: str) -> Q:
    """Whether `field` contains any of `texts`."""
    condition = Q()
    for text in texts:
        condition |= Q(**{f"{field}__contains": text})
    return condition


class ProblemKind(models.Model):
    """A kind of problem (问题类别), kept by the bureau.

    `is_house` asks for a photo from before and one from after. `fact` names what the register knows about it.
    """

    code = models.SlugField("代码", max_length=30, unique=True)
    name = models.CharField("名称", max_length=40, unique=True)
    direction = models.CharField("所属排查", max_length=10, choices=Direction)
    is_house = models.BooleanField("须有整改前后照片", default=False)
    fact = models.CharField("系统自动核对", max_length=24, choices=Fact, blank=True)
    measure = models.CharField("常用整改措施", max_length=200, blank=True)
    position = models.PositiveSmallIntegerField("顺序", default=100)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "问题类别"
        verbose_name_plural = "问题类别"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fact"],
                condition=~Q(fact=""),
                name="problem_kind_fact_once",
                violation_error_message="这项自动核对已用于另一类别。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProblemQuerySet(RegionScopedQuerySet):
    def standing(self) -> Self:
        """All that count: a void one was a mistake."""
        return self.exclude(state=ProblemState.VOID)

    def unsettled(self) -> Self:
        """Not struck off yet."""
        return self.filter(state__in=UNSETTLED)

    def at_work(self) -> Self:
        """With the office: neither settled nor before the bureau."""
        return self.filter(state__in=AT_WORK)

    def to_assign(self) -> Self:
        return self.filter(state=ProblemState.OPEN)

    def to_verify(self) -> Self:
        return self.filter(state=ProblemState.SUBMITTED)

    def closed(self) -> Self:
        return self.filter(state=ProblemState.CLOSED)

    def of(self, staff) -> Self:
        """我的问题: those that this account answers for."""
        return self.filter(assignee=staff)

    def overdue(self, day: dt.date) -> Self:
        return self.unsettled().filter(due_on__lt=day)

    def due_soon(self, day: dt.date) -> Self:
        """Not overdue, and due within seven days."""
        return self.unsettled().filter(
            due_on__gte=day, due_on__lte=day + dt.timedelta(days=SOON_DAYS)
        )

    def due_between(self, first: dt.date, last: dt.date) -> Self:
        return self.unsettled().filter(due_on__gte=first, due_on__lte=last)

    def with_light(self, light: str, day: dt.date) -> Self:
        match light:
            case Light.RED:
                return self.overdue(day)
            case Light.YELLOW:
                return self.due_soon(day)
            case Light.GREY:
                return self.filter(state__in=SETTLED)
        return self.unsettled().filter(due_on__gt=day + dt.timedelta(days=SOON_DAYS))

    def recurrent(self) -> Self:
        """屡改屡犯, whatever became of them since; the void never happened."""
        return self.standing().filter(is_recurrent=True)


class Problem(models.Model):
    """One problem from its finding to 销号; only `rectification.problems` writes it, and nothing deletes it.

    `subject` names what exactly it is about, so that the same thing is not raised twice while it is open;
    empty for what people describe. `responsible` is one person's name as printed, `assignee` the account that
    works on it, if that person has one. `closed_at` and `closed_by` tell of the last 销号, also after a reopening.
    A problem that the register itself found to be settled has `submitted_at` and no `submitted_by`.
    """

    number = models.CharField("编号", max_length=24, unique=True)
    region = models.ForeignKey(
        "households.Region", models.PROTECT, related_name="problems", verbose_name="区划"
    )
    household = models.ForeignKey(
        "households.Household",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="problems",
        verbose_name="农户",
    )
    source = models.CharField("问题来源", max_length=10, choices=ProblemSource)
    kind = models.ForeignKey(
        ProblemKind, models.PROTECT, related_name="problems", verbose_name="问题类别"
    )
    direction = models.CharField("所属排查", max_length=10, choices=Direction)
    subject = models.CharField(max_length=80, blank=True, editable=False)
    description = models.TextField("问题描述", max_length=1000)
    found_on = models.DateField("发现日期")
    measure = models.TextField("整改措施", max_length=1000, blank=True)
    responsible = models.CharField("责任人", max_length=20, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="problems",
        verbose_name="经办账号",
    )
    leading_official = models.CharField("牵头领导", max_length=20, blank=True)
    due_on = models.DateField("整改时限")
    state = models.CharField("状态", max_length=12, choices=ProblemState, default=ProblemState.OPEN)
    result = models.TextField("整改结果", max_length=1000, blank=True)
    is_recurrent = models.BooleanField("屡改屡犯", default=False)
    recurs = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="recurrences",
        verbose_name="此前的问题",
    )
    visit = models.ForeignKey(
        "rectification.SupervisionVisit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="problems",
        verbose_name="督导检查",
    )
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="登记人",
    )
    raised_at = models.DateTimeField("登记时间")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="申请人",
    )
    submitted_at = models.DateTimeField("申请销号时间", null=True, blank=True)
    verification = models.CharField("核实方式", max_length=10, choices=Verification, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="销号人",
    )
    closed_at = models.DateTimeField("销号时间", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = "问题"
        verbose_name_plural = "问题"
        ordering = ["due_on", "pk"]
        indexes = [
            models.Index(fields=["region", "state", "due_on"], name="problem_by_region"),
            models.Index(fields=["kind", "household", "state"], name="problem_by_household"),
            models.Index(fields=["kind", "region", "state"], name="problem_by_kind"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "household", "subject"],
                condition=~Q(subject="") & Q(household__isnull=False, state__in=sorted(UNSETTLED)),
                name="problem_of_household_once",
                violation_error_message="同一问题已登记，尚未销号。",
            ),
            models.UniqueConstraint(
                fields=["kind", "region", "subject"],
                condition=~Q(subject="") & Q(household__isnull=True, state__in=sorted(UNSETTLED)),
                name="problem_of_region_once",
                violation_error_message="同一问题已登记，尚未销号。",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("found_on")),
                name="problem_dates",
                violation_error_message="整改时限不能早于发现日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ProblemState.IN_PROGRESS, ProblemState.CLOSED])
                | ~Q(responsible=""),
                name="problem_has_responsible",
                violation_error_message="整改中和已销号的问题必须有责任人。",
            ),
            models.CheckConstraint(
                condition=~one_of(SEPARATORS, "responsible"),
                name="problem_one_responsible",
                violation_error_message="责任人只能填一个人的姓名。",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProblemState.SUBMITTED) | Q(submitted_at__isnull=False),
                name="problem_submitted_whole",
                violation_error_message="申请销号须有时间。",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProblemState.CLOSED)
                | Q(
                    submitted_at__isnull=False,
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                )
                & ~Q(verification=""),
                name="problem_closed_whole",
                violation_error_message="销号须写明核实人、时间和方式。",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProblemState.CLOSED)
                | Q(submitted_by__isnull=True)
                | ~Q(closed_by=F("submitted_by")),
                name="problem_second_person",
                violation_error_message="申请销号的人不能自己核实销号。",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def unit(self) -> str:
        """责任单位: the street office where it lies; the bureau for what concerns the whole district."""
        if len(self.region_id) < RegionLevel.OFFICE:
            return "区住建局"
        office = self.region if len(self.region_id) == RegionLevel.OFFICE else self.region.parent
        return office.short_name

    @property
    def place(self) -> str:
        """Where it is, a village with its office before it."""
        if len(self.region_id) < RegionLevel.VILLAGE:
            return str(self.region)
        return f"{self.region.parent} {self.region}"

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    def light(self, day: dt.date) -> Light:
        """红 after its date, 黄 within seven days of it, 绿 before, 灰 once struck off or void."""
        if self.is_settled:
            return Light.GREY
        if self.due_on < day:
            return Light.RED
        return Light.YELLOW if self.due_on <= day + dt.timedelta(days=SOON_DAYS) else Light.GREEN


class ByProblem(RegionScopedQuerySet):
    region_path = "problem__region_id"


class ProblemEntry(models.Model):
    """A line of a problem's log; the database refuses to change one (see migration 0004).

    `state` is the problem's after it, so that the past can be counted; `by` is empty where the program acted.
    """

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="entries")
    kind = models.CharField("事项", max_length=10, choices=EntryKind)
    state = models.CharField("状态", max_length=12, choices=ProblemState)
    text = models.TextField("内容", max_length=1000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    at = models.DateTimeField("时间", default=now)

    objects = ByProblem.as_manager()

    class Meta:
        verbose_name = "问题进展"
        verbose_name_plural = "问题进展"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["kind", "at"], name="problem_entry_by_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.text[:20]}"


class EvidenceQuerySet(VoidableQuerySet):
    region_path = "problem__region_id"


class Evidence(Voidable):
    """What proves a problem or its end: a photo from before or after, a paper, or what the register says.

    `sha256` is of the file as it was sent, `fingerprint` of the picture itself (`inspections.fingerprints`).
    """

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="evidence")
    kind = models.CharField("类型", max_length=10, choices=EvidenceKind)
    file = models.FileField("文件", upload_to="evidence/%Y/%m/", blank=True)
    name = models.CharField("名称", max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=32, blank=True)
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )
    added_at = models.DateTimeField("上传时间")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "佐证"
        verbose_name_plural = "佐证"
        ordering = ["pk"]
        constraints = [
            void_is_whole("evidence_void_whole"),
            models.CheckConstraint(
                condition=Q(kind=EvidenceKind.REGISTER, file="") | ~Q(file=""),
                name="evidence_has_file",
                violation_error_message="佐证必须有文件。",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[EvidenceKind.BEFORE, EvidenceKind.AFTER])
                | Q(taken_at__isnull=False),
                name="evidence_photo_time",
                violation_error_message="整改照片须有拍摄时间。",
            ),
            models.UniqueConstraint(
                fields=["problem", "sha256"],
                condition=Q(voided_at__isnull=True) & ~Q(sha256=""),
                name="evidence_file_once",
                violation_error_message="这个文件已作为本问题的佐证上传过。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"

    @property
    def region_id(self) -> str:
        """Whose it is; the trail files entries by it."""
        return self.problem.region_id
