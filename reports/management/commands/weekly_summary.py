"""`manage.py weekly_summary`: the weekly report from the command line."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from households.models import Region
from reports.weekly.exports import FORMATS, exported, recorded_export
from reports.weekly.gathering import weekly_of
from reports.weekly.weeks import Week, this_week, week_on


class Command(BaseCommand):
    help = (
        "住房安全排查工作周报，写入文件。数字截至该周周四的截止时刻；本周尚未截止的，为现在的情况。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--region", required=True, metavar="CODE", help="区划代码")
        parser.add_argument(
            "--week", type=week, metavar="YYYY-MM-DD", help="报告周中的任意一天；不填为本周"
        )
        parser.add_argument("--format", choices=list(FORMATS), required=True, help="文件格式")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="写入的文件")

    def handle(self, *args: Any, **options: Any) -> None:
        region = Region.objects.filter(code=options["region"]).first()
        if region is None:
            raise CommandError(f"没有代码为 {options['region']} 的区划。")
        weekly = weekly_of(region, options["week"] or this_week())
        content = exported(weekly, options["format"])
        recorded_export(weekly, options["format"])
        try:
            options["out"].write_bytes(content)
        except OSError as failure:
            raise CommandError(f"无法写入 {options['out']}：{failure.strerror}。") from failure
        self.stdout.write(f"已写入 {options['out']}（{len(content):,} 字节）。")


def week(text: str) -> Week:
    try:
        return week_on(dt.date.fromisoformat(text))
    except ValueError as unknown:
        raise CommandError(f"没有“{text}”所在的报告周：{unknown}") from unknown
