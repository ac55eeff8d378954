from django.db import migrations

from yanliang.audit.frozen_tables import FrozenTable

FROZEN = FrozenTable("rectification_problementry", "problem_entry")


class Migration(migrations.Migration):
    dependencies = [("rectification", "0003_problem_ledger")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: FROZEN.install(schema_editor),
            lambda apps, schema_editor: FROZEN.remove(schema_editor),
        ),
    ]
