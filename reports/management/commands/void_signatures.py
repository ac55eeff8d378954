"""`manage.py void_signatures`: void the signatures that later changes have overtaken."""

from django.core.management.base import BaseCommand

from households.models import Region
from reports.lists.voiding import void_all_overtaken


class Command(BaseCommand):
    help = (
        "将签字后内容有变动的清单行的签字作废，并记入操作记录（签字时会自动进行，可每晚运行一次）"
    )

    def handle(self, **options) -> None:
        voided = sum(void_all_overtaken(region.code) for region in Region.objects.districts())
        self.stdout.write(f"作废签字 {voided} 个。")
