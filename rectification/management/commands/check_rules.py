"""`manage.py check_rules`: run the rules over the register, for cron and for hands."""

from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from households.models import Household
from inspections.models import Photo
from rectification.enums import Fact
from rectification.models import RuleRun
from rectification.problems.facts import Finding
from rectification.problems.rules import (
    failures,
    kinds_with_rule,
    outlook,
    run_rules,
    tallies,
)
from yanliang.periods import today

#: The name comes last, so that the numbers stand in columns in any terminal.
HEAD = "  发现  新登记  转销号  规则"


class Command(BaseCommand):
    help = (
        "按台账自动核对：发现的问题登记到问题台账，已消除的转为申请销号，可每晚运行。"
        "有一项规则出错时，其余照常，并以非零状态退出。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="只列出将登记的问题，不写入")
        parser.add_argument(
            "--fact", action="append", choices=Fact.values, help="只运行这一项（可多次）"
        )

    def handle(self, *, dry_run: bool, fact: list[str] | None, **options) -> None:
        if dry_run:
            self.foretell(fact)
        else:
            try:
                run = run_rules(facts=fact)
            except ValidationError as refused:
                raise CommandError("".join(refused.messages)) from refused
            self.tell(run)
        if unread := Photo.objects.filter(fingerprint="").count():
            self.stdout.write(
                f"另有 {unread} 张照片还没有画面特征，未参加照片比对：请运行 manage.py fingerprint_photos。"
            )
        if not dry_run and failures(run):
            raise CommandError(f"有 {len(failures(run))} 项规则出错，原因见上面的日志。")

    def tell(self, run: RuleRun) -> None:
        """A line for each rule of a run."""
        self.stdout.write(HEAD)
        for fact, tally in tallies(run):
            self.line(fact, tally["found"], tally["raised"], tally["settled"])

    def foretell(self, facts: list[str] | None) -> None:
        """What a run would do today, each problem that it would raise in a line."""
        ahead = [
            (kind, outlook(kind, today()))
            for kind in kinds_with_rule()
            if facts is None or kind.fact in facts
        ]
        self.stdout.write(HEAD)
        for kind, found in ahead:
            self.line(Fact(kind.fact), found.found, len(found.fresh), len(found.gone))
        for kind, found in ahead:
            if found.fresh:
                self.stdout.write(f"\n将登记：{kind}")
            for place, finding in zip(self.places(found.fresh), found.fresh, strict=True):
                self.stdout.write(f"  {place}  {finding.description}")
        self.stdout.write("\n试运行，没有写入。")

    def line(self, fact: Fact, found: int, raised: int, settled: int) -> None:
        self.stdout.write(f"{found:>6}  {raised:>6}  {settled:>6}  {fact.label}")

    def places(self, findings: list[Finding]) -> list[str]:
        """The code of each household or, where there is none, of the region."""
        codes = dict(Household.objects.values_list("pk", "code")) if findings else {}
        return [codes.get(each.household_id, each.region_id) for each in findings]
