"""The sheets that explain a workbook: how it is filled in, and how to check it against the store."""

from collections.abc import Iterator

from reports.annex2.faces import chinese_date
from reports.thursday.dressing import DRAFT, title_of
from reports.thursday.paper import Paper
from reports.weekly.wording import moment_in_words
from yanliang.tables.table import Column, Row, Table, display

NOTES, VERIFICATION = "填表说明", "校验"
HOW_TO_CHECK = (
    "核对办法：登录本系统，打开“报表—校验”，输入校验码，或者上传收到的文件；页面说明存档中有没有这份文件、"
    "有没有更正过，文件有改动的逐格列出。",
    "校验码是存档内容 SHA-256 的前 12 位。文件改动以后校验码不会跟着变，是否与存档一致以核对结果为准。",
)


def notes_table(paper: Paper) -> Table:
    """填表说明: what the columns of Annex 2 count and what must agree, once for all its sheets."""
    notes = next((table.notes for table in paper.annex if table.notes), ())
    return Table(
        title=f"{paper.annex[0].title}{NOTES}",
        columns=(
            Column("number", "序号", kind="code", width=6),
            Column("note", "说明", width=120),
        ),
        rows=[
            Row({"number": str(number), "note": note}) for number, note in enumerate(notes, start=1)
        ],
        paper="A4 landscape",
        sheet_name=NOTES,
    )


def verification_table(paper: Paper) -> Table:
    """校验: by what the file is known, who sealed it when, which office stands in it how, how to check it."""
    return Table(
        title=f"{VERIFICATION}页",
        columns=(Column("name", "项目", width=18), Column("value", "内容", width=72)),
        rows=[Row({"name": name, "value": value}) for name, value in verification_facts(paper)],
        remarks=(*paper.provenance, *(HOW_TO_CHECK if paper.is_sealed else (DRAFT,))),
        paper="A4 portrait",
        sheet_name=VERIFICATION,
    )


def verification_facts(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "文件", title_of(paper)
    yield "填报单位", paper.unit
    yield "期号", paper.issue
    yield "报告周", f"{chinese_date(paper.thursday)}（周四）"
    yield "数据截止", paper.as_at
    if paper.is_sealed:
        if paper.receipt:
            yield "回执号", paper.receipt
        yield "校验码", paper.code
        yield "SHA-256", paper.sha256
        yield "封存人", paper.sealed_by
        yield "封存时间", moment_in_words(paper.sealed_at)
    else:
        yield "校验码", DRAFT
    if paper.statement:
        yield from statement_facts(paper.statement)


def statement_facts(statement: Table) -> Iterator[tuple[str, str]]:
    """A line for each office: what the statement's columns say of it."""
    first, *others = statement.leaves
    for row in statement.rows:
        told = (
            f"{leaf.label} {display(row.cell(leaf.key).value, leaf.kind)}"
            for leaf in others
            if row.cell(leaf.key).value not in (None, "")
        )
        yield display(row.cell(first.key).value, first.kind), "；".join(told)
