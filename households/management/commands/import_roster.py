"""`manage.py import_roster FILE --region CODE --as USERNAME`: a roster from the command line."""

import csv
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from households.models import Region
from households.roster.headers import Mapping
from households.roster.importing import OUTCOMES, cancel, confirm, row_count, run, upload_roster
from households.roster.refusals import RosterRefused
from households.roster.results import report_lines
from yanliang.accounts.models import Staff


class Command(BaseCommand):
    help = "导入花名册（.xlsx、.xls、.ods）；--report 逐行写出结果：sheet,row,outcome,codes。"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="花名册文件")
        parser.add_argument("--region", required=True, help="导入到哪个区划（代码）")
        parser.add_argument("--as", dest="username", required=True, help="以哪个账号的名义导入")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")
        parser.add_argument("--report", type=Path, help="逐行结果写到这个 CSV 文件")

    def handle(self, file, region, username, dry_run, report, **options):
        staff = Staff.objects.filter(username=username, is_active=True).first()
        if staff is None:
            raise CommandError(f"没有可用的账号“{username}”。")
        target = Region.objects.filter(pk=region).first()
        if target is None:
            raise CommandError(f"没有代码为“{region}”的区划。")
        if not file.is_file():
            raise CommandError(f"找不到文件“{file}”。")
        try:
            with file.open("rb") as source:
                roster_import = upload_roster(File(source, name=file.name), target, staff)
            if missing := Mapping.from_json(roster_import.mapping).missing_message:
                cancel(roster_import, staff)
                raise CommandError(missing)
            if dry_run or not row_count(roster_import):
                cancel(roster_import, staff)
            else:
                roster_import = run(confirm(roster_import, staff), staff)
        except (RosterRefused, PermissionDenied) as refusal:
            raise CommandError(str(refusal)) from refusal
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        if report:
            with report.open("w", newline="", encoding="utf-8") as lines:
                writer = csv.writer(lines, lineterminator="\n")
                writer.writerow(["sheet", "row", "outcome", "codes"])
                writer.writerows(report_lines(roster_import))
        counts = "，".join(
            f"{label} {roster_import.counts.get(outcome, 0)} 行"
            for outcome, label in OUTCOMES.items()
        )
        self.stdout.write(f"{'（试运行，未写入）' if dry_run else ''}{file.name}：{counts}。")
