"""The rows of a list, read from the register in a fixed number of queries."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Model, QuerySet, Sum

from households.enums import Grade, HousingSource, RenovationMode, Residence, Stage, Structure
from households.enums import Verdict as HouseholdVerdict
from households.models import Household, HouseholdClass, Identity, Region
from inspections.enums import Advice, Component, DisasterMeasures, RulingOutcome
from inspections.models import Appraisal, Inspection, Ruling
from rectification.enums import AcceptanceResult, Mark, Opinion, RenovationState
from rectification.models import Acceptance, Funding, Renovation
from reports.enums import ListKind
from reports.lists.membership import FINISHED, members
from reports.models import Responsible

#: Up to so many households are asked for one by one; more are asked for by their region.
NAMED_AT_MOST = 900
#: An appraise_all household in one of these waits for its (next) appraisal.
TO_APPRAISE = frozenset({Stage.SAFE, Stage.SUSPECTED})


#: The columns of a household that a list reads, by name.
Facts = dict[str, Any]


class ListRow(NamedTuple):
    """A row of a list: plain JSON values in the order of the kind's columns.

    `ordinal` counts the household's appraisals or renovations; `department` owns its identity.
    """

    household_id: int
    ordinal: int
    region_id: str
    department: str
    values: tuple[Any, ...]

    @property
    def key(self) -> tuple[int, int]:
        """What names the row on its list for ever."""
        return self.household_id, self.ordinal


def digest(kind: str, row: ListRow) -> str:
    """SHA-256 of the row as it is signed: list, village, household, ordinal and every value."""
    signed = [kind, row.region_id, row.household_id, row.ordinal, row.values]
    text = json.dumps(signed, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


BASE = (
    "pk",
    "code",
    "region_id",
    "group",
    "head_name",
    "id_number",
    "household_class_id",
    "population",
    "verdict",
    "stage",
    "grade",
)
MORE = {
    ListKind.HELPED: ("phone", "helper"),
    ListKind.CHECKED: (
        "structure",
        "storeys",
        "bays",
        "floor_area",
        "built_year",
        "housing_source",
        "residence",
    ),
}


def rows_of(kind: ListKind, households: QuerySet, code: str) -> list[ListRow]:
    """The rows of `households`, members of the list (`members`) and all within the region `code`."""
    names = (*BASE, *MORE.get(kind, ()))
    found = [
        dict(zip(names, each, strict=True)) for each in households.values_list(*names).iterator()
    ]
    if not found:
        return []
    asked = Asked(
        code,
        [facts["pk"] for facts in found],
        {facts["household_class_id"] for facts in found},
    )
    classes = {each.pk: each for each in HouseholdClass.objects.all()}
    answerable = Answerable(kind, asked, classes)
    read = READERS[kind](asked)
    rows = []
    for facts in found:
        own = classes[facts["household_class_id"]]
        person = (
            facts["code"],
            facts["group"],
            facts["head_name"],
            facts["id_number"],
            own.name,
            facts["population"],
        )
        name = (answerable.of(facts, own.group),)
        for ordinal, values in enumerate(read(facts, own), start=1):
            rows.append(
                ListRow(
                    facts["pk"],
                    ordinal,
                    facts["region_id"],
                    own.department,
                    (*person, *values, *name),
                )
            )
    return rows


def rows_of_region(kind: ListKind, group: str, code: str) -> list[ListRow]:
    """Every row of a list of the region `code`, by the households' numbers."""
    return rows_of(kind, members(kind, group, Household.objects.within(code)), code)


class Asked(NamedTuple):
    """Whose records are read: these households, of these classes, all within the region `code`."""

    code: str
    household_ids: list[int]
    class_ids: set[int]

    def of(self, records: QuerySet, path: str = "household") -> QuerySet:
        """Those of `records` that belong to the households (or, of many, to their region and classes)."""
        if len(self.household_ids) <= NAMED_AT_MOST:
            return records.filter(**{f"{path}__in": self.household_ids})
        return records.within(self.code).filter(**{f"{path}__household_class__in": self.class_ids})


Reader = Callable[[Facts, HouseholdClass], Iterable[Sequence[Any]]]


class Answerable:
    """Who answers for each row: the household's own person, or that of the village's list."""

    def __init__(self, kind: ListKind, asked: Asked, classes: Mapping[int, HouseholdClass]) -> None:
        self.of_list: dict[tuple[str, str], str] = {}
        self.of_household: dict[int, str] = {}
        # A village's list may belong to a single household asked for; few rows, so all of the region.
        for person in Responsible.objects.within(asked.code).filter(kind=kind):
            if person.household_id is None:
                self.of_list[person.region_id, person.group] = str(person)
            else:
                self.of_household[person.household_id] = str(person)

    def of(self, facts: Facts, group: str) -> str:
        named = self.of_household.get(facts["pk"])
        return named or self.of_list.get((facts["region_id"], group), "")


def grouped(records: QuerySet, *, by: Callable[[Model], int]) -> dict[int, list[Any]]:
    found = defaultdict(list)
    for record in records:
        found[by(record)].append(record)
    return found


by_household = partial(grouped, by=lambda record: record.household_id)


def iso(day) -> str | None:
    return day.isoformat() if day else None


def plain(amount: Decimal | None) -> str | None:
    """Two decimals whatever the database gives back, so that a hash does not hang on it."""
    return None if amount is None else f"{amount:.2f}"


def helped(asked: Asked) -> Reader:
    standing = (
        Identity.objects.current()
        .select_related("household_class")
        .order_by("household_class__precedence", "pk")
    )
    identities = by_household(asked.of(standing))
    secretaries = dict(Region.objects.within(asked.code).values_list("code", "first_secretary"))

    def read(facts: Facts, own: HouseholdClass):
        held = identities[facts["pk"]]
        yield (
            facts["phone"],
            "、".join(str(each) for each in held),
            "、".join(each.certificate for each in held if each.certificate),
            "、".join(dict.fromkeys(each.department for each in held if each.department)),
            facts["helper"],
            secretaries.get(facts["region_id"], ""),
        )

    return read


def checked(asked: Asked) -> Reader:
    # As tuples: tens of thousands of models would cost more than all the rest.
    visits = (
        asked.of(Inspection.objects.standing())
        .order_by("event__position")
        .values_list("household_id", "inspected_on", "inspectors", "reasons")
    )
    latest = {household: visit for household, *visit in visits.iterator()}
    structures, sources = dict(Structure.choices), dict(HousingSource.choices)
    residences, verdicts = dict(Residence.choices), dict(HouseholdVerdict.choices)

    def read(facts: Facts, own: HouseholdClass):
        inspected_on, inspectors, reasons = latest.get(facts["pk"], (None, (), ()))
        is_exempt = facts["stage"] == Stage.EXEMPT
        is_suspected = facts["verdict"] == HouseholdVerdict.SUSPECTED
        yield (
            structures.get(facts["structure"], ""),
            facts["storeys"],
            facts["bays"],
            plain(facts["floor_area"]),
            facts["built_year"],
            sources.get(facts["housing_source"], ""),
            residences.get(facts["residence"], ""),
            iso(inspected_on),
            "、".join(inspectors),
            Stage.EXEMPT.label if is_exempt else verdicts[facts["verdict"]],
            "；".join(reasons) if is_suspected else "",
        )

    return read


def appraised(asked: Asked) -> Reader:
    recorded = (
        Appraisal.objects.recorded()
        .select_related("organisation")
        .defer("report", "organisation__contact", "organisation__phone")
        .order_by("event__position")
    )
    appraisals = by_household(asked.of(recorded))
    ruled = {
        ruling.household_id: ruling
        for ruling in asked.of(
            Ruling.objects.exclude(outcome=RulingOutcome.BACK)
            .select_related("meeting")
            .order_by("event__position")
        )
    }
    grades, verdicts = dict(Grade.choices), dict(HouseholdVerdict.choices)
    measures, advice = dict(DisasterMeasures.choices), dict(Advice.choices)
    parts = [(part.value, part.label) for part in Component]

    def read(facts: Facts, own: HouseholdClass):
        verdict = verdicts[facts["verdict"]]
        found = appraisals[facts["pk"]]
        ruling = ruled.get(facts["pk"])
        decided = (
            ("", "")
            if ruling is None
            else (ruling.get_outcome_display(), ruling.meeting.document_number)
        )
        for number, each in enumerate(found, start=1):
            yield (
                verdict,
                each.organisation.name,
                iso(each.appraised_on),
                "、".join(each.appraisers),
                each.report_number,
                " ".join(
                    f"{label}{grade}" for part, label in parts if (grade := getattr(each, part))
                ),
                grades[each.grade],
                measures.get(each.disaster_measures, ""),
                advice.get(each.advice, ""),
                iso(each.confirmed_on),
                *(decided if number == len(found) else ("", "")),
            )
        if not found or (own.appraise_all and facts["stage"] in TO_APPRAISE):
            decided = ("", "") if found else decided
            yield (verdict, "", None, "", "", "", grades[facts["grade"]], "", "", None, *decided)

    return read


class Works(NamedTuple):
    """The renovations of the households asked for, those given up left out, in their order."""

    of_household: dict[int, list[Renovation]]

    @classmethod
    def read(cls, asked: Asked) -> "Works":
        standing = Renovation.objects.exclude(state=RenovationState.CANCELLED).order_by("pk")
        return cls(by_household(asked.of(standing)))


def renovated(asked: Asked) -> Reader:
    works = Works.read(asked).of_household
    funding = dict(
        asked.of(Funding.objects.all(), "renovation__household")
        .order_by()
        .values_list("renovation")
        .annotate(yuan=Sum("amount"))
    )
    grades, modes = dict(Grade.choices), dict(RenovationMode.choices)
    states = dict(RenovationState.choices)

    def read(facts: Facts, own: HouseholdClass):
        grade = grades[facts["grade"]]
        for each in works[facts["pk"]]:
            yield (
                grade,
                modes[each.mode],
                each.contractor,
                each.contract_number,
                plain(each.planned_area),
                plain(funding.get(each.pk)),
                iso(each.planned_finish),
                iso(each.started_on),
                iso(each.finished_on),
                iso(each.old_house_demolished_on),
                states[each.state],
                plain(each.subsidy_amount),
                iso(each.subsidy_paid_on),
            )
        if is_unplanned(facts, works[facts["pk"]]):
            nothing = (None,) * 6
            yield (grade, "", "", "", None, None, *nothing[:4], Stage.TO_RENOVATE.label, None, None)

    return read


def is_unplanned(facts: Facts, works: Sequence[Renovation]) -> bool:
    """Whether the household waits for a (further) renovation that nobody has planned yet."""
    if not works:
        return True
    return facts["stage"] == Stage.TO_RENOVATE and works[-1].state == RenovationState.ACCEPTED


def accepted(asked: Asked) -> Reader:
    works = Works.read(asked).of_household
    records = Acceptance.objects.standing().order_by("event__position")
    latest = {record.renovation_id: record for record in asked.of(records, "renovation__household")}
    modes, grades = dict(RenovationMode.choices), dict(Grade.choices)
    results, opinions = dict(AcceptanceResult.choices), dict(Opinion.choices)

    def read(facts: Facts, own: HouseholdClass):
        for each in works[facts["pk"]]:
            if each.state not in FINISHED:
                continue
            found = latest.get(each.pk)
            if found is None:
                yield (modes[each.mode], iso(each.finished_on), None, "", *NO_ACCEPTANCE)
                continue
            marks = list(found.marks.values())
            yield (
                modes[each.mode],
                iso(each.finished_on),
                iso(found.accepted_on),
                "、".join(found.acceptors),
                marks.count(Mark.PASS),
                marks.count(Mark.FAIL),
                grades[found.grade_after],
                results[found.result],
                opinions[found.opinion],
                found.remark,
            )

    return read


NO_ACCEPTANCE = (None, None, "", "未验收", "", "")

READERS: dict[ListKind, Callable[[Asked], Reader]] = {
    ListKind.HELPED: helped,
    ListKind.CHECKED: checked,
    ListKind.APPRAISED: appraised,
    ListKind.RENOVATED: renovated,
    ListKind.ACCEPTED: accepted,
}
