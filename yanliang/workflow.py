"""One declared change of state: right, source state, missing parts, change and trail under one lock."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction


def write_trail(act: str, obj: models.Model, **entry: Any) -> Any:
    """Replaced by the audit app's `record` when it starts, since this floor stands below it."""
    raise RuntimeError("The audit app has not started.")


def lock(obj: models.Model) -> models.Model:
    """A fresh copy of `obj` that nobody else can change until the transaction ends."""
    return type(obj)._base_manager.select_for_update(no_key=True).get(pk=obj.pk)


def check_version(obj: models.Model, seen: int) -> None:
    """Refuse to write over what somebody else saved since the form was opened.

    Raises ValidationError (code "stale") when `seen`, the version in the form, is not the record's.
    """
    if obj.version != seen:
        raise ValidationError(
            "这条记录在您打开后已被他人修改，您的内容还在页面上：请核对最新内容后再保存。",
            code="stale",
        )


@dataclass(frozen=True)
class Transition:
    """An act that moves `field` of a record from one of `sources` to `target`.

    `allowed(by, obj)` is the right; `missing(obj)` gives sentences on what must be there first.
    `perform` raises PermissionDenied without the right, ValidationError with the sentences otherwise.
    """

    name: str
    label: str
    sources: frozenset[str]
    target: str
    allowed: Callable[[Any, models.Model], bool]
    missing: Callable[[models.Model], list[str]] = lambda obj: []
    field: str = "state"
    needs_reason: bool = False

    def obstacles(self, obj: models.Model) -> list[str]:
        """Why the act cannot be done now, as sentences; empty when it can."""
        state = getattr(obj, self.field)
        if state not in self.sources:
            shown = getattr(obj, f"get_{self.field}_display")()
            return [f"当前状态为“{shown}”，不能{self.label}。"]
        return self.missing(obj)

    def perform(
        self,
        obj: models.Model,
        by,
        *,
        change: Callable[[models.Model], None] = lambda obj: None,
        reason: str = "",
    ) -> models.Model:
        """Do the act on a locked copy of `obj`, with `change` applied before saving, and return that copy."""
        with transaction.atomic():
            obj = lock(obj)
            if not self.allowed(by, obj):
                raise PermissionDenied(f"您没有“{self.label}”的权限。")
            obstacles = self.obstacles(obj)
            if self.needs_reason and not reason.strip():
                obstacles = [*obstacles, f"请填写{self.label}的理由。"]
            if obstacles:
                raise ValidationError(obstacles)
            before = {self.field: getattr(obj, self.field)}
            setattr(obj, self.field, self.target)
            change(obj)
            obj.save()
            write_trail(
                self.name, obj, by=by, before=before, after={self.field: self.target}, reason=reason
            )
        return obj
