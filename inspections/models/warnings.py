"""Photos of what made a safe household suspected again (新险情, domain rules §2 and §3)."""

from django.db import models


class WarningPhoto(models.Model):
    """A photo that shows what a warning reports."""

    event = models.ForeignKey(
        "households.SafetyEvent", models.PROTECT, related_name="warning_photos"
    )
    photo = models.ForeignKey(
        "inspections.Photo", models.PROTECT, related_name="warning_links", verbose_name="照片"
    )

    class Meta:
        verbose_name = "险情照片"
        verbose_name_plural = "险情照片"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["event", "photo"], name="warning_photo_once"),
        ]

    def __str__(self) -> str:
        return str(self.photo_id)
