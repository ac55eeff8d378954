"""Checklist versions as they are shipped in fixtures/."""

import csv

from django.db import transaction

from households.reference import fixture
from inspections.models import ChecklistItem, ChecklistVersion
from yanliang.periods import now


@transaction.atomic
def load_checklist() -> int:
    """Load and publish version 1 where it is not there yet; a published version is frozen, so it is never refreshed."""
    version, is_new = ChecklistVersion.objects.get_or_create(
        number=1, defaults={"name": "陕西省住房安全核查表"}
    )
    if is_new:
        with fixture("checklist_v1.csv").open(newline="") as file:
            ChecklistItem.objects.bulk_create(
                ChecklistItem(
                    version=version,
                    order=order,
                    code=row["code"],
                    part=row["part"],
                    question=row["question"],
                    requirement=row["requirement"],
                    effect=row["effect"],
                    answer_kind=row["answer"],
                    structures=row["structures"].split(),
                    applies_if=row["applies_if"],
                    hint=row["hint"],
                    basis=row["basis"],
                )
                for order, row in enumerate(csv.DictReader(file), start=1)
            )
        version.published_at = now()
        version.save()
    return version.items.count()
