"""Four lists of the demo, partly signed: on screen where a village has an account, on paper in one other."""

from collections.abc import Iterable
from random import Random

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from households.editing import edit_household
from households.models import Household, Region
from reports.demo.cast import Cast
from reports.demo.national import official
from reports.demo.papers import PROOF
from reports.enums import ListKind, SignLevel
from reports.lists.freezing import ListKey, digest_of_list, freeze
from reports.lists.membership import ClassGroup, class_groups
from reports.lists.signing import sign, sign_paper
from reports.models import Responsible
from yanliang.accounts.enums import Role
from yanliang.accounts.models import Staff
from yanliang.periods import now, today

POSTS = ("包村干部", "村委会主任", "驻村工作队队长")


def answer_for_all(villages: Iterable[Region], cast: Cast, seed: int) -> int:
    """Name one person for the lists of every village; how many lists they answer for."""
    groups, at = class_groups(), now()
    named = []
    for village in villages:
        rng = Random(f"{seed}/responsible/{village.code}")
        name, post = official(rng), rng.choice(POSTS)
        by = cast.recorder(village.code)
        named += [
            Responsible(
                region=village,
                kind=kind,
                group=group.name,
                name=name,
                post=post,
                set_by=by,
                set_at=at,
            )
            for group in groups
            for kind in group.kinds
        ]
    Responsible.objects.bulk_create(named, batch_size=500)
    return len(named)


def sign_some(cast: Cast) -> int:
    """Sign lists of the villages with an account as far as each level has come; how many acts of signing."""
    departments = {staff.department: staff for staff in Staff.objects.filter(role=Role.DEPARTMENT)}
    done = 0
    for head in Staff.objects.filter(role=Role.VILLAGE).select_related("region").order_by("pk"):
        lead = cast.office_lead(head.region_id)
        for group in class_groups():
            for kind in group.kinds:
                key = ListKey(head.region, kind, group.name)
                signers = [head, lead, *owners(group, kind, departments), cast.bureau_lead]
                done += sign_in_turn(key, signers[: reach(group, kind)])
    done += sign_on_paper(cast)
    change_one(cast)
    return done


def owners(group: ClassGroup, kind: ListKind, departments: dict[str, Staff]) -> list[Staff]:
    """The departments that sign the list before the bureau."""
    if kind != ListKind.HELPED:
        return []
    names = {each.department for each in group.classes if each.is_helped}
    return [departments[name] for name in sorted(names) if name in departments]


def reach(group: ClassGroup, kind: ListKind) -> int:
    """Up to which signer a list has come: the helped all the way, the many of 一般农户 not at all yet."""
    if any(each.is_helped for each in group.classes):
        return 4
    return 0 if kind == ListKind.CHECKED and not group.classes[0].appraise_all else 2


def sign_in_turn(key: ListKey, signers: Iterable[Staff]) -> int:
    rows = key.rows()
    if not rows:
        return 0
    seen = digest_of_list(key, rows)
    return sum(1 for by in signers if sign(key, by, seen=seen))


def sign_on_paper(cast: Cast) -> int:
    """A village without an account: its office uploads the signed page."""
    signed = Staff.objects.filter(role=Role.VILLAGE).values("region")
    helped = Household.objects.filter(household_class__is_helped=True).exclude(region__in=signed)
    household = helped.select_related("region", "household_class").order_by("code").last()
    if household is None:
        return 0
    key = ListKey(household.region, ListKind.HELPED, household.household_class.group)
    by = cast.recorder(key.region.code)
    with default_storage.open(PROOF) as scan:
        page = SimpleUploadedFile("签字页.jpg", scan.read())
    sign_paper(
        freeze(key, key.rows(), by),
        SignLevel.VILLAGE,
        name="房安民",
        post="村委会主任",
        signed_on=today(),
        scan=page,
        by=by,
    )
    return 1


def change_one(cast: Cast) -> None:
    """One more in a household whose row is signed: its signatures no longer hold."""
    signed = Staff.objects.filter(role=Role.VILLAGE).values("region")
    household = (
        Household.objects.filter(
            region__in=signed, household_class__is_helped=True, population__lt=30
        )
        .order_by("-code")
        .first()
    )
    if household is not None:
        edit_household(
            household.pk,
            {"population": household.population + 1},
            by=cast.recorder(household.region_id),
            seen=household.version,
            reason="新生儿落户",
        )
