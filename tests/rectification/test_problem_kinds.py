"""What the ledger is kept with: kinds of problems, and the principal leaders of the offices."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from households.models import Region
from households.naming import Typed
from rectification.leaders import name_leaders
from rectification.models import ProblemKind
from rectification.problems.kinds import digest_of, save_kind
from tests.rectification.problem_cases import OFFICE, kind, raised
from yanliang.audit.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

NEW = {
    "code": "no_road",
    "name": "入户道路不通",
    "direction": "problem",
    "fact": "",
    "measure": "协调修路",
    "position": "300",
    "is_active": "on",
}


def create(client, **fields):
    return client.post(reverse("rectification:problem_kind_create"), NEW | fields)


def typed(edited: ProblemKind, **fields) -> dict:
    """The form of a kind as the page shows it, with changes made."""
    data = {
        "name": edited.name,
        "direction": edited.direction,
        "fact": edited.fact,
        "measure": edited.measure,
        "position": edited.position,
        "shown": digest_of(edited),
    }
    ticked = {name: "on" for name in ("is_house", "is_active") if getattr(edited, name)}
    return data | ticked | fields


def edit(client, edited: ProblemKind, data: dict):
    return client.post(reverse("rectification:problem_kind_edit", args=[edited.pk]), data)


def saved() -> list[Entry]:
    return list(Entry.objects.filter(act="problem_kind_saved").order_by("number"))


def test_a_new_kind(sign_in, bureau_clerk):
    client = sign_in(bureau_clerk)
    assert create(client).status_code == 302
    made = kind("no_road")
    assert (made.name, made.measure, made.is_house) == ("入户道路不通", "协调修路", False)
    (entry,) = saved()
    assert entry.after["名称"] == "入户道路不通"
    assert entry.after["所属排查"] == "存在问题"
    again = create(client)
    assert "已存在" in again.content.decode()
    assert len(saved()) == 1


def test_an_edit_tells_what_changed(sign_in, bureau_clerk):
    edited = kind()
    assert edit(sign_in(bureau_clerk), edited, typed(edited, measure="逐项补齐")).status_code == 302
    (entry,) = saved()
    assert entry.before == {"常用整改措施": edited.measure}
    assert entry.after == {"常用整改措施": "逐项补齐"}


def test_saving_without_a_change_leaves_no_trace(sign_in, bureau_clerk):
    edited = kind()
    assert edit(sign_in(bureau_clerk), edited, typed(edited)).status_code == 302
    assert saved() == []


def test_the_code_stays(sign_in, bureau_clerk):
    edited = kind()
    edit(sign_in(bureau_clerk), edited, typed(edited, code="other_code", name="档案不规范"))
    assert kind().name == "档案不规范"


def test_a_kind_in_use_may_be_stopped_and_lose_its_fact(sign_in, bureau_clerk):
    problem = raised(code="subsidy_unpaid")
    data = typed(problem.kind, fact="")
    del data["is_active"]
    edit(sign_in(bureau_clerk), problem.kind, data)
    edited = kind("subsidy_unpaid")
    assert (edited.fact, edited.is_active) == ("", False)
    assert edited.problems.get() == problem


def test_a_fact_belongs_to_one_kind(sign_in, bureau_clerk):
    edited = kind()
    page = edit(sign_in(bureau_clerk), edited, typed(edited, fact="subsidy_unpaid"))
    assert "这项自动核对已用于另一类别" in page.content.decode()
    assert kind().fact == ""


def test_nobody_writes_over_another(sign_in, bureau_clerk, bureau_lead):
    client, edited = sign_in(bureau_clerk), kind()
    opened = typed(edited, measure="我的措施")
    theirs = kind()
    theirs.measure = "他人的措施"
    save_kind(theirs, by=bureau_lead, shown=digest_of(edited))
    page = edit(client, edited, opened)
    assert "已被他人修改" in page.content.decode()
    assert "他人的措施" in page.content.decode()
    assert kind().measure == "他人的措施"
    again = opened | {"shown": page.context["form"]["shown"].value()}
    assert edit(client, edited, again).status_code == 302
    assert kind().measure == "我的措施"


def test_only_the_bureau_keeps_kinds(sign_in, recorder):
    client, edited = sign_in(recorder), kind()
    assert client.get(reverse("rectification:problem_kind_list")).status_code == 403
    assert create(client).status_code == 403
    assert edit(client, edited, typed(edited, name="改名")).status_code == 403
    with pytest.raises(PermissionDenied):
        save_kind(edited, by=recorder, shown=digest_of(edited))
    assert kind().name == edited.name


def test_no_such_kind(sign_in, bureau_clerk):
    address = reverse("rectification:problem_kind_edit", args=[999_999])
    assert sign_in(bureau_clerk).get(address).status_code == 404


def test_the_list_counts_what_is_filed_under_each(sign_in, bureau_clerk, django_assert_num_queries):
    raised(code="other")
    client = sign_in(bureau_clerk)
    with django_assert_num_queries(4):
        page = client.get(reverse("rectification:problem_kind_list"))
    counts = {each.code: (each.unsettled, each.total) for each in page.context["kinds"]}
    assert counts["other"] == (1, 1)
    assert counts["file_irregular"] == (0, 0)
    positions = [each.position for each in page.context["kinds"]]
    assert positions == sorted(positions)


# Principal leaders


def name(client, names: dict[str, str], shown: dict[str, str] | None = None):
    data = dict(names)
    data |= {f"shown-{code}": (shown or {}).get(code, "") for code in names}
    return client.post(reverse("rectification:leader_list"), data)


def leader(code: str = OFFICE) -> str:
    return Region.objects.get(pk=code).principal_leader


def test_an_office_names_its_leader(sign_in, recorder):
    client = sign_in(recorder)
    page = client.get(reverse("rectification:leader_list"))
    assert [row.place.code for row in page.context["form"].rows] == [OFFICE]
    assert name(client, {OFFICE: " 赵 主任 "}).status_code == 302
    assert leader() == "赵主任"
    entry = Entry.objects.get(act="leader_named")
    assert (entry.before, entry.after) == ({"街办主要领导": "（空）"}, {"街办主要领导": "赵主任"})
    assert entry.region_id == OFFICE
    name(client, {OFFICE: "赵主任"}, {OFFICE: "赵主任"})
    assert Entry.objects.filter(act="leader_named").count() == 1


def test_the_bureau_names_all_and_its_own(sign_in, bureau_clerk):
    client = sign_in(bureau_clerk)
    rows = client.get(reverse("rectification:leader_list")).context["form"].rows
    assert [row.place.code for row in rows] == ["610114", *offices()]
    name(client, {"610114": "区领导", OFFICE: "赵主任"})
    assert (leader("610114"), leader()) == ("区领导", "赵主任")


def offices() -> list[str]:
    return list(Region.objects.offices().order_by("code").values_list("code", flat=True))


def test_two_people_name_the_same_office(sign_in, recorder, bureau_clerk):
    name_leaders({OFFICE: Typed("李先到", "")}, by=bureau_clerk)
    client = sign_in(recorder)
    page = name(client, {OFFICE: "赵主任"})
    assert "已由他人改为“李先到”" in page.content.decode()
    assert leader() == "李先到"
    shown = {row.place.code: row.shown for row in page.context["form"].rows}
    assert name(client, {OFFICE: "赵主任"}, shown).status_code == 302
    assert leader() == "赵主任"


def test_one_name_and_no_list_of_names(sign_in, recorder):
    page = name(sign_in(recorder), {OFFICE: "赵主任、钱书记"})
    assert "应为一个人的姓名" in page.content.decode()
    assert leader() == ""


def test_other_offices_and_other_roles_name_nobody(sign_in, stranger, supervisor, viewer):
    name(sign_in(stranger), {OFFICE: "赵主任"})
    assert name(sign_in(supervisor), {OFFICE: "赵主任"}).status_code == 403
    assert name(sign_in(viewer), {OFFICE: "赵主任"}).status_code == 403
    with pytest.raises(PermissionDenied):
        name_leaders({OFFICE: Typed("赵主任", "")}, by=viewer)
    assert name_leaders({OFFICE: Typed("赵主任", "")}, by=stranger) == 0
    assert leader() == ""
