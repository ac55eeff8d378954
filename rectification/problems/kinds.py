"""问题类别: kept by the bureau, each change in the trail, nobody's change lost under another's."""

import hashlib
import json

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from rectification.models import ProblemKind
from yanliang.accounts.permissions import may_keep_problem_kinds
from yanliang.audit.trail import record
from yanliang.workflow import lock

#: What people say of a kind; its code stays what it was when the kind was made.
FIELDS = ("code", "name", "direction", "is_house", "fact", "measure", "position", "is_active")


def kind_in_words(kind: ProblemKind) -> dict[str, str]:
    """A kind by the Chinese names of its fields, as pages and the trail tell it."""
    words = {}
    for name in FIELDS:
        field = ProblemKind._meta.get_field(name)
        value = getattr(kind, name)
        if isinstance(value, bool):
            value = "是" if value else "否"
        elif field.choices:
            value = getattr(kind, f"get_{name}_display")()
        words[str(field.verbose_name)] = str(value) or "（空）"
    return words


def digest_of(kind: ProblemKind) -> str:
    """Tells whether a kind is still as it was shown; empty for one that is not kept yet."""
    if kind.pk is None:
        return ""
    words = json.dumps(kind_in_words(kind), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def save_kind(kind: ProblemKind, *, by, shown: str) -> bool:
    """Write `kind` as it was typed, and return whether it differs from what was kept; `shown` is what the page showed.

    Raises PermissionDenied without the right; ValidationError (code "stale") where somebody else has changed
    the kind meanwhile, and with what the model refuses.
    """
    if not may_keep_problem_kinds(by):
        raise PermissionDenied("问题类别由区局维护。")
    with transaction.atomic():
        before: dict[str, str] = {}
        if kind.pk is not None:
            kept = lock(kind)
            if digest_of(kept) != shown:
                raise ValidationError(stale_sentence(kept), code="stale")
            before, kind.code = kind_in_words(kept), kept.code
        after = kind_in_words(kind)
        changed = [name for name in after if before.get(name) != after[name]]
        if not changed:
            return False
        kind.full_clean()
        kind.save()
        record(
            "problem_kind_saved",
            kind,
            by=by,
            before={name: before[name] for name in changed if name in before},
            after={name: after[name] for name in changed},
        )
    return True


def stale_sentence(kept: ProblemKind) -> str:
    now_is = "；".join(f"{name}：{value}" for name, value in kind_in_words(kept).items())
    return (
        f"这个类别在您打开后已被他人修改，现在是——{now_is}。"
        "页面上是您填写的；再保存一次就以您填写的为准。"
    )
