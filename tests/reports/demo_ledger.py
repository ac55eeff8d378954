"""What the demo's ledger and its long-term mechanism show; part of the tests of the district, built once."""

from collections import Counter

from households.models import Region
from rectification.enums import Fact, Light, ProblemSource, ProblemState, ReportState
from rectification.models import (
    DisasterCheck,
    Evidence,
    MonitoringDuty,
    MonitoringReport,
    Problem,
    ProblemEntry,
    RuleRun,
)
from rectification.monitoring.duties import gaps
from tests.flows.ledger_truths import closed, ledger, miscounted, misread, told
from yanliang.accounts.models import Staff
from yanliang.periods import now, today


def problems_told() -> Counter:
    """Every line of every log."""
    return Counter(
        ProblemEntry.objects.values_list("problem__number", "problem__due_on", "kind", "at", "text")
    )


class LedgerOfTheDemo:
    def test_every_state_source_and_light_occurs(self, district):
        states = Counter(Problem.objects.values_list("state", flat=True))
        assert set(states) == set(ProblemState.values)
        assert states[ProblemState.CLOSED] >= 5
        assert set(Problem.objects.values_list("source", flat=True)) == set(ProblemSource.values)
        for light in Light:
            assert Problem.objects.with_light(light, today()).exists(), light

    def test_problems_have_gone_no_way_but_those_that_the_program_allows(self, district):
        rows, logs = ledger(), told()
        people = Staff.objects.in_bulk()
        assert rows.keys() == logs.keys()
        assert list(miscounted(rows)) == []
        for pk, problem in rows.items():
            assert list(misread(problem, logs[pk])) == []
            if problem["state"] == "closed":
                assert list(closed(problem, logs[pk], people[problem["closed_by_id"]])) == []

    def test_what_came_again_is_led_by_the_principal_leader(self, district):
        leaders = dict(Region.objects.offices().values_list("code", "principal_leader"))
        assert len(leaders) == 7
        assert all(leaders.values())
        recurrent = list(Problem.objects.recurrent())
        assert len(recurrent) >= 3
        assert any(problem.recurs for problem in recurrent)
        for problem in recurrent:
            assert problem.leading_official == leaders[problem.region_id[:9]]

    def test_proof_lies_in_its_file(self, district):
        uploaded = Evidence.objects.exclude(file="")
        assert {"before", "after", "paper"} <= set(uploaded.values_list("kind", flat=True))
        for evidence in uploaded:
            assert (district / evidence.file.name).is_file()

    def test_rules_have_found_gaps_and_seen_two_closed(self, district):
        assert RuleRun.objects.filter(finished_at__isnull=False).count() == 2
        of_gaps = Problem.objects.filter(kind__fact=Fact.MECHANISM_GAP)
        asked = of_gaps.to_verify()
        assert asked.count() == 2
        assert all(problem.submitted_by is None for problem in asked)
        left = set(gaps("610114", today()))
        assert left.isdisjoint(asked.values_list("region", flat=True))

    def test_houses_are_watched(self, district):
        assert MonitoringDuty.objects.count() > 50
        for duty in MonitoringDuty.objects.all():
            duty.full_clean()
        states = set(MonitoringReport.objects.values_list("state", flat=True))
        assert states >= {ReportState.OPEN, ReportState.SOUND, ReportState.PROBLEM}
        seen = Counter(DisasterCheck.objects.values_list("state", flat=True))
        assert set(seen) == {"pending", "sound", "doubtful"}
        assert not MonitoringReport.objects.filter(reported_at__gt=now()).exists()
