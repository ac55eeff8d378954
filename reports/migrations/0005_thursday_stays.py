from django.db import migrations

from yanliang.audit.frozen_tables import FrozenTable

FROZEN = (
    FrozenTable("reports_submission", "submission"),
    FrozenTable("reports_submissionreview", "submission_review"),
    FrozenTable("reports_districtreport", "district_report"),
    FrozenTable("reports_forwarding", "forwarding"),
    FrozenTable("reports_issuedfile", "issued_file"),
    FrozenTable("reports_annexlayout", "annex_layout"),
)


def install(apps, schema_editor):
    for table in FROZEN:
        table.install(schema_editor)


def remove(apps, schema_editor):
    for table in FROZEN:
        table.remove(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_thursday")]

    operations = [migrations.RunPython(install, remove)]
