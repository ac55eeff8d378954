"""`manage.py load_demo`: a made-up district to try the program out."""

import datetime as dt
from argparse import ArgumentTypeError
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from households.models import Household
from households.reference import load_classes, load_regions
from inspections.reference import load_checklist
from rectification.reference import load_problem_kinds
from reports.annex2.layouts import load_annex_layout
from reports.demo.cast import sign_ins
from reports.demo.district import FULL, SEED, SMALL, UNTIL, Plan, build, by_stage
from reports.national.layouts import load_national_layout
from yanliang.periods import campaign, today

NOT_EMPTY = (
    "台账里已有 {count:,} 户，示范数据只装入空台账，没有改动任何数据。操作记录只能追加，所以不提供清空；"
    "请另用一个数据目录：\n" + "{howto}"
)
FULL_HOWTO = """\
  export VAR_DIR=$PWD/var-full
  .venv/bin/python manage.py migrate
  .venv/bin/python manage.py load_demo
  make run"""


def day(text: str) -> dt.date:
    """An ISO date within the campaign and not after today."""
    try:
        value = dt.date.fromisoformat(text)
    except ValueError as wrong:
        raise ArgumentTypeError("日期写作 2020-05-21") from wrong
    if not campaign().start <= value <= today():
        raise ArgumentTypeError(f"日期应在 {campaign().start} 与今天之间")
    return value


class Command(BaseCommand):
    help = (
        f"装入虚构的示范区：七个街办，约 {FULL:,} 户（--small 约 {SMALL:,} 户），"
        f"从 2020-03-25 起的排查经过。只装入空台账；同一种子得到同样的数据。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--small", action="store_true", help=f"只装约 {SMALL:,} 户，几秒钟")
        parser.add_argument("--if-empty", action="store_true", help="台账已有农户时不装，也不报错")
        parser.add_argument(
            "--until", type=day, default=UNTIL, help=f"经过写到哪一天（默认 {UNTIL}）"
        )
        parser.add_argument("--seed", type=int, default=SEED, help=f"随机种子（默认 {SEED}）")

    def handle(
        self, *, small: bool, if_empty: bool, until: dt.date, seed: int, **options: Any
    ) -> None:
        count = Household.objects.count()
        if count and not if_empty:
            raise CommandError(NOT_EMPTY.format(count=count, howto=FULL_HOWTO))
        if count:
            self.stdout.write(f"台账已有 {count:,} 户，不再装入示范数据。")
        else:
            self.load(Plan(SMALL if small else FULL, until, seed))
        self.print_sign_ins()
        if Household.objects.count() < FULL // 2:
            self.stdout.write(f"完整的示范区（约 {FULL:,} 户，一两分钟）装在另一个数据目录：")
            self.stdout.write(FULL_HOWTO)

    def load(self, plan: Plan) -> None:
        self.stdout.write(f"装入示范数据：约 {plan.households:,} 户，截至 {plan.until} …")
        load_regions()
        load_classes()
        load_checklist()
        load_national_layout()
        load_annex_layout()
        load_problem_kinds()
        try:
            build(plan, report=lambda line: self.stdout.write(f"  {line}"))
        except ValidationError as refusal:
            raise CommandError("".join(refusal.messages)) from refusal
        stages = "，".join(f"{name} {number:,}" for name, number in by_stage().items())
        self.stdout.write(f"  共 {Household.objects.count():,} 户：{stages}")

    def print_sign_ins(self) -> None:
        """The demo's accounts that are there; a register of its own has none, and nothing is printed."""
        lines = [
            f"  {staff.username:<18}{password:<16}{staff.get_role_display()}"
            f"（{staff.region.short_name if staff.region else '系统'}）"
            for staff, password in sign_ins()
        ]
        if lines:
            self.stdout.write("示范账号（用户名、密码、角色；正式使用前请停用）：")
            self.stdout.write("\n".join(lines))
