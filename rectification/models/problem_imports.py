"""Workbooks of problems: ledgers and feedback lists as they came, and what became of each row."""

from django.db import models

from households.models.imports import WorkbookImport


class ProblemImport(WorkbookImport):
    """One uploaded ledger or feedback list, from preview to the problems recorded (`problems.importing`)."""

    file = models.FileField("文件", upload_to="problem-lists/%Y/%m/")

    class Meta(WorkbookImport.Meta):
        verbose_name = "问题清单导入"
        verbose_name_plural = "问题清单导入"
