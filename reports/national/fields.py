"""What a column of the national system can show of a household: key, name, and how it is read."""

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

from households.enums import RenovationMode, SafetyBasis
from households.models import Household
from rectification.enums import HousingWay
from yanliang.tables.table import Kind, Value


class Appraised(NamedTuple):
    """The valid appraisal of a household."""

    organisation: str
    appraised_on: dt.date | None
    report_number: str


class Renovated(NamedTuple):
    """The accepted renovation of a household."""

    mode: str
    started_on: dt.date | None
    finished_on: dt.date | None
    accepted_on: dt.date | None


class Entry(NamedTuple):
    """A household with the records behind its safety basis, as they are written down in one row.

    `renovated` is there only where the basis is 改造安全, `way` only where it is 保障安全: what happened to an
    earlier house says nothing about this one.
    """

    serial: int
    household: Household
    inspected_on: dt.date | None
    appraised: Appraised | None
    renovated: Renovated | None
    way: str


class EntryField(NamedTuple):
    """One thing that a column can show. A `code` is text on every face, however much it looks like a number."""

    key: str
    label: str
    kind: Kind
    read: Callable[[Entry], Value]


def basis(entry: Entry) -> str:
    found: SafetyBasis | None = entry.household.safety_basis
    return found.label if found else ""


def of_appraisal(name: str) -> Callable[[Entry], Value]:
    return lambda entry: getattr(entry.appraised, name) if entry.appraised else None


def of_renovation(name: str) -> Callable[[Entry], Value]:
    return lambda entry: getattr(entry.renovated, name) if entry.renovated else None


def mode(entry: Entry) -> str:
    return RenovationMode(entry.renovated.mode).label if entry.renovated else ""


#: Text of the bureau's own, the same in every row (县区名称, 填报批次 …); the column brings it along.
FIXED = "fixed"

FIELDS = (
    EntryField("serial", "序号", "int", lambda entry: entry.serial),
    EntryField("head_name", "户主姓名", "text", lambda entry: entry.household.head_name),
    EntryField("id_number", "身份证号", "code", lambda entry: entry.household.id_number),
    EntryField("code", "户编号", "code", lambda entry: entry.household.code),
    EntryField("region_code", "区划代码", "code", lambda entry: entry.household.region_id),
    EntryField("office", "乡镇", "text", lambda entry: str(entry.household.region.parent)),
    EntryField("village", "村", "text", lambda entry: str(entry.household.region)),
    EntryField("group", "组", "text", lambda entry: entry.household.group),
    EntryField("population", "家庭人口", "int", lambda entry: entry.household.population),
    EntryField("phone", "联系电话", "code", lambda entry: entry.household.phone),
    EntryField("class", "类别", "text", lambda entry: str(entry.household.household_class)),
    EntryField("helper", "帮扶干部", "text", lambda entry: entry.household.helper),
    EntryField(
        "structure", "房屋结构", "text", lambda entry: entry.household.get_structure_display()
    ),
    EntryField("storeys", "层数", "int", lambda entry: entry.household.storeys),
    EntryField("floor_area", "面积", "decimal", lambda entry: entry.household.floor_area),
    # A year is a name, not an amount: no thousands separator.
    EntryField("built_year", "建成年份", "code", lambda entry: text(entry.household.built_year)),
    EntryField("inspected_on", "核查日期", "date", lambda entry: entry.inspected_on),
    EntryField("verdict", "核查结论", "text", lambda entry: entry.household.get_verdict_display()),
    EntryField("organisation", "鉴定机构", "text", of_appraisal("organisation")),
    EntryField("appraised_on", "鉴定日期", "date", of_appraisal("appraised_on")),
    EntryField("report_number", "鉴定报告编号", "code", of_appraisal("report_number")),
    EntryField("grade", "鉴定等级", "text", lambda entry: entry.household.get_grade_display()),
    EntryField("mode", "改造方式", "text", mode),
    EntryField("started_on", "开工日期", "date", of_renovation("started_on")),
    EntryField("finished_on", "竣工日期", "date", of_renovation("finished_on")),
    EntryField("accepted_on", "验收日期", "date", of_renovation("accepted_on")),
    EntryField("basis", "安全依据", "text", basis),
    EntryField(
        "way", "保障方式", "text", lambda entry: HousingWay(entry.way).label if entry.way else ""
    ),
    EntryField(
        "external_reference",
        "国家系统编号",
        "code",
        lambda entry: entry.household.external_reference,
    ),
)
BY_KEY = {field.key: field for field in FIELDS}
#: By one of these a returned row is found again; a layout keeps at least one.
KEYS = ("id_number", "code")
CHOICES = [*((field.key, field.label) for field in FIELDS), (FIXED, "固定文字")]


def text(value: int | None) -> str:
    return "" if value is None else str(value)
