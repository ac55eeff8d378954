"""A later change of a row voids the signatures on it, and says why (domain rules §4)."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import transaction

from households.models import Region
from reports.enums import ListKind
from reports.lists.columns import COLUMNS
from reports.lists.freezing import FrozenRows, ListKey
from reports.lists.rows import ListRow
from reports.lists.standing import changes_between, signatures_of, standing_of
from reports.models import FrozenList, RowSignature
from yanliang.accounts.enums import RegionLevel
from yanliang.audit.trail import record
from yanliang.periods import now

LEFT_THE_LIST = "该户已不在这份清单上"
REASON_LENGTH = 300


def void_overtaken(key: ListKey, rows: Sequence[ListRow], *, by=None) -> int:
    """Void the standing signatures of the list that `rows`, as they are now, no longer bear out.

    Returns how many. The village must be locked. What has changed is written with each signature, and
    one entry of the trail says so for each signing.
    """
    standing, orphans = standing_of(key.kind, rows, signatures_of(key, rows))
    reasons: dict[RowSignature, str] = dict.fromkeys(orphans, LEFT_THE_LIST)
    overtaken = [(each.row, signature) for each in standing for signature in each.overtaken]
    frozen = {
        each.pk: FrozenRows.of(each)
        for each in FrozenList.objects.filter(
            pk__in={signature.signing.frozen_id for _, signature in overtaken}
        )
    }
    for row, signature in overtaken:
        signed = frozen[signature.signing.frozen_id]
        before = signed.rows[row.key].values
        changes = changes_between(signed.columns, before, COLUMNS[key.kind], row.values)
        # A hash may differ with equal values where the columns themselves have changed.
        words = "；".join(map(str, changes)) or "清单栏目有变动"
        reasons[signature] = f"签字后有变动：{words}"[:REASON_LENGTH]
    by_signing, at = defaultdict(list), now()
    for signature, reason in reasons.items():
        signature.voided_at, signature.void_reason = at, reason
        by_signing[signature.signing].append(signature)
    RowSignature.objects.bulk_update(reasons, ["voided_at", "void_reason"], batch_size=500)
    for signing, signatures in by_signing.items():
        record(
            "signatures_voided",
            signing,
            by=by,
            after={"失效行数": len(signatures), "原因": signatures[0].void_reason},
        )
    return len(reasons)


def void_all_overtaken(code: str, *, by=None) -> int:
    """Void what is overtaken on every signed list of the region `code`; returns how many signatures."""
    lists = (
        FrozenList.objects.within(code)
        .filter(signings__rows__voided_at__isnull=True, signings__isnull=False)
        .order_by("region", "kind", "group")
        .values_list("region", "kind", "group")
        .distinct()
    )
    voided = 0
    for village, kind, group in lists:
        with transaction.atomic():
            region = Region.objects.select_for_update(no_key=True).get(
                pk=village, level=RegionLevel.VILLAGE
            )
            key = ListKey(region, ListKind(kind), group)
            voided += void_overtaken(key, key.rows(), by=by)
    return voided
