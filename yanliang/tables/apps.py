from django.apps import AppConfig


class TablesConfig(AppConfig):
    name = "yanliang.tables"
    label = "tables"
    verbose_name = "表"

    def ready(self) -> None:
        # Importing the module registers its checks.
        from yanliang.tables import checks  # noqa: F401
