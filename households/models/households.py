"""The register: one row a household, with its dwelling and its safety summary."""

import datetime as dt
from decimal import Decimal
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from households.enums import (
    SAFE_GRADES,
    SAFE_STAGES,
    SAFETY_BASIS,
    UNSAFE_GRADES,
    Grade,
    HousingSource,
    NationalState,
    OldHouse,
    RenovationMode,
    Residence,
    SafetyBasis,
    Stage,
    Structure,
    Verdict,
)
from households.summary import Summary
from yanliang.accounts.scoping import RegionScopedQuerySet
from yanliang.periods import now

SUMMARY_FIELDS = ("verdict", "stage", "grade")


class HouseholdQuerySet(RegionScopedQuerySet):
    def to_check(self) -> Self:
        """应排查: every household but the exempt."""
        return self.exclude(stage=Stage.EXEMPT)

    def unchecked(self) -> Self:
        return self.filter(stage=Stage.UNCHECKED)

    def awaiting_appraisal(self) -> Self:
        """待鉴定: suspected and without a valid grade."""
        return self.filter(verdict=Verdict.SUSPECTED, grade=Grade.NONE)

    def not_cleared(self) -> Self:
        """未清零: every stage that is neither safe nor exempt."""
        return self.exclude(stage__in=SAFE_STAGES | {Stage.EXEMPT})

    def task_left(self) -> Self:
        """脱贫任务未清零: checked and not safe, of the classes whose houses are all appraised (domain rules §5)."""
        return (
            self.not_cleared()
            .exclude(stage=Stage.UNCHECKED)
            .filter(household_class__appraise_all=True)
        )

    def overdue(self, day: dt.date) -> Self:
        """超期未清零: not cleared although the date of its class lies before `day` (notice: 5-31 and 6-30)."""
        return self.not_cleared().filter(household_class__cleared_by__lt=day)

    def in_national_system(self) -> Self:
        """应录入: what the national 住房安全排查鉴定信息系统 must hold in the end."""
        return self.to_check().filter(household_class__in_national_system=True)

    def entered(self) -> Self:
        """已录入: the national system has given a reference."""
        return self.in_national_system().exclude(external_reference="")

    def to_enter(self) -> Self:
        """可录入: safe on a basis that the national system knows, and not entered."""
        return self.in_national_system().filter(external_reference="", stage__in=SAFETY_BASIS)

    def not_yet_enterable(self) -> Self:
        """尚不安全: not entered, and without a safety basis yet."""
        return (
            self.in_national_system().filter(external_reference="").exclude(stage__in=SAFETY_BASIS)
        )

    def in_national_state(self, state: NationalState) -> Self:
        match state:
            case NationalState.ENTERED:
                return self.entered()
            case NationalState.TO_ENTER:
                return self.to_enter()
        return self.not_yet_enterable()


class Household(models.Model):
    """A rural household, its dwelling, and one summary of all that happened to it.

    `verdict`, `stage` and `grade` are written only by `households.events`, from the events alone.
    `summary_since` is when region, class or summary last changed; what was before is in `PastSummary`.
    """

    code = models.CharField("户编号", max_length=20, unique=True)
    region = models.ForeignKey("households.Region", models.PROTECT, verbose_name="村（社区）")
    group = models.CharField("村民小组", max_length=20, blank=True)
    head_name = models.CharField("户主姓名", max_length=20)
    id_number = models.CharField("身份证号", max_length=18, unique=True)
    population = models.PositiveSmallIntegerField(
        "家庭人口",
        default=1,
        validators=[
            MinValueValidator(1, "人口应为 1–30 人。"),
            MaxValueValidator(30, "人口应为 1–30 人。"),
        ],
    )
    phone = models.CharField(
        "联系电话",
        max_length=20,
        blank=True,
        validators=[
            RegexValidator(
                r"^(1\d{10}|0\d{2,3}-?\d{7,8})$", "电话应为 11 位手机号或带区号的座机号。"
            )
        ],
    )
    household_class = models.ForeignKey(
        "households.HouseholdClass", models.PROTECT, verbose_name="农户类别"
    )
    helper = models.CharField("帮扶干部", max_length=20, blank=True)
    remark = models.CharField("备注", max_length=200, blank=True)

    structure = models.CharField("房屋结构", max_length=3, choices=Structure, blank=True)
    storeys = models.PositiveSmallIntegerField(
        "层数", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    bays = models.PositiveSmallIntegerField(
        "间数", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    floor_area = models.DecimalField(
        "建筑面积（㎡）",
        max_digits=7,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[
            MinValueValidator(Decimal(5), "建筑面积应为 5–2000 ㎡。"),
            MaxValueValidator(Decimal(2000), "建筑面积应为 5–2000 ㎡。"),
        ],
    )
    built_year = models.PositiveSmallIntegerField("建成年份", null=True, blank=True)
    housing_source = models.CharField("住房来源", max_length=12, choices=HousingSource, blank=True)
    residence = models.CharField("居住情况", max_length=20, choices=Residence, blank=True)
    business_use = models.BooleanField("兼作经营", default=False)
    renovated_year = models.PositiveSmallIntegerField("以往改造年份", null=True, blank=True)
    renovated_mode = models.CharField(
        "以往改造方式", max_length=12, choices=RenovationMode, blank=True
    )
    old_house = models.CharField("旧房处置", max_length=16, choices=OldHouse, blank=True)
    other_safe_housing = models.CharField("其他安全住房", max_length=100, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=6, null=True, blank=True)

    verdict = models.CharField(
        "核查结论", max_length=12, choices=Verdict, default=Verdict.NONE, editable=False
    )
    stage = models.CharField(
        "进度", max_length=16, choices=Stage, default=Stage.UNCHECKED, editable=False
    )
    grade = models.CharField(
        "鉴定等级", max_length=4, choices=Grade, default=Grade.NONE, editable=False
    )
    summary_since = models.DateTimeField(default=now, editable=False)

    external_reference = models.CharField(
        "国家系统编号",
        max_length=40,
        blank=True,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9-]{1,40}\Z",
                "国家系统编号应为 1–40 个字母、数字或“-”，不能有空格和汉字。",
            )
        ],
    )
    registered_at = models.DateTimeField("登记时间", default=now, editable=False)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    # Search keys, filled by households.search: one index each, read by prefix.
    given_name = models.CharField(max_length=20, blank=True, editable=False)
    pinyin = models.CharField(max_length=80, blank=True, editable=False)
    pinyin_other = models.CharField(max_length=80, blank=True, editable=False)
    initials = models.CharField(max_length=20, blank=True, editable=False)
    initials_other = models.CharField(max_length=20, blank=True, editable=False)
    id_reversed = models.CharField(max_length=18, blank=True, editable=False)
    phone_reversed = models.CharField(max_length=20, blank=True, editable=False)

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = "农户"
        verbose_name_plural = "农户"
        ordering = ["code"]
        indexes = [
            # The statistics query reads nothing but this index (reports.figures).
            models.Index(
                fields=[
                    "region",
                    "household_class",
                    "verdict",
                    "stage",
                    "grade",
                    "summary_since",
                ],
                name="household_summary",
            ),
            models.Index(fields=["region", "group", "code"], name="household_by_group"),
            models.Index(fields=["stage", "region"], name="household_by_stage"),
            models.Index(fields=["summary_since", "region"], name="household_summary_since"),
            *[
                models.Index(
                    fields=[field], name=f"household_{field}", opclasses=["text_pattern_ops"]
                )
                for field in (
                    "head_name",
                    "given_name",
                    "pinyin",
                    "pinyin_other",
                    "initials",
                    "initials_other",
                    "id_reversed",
                    "phone_reversed",
                )
            ],
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_reference"],
                condition=~Q(external_reference=""),
                name="household_reference_once",
                violation_error_message="这个国家系统编号已登记在另一户，请核对。",
            ),
            models.CheckConstraint(
                condition=Q(population__gte=1, population__lte=30),
                name="household_population",
                violation_error_message="人口应为 1–30 人。",
            ),
            models.CheckConstraint(
                condition=Q(floor_area__isnull=True) | Q(floor_area__gte=5, floor_area__lte=2000),
                name="household_floor_area",
                violation_error_message="建筑面积应为 5–2000 ㎡。",
            ),
            models.CheckConstraint(
                condition=Q(built_year__isnull=True) | Q(built_year__gte=1900),
                name="household_built_year",
                violation_error_message="建成年份应在 1900 年以后。",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        stage__in=[Stage.UNCHECKED, Stage.EXEMPT],
                        verdict=Verdict.NONE,
                        grade=Grade.NONE,
                    )
                    | Q(stage=Stage.SAFE, verdict=Verdict.SAFE, grade=Grade.NONE)
                    | Q(stage=Stage.SUSPECTED, verdict=Verdict.SUSPECTED, grade=Grade.NONE)
                    | Q(
                        stage=Stage.APPRAISED_SAFE,
                        verdict__in=[Verdict.SAFE, Verdict.SUSPECTED],
                        grade__in=sorted(SAFE_GRADES),
                    )
                    | Q(
                        stage__in=[
                            Stage.PENDING_RULING,
                            Stage.TO_RENOVATE,
                            Stage.RENOVATING,
                            Stage.REWORK,
                            Stage.COMPLETED,
                            Stage.ACCEPTED,
                            Stage.SECURED,
                        ],
                        verdict__in=[Verdict.SAFE, Verdict.SUSPECTED],
                        grade__in=sorted(UNSAFE_GRADES),
                    )
                ),
                name="household_summary_reachable",
                violation_error_message="核查结论、进度与鉴定等级互相矛盾。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.head_name}"

    @property
    def summary(self) -> Summary:
        return Summary(Verdict(self.verdict), Stage(self.stage), Grade(self.grade))

    @property
    def is_safe(self) -> bool:
        return self.stage in SAFE_STAGES

    @property
    def safety_basis(self) -> SafetyBasis | None:
        """安全依据 for the national system; None while there is none."""
        return SAFETY_BASIS.get(Stage(self.stage))

    @property
    def national_state(self) -> NationalState:
        if self.external_reference:
            return NationalState.ENTERED
        return NationalState.TO_ENTER if self.safety_basis else NationalState.NOT_YET

    @property
    def dwelling_facts(self) -> dict:
        """The house facts that an inspection starts from, as plain JSON values (domain rules §3)."""
        return {
            "structure": self.structure,
            "storeys": self.storeys,
            "bays": self.bays,
            "floor_area": str(self.floor_area) if self.floor_area is not None else None,
            "built_year": self.built_year,
            "housing_source": self.housing_source,
            "residence": self.residence,
            "business_use": self.business_use,
            "renovated_year": self.renovated_year,
            "renovated_mode": self.renovated_mode,
            "old_house": self.old_house,
            "other_safe_housing": self.other_safe_housing,
            "longitude": str(self.longitude) if self.longitude is not None else None,
            "latitude": str(self.latitude) if self.latitude is not None else None,
        }


class IdentityQuerySet(RegionScopedQuerySet):
    region_path = "household__region_id"

    def current(self) -> Self:
        return self.filter(valid_to__isnull=True)


class Identity(models.Model):
    """One identity of a household, as a department certifies it; ended, never deleted."""

    household = models.ForeignKey(Household, models.CASCADE, related_name="identities")
    household_class = models.ForeignKey(
        "households.HouseholdClass", models.PROTECT, verbose_name="类别"
    )
    department = models.CharField("认定部门", max_length=20, blank=True)
    certificate = models.CharField("证件编号", max_length=40, blank=True)
    valid_from = models.DateField("起始日期", null=True, blank=True)
    valid_to = models.DateField("终止日期", null=True, blank=True)

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name = "身份"
        verbose_name_plural = "身份"
        ordering = ["household_class__precedence", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "household_class"],
                condition=Q(valid_to__isnull=True),
                name="identity_current_once",
                violation_error_message="同一身份不能重复登记。",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
                name="identity_dates",
                violation_error_message="终止日期不能早于起始日期。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_class}"
