"""`manage.py load_reference`: regions, classes, checklist and what else is shipped in fixtures/."""

from django.core.management.base import BaseCommand

from households.reference import load_classes, load_regions
from inspections.reference import load_checklist
from rectification.reference import load_problem_kinds
from reports.annex2.layouts import load_annex_layout
from reports.national.layouts import load_national_layout


class Command(BaseCommand):
    help = "载入或更新区划、农户类别、核查表、国家系统列对应、附件2版式与问题类别。"

    def handle(self, **options):
        self.stdout.write(
            f"区划 {load_regions()} 个，农户类别 {load_classes()} 类，核查项 {load_checklist()} 项，"
            f"国家系统列对应第 {load_national_layout()} 版，附件2版式第 {load_annex_layout()} 版，"
            f"问题类别 {load_problem_kinds()} 类。"
        )
