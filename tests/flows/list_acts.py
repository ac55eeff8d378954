"""Acts on the four lists: who answers for them, signing on screen and on paper, and what a change voids."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from households.models import Household, Region
from reports.enums import SignLevel
from reports.lists.exporting import record_printing
from reports.lists.freezing import digest_of_list, freeze
from reports.lists.membership import members
from reports.lists.progress import progress_within, read_progress
from reports.lists.responsible import name_responsible, named
from reports.lists.signing import sign, sign_paper
from reports.lists.voiding import void_all_overtaken
from reports.models import FrozenList
from tests.flows.history import History
from tests.flows.watching import Rows, all_rows
from tests.flows.world import (
    BUREAU,
    DISTRICT,
    OFFICE,
    numbers,
    offices,
    signers,
    villages,
)
from tests.rectification.cases import scan
from yanliang.accounts.permissions import may_see_business
from yanliang.periods import today

SIGNERS = {"village", "office_lead", "department", "bureau_lead"}
READERS = OFFICE | BUREAU | SIGNERS | {"supervisor", "viewer"}


class ListActs(History):
    #: The rows as they were when this was last done.
    voided: Rows = {}
    looked_over: Rows = {}

    def list_of(self, number, village, by=None):
        """A list; as `by` would find it."""
        if by is not None:
            if not may_see_business(by):
                raise PermissionDenied
            get_object_or_404(Region.objects.visible_to(by), pk=village)
        return self.world.key(village, *self.world.lists[number % len(self.world.lists)])

    @rule(
        who=offices,
        number=numbers,
        village=villages,
        name=st.sampled_from(["李包村", "王村长"]),
        household=st.none() | numbers,
    )
    def answer_for(self, who, number, village, name, household):
        one = None if household is None else self.household(household)

        def act(by):
            key = self.list_of(number, village, by)
            if one is not None:
                self.find(by, Household, one.pk)
            present = named(key, one)
            seen = present.version if present else 0
            name_responsible(key, name=name, post="干部", by=by, seen=seen, household=one)

        self.attempt(who, OFFICE, act, village)

    @rule(
        who=signers,
        number=numbers,
        village=villages,
        just_one=st.booleans(),
        fresh=st.sampled_from([True, True, True, False]),
    )
    def sign(self, who, number, village, just_one, fresh):
        self.sign_list(who, number, village, just_one, fresh)

    def sign_list(self, who, number, village, just_one=False, fresh=True):
        def act(by):
            key = self.list_of(number, village, by)
            rows = key.rows()
            seen = digest_of_list(key, rows if fresh else rows[1:] or [])
            sign(key, by, seen=seen, rows=[row.key for row in rows[:1]] if just_one else None)

        self.attempt(who, SIGNERS, act, village)

    @rule(village=villages, levels=st.integers(1, 4))
    def sign_upwards(self, village, levels):
        """What usually comes: the lists of a village, one level after the other."""
        way = ("the_head", "the_lead", "poverty_relief", "bureau_lead")
        there = Household.objects.filter(region=village)
        for number, (kind, group) in enumerate(self.world.lists):
            if members(kind, group, there).exists():
                for who in way[:levels]:
                    self.sign_list(who, number, village)

    @rule(who=signers | offices, number=numbers, village=villages)
    def print_list(self, who, number, village):
        self.print_for(who, number, village)

    def print_for(self, who, number, village):
        def act(by):
            key = self.list_of(number, village, by)
            if rows := key.rows():
                frozen = freeze(key, rows, by)
                record_printing(frozen, by=by, full_numbers=False)

        self.attempt(who, READERS, act, village)

    @precondition(lambda self: self.exists(FrozenList))
    @rule(
        who=offices | signers,
        number=numbers,
        level=st.sampled_from([SignLevel.VILLAGE, *SignLevel]),
        name=st.sampled_from(["王村长", "苏建军", "高局长"]),
    )
    def sign_paper(self, who, number, level, name):
        pk = self.pick(FrozenList, number)
        village = FrozenList.objects.get(pk=pk).region_id

        def act(by):
            sign_paper(
                self.find(by, FrozenList, pk),
                level,
                name=name,
                post="负责人",
                signed_on=today(),
                scan=scan(),
                by=by,
            )

        self.attempt(who, OFFICE | BUREAU | {"village", "department"}, act, village)

    @precondition(lambda self: self.voided is not self.rows)
    @rule()
    def void_overtaken(self):
        """What the program does by itself."""
        void_all_overtaken(DISTRICT)
        self.rows = self.voided = all_rows()
        assert void_all_overtaken(DISTRICT) == 0

    @precondition(lambda self: self.looked_over is not self.rows)
    @rule()
    def look_over(self):
        """What the overview keeps under its marks is what it would read anew."""
        self.looked_over = self.rows
        assert progress_within(DISTRICT) == read_progress(DISTRICT)
