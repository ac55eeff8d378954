"""`manage.py load_reference`: regions, classes and checklist from fixtures/."""

from django.core.management.base import BaseCommand

from households.reference import load_classes, load_regions
from inspections.reference import load_checklist


class Command(BaseCommand):
    help = "载入或更新区划、农户类别与核查表。"

    def handle(self, **options):
        self.stdout.write(
            f"区划 {load_regions()} 个，农户类别 {load_classes()} 类，核查项 {load_checklist()} 项。"
        )
