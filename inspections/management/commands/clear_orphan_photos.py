"""Remove photos that were uploaded but never became part of an inspection."""

import datetime as dt

from django.core.management.base import BaseCommand

from inspections.photos import delete_photo, orphans
from yanliang.audit.trail import record
from yanliang.periods import now


class Command(BaseCommand):
    help = "清除上传超过 30 天、没有用于任何核查或草稿的照片。"

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=30, help="上传超过多少天（默认 30）")

    def handle(self, *args, days: int, **options):
        cleared = list(orphans(now() - dt.timedelta(days=days)))
        for photo in cleared:
            delete_photo(photo)
        if cleared:
            record(
                "orphan_photos_cleared", after={"照片": [str(photo.sha256) for photo in cleared]}
            )
        self.stdout.write(f"已清除 {len(cleared)} 张未使用的照片。")
