"""`manage.py fingerprint_photos`: look at the photos that were uploaded before pictures were compared."""

from django.core.management.base import BaseCommand

from inspections.photos import fill_fingerprints


class Command(BaseCommand):
    help = "为还没有画面特征的照片补上特征，供照片比对；可以反复运行，已补的不再读取。"

    def handle(self, **options) -> None:
        filled = fill_fingerprints()
        self.stdout.write(
            f"补上画面特征 {filled.telling} 张，画面过于单一、不参加比对 {filled.plain} 张，"
            f"文件缺失或损坏 {filled.unreadable} 张。"
        )
