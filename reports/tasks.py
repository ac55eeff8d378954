"""Long work of the reports, done by the task worker."""

from django_tasks import task

from reports.lists import exporting
from reports.models import ListExport


@task()
def run_list_export(export_id: str) -> None:
    """Write the lists that somebody has ordered as a file."""
    exporting.run(ListExport.objects.select_related("region", "requested_by").get(pk=export_id))
