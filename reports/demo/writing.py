"""The demo's records, written in bulk."""

from collections.abc import Iterable
from operator import attrgetter

from django.db.models import Model

from households import bulk


def insert(model: type[Model], rows: Iterable[Model]) -> int:
    """Insert unsaved rows of `model` and give them their keys; return how many there were."""
    rows = list(rows)
    for field in model._meta.concrete_fields:
        if field.is_relation:
            # A parent that was saved after the two were joined has its key only now.
            for row in rows:
                if field.is_cached(row):
                    setattr(row, field.attname, getattr(getattr(row, field.name), "pk", None))
    names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    for key, row in zip(
        bulk.insert(model, names, map(attrgetter(*names), rows)), rows, strict=True
    ):
        row.pk = key
    return len(rows)
