from django.db import migrations

from reports import immutability


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_four_lists")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: immutability.install(schema_editor),
            lambda apps, schema_editor: immutability.remove(schema_editor),
        ),
    ]
