"""A small district to live through: two offices, three villages, and somebody in every role of both."""

import datetime as dt

from hypothesis import strategies as st

from households.models import Region
from inspections.models import AppraisalOrganisation
from reports.lists.freezing import ListKey
from reports.lists.membership import LATER_LISTS, class_groups
from reports.lists.responsible import name_responsible
from tests.factories import HouseholdFactory, StaffFactory
from tests.inspections.factories import OrganisationFactory
from yanliang.accounts.models import Staff
from yanliang.periods import SHANGHAI

DISTRICT, GUANSHAN, BEITUN = "610114", "610114007", "610114005"
VILLAGES = ("610114007200", "610114007201", "610114005200")
CLASSES = ("ordinary", "registered_poor", "low_income", "ordinary")
BEGINNING = dt.datetime(2020, 5, 4, 9, tzinfo=SHANGHAI)

OFFICE = {"recorder", "office_lead"}
BUREAU = {"bureau_clerk", "bureau_lead"}

#: Username → role, region, name. The head of the second village has the name of its office's lead.
CAST = {
    "recorder": ("recorder", GUANSHAN, "陈录入"),
    "recorder_beitun": ("recorder", BEITUN, "冯录入"),
    "office_lead": ("office_lead", GUANSHAN, "苏建军"),
    "office_lead_beitun": ("office_lead", BEITUN, "韩卫东"),
    "village": ("village", VILLAGES[0], "王村长"),
    "village_two": ("village", VILLAGES[1], "苏建军"),
    "village_beitun": ("village", VILLAGES[2], "郭村长"),
    "poverty_relief": ("department", DISTRICT, "赵科员"),
    "civil_affairs": ("department", DISTRICT, "钱科员"),
    "bureau_clerk": ("bureau_clerk", DISTRICT, "高经办"),
    "bureau_lead": ("bureau_lead", DISTRICT, "高局长"),
    "supervisor": ("supervisor", DISTRICT, "严督导"),
    "viewer": ("viewer", GUANSHAN, "闫看看"),
    "keeper": ("keeper", None, "管系统"),
}
DEPARTMENTS = {"poverty_relief": "扶贫", "civil_affairs": "民政"}


#: Stand-ins for whoever has the post where the household or the list is.
LOCAL = {
    "the_recorder": {GUANSHAN: "recorder", BEITUN: "recorder_beitun"},
    "the_lead": {GUANSHAN: "office_lead", BEITUN: "office_lead_beitun"},
    "the_head": dict(zip(VILLAGES, ("village", "village_two", "village_beitun"), strict=True)),
}


def local(who: str, region: str) -> str:
    """The username of `who`, where that is a stand-in: of the one in the region, a village."""
    posts = LOCAL.get(who)
    if posts is None:
        return who
    return posts.get(region) or posts[region[: len(GUANSHAN)]]


def mostly(*names: str) -> st.SearchStrategy[str]:
    """Somebody of the cast: two times in three one of `names`, otherwise just anybody."""
    return st.sampled_from([*names * (2 * len(CAST) // len(names)), *CAST])


bureau = mostly("bureau_clerk", "bureau_lead")
lead = mostly("bureau_lead")
offices = mostly("the_recorder", "the_lead")
inspectors = mostly("the_recorder", "the_head")
reviewers = mostly("the_lead")
signers = mostly("the_head", "the_lead", "poverty_relief", "bureau_lead")
#: Which of the households, or which of the records of a kind, counted round as often as need be. The first few
#: come up far more often: what goes wrong, goes wrong where several acts meet.
numbers = st.sampled_from([0, 0, 0, 0, 1, 1, 1, 2, 2, *range(12)])
#: Numbers below this one count the records that an act is meant for, the others all there are.
LIKELY = 9
villages = st.sampled_from([VILLAGES[0], VILLAGES[0], *VILLAGES])


class World:
    """The cast by username, the firm that appraises, and four households of each village."""

    def __init__(self) -> None:
        self.cast: dict[str, Staff] = {
            username: StaffFactory(
                username=username,
                role=role,
                region_id=region,
                full_name=name,
                post="负责人",
                department=DEPARTMENTS.get(username, ""),
            )
            for username, (role, region, name) in CAST.items()
        }
        self.firm: AppraisalOrganisation = OrganisationFactory()
        self.villages = Region.objects.in_bulk(VILLAGES)
        for village in VILLAGES:
            for class_code in CLASSES:
                HouseholdFactory(region_id=village, class_code=class_code)
        #: Every list that is kept for a village, kind and class group, those with most households first.
        self.lists = sorted(
            ((kind, group.name) for group in class_groups() for kind in group.kinds),
            key=lambda each: each[0] in LATER_LISTS,
        )
        for village in VILLAGES:
            for kind, group in self.lists:
                name_responsible(
                    self.key(village, kind, group),
                    name="李包村",
                    post="包村干部",
                    by=self.cast[local("the_recorder", village)],
                    seen=0,
                )

    def key(self, village: str, kind, group: str) -> ListKey:
        return ListKey(self.villages[village], kind, group)
