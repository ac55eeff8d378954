"""The paper of a submission and of a district report, from what was sealed alone; and of what is not sealed yet."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from reports.annex2.drill_down import NO_LINKS, Addresses
from reports.annex2.faces import table_of, villages_table
from reports.annex2.sections import SECTION_OF_ALL
from reports.enums import WeekState
from reports.models import DistrictReport, Submission
from reports.thursday.content import Content
from reports.thursday.paper import Paper
from reports.weekly.exports import NAME
from reports.weekly.wording import moment_in_words
from yanliang.tables.table import Cell, Column, Row, Table

#: What is said of an office that the sum goes without, by the state of its week.
NOT_COUNTED = {WeekState.DRAFT.label: "未报", WeekState.RETURNED.label: "退回未重报"}


class SealedAddresses:
    """Into a sealed document: the households that were counted then."""

    def __init__(self, url_name: str, pk: int) -> None:
        self.stem = reverse(url_name, args=[pk])

    def place(self, region: str, section: str) -> str:
        return ""

    def figure(self, region: str, section: str, column: int) -> str:
        return f"{self.stem}?region={region}&section={section}&column={column}"


def addresses_of(document: Submission | DistrictReport) -> SealedAddresses:
    is_report = isinstance(document, DistrictReport)
    name = "reports:district_report_households" if is_report else "reports:submission_households"
    return SealedAddresses(name, document.pk)


def annex_tables(
    content: Content, addresses: Addresses = NO_LINKS, *, notes: bool = False
) -> tuple[Table, ...]:
    """Annex 2, a table for each section; with `notes`, 填表说明 once with the first."""
    return tuple(
        table_of(content.sheet, section, notes=notes and not place, addresses=addresses)
        for place, section in enumerate(content.sheet.sections)
    )


def paper_of(content: Content, **sealed: Any) -> Paper:
    """What is printed of `content`; `sealed` are the fields of a Paper that its sealing adds."""
    everyone = content.sheet.section(SECTION_OF_ALL)
    return Paper(
        heading=f"{content.region.short_name}{NAME}",
        unit=content.region.name,
        issue=f"第{content.week.issue}期",
        thursday=content.week.thursday,
        as_at=f"截至{moment_in_words(content.as_at)}",
        sealed_at=content.as_at,
        parts=content.parts,
        annex=annex_tables(content, notes=True),
        villages=villages_table(content.sheet, everyone, content.villages_by_office),
        comparison=content.comparison,
        tables=content.tables,
        charts=content.charts,
        provenance=content.provenance,
        **sealed,
    )


def paper_of_submission(submission: Submission) -> Paper:
    content = Content(submission.data)
    return paper_of(
        content,
        receipt=submission.receipt,
        signers=(
            ("填报人", content.data["submitted_by"]),
            ("审核人", ""),
            ("单位负责人", submission.responsible_name),
            ("联系电话", ""),
        ),
        code=submission.code,
        sha256=submission.sha256,
        sealed_by=content.data["submitted_by"],
    )


def paper_of_report(report: DistrictReport) -> Paper:
    content = Content(report.data)
    return paper_of(
        content,
        statement=statement_table(content.data["offices"]),
        signers=(
            ("填报人", ""),
            ("审核人", ""),
            ("单位负责人", content.data["locked_by"]),
            ("联系电话", ""),
        ),
        code=report.code,
        sha256=report.sha256,
        sealed_by=content.data["locked_by"],
    )


def statement_table(
    offices: list[Mapping[str, Any]], urls: Mapping[str, str] | None = None
) -> Table:
    """Which office submitted what and when; the receipts lead back to the submissions, on screen by `urls`."""
    urls = urls or {}
    return Table(
        title="各街办上报情况",
        columns=(
            Column("place", "街办", width=12),
            Column("state", "状态", width=11),
            Column("submitted_at", "上报时间", width=18),
            Column("timeliness", "是否及时", width=12),
            Column("responsible", "责任人", width=10),
            Column("receipt", "回执号", kind="code", width=22),
        ),
        rows=[
            Row(
                {
                    "place": each["name"],
                    "state": state_in(each),
                    "submitted_at": moment_shown(each["submitted_at"]) or None,
                    "timeliness": each["timeliness"],
                    "responsible": each["responsible"] or None,
                    "receipt": Cell(each["receipt"] or None, href=urls.get(each["receipt"], "")),
                },
                key=each["code"],
            )
            for each in offices
        ],
        paper="A4 portrait",
        sheet_name="上报情况",
    )


def state_in(office: Mapping[str, Any]) -> str | Cell:
    """How far an office's week had come; what the sum goes without is marked."""
    if office["override"]:
        return Cell("台账数", note=office["override"])
    if office["receipt"]:
        return office["state"]
    return Cell(NOT_COUNTED.get(office["state"], "已报未审"), flag="warning")


def moment_shown(stored: str) -> str:
    return moment_in_words(dt.datetime.fromisoformat(stored)) if stored else ""
