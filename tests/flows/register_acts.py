"""Acts on the register itself: facts, identities, removals, splits, references."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from households import changes
from households.editing import edit_household
from households.enums import ChangeKind, ChangeState, Stage
from households.identities import NewIdentity, change_identities
from households.models import Household, HouseholdChange, HouseholdClass, Region
from households.naming import Typed
from reports.national.entering import enter_references
from reports.national.secretaries import name_secretaries
from tests.factories import resident_id
from tests.flows.history import History
from tests.flows.world import BUREAU, OFFICE, VILLAGES, bureau, numbers, offices, villages
from yanliang.periods import today

#: The serial numbers of the ID numbers of those who split off, beyond all that factories take.
NEWCOMERS = 500_000
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "population": st.integers(0, 6),
        "helper": st.sampled_from(["", "周帮扶", "吴帮扶"]),
        "phone": st.sampled_from(["", "13812345678", "12"]),
        "structure": st.sampled_from(["TM", "ZH"]),
        "storeys": st.integers(1, 3),
        "old_house": st.sampled_from(["standing", "demolished", "不知道"]),
        "external_reference": st.sampled_from(["", "GJ-1", "GJ-2"]),
        "region": villages,
    },
)


class RegisterActs(History):
    @rule(who=offices, number=numbers, edits=EDITS, reason=st.sampled_from(["", "登记有误"]))
    def edit(self, who, number, edits, reason):
        household = self.household(number)
        values = dict(edits)
        if "region" in values:
            values["region"] = Region.objects.get(pk=values["region"])

        def act(by):
            seen = self.find(by, Household, household.pk).version
            edit_household(household.pk, values, by=by, seen=seen, reason=reason)

        self.attempt(who, OFFICE, act, household.region_id)

    @rule(
        who=offices,
        number=numbers,
        ends=st.booleans(),
        code=st.sampled_from(["", "its own", "its own", "registered_poor", "ordinary"]),
    )
    def change_class(self, who, number, ends, code):
        household = self.household(number)
        if code == "its own":
            code = household.household_class.code
        self.change_to(who, household, ends, code)

    def change_to(self, who, household, ends, code):
        added = HouseholdClass.objects.filter(code=code)
        standing = household.identities.current()

        def act(by):
            change_identities(
                household.pk,
                by=by,
                seen=self.find(by, Household, household.pk).version,
                reason="动态调整",
                on=today(),
                end=[each.pk for each in standing] if ends else [],
                add=[NewIdentity(each, today()) for each in added],
            )

        self.attempt(who, OFFICE, act, household.region_id)

    @rule(
        who=offices,
        number=numbers,
        kind=st.sampled_from([ChangeKind.MOVED_OUT, ChangeKind.DUPLICATE]),
        other=numbers,
    )
    def request_removal(self, who, number, kind, other):
        self.ask_out(who, self.household(number), kind, self.household(other))

    def ask_out(self, who, household, kind, related):
        def act(by):
            self.find(by, Household, household.pk)
            changes.request_removal(
                household.pk,
                kind,
                by=by,
                reason="全家迁出",
                evidence="户籍证明",
                on=today(),
                related=self.find(by, Household, related.pk),
            )

        self.attempt(who, OFFICE, act, household.region_id)

    @precondition(lambda self: self.exists(HouseholdChange))
    @rule(who=bureau, number=numbers, note=st.sampled_from(["", "不属实"]), agrees=st.booleans())
    def decide_removal(self, who, number, note, agrees):
        pk = self.pick(HouseholdChange, number, state=ChangeState.PENDING)
        decide = changes.confirm_removal if agrees else changes.refuse_removal

        def act(by):
            self.find(by, HouseholdChange, pk)
            decide(pk, by=by, note=note)

        self.attempt(who, BUREAU, act)

    @rule(who=bureau, number=numbers)
    def reinstate(self, who, number):
        self.bring_back(who, self.household(number, Stage.EXEMPT))

    def bring_back(self, who, household):
        def act(by):
            self.find(by, Household, household.pk)
            changes.reinstate(household.pk, by=by, reason="仍在村居住", on=today())

        self.attempt(who, BUREAU, act)

    @rule(who=offices, number=numbers, leaving=st.integers(1, 3))
    def split(self, who, number, leaving):
        household = self.household(number)
        new = Household(
            head_name="分出户",
            id_number=resident_id(NEWCOMERS + len(self.rows[Household])),
            population=leaving,
        )

        def act(by):
            changes.split_household(
                household.pk,
                new,
                by=by,
                seen=self.find(by, Household, household.pk).version,
                household_class=household.household_class,
                reason="儿子成家",
                on=today(),
            )

        self.attempt(who, OFFICE, act, household.region_id)

    @rule(
        who=bureau | offices,
        entered=st.dictionaries(numbers, st.sampled_from(["GJ-1", "GJ-2", "GJ-3"]), min_size=1),
    )
    def enter_references(self, who, entered):
        references = {self.household(number).pk: text for number, text in entered.items()}
        self.attempt(
            who,
            OFFICE | BUREAU,
            lambda by: enter_references(references, by=by, reason="导入：返回.xlsx"),
        )

    @rule(who=bureau | offices, names=st.dictionaries(villages, st.sampled_from(["马书记", ""])))
    def name_secretaries(self, who, names):
        shown = dict(Region.objects.filter(pk__in=VILLAGES).values_list("pk", "first_secretary"))
        typed = {code: Typed(name, shown[code]) for code, name in names.items()}
        self.attempt(who, OFFICE | BUREAU, lambda by: name_secretaries(typed, by=by))
