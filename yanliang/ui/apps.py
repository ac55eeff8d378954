from django.apps import AppConfig
from django.db.backends.signals import connection_created


class UiConfig(AppConfig):
    name = "yanliang.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self) -> None:
        connection_created.connect(guard_reading, dispatch_uid="guard_reading")


def guard_reading(sender, connection, **kwargs) -> None:
    """Let every connection refuse writes while a GET is answered."""
    from .middleware import refuse_writes

    if refuse_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse_writes)
