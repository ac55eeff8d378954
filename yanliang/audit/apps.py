from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "yanliang.audit"
    label = "audit"
    verbose_name = "操作记录"

    def ready(self) -> None:
        from yanliang import workflow

        from .trail import record

        workflow.write_trail = record
