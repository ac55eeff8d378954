"""`manage.py verify_audit`: prove that no entry of the trail was edited or removed."""

from django.core.management.base import BaseCommand, CommandError

from yanliang.audit.models import Entry
from yanliang.audit.trail import faults


class Command(BaseCommand):
    help = "核验操作记录的哈希链，发现改动或缺失即报错退出。"

    def handle(self, **options):
        found = list(faults())
        for sentence in found:
            self.stderr.write(sentence)
        if found:
            raise CommandError(f"操作记录核验不通过：{len(found)} 处异常。")
        self.stdout.write(f"操作记录核验通过，共 {Entry.objects.count()} 条。")
