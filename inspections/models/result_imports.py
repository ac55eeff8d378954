"""Workbooks of appraisal results: the file as it came, and what became of each row."""

from django.db import models

from households.models.imports import WorkbookImport


class ResultImport(WorkbookImport):
    """One uploaded workbook of results, from preview to the results recorded (`inspections.batch.importing`)."""

    file = models.FileField("文件", upload_to="appraisal-results/%Y/%m/")
    started_at = models.DateTimeField("开始录入时间", null=True)

    class Meta(WorkbookImport.Meta):
        verbose_name = "鉴定结果导入"
        verbose_name_plural = "鉴定结果导入"
