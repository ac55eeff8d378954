"""Long work, done by the task worker."""

from django_tasks import task

from households.models import RosterImport
from households.roster.importing import run
from yanliang.accounts.models import Staff


@task()
def run_roster_import(import_id: str, staff_id: int) -> None:
    """Write a confirmed roster into the register."""
    run(RosterImport.objects.get(pk=import_id), Staff.objects.get(pk=staff_id))
