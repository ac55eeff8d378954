"""`manage.py weekly_report`: the files of a past week for the archives, from what was submitted and locked alone."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.enums import FileFormat
from reports.models import DistrictReport, Submission
from reports.thursday.files import file_name
from reports.thursday.issuing import issue_file
from reports.thursday.papers import paper_of_report, paper_of_submission
from reports.weekly.weeks import Week, week_on

REASON = "命令行归档"


class Command(BaseCommand):
    help = (
        "把一个报告周的区级周报和各街办上报写成文件（附件2、周报的 Excel、PDF、Word），供归档。"
        "只用已上报、已锁定的内容，不重新统计；没有上报的周不生成文件。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--week", required=True, metavar="YYYY-MM-DD", help="报告周中的任意一天"
        )
        parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="写入的目录")
        parser.add_argument(
            "--format",
            choices=FileFormat.values,
            action="append",
            help="只要这一种文件，可写多次；不填为全部",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        week = asked_week(options["week"])
        documents = list(documents_of(week))
        if not documents:
            raise CommandError(f"{week.thursday} 这一周没有任何上报，没有可以归档的内容。")
        formats = [FileFormat(each) for each in options["format"] or FileFormat.values]
        try:
            options["out"].mkdir(parents=True, exist_ok=True)
            for document in documents:
                self.write(document, formats, options["out"])
        except OSError as failure:
            raise CommandError(f"无法写入 {options['out']}：{failure.strerror}。") from failure
        if not any(isinstance(document, DistrictReport) for document in documents):
            self.stdout.write(f"{week.thursday} 这一周没有锁定的区级周报，只写了各街办的上报。")

    def write(
        self, document: DistrictReport | Submission, formats: list[FileFormat], folder: Path
    ) -> None:
        is_report = isinstance(document, DistrictReport)
        paper = (paper_of_report if is_report else paper_of_submission)(document)
        for form in formats:
            content = issue_file(document, paper, form, reason=REASON)
            path = folder / file_name(paper, form)
            path.write_bytes(content)
            self.stdout.write(f"已写入 {path}（{len(content):,} 字节，校验码 {paper.code}）。")


def asked_week(text: str) -> Week:
    try:
        return week_on(dt.date.fromisoformat(text))
    except ValueError as unknown:
        raise CommandError(f"没有“{text}”所在的报告周：{unknown}") from unknown


def documents_of(week: Week) -> Iterator[DistrictReport | Submission]:
    """The newest district report that was locked, and what each office submitted last."""
    reports = DistrictReport.objects.filter(thursday=week.thursday).standing()
    yield from reports.select_related("region")
    yield from Submission.objects.filter(thursday=week.thursday).counting().select_related("region")
