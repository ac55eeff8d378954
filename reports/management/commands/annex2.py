"""`manage.py annex2`: the statistics table from the command line."""

import datetime as dt
import json
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from households.models import Region
from reports.annex2.exports import exported, recorded_export
from reports.annex2.faces import json_rows
from reports.annex2.sheet import Sheet, sheet_of
from yanliang.periods import today

HELP = """\
附件2 所有农户住房安全排查情况统计表，写入文件。

--region  区划代码：6 位区县（每行一个街办，另加合计）、9 位街办（每行一个村，另加合计）或 12 位村（仅本村一行）。
--date    截至当日 24 时（北京时间）的情况；不填为现在的情况。

json 为行的列表，每行 {"code", "name", "section", "columns"}：
  code     该行的区划代码；合计行为 --region 本身的代码，name 为“合计”
  section  全部农户、各类别组、组内各类别（组内不止一类时），例如：全部农户、建档立卡户、
           其他三类重点对象、农村分散供养特困人员、低保户、贫困残疾人家庭、一般农户
  columns  {"1": …, "23": …}：按当日版式的栏号，户数为整数；排查率（第 1 版的 "5"）等比率为百分数
           （98.25 即 98.25%），分母为 0 时为 null
xlsx 每个 section 一张工作表；pdf 每个 section 另起一页（A3 横向）。"""


class Command(BaseCommand):
    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--region", required=True, metavar="CODE", help="区划代码")
        parser.add_argument("--date", type=day, metavar="YYYY-MM-DD", help="截至日期")
        parser.add_argument(
            "--format", choices=["json", "xlsx", "pdf"], required=True, help="文件格式"
        )
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="写入的文件")

    def handle(self, *args: Any, **options: Any) -> None:
        region = Region.objects.filter(code=options["region"]).first()
        if region is None:
            raise CommandError(f"没有代码为 {options['region']} 的区划。")
        if options["date"] and options["date"] > today():
            raise CommandError("日期不能晚于今天。")
        sheet = sheet_of(region, options["date"])
        content = content_of(sheet, options["format"])
        recorded_export(sheet, options["format"])
        try:
            options["out"].write_bytes(content)
        except OSError as failure:
            raise CommandError(f"无法写入 {options['out']}：{failure.strerror}。") from failure
        self.stdout.write(f"已写入 {options['out']}（{len(content):,} 字节）。")


def day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as invalid:
        raise CommandError(f"日期应为 YYYY-MM-DD，不能是“{text}”。") from invalid


def content_of(sheet: Sheet, form: str) -> bytes:
    if form == "json":
        rows = list(json_rows(sheet))
        return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()
    return exported(sheet, "pdf-all" if form == "pdf" else form)
