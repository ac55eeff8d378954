"""What an act wrote: every row of the database before and after it."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model

from households.models import Household
from inspections.models import InspectionDraft, InspectionPhoto, WarningPhoto
from rectification.models import Funding
from yanliang.accounts.models import Staff
from yanliang.audit.models import Entry, Head

APPS = ("accounts", "audit", "households", "inspections", "rectification", "reports")
WATCHED = [model for name in APPS for model in apps.get_app_config(name).get_models()]
#: Rows that belong to no region by themselves; what they hang on is watched.
WITHOUT_REGION = {Head, InspectionPhoto, WarningPhoto}
#: What is not history: money is written over with its plan, a draft ends with its submission.
DELETABLE = {Funding, InspectionDraft}

#: What the program does in its own name while a person acts.
BY_ITSELF = {"problem_submitted"}

#: Model → primary key → values of the columns.
Rows = dict[type[Model], dict[Any, tuple]]


def columns_of(model: type[Model]) -> list[str]:
    """The primary key, then every column."""
    return [model._meta.pk.column, *(field.column for field in model._meta.concrete_fields)]


def all_rows() -> Rows:
    """Read past the ORM, which would take most of the test's time to make objects of what is only compared."""
    quote = connection.ops.quote_name
    rows: Rows = {}
    with connection.cursor() as cursor:
        for model in WATCHED:
            names = ", ".join(map(quote, columns_of(model)))
            cursor.execute(f"SELECT {names} FROM {quote(model._meta.db_table)}")
            rows[model] = {row[0]: row for row in cursor.fetchall()}
    return rows


def written(before: Rows, after: Rows) -> dict[type[Model], set]:
    """The primary keys of the rows that were added, changed or deleted; models without any are left out."""
    keys = {
        model: {
            pk
            for pk in before[model].keys() | after[model].keys()
            if before[model].get(pk) != after[model].get(pk)
        }
        for model in WATCHED
        if before[model] != after[model]
    }
    return {model: found for model, found in keys.items() if found}


def trespasses(by: Staff, before: Rows, after: Rows) -> Iterator[str]:
    """One sentence for each row that `by` wrote beyond what may be: outside the region, deleted, unsigned."""
    changed = written(before, after)
    scope = by.scope_code
    for model, keys in changed.items():
        gone = keys - after[model].keys()
        if gone and model not in DELETABLE:
            yield f"{model.__name__} {gone} deleted"
        if model in WITHOUT_REGION:
            continue
        there = keys - gone
        if model.objects.visible_to(by).filter(pk__in=there).count() != len(there):
            yield f"one of {model.__name__} {there} is outside the region of {by.username}"
    position = columns_of(Household).index("region_id")
    for pk in changed.get(Household, ()):
        if (row := before[Household].get(pk)) and not row[position].startswith(scope or "-"):
            yield f"Household {pk} was outside the region of {by.username}"
    entries = Entry.objects.filter(pk__in=changed.get(Entry, ()))
    if changed and not entries:
        yield f"no entry in the trail says what happened to {list(changed)}"
    for entry in entries:
        if entry.staff_id != by.pk and (entry.staff_id or entry.act not in BY_ITSELF):
            yield f"{entry} is filed under {entry.staff_name}"
