"""Whatever happens to the register: what was submitted stays, adds up, and every difference has its households.

Everything is reckoned anew here, household by household, from domain rules §7; only the acts are the program's.
"""

import datetime as dt
from collections import defaultdict
from itertools import accumulate

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from households.models import HouseholdClass, Region
from reports.annex2.columns import COUNT_COLUMNS
from reports.models import AnnexLayout, DistrictReport, DistrictWeek, OfficeWeek, Submission
from reports.thursday.changes import Cell, cell_changes, moves
from reports.thursday.content import Content
from reports.thursday.district import stand_in
from reports.thursday.gathering import standing_of
from reports.thursday.groups import groups_at
from reports.thursday.papers import paper_of_report, paper_of_submission
from tests.reports.histories import (
    CHANGE_CLASS,
    CLASSES,
    MOVE,
    STEPS,
    VILLAGES,
    at_day,
    go_on,
    histories,
    live_through,
    standing,
    undone,
)
from tests.reports.week_cases import BEITUN, DISTRICT, GUANSHAN, accepted, bureau, locked
from yanliang.periods import cut_off, told_at

EMPTY_OFFICE = "610114006"
OFFICES = (GUANSHAN, BEITUN, EMPTY_OFFICE)
#: The first Thursday of a history, in days from its start; the weeks after it are tried too.
FIRST_DAY = 15
UNSAFE = {"suspected", "pending_ruling", "to_renovate", "renovating", "rework", "completed"}
SAFE = {"safe", "appraised_safe", "accepted", "secured"}
WORKS = {"to_renovate", "renovating", "rework", "completed", "accepted"}
#: Annex 2 by its numbers, as the rules have them; of verdict, stage and grade.
RULES = {
    1: lambda v, s, g: True,
    2: lambda v, s, g: s == "exempt",
    3: lambda v, s, g: s != "exempt",
    4: lambda v, s, g: s not in {"exempt", "unchecked"},
    6: lambda v, s, g: s == "unchecked",
    7: lambda v, s, g: v == "safe",
    8: lambda v, s, g: v == "suspected",
    9: lambda v, s, g: g != "none",
    10: lambda v, s, g: v == "suspected" and g == "none",
    11: lambda v, s, g: g == "a",
    12: lambda v, s, g: g == "b",
    13: lambda v, s, g: g == "c",
    14: lambda v, s, g: g == "d",
    15: lambda v, s, g: s == "pending_ruling",
    16: lambda v, s, g: s in WORKS,
    17: lambda v, s, g: s == "to_renovate",
    18: lambda v, s, g: s in {"renovating", "rework"},
    19: lambda v, s, g: s == "completed",
    20: lambda v, s, g: s == "accepted",
    21: lambda v, s, g: s == "secured",
    22: lambda v, s, g: s in SAFE,
    23: lambda v, s, g: s in UNSAFE | {"unchecked"},
}
#: A layout of the bureau's own: number → what it counts, as sums of those above.
OWN_LAYOUT = {
    1: ("农户", ["households"], lambda found: found[1]),
    2: ("危房", ["grade_c", "grade_d"], lambda found: found[13] | found[14]),
    3: ("不安全", ["to_check", "-safe"], lambda found: found[3] - found[22]),
    7: (
        "有待办理",
        ["to_appraise", "to_rule", "to_start"],
        lambda found: found[10] | found[15] | found[17],
    ),
}
steps = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.one_of(
            st.sampled_from(STEPS),
            st.tuples(st.just(CHANGE_CLASS), st.sampled_from(CLASSES)),
            st.tuples(st.just(MOVE), st.sampled_from(VILLAGES)),
        ),
    ),
    max_size=4,
)
arrivals = st.tuples(st.integers(-6, 6), st.integers(0, 3))


def sections() -> dict[str, set[int] | None]:
    """Everyone, each group, each class of a group that has several: by key, the classes (by primary key)."""
    groups = defaultdict(list)
    for each in HouseholdClass.objects.all():
        groups[each.group].append(each)
    found: dict[str, set[int] | None] = {"all": None}
    for name, members in groups.items():
        found[f"group-{name}"] = {each.pk for each in members}
        if len(members) > 1:
            found |= {each.code: {each.pk} for each in members}
    return found


def reckoned(people, places) -> dict[tuple[str, str, int], set[int]]:
    """The households of each section, place and number."""
    found = defaultdict(set)
    for pk, village, class_id, (verdict, stage, grade) in people:
        for section, class_ids in sections().items():
            if class_ids is None or class_id in class_ids:
                for place in places:
                    if village.startswith(place):
                        for number, counts in RULES.items():
                            if counts(verdict, stage, grade):
                                found[section, place, number].add(pk)
    return found


def stored(content: Content, places) -> dict[tuple[str, str, int], set[int]]:
    """What the document itself says of its households, read from its plain values."""
    people = [
        (pk, village, class_id, summary)
        for village, class_id, *summary, jumps in content.data["groups"]
        for pk in accumulate(jumps)
    ]
    return reckoned(people, places)


def figures(content: Content) -> dict[tuple[str, str, int], int]:
    """The figures that are not zero, as they are kept."""
    return {
        (section, place, int(number)): figure
        for section, by_place in content.data["figures"].items()
        for place, by_number in by_place.items()
        for number, figure in by_number.items()
        if figure
    }


def sizes(found) -> dict:
    return {key: len(households) for key, households in found.items() if households}


def printed_is_reckoned(paper, found, places, layout: int) -> None:
    """Every cell of every section of the printed table; its rows are the `places`."""
    for table, section in zip(paper.annex, sections(), strict=True):
        for row, place in zip(table.rows, places, strict=True):
            columns = {number: found.get((section, place, number), set()) for number in RULES}
            if layout == 2:
                columns = {number: rule(columns) for number, (_, _, rule) in OWN_LAYOUT.items()}
            for number, households in columns.items():
                assert row.cell(str(number)).value == len(households), (section, place, number)


def nothing_unexplained(content: Content, office: str, places, was, now_is, moment) -> None:
    """The list of differences gives for every cell exactly who came and who went, and no cell more."""
    changes = cell_changes(
        moves(content.groups, groups_at(office, moment)), content.sections, places
    )
    for key in was.keys() | now_is.keys():
        change = changes.get(Cell(*key))
        gained = set(change.gained) if change else set()
        lost = set(change.lost) if change else set()
        assert gained == now_is.get(key, set()) - was.get(key, set()), key
        assert lost == was.get(key, set()) - now_is.get(key, set()), key
        assert not change or change.difference == len(now_is.get(key, ())) - len(was.get(key, ()))
    assert {tuple(cell) for cell in changes} <= was.keys() | now_is.keys()


def rows_of(model) -> list[dict]:
    return list(model.objects.order_by("pk").values())


def own_layout(day: int) -> None:
    AnnexLayout.objects.create(
        number=2,
        columns=[
            {"number": number, "group": "本区", "label": label, "hint": "", "terms": terms}
            for number, (label, terms, _) in OWN_LAYOUT.items()
        ],
        valid_from=at_day(day).date(),
        saved_at=at_day(0),
    )


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    plan=histories,
    week=st.integers(0, 3),
    arrived=st.tuples(arrivals, arrivals, arrivals),
    second=st.sampled_from(["accepted", "stood in", "missing"]),
    layout_from=st.sampled_from([None, FIRST_DAY + 1, FIRST_DAY + 15]),
    later=st.lists(st.tuples(st.integers(0, 3), steps), max_size=4),
    newcomers=histories,
)
def test_any_history(reference, plan, week, arrived, second, layout_from, later, newcomers):
    with undone():
        if layout_from is not None:
            own_layout(layout_from)
        lives = live_through(plan)
        thursday = at_day(FIRST_DAY + 7 * week).date()
        submitting = [GUANSHAN, EMPTY_OFFICE] + [BEITUN] * (second == "accepted")
        then = {}
        for office, (days, minutes) in zip(OFFICES, arrived, strict=True):
            if office in submitting:
                moment = at_day(FIRST_DAY + 7 * week + days) + dt.timedelta(minutes=minutes)
                then[office] = (moment, accepted(office, thursday, moment))
        sealing = max(cut_off(thursday), *(moment for moment, _ in then.values()))
        sealing += dt.timedelta(hours=1)
        if second == "stood in":
            with told_at(sealing):
                seen = DistrictWeek.objects.get().version
                district = Region.objects.get(pk=DISTRICT)
                office = Region.objects.get(pk=BEITUN)
                stand_in(district, thursday, office, "隔离", by=bureau(), seen=seen)
        report = locked(thursday, sealing)

        villages = {
            office: [each.code for each in Region.objects.get(pk=office).children.all()]
            for office in OFFICES
        }
        counted = {}
        for office, (moment, submission) in then.items():
            people = [each for each in standing(lives, moment) if each[1].startswith(office)]
            places = [*villages[office], office]
            found = reckoned(people, places)
            content = Content(submission.data)
            assert stored(content, places) == found
            assert figures(content) == sizes(found)
            assert submission.household_count == len(people)
            in_force = layout_from is not None and moment >= at_day(layout_from) - dt.timedelta(
                hours=9
            )
            layout = 2 if in_force else 1
            assert submission.layout.number == layout
            printed_is_reckoned(paper_of_submission(submission), found, places, layout)
            counted[office] = found
        if second == "stood in":
            people = [each for each in standing(lives, sealing) if each[1].startswith(BEITUN)]
            counted[BEITUN] = reckoned(people, [*villages[BEITUN], BEITUN])

        # The district: what each office said, and their sum; who is missing is not there, not even as zeros.
        content = Content(report.data)
        expected = defaultdict(int)
        for office, found in counted.items():
            for (section, place, number), households in found.items():
                if place == office:
                    expected[section, office, number] += len(households)
                    expected[section, DISTRICT, number] += len(households)
        assert figures(content) == {key: figure for key, figure in expected.items() if figure}
        assert (
            content.missing
            == {each.code for each in Region.objects.filter(parent_id=DISTRICT)} - counted.keys()
        )
        assert content.missing.isdisjoint(content.data["figures"]["all"])
        for office in counted:
            own = stored(content, [*villages[office], office])
            assert sizes(own) == sizes(counted[office])
        paper = paper_of_report(report)
        for row in paper.annex[0].rows:
            missing = row.key in content.missing
            assert (row.cell("1").value == "未报") == missing

        # Whatever comes later changes nothing of it, and the difference is told household by household.
        kept = rows_of(Submission), rows_of(DistrictReport)
        papers = {
            office: paper_of_submission(submission) for office, (_, submission) in then.items()
        }
        for which, happening in later:
            keys = sorted(lives)
            go_on(lives, keys[which % len(keys)], happening, after=sealing)
        days_gone = (sealing - at_day(0)).days + 1
        lives |= live_through(newcomers, start=days_gone)
        end = max(turns[-1][0] for turns in lives.values())
        end = max(end, sealing) + dt.timedelta(minutes=1)
        assert (rows_of(Submission), rows_of(DistrictReport)) == kept
        for office, (_, submission) in then.items():
            again = Submission.objects.get(pk=submission.pk)
            assert again.is_intact
            assert paper_of_submission(again) == papers[office]
            places = [*villages[office], office]
            people = [each for each in standing(lives, end) if each[1].startswith(office)]
            nothing_unexplained(
                Content(again.data), office, places, counted[office], reckoned(people, places), end
            )

        # Next week an office reports nothing exactly when nobody counts otherwise.
        last, submission = then[GUANSHAN]
        with told_at(end):
            region = Region.objects.get(pk=GUANSHAN)
            next_week = standing_of(region, thursday + dt.timedelta(weeks=1))
            now_here = [each for each in standing(lives, end) if each[1].startswith(GUANSHAN)]
            were_here = [each for each in standing(lives, last) if each[1].startswith(GUANSHAN)]
            assert next_week.is_unchanged == (sorted(now_here) == sorted(were_here))
        assert OfficeWeek.objects.filter(state="accepted").count() == len(then)


def test_the_rules_here_cover_every_measure():
    assert set(RULES) == {column.number for column in COUNT_COLUMNS}
