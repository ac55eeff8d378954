"""The problem ledger as a file (整改台账): a workbook with a sheet for each source, or paper to be signed."""

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import NamedTuple

from django.db.models import Count

from households.models import Region
from rectification.enums import EvidenceKind, ProblemSource, ProblemState
from rectification.models import Evidence, ProblemEntry
from rectification.models.problems import ProblemQuerySet
from rectification.problems.columns import COLUMNS, LAST_LINES, TOLD, told
from yanliang.accounts.enums import RegionLevel
from yanliang.accounts.models import Staff
from yanliang.audit.trail import record
from yanliang.periods import SHANGHAI
from yanliang.tables.register_excel import write_register
from yanliang.tables.register_pdf import register_pdf
from yanliang.tables.table import DocumentProperties, Fact, Row, Table, Value

TITLE = "问题整改台账"
NOTHING = "没有符合条件的问题"
SIGNATURES = ("填报人", "审核人", "街办主要领导", "区住建局（盖章）")
BUREAU = "区住建局"
#: How the ledger says whether a problem is struck off; every other state is 否.
STRUCK_OFF = {ProblemState.CLOSED: "是", ProblemState.VOID: "作废"}
SOURCES, EVIDENCE_KINDS = dict(ProblemSource.choices), dict(EvidenceKind.choices)
READ = (
    "pk",
    "number",
    "kind__name",
    "region_id",
    "household__code",
    "household__head_name",
    "description",
    "found_on",
    "measure",
    "responsible",
    "leading_official",
    "due_on",
    "state",
    "closed_at",
    "is_recurrent",
)


class Places:
    """Regions by their code, as the ledger names them. One query."""

    def __init__(self) -> None:
        self._names = dict(Region.objects.values_list("code", "short_name"))

    def name(self, code: str) -> str:
        """“关山街道 关山村”, “关山街道”, “阎良区”."""
        if len(code) <= RegionLevel.OFFICE:
            return self._names[code]
        return f"{self._names[code[: RegionLevel.OFFICE]]} {self._names[code]}"

    def unit(self, code: str) -> str:
        """责任单位, as `Problem.unit`."""
        return (
            self._names[code[: RegionLevel.OFFICE]] if len(code) >= RegionLevel.OFFICE else BUREAU
        )


@dataclass(frozen=True)
class Ledger:
    """Problems to be taken away: by whom, when and why, and in words what they were narrowed to."""

    problems: ProblemQuerySet
    conditions: str
    by: Staff
    at: dt.datetime
    reason: str = ""

    @property
    def title(self) -> str:
        return f"{TITLE}（{self.by.region.short_name}）"

    @property
    def facts(self) -> tuple[Fact, ...]:
        at = self.at.astimezone(SHANGHAI)
        is_office = len(self.by.scope_code) >= RegionLevel.OFFICE
        return (
            Fact("填报单位", self.by.region.short_name if is_office else BUREAU),
            Fact("填报日期", f"{at:%Y年%-m月%-d日}"),
            Fact("导出人", f"{self.by}　用途：{self.reason or '未填写'}"),
        )

    @property
    def properties(self) -> DocumentProperties:
        subject = f"用途：{self.reason}" if self.reason else ""
        return DocumentProperties(self.title, str(self.by), subject, self.at)


def by_source(problems: ProblemQuerySet) -> dict[str, int]:
    """How many problems of each source there are, in the order of the sources."""
    found = dict(problems.order_by().values_list("source").annotate(Count("pk")))
    return {source: found[source] for source in ProblemSource if source in found}


def ledger_workbook(ledger: Ledger) -> bytes:
    """An .xlsx with one sheet for each source that has problems; its figures never become formulas.

    A fixed number of queries; beside the file itself no more than the texts of one source are in memory.
    """
    counts, places = by_source(ledger.problems), Places()
    tables = [
        table_of(
            ledger,
            f"{TITLE}（{SOURCES[source]}）",
            number,
            lines_of(ledger, source, places, count(1)),
            source,
        )
        for source, number in counts.items()
    ]
    stream = BytesIO()
    write_register(
        stream, tables or [table_of(ledger, ledger.title, 0, [])], properties=ledger.properties
    )
    return stream.getvalue()


def ledger_pdf(ledger: Ledger) -> bytes:
    """The ledger as one document to be signed, source after source."""
    counts, places = by_source(ledger.problems), Places()
    keys, serial = [column.key for column in COLUMNS], count(1)
    rows = (
        Row(dict(zip(keys, line, strict=True)))
        for source in counts
        for line in lines_of(ledger, source, places, serial)
    )
    table = table_of(ledger, ledger.title, sum(counts.values()), rows)
    return register_pdf([table], properties=ledger.properties)


def table_of(ledger: Ledger, title: str, number: int, rows, source: str = "") -> Table:
    shown = f"共 {number:,} 个问题" if number else NOTHING
    return Table(
        title=title,
        subtitle=f"{ledger.conditions}　{shown}",
        columns=COLUMNS,
        rows=rows,
        head_facts=ledger.facts,
        signatures=SIGNATURES,
        sheet_name=SOURCES.get(source, TITLE),
    )


def lines_of(
    ledger: Ledger, source: str, places: Places, serial: Iterator[int]
) -> Iterator[tuple[Value, ...]]:
    """The values of each problem of a source in the order of COLUMNS; read when the first is asked for."""
    problems = ledger.problems.filter(source=source)
    progress, evidence = progress_of(problems), evidence_of(problems)
    rows = problems.order_by("number").values_list(*READ)
    for (
        pk,
        number,
        kind,
        region_id,
        code,
        head_name,
        description,
        found_on,
        measure,
        responsible,
        leading_official,
        due_on,
        state,
        closed_at,
        is_recurrent,
    ) in rows.iterator(chunk_size=2000):
        closed_on = closed_at.astimezone(SHANGHAI).date() if state == ProblemState.CLOSED else None
        yield (
            next(serial),
            number,
            SOURCES[source],
            kind,
            places.name(region_id),
            f"{code} {head_name}" if code else None,
            description,
            found_on,
            measure,
            places.unit(region_id),
            responsible,
            leading_official,
            due_on,
            "\n".join(progress[pk]) if pk in progress else None,
            "；".join(evidence[pk]) if pk in evidence else None,
            STRUCK_OFF.get(state, "否"),
            closed_on,
            "是" if is_recurrent else None,
        )


def progress_of(problems: ProblemQuerySet) -> dict[int, deque[str]]:
    """The last lines of 进展 of each problem that has any, with their dates."""
    entries = ProblemEntry.objects.filter(problem__in=problems.order_by(), kind__in=TOLD)
    found: dict[int, deque[str]] = defaultdict(lambda: deque(maxlen=LAST_LINES))
    rows = entries.order_by("at", "pk").values_list("problem_id", "kind", "text", "at")
    for problem_id, kind, text, at in rows.iterator(chunk_size=2000):
        found[problem_id].append(dated(kind, text, at))
    return found


def dated(kind: str, text: str, at: dt.datetime) -> str:
    """A line of 进展: “2020-04-21 已联系施工方”."""
    return f"{at.astimezone(SHANGHAI).date()} {told(kind, text)}".rstrip()


def evidence_of(problems: ProblemQuerySet) -> dict[int, list[str]]:
    """What stands as proof of each problem that has any, by name."""
    standing = Evidence.objects.standing().filter(problem__in=problems.order_by())
    found: dict[int, list[str]] = defaultdict(list)
    rows = standing.order_by("pk").values_list("problem_id", "kind", "name")
    for problem_id, kind, name in rows.iterator(chunk_size=2000):
        found[problem_id].append(f"{EVIDENCE_KINDS[kind]} {name}")
    return found


class Format(NamedTuple):
    """A kind of file that the ledger can be taken away as."""

    label: str
    content_type: str
    write: Callable[[Ledger], bytes]


FORMATS = {
    "xlsx": Format(
        "Excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ledger_workbook,
    ),
    "pdf": Format("PDF", "application/pdf", ledger_pdf),
}


def exported(ledger: Ledger, extension: str) -> bytes:
    """The file in one of FORMATS; the trail says who took it, under which filters and why."""
    chosen = FORMATS[extension]
    content = chosen.write(ledger)
    record(
        "exported",
        by=ledger.by,
        after={"内容": ledger.title, "格式": chosen.label, "条件": ledger.conditions},
        reason=ledger.reason,
    )
    return content
