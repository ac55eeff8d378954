from django.db import migrations

from yanliang.audit import immutability


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: immutability.install(schema_editor),
            lambda apps, schema_editor: immutability.remove(schema_editor),
        ),
    ]
