"""The tables of a district's week on screen: of the sum that is still open, and of a sealed report."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from reports.annex2.drill_down import NO_LINKS, Addresses
from reports.annex2.faces import villages_table
from reports.annex2.sections import SECTION_OF_ALL
from reports.models import DistrictReport, Submission
from reports.thursday.content import Content
from reports.thursday.papers import addresses_of, annex_tables, statement_table
from yanliang.tables.html import render_html


def sum_faces(
    request: HttpRequest, content: Content, addresses: Addresses = NO_LINKS
) -> dict[str, Any]:
    """Statement, Annex 2 by section, comparison, the ledger's tables and the pictures. One query."""
    return {
        "provenance": content.provenance,
        "statement": render_html(
            statement_table(content.data["offices"], receipt_urls(request, content)),
            request,
            table_id="statement",
            show_title=False,
        ),
        "sections": [
            (
                section,
                render_html(table, request, table_id=f"section-{position}", show_title=False),
                table.checks,
            )
            for position, (section, table) in enumerate(
                zip(content.sections, annex_tables(content, addresses), strict=True)
            )
        ],
        "comparison": render_html(content.comparison, request, table_id="comparison"),
        "tables": [
            render_html(table, request, table_id=f"table-{position}")
            for position, table in enumerate(content.tables)
        ],
        "charts": content.charts,
    }


def report_faces(request: HttpRequest, report: DistrictReport) -> dict[str, Any]:
    """All that a sealed report shows; its figures open the households that were counted. Two queries."""
    content = Content(report.data)
    addresses = addresses_of(report)
    everyone = content.sheet.section(SECTION_OF_ALL)
    villages = villages_table(
        content.sheet, everyone, content.villages_by_office, addresses=addresses
    )
    return {
        **sum_faces(request, content, addresses),
        "content": content,
        "is_intact": report.is_intact,
        "villages": render_html(villages, request, table_id="villages", show_title=False),
        "revisions": report.week.reports.select_related("locked_by", "forwarding")
        .defer("content")
        .order_by("-revision"),
    }


def receipt_urls(request: HttpRequest, content: Content) -> Mapping[str, str]:
    """The pages of the submissions that the sum is made of, by receipt."""
    receipts = [each["receipt"] for each in content.data["offices"] if each["receipt"]]
    found = Submission.objects.visible_to(request.user).filter(receipt__in=receipts)
    return {
        receipt: reverse("reports:submission_detail", args=[pk])
        for pk, receipt in found.values_list("pk", "receipt")
    }
