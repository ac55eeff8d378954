"""`manage.py rebuild_stages`: fold every household's events again and compare with the summary it has."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from households.enums import EventKind, Grade, Stage, Verdict
from households.events import lock_household, save_summary
from households.models import Household, HouseholdClass, SafetyEvent
from households.models.households import SUMMARY_FIELDS
from households.summary import ClassRules, Event, IllegalEvent, Summary, summarise
from yanliang.audit.trail import record

CHUNK = 5000


class Difference(NamedTuple):
    """A household whose summary is not what its events add up to.

    `rebuilt` is None where the events themselves cannot be; `reason` says which.
    """

    pk: int
    code: str
    stored: Summary
    rebuilt: Summary | None
    reason: str = ""

    def __str__(self) -> str:
        if self.rebuilt is None:
            return f"{self.code}：登记为 {words(self.stored)}，但其安全事项前后矛盾：{self.reason}"
        return f"{self.code}：登记为 {words(self.stored)}，按安全事项应为 {words(self.rebuilt)}"


class Command(BaseCommand):
    help = (
        "按安全事项重新推算每户的核查结论、进度和鉴定等级。"
        "--check 只列出不一致的户，有不一致时以非零状态退出；不加则改正，每处改正记入操作记录。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="只核对，不改正")

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(differences())
        for difference in found:
            self.stdout.write(str(difference))
        if options["check"]:
            if found:
                raise CommandError(f"有 {len(found)} 户的进度与其安全事项不一致。")
            self.stdout.write(f"核对 {Household.objects.count()} 户，进度与安全事项全部一致。")
            return
        repaired = sum(repair(difference) for difference in found)
        if repaired:
            # Figures of the past are kept there, and what falsified a summary may have falsified them.
            cache.clear()
        self.stdout.write(f"改正 {repaired} 户。")
        if repaired < len(found):
            raise CommandError(
                f"另有 {len(found) - repaired} 户的安全事项前后矛盾，须先更正其记录。"
            )


def differences() -> Iterator[Difference]:
    """Every household that is not as its events say; three queries and constant memory, however many."""
    rules = {each.pk: each.rules for each in HouseholdClass.objects.all()}
    events = SafetyEvent.objects.standing().values_list(
        "household_id", "kind", "outcome", "household_class_id"
    )
    histories = groupby(events.iterator(chunk_size=CHUNK), key=itemgetter(0))
    waiting = next(histories, None)
    households = Household.objects.order_by("pk").values_list(
        "pk", "code", "household_class_id", *SUMMARY_FIELDS
    )
    for pk, code, class_id, verdict, stage, grade in households.iterator(chunk_size=CHUNK):
        # Both run in the order of the household's key; a household without events has no group.
        history: list[Event] = []
        if waiting is not None and waiting[0] == pk:
            history = [as_event(row, rules) for row in waiting[1]]
            waiting = next(histories, None)
        stored = Summary(Verdict(verdict), Stage(stage), Grade(grade))
        try:
            rebuilt = summarise(history, rules[class_id])
        except IllegalEvent as impossible:
            yield Difference(pk, code, stored, None, str(impossible))
            continue
        if rebuilt != stored:
            yield Difference(pk, code, stored, rebuilt)


def as_event(row: tuple[int, str, str, int], rules: dict[int, ClassRules]) -> Event:
    _, kind, outcome, class_id = row
    return Event(EventKind(kind), outcome, rules[class_id])


def repair(difference: Difference) -> bool:
    """Write the summary that the events say, with one entry in the trail; False where they cannot be."""
    with transaction.atomic():
        household = lock_household(difference.pk)
        before = household.summary
        try:
            save_summary(household)
        except ValidationError:
            return False
        record(
            "summary_rebuilt",
            household,
            before=before._asdict(),
            after=household.summary._asdict(),
            reason="rebuild_stages",
        )
    return True


def words(summary: Summary) -> str:
    """“疑似不安全／待鉴定／未鉴定”."""
    return "／".join(str(value.label) for value in summary)
