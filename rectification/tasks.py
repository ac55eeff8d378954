"""Long work of the problem ledger, done by the task worker."""

from django_tasks import task

from rectification.models import RuleRun
from rectification.problems.rules import perform


@task()
def run_problem_rules(run_id: int) -> None:
    """Carry out a run of the rules that somebody has announced."""
    perform(RuleRun.objects.get(pk=run_id))
