"""The list that an organisation takes to the site: its open assignments, by office and village."""

from households.models import Region
from inspections.causes import cause_of
from inspections.models import AppraisalOrganisation
from yanliang.periods import today
from yanliang.tables.table import Column, Fact, Row, Table

COLUMNS = (
    Column("number", "序号", "int", width=5),
    Column("office", "街办", width=10),
    Column("village", "村（社区）", width=12),
    Column("group", "组", width=6),
    Column("head", "户主", width=8),
    Column("phone", "联系电话", "code", width=13),
    Column("class", "类别", width=12),
    Column("structure", "结构", width=8),
    Column("storeys", "层数", "int", width=5),
    Column("built_year", "建成年份", "code", width=6),
    Column("reasons", "鉴定缘由", width=26),
    Column("due_on", "应完成日期", "date", width=11),
    Column("grade", "鉴定等级", width=6),
    Column("signature", "户主签字", width=10),
)


def site_list(organisation: AppraisalOrganisation, appraisals) -> Table:
    """The printable list of `appraisals` (with the `prefetches` of `inspections.causes`).

    The last two columns are left to be filled in by hand.
    """
    offices = {region.code: str(region) for region in Region.objects.offices()}
    rows = []
    for number, appraisal in enumerate(appraisals, start=1):
        household = appraisal.household
        rows.append(
            Row(
                {
                    "number": number,
                    "office": offices.get(household.region.office_code, ""),
                    "village": str(household.region),
                    "group": household.group,
                    "head": household.head_name,
                    "phone": household.phone,
                    "class": household.household_class.name,
                    "structure": household.get_structure_display(),
                    "storeys": household.storeys,
                    "built_year": str(household.built_year or ""),
                    "reasons": "".join(cause_of(household).reasons),
                    "due_on": appraisal.due_on,
                    "grade": " ",
                    "signature": " ",
                }
            )
        )
    return Table(
        title="住房安全鉴定现场清单",
        columns=COLUMNS,
        rows=rows,
        head_facts=(
            Fact("鉴定机构", str(organisation)),
            Fact("资质证书", organisation.certificate),
            Fact("制表日期", f"{today():%Y-%m-%d}"),
            Fact("户数", str(len(rows))),
        ),
        signatures=("鉴定机构", "鉴定人员", "委托单位经办人"),
        notes=("联系电话仅用于预约入户鉴定，用后妥善销毁。",),
        paper="A4 landscape",
    )
