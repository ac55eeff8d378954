from django.db import migrations

from yanliang.audit.frozen_tables import FrozenTable

FROZEN = FrozenTable("reports_frozenlist", "frozen_list")


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_four_lists")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: FROZEN.install(schema_editor),
            lambda apps, schema_editor: FROZEN.remove(schema_editor),
        ),
    ]
