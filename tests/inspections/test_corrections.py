"""Seven questions to each correction, then what it keeps, what follows from it, and what it must refuse."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from households.enums import EventKind, Grade
from households.events import as_event, folded, lock_household
from households.models import Household, HouseholdClass
from households.summary import IllegalEvent, Summary, summarise
from inspections.correcting import put_in_place
from inspections.models import Appraisal, ReplacedDocument, Ruling, RulingMeeting
from tests.factories import HouseholdFactory, happen, suspected_household
from tests.inspections.factories import AppraisalFactory, MeetingFactory, RulingFactory
from tests.inspections.test_appraisals import result_data
from yanliang.audit.models import Entry
from yanliang.audit.trail import faults
from yanliang.periods import today

BEITUN = "610114005200"
REASON = "录入时看错一行"
NEXT = iter(range(1, 10_000))


def graded(grade: str = "d", household: Household | None = None, **fields) -> Appraisal:
    """An appraisal with a recorded result; `fields` make its household where none is given."""
    household = household or suspected_household(**fields)
    assigned = AppraisalFactory(household=household)
    happen(household, f"appraised:{grade}", by=assigned.assigned_by)
    assigned.event = household.events.standing().last()
    assigned.grade = assigned.computed = assigned.walls = grade
    assigned.site = "a"
    assigned.disaster_measures, assigned.advice = "partial", "rebuild"
    assigned.appraisers = ["王建国", "李秀英"]
    assigned.appraised_on = dt.date(2020, 4, 1)
    assigned.report_number = f"JDQ-{next(NEXT)}"
    assigned.state, assigned.version = "recorded", 2
    assigned.recorded_by, assigned.recorded_at = assigned.assigned_by, assigned.assigned_at
    assigned.save()
    return assigned


def result(appraisal: Appraisal, **changes) -> dict:
    """The form as it opens, with `changes` and a reason."""
    typed = {
        "version": appraisal.version,
        "appraised_on": "2020-04-01",
        "report_number": appraisal.report_number,
        "walls": appraisal.walls,
        "roof": "",
        "reason": REASON,
    }
    return result_data(appraisal, **(typed | changes))


def ruling_data(ruling: Ruling, **changes) -> dict:
    typed = {"version": ruling.version, "outcome": "ruled_back", "note": "报告缺照片"}
    return typed | {"reason": REASON} | changes


def meeting_data(meeting: RulingMeeting, **changes) -> dict:
    typed = {"version": meeting.version, "held_on": "2020-04-21", "reason": REASON}
    return typed | {"document_number": meeting.document_number} | changes


def warned(household: Household):
    happen(household, "appraised:a", "warned")
    return household.events.get(kind="warned")


@dataclass(frozen=True)
class Act:
    """`ready` makes of a suspected household what the address points to; `wrong` what is refused, since `says`."""

    url_name: str
    name: str
    data: Callable
    ready: Callable
    wrong: Callable
    says: str
    by: str = "bureau_lead"
    refused: str = "bureau_clerk"


def renovating(household: Household) -> Ruling:
    ruling = RulingFactory(household=household)
    happen(household, "renovation_started")
    return ruling


def warned_and_appraised(household: Household):
    event = warned(household)
    happen(household, "appraised:b")
    return event


def replaced(household: Household) -> Appraisal:
    appraisal = graded(household=household)
    Appraisal.objects.filter(pk=appraisal.pk).update(state="replaced")
    return appraisal


def clashing(household: Household) -> RulingMeeting:
    MeetingFactory(document_number="已用文号")
    return MeetingFactory()


ACTS = [
    Act(
        "appraisal_correct",
        "appraisal_corrected",
        lambda appraisal: result(appraisal, walls="c"),
        lambda household: graded(household=household),
        replaced,
        "已经更正过",
        by="bureau_clerk",
        refused="office_lead",
    ),
    Act(
        "ruling_correct",
        "ruling_corrected",
        ruling_data,
        lambda household: RulingFactory(household=household),
        renovating,
        "此后已登记“改造开工”",
    ),
    Act(
        "meeting_correct",
        "meeting_corrected",
        lambda meeting: meeting_data(
            meeting,
            document_number="已用文号"
            if RulingMeeting.objects.filter(document_number="已用文号").exists()
            else "新文号",
        ),
        lambda household: RulingFactory(household=household).meeting,
        clashing,
        "该文号的审定会议已录入",
    ),
    Act(
        "warning_withdraw",
        "warning_withdrawn",
        lambda event: {"reason": "登记错户"},
        warned,
        warned_and_appraised,
        "此后已登记“鉴定”",
    ),
]


@pytest.fixture(params=ACTS, ids=lambda act: act.url_name)
def act(request, reference) -> Act:
    return request.param


def url(act: Act, pk: int) -> str:
    return reverse(f"inspections:{act.url_name}", args=[pk])


def done(act: Act) -> int:
    return Entry.objects.filter(act=act.name).count()


def test_works_and_leaves_one_entry_with_its_reason(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    target = act.ready(suspected_household())
    data = act.data(target)
    assert client.post(url(act, target.pk), data).status_code == 302
    entry = Entry.objects.get(act=act.name)
    assert entry.reason == data["reason"]
    assert entry.before.keys() & entry.after.keys()
    assert list(faults()) == []


def test_another_region_finds_nothing(act, client, request):
    target = act.ready(suspected_household(region_id=BEITUN))
    # The right, but for one office alone.
    person = request.getfixturevalue(act.by)
    person.region_id = "610114007"
    person.save()
    client.force_login(person)
    assert client.post(url(act, target.pk), act.data(target)).status_code == 404
    assert done(act) == 0


def test_without_right_403_and_recorded(act, client, request):
    target = act.ready(suspected_household())
    client.force_login(request.getfixturevalue(act.refused))
    assert client.post(url(act, target.pk), act.data(target)).status_code == 403
    assert done(act) == 0
    assert Entry.objects.filter(act="refused").exists()


def test_wrong_state_says_why(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    target = act.wrong(suspected_household())
    assert act.says in client.post(url(act, target.pk), act.data(target)).text
    assert done(act) == 0


def test_bad_id_404(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    assert client.post(url(act, 987654), {}).status_code == 404


def test_get_shows_the_form_and_does_nothing(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    target = act.ready(suspected_household())
    assert "理由" in client.get(url(act, target.pk)).text
    assert done(act) == 0


def test_double_click_does_it_once(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    target = act.ready(suspected_household())
    data = act.data(target)
    assert [client.post(url(act, target.pk), data).status_code for _ in range(2)] == [302, 200]
    assert done(act) == 1


def test_without_a_reason_nothing_is_done(act, client, request):
    client.force_login(request.getfixturevalue(act.by))
    target = act.ready(suspected_household())
    response = client.post(url(act, target.pk), act.data(target) | {"reason": "  "})
    assert "请填写" in response.text
    assert done(act) == 0


@pytest.fixture
def correct(sign_in, bureau_clerk):
    def post(appraisal, **changes):
        address = reverse("inspections:appraisal_correct", args=[appraisal.pk])
        return sign_in(bureau_clerk).post(address, result(appraisal, **changes))

    return post


def test_a_corrected_result_stands_beside_the_one_it_replaces(reference, correct):
    old = graded("d")
    assert correct(old, walls="b").status_code == 302
    old.refresh_from_db()
    new = old.replaced_by
    assert (old.state, old.grade, old.get_state_display()) == ("replaced", "d", "已更正")
    assert (new.state, new.grade, new.report_number) == ("recorded", "b", old.report_number)
    assert (new.assigned_at, new.due_on) == (old.assigned_at, old.due_on)
    assert (new.event.position, new.event.source) == (
        old.event.position,
        f"inspections.appraisal:{new.pk}",
    )
    household = Household.objects.get(pk=old.household_id)
    assert (household.stage, household.grade) == ("appraised_safe", "b")
    entry = Entry.objects.get(act="appraisal_corrected")
    assert entry.before == {"承重墙": "d", "鉴定等级": "D级"}
    assert entry.after == {"承重墙": "b", "鉴定等级": "B级"}


def test_the_form_opens_with_the_values_as_they_were_recorded(sign_in, bureau_clerk):
    appraisal = graded("c")
    Appraisal.objects.filter(pk=appraisal.pk).update(grade="d", override_reason="墙体已断裂")
    page = sign_in(bureau_clerk).get(reverse("inspections:appraisal_correct", args=[appraisal.pk]))
    for shown in ("王建国、李秀英", appraisal.report_number, "2020-04-01", "墙体已断裂"):
        assert shown in page.text
    assert page.context["form"]["grade"].value() == "d"


def test_a_correction_can_be_corrected(reference, correct):
    first = graded("d")
    correct(first, walls="c")
    second = Appraisal.objects.get(replaces=first)
    assert correct(second, walls="b").status_code == 302
    assert Appraisal.objects.recorded().get().replaces == second
    assert Household.objects.get().grade == "b"


def test_nothing_changed_is_nothing_done(reference, correct):
    appraisal = graded("d")
    assert "没有改动" in correct(appraisal).text
    appraisal.refresh_from_db()
    assert (appraisal.state, Appraisal.objects.count()) == ("recorded", 1)


def test_a_stale_form_is_refused(reference, correct):
    assert "他人" in correct(graded(), walls="c", version=1).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"appraisers": "王建国"}, "鉴定人员不得少于两人"),
        ({"grade": "b"}, "须写明调整理由"),
        ({"appraised_on": "2999-01-01"}, "鉴定日期不能晚于今天"),
    ],
)
def test_a_corrected_result_keeps_every_rule_of_a_result(reference, correct, changes, sentence):
    appraisal = graded("d")
    assert sentence in correct(appraisal, **changes).text
    appraisal.refresh_from_db()
    assert appraisal.state == "recorded"


def test_the_report_number_of_another_house_is_refused(reference, correct):
    other, wrong = graded(), graded()
    assert "报告编号已用于另一户" in correct(wrong, report_number=other.report_number).text
    correct(wrong, report_number="JD-改")
    # The number that was typed by mistake is free again.
    assert correct(other, report_number=wrong.report_number).status_code == 302


def test_the_scan_is_kept_until_another_is_sent(reference, correct, sign_in, viewer):
    appraisal = graded("d")
    appraisal.report.save("report.pdf", SimpleUploadedFile("report.pdf", b"%PDF-1.4 first"))
    correct(appraisal, walls="c")
    second = Appraisal.objects.get(replaces=appraisal)
    assert second.report.name == appraisal.report.name
    scan = SimpleUploadedFile("report.pdf", b"%PDF-1.4 second")
    assert correct(second, walls="c", report=scan).status_code == 302
    third = Appraisal.objects.get(replaces=second)
    for each, content in ((appraisal, b"%PDF-1.4 first"), (third, b"%PDF-1.4 second")):
        address = reverse("inspections:appraisal_report", args=[each.pk])
        assert b"".join(sign_in(viewer).get(address).streaming_content) == content


def test_a_form_that_is_refused_asks_for_the_scan_again(reference, correct, sign_in, bureau_clerk):
    scan = SimpleUploadedFile("我的报告.pdf", b"%PDF-1.4")
    asks = "“我的报告.pdf”没有保存"
    assert asks in correct(graded(), appraisers="王建国", report=scan).text
    assigned = AppraisalFactory()
    address = reverse("inspections:appraisal_record", args=[assigned.pk])
    scan.seek(0)
    data = result_data(assigned, report_number="", report=scan)
    assert asks in sign_in(bureau_clerk).post(address, data).text


@pytest.mark.parametrize(
    ("steps", "later", "way_out"),
    [
        (("ruled_in",), "“审定纳入改造”（2020-04-01）", "请为该户重新委托鉴定"),
        (("ruled_in", "renovation_started"), "“改造开工”", "请先撤销此后的登记"),
        (("ruled_secured",), "“审定以其他方式保障”", "请先撤销此后的登记"),
    ],
)
def test_what_came_later_stands_in_the_way_of_another_grade(
    reference, correct, steps, later, way_out
):
    appraisal = graded("d")
    happen(appraisal.household, *steps)
    before = Household.objects.values().get()
    page = correct(appraisal, walls="b").text
    assert later in page
    assert way_out in page
    assert Household.objects.values().get() == before
    appraisal.refresh_from_db()
    assert (appraisal.state, appraisal.event.superseded) == ("recorded", False)


def test_what_came_later_stays_where_it_still_could_happen(reference, correct):
    appraisal = graded("d")
    happen(appraisal.household, "ruled_in", "renovation_started")
    assert correct(appraisal, walls="c").status_code == 302
    household = Household.objects.get()
    assert (household.stage, household.grade) == ("renovating", "c")


def test_a_corrected_event_keeps_the_class_that_the_household_had_then(reference, correct):
    appraisal = graded("d")
    happen(appraisal.household, "ruled_in", "renovation_started")
    # Now of a class that needs no ruling: the ruling that was stays possible.
    poor = HouseholdClass.objects.get(code="registered_poor")
    Household.objects.update(household_class=poor)
    assert correct(appraisal, walls="c").status_code == 302
    assert appraisal.household.events.standing().get(kind="appraised").household_class.code == (
        "ordinary"
    )


def test_appraised_again_on_the_households_page(sign_in, bureau_clerk, post_through):
    household = suspected_household()
    first = graded("d", household)
    client = sign_in(bureau_clerk)
    address = reverse("inspections:household_appraisals", args=[household.pk])
    assert "委托鉴定" in client.get(address).text
    second = post_through(household, walls="a", roof="")
    page = client.get(address).text
    assert page.index("第 2 次") < page.index("第 1 次")
    for appraisal, heading in ((second, "第 2 次鉴定"), (first, "第 1 次鉴定")):
        detail = client.get(reverse("inspections:appraisal_detail", args=[appraisal.pk])).text
        assert heading in detail
    household.refresh_from_db()
    assert (household.stage, household.grade) == ("appraised_safe", "a")


@pytest.fixture
def post_through(sign_in, bureau_clerk):
    """Assign the household from its page and record the result."""

    def post(household, **changes):
        client = sign_in(bureau_clerk)
        organisation = Appraisal.objects.first().organisation_id
        data = {"household": household.pk, "organisation": organisation, "due_on": today()}
        client.post(reverse("inspections:appraisal_assign"), data)
        appraisal = Appraisal.objects.open().get()
        address = reverse("inspections:appraisal_record", args=[appraisal.pk])
        client.post(address, result_data(appraisal, **changes))
        appraisal.refresh_from_db()
        assert appraisal.state == "recorded"
        return appraisal

    return post


def test_corrections_do_not_count_as_appraisals(reference, correct, sign_in, viewer):
    appraisal = graded("d")
    correct(appraisal, walls="c")
    address = reverse("inspections:household_appraisals", args=[appraisal.household_id])
    page = sign_in(viewer).get(address).text
    assert "第 1 次" in page
    assert "第 2 次" not in page
    assert "已更正" in page
    detail = reverse("inspections:appraisal_detail", args=[appraisal.pk])
    assert REASON in sign_in(viewer).get(detail).text


@pytest.fixture
def rule_again(sign_in, bureau_lead):
    def post(ruling, **changes):
        address = reverse("inspections:ruling_correct", args=[ruling.pk])
        return sign_in(bureau_lead).post(address, ruling_data(ruling, **changes))

    return post


@pytest.mark.parametrize(
    ("outcome", "note", "stage"),
    [
        ("ruled_secured", "随子女居住，已核实", "secured"),
        ("ruled_back", "报告缺照片", "suspected"),
        ("ruled_in", "补充说明", "to_renovate"),
    ],
)
def test_a_ruling_is_written_over_and_the_household_follows(
    reference, rule_again, outcome, note, stage
):
    ruling = RulingFactory()
    was = ruling.event
    assert rule_again(ruling, outcome=outcome, note=note).status_code == 302
    ruling.refresh_from_db()
    was.refresh_from_db()
    assert (ruling.outcome, ruling.note, ruling.version) == (outcome, note, 2)
    assert (was.superseded, ruling.event.position) == (True, was.position)
    assert ruling.event.detail["说明"] == note
    assert Household.objects.get().stage == stage
    entry = Entry.objects.get(act="ruling_corrected")
    assert entry.after["保障依据或退回理由"] == note


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"outcome": "ruled_secured", "note": " "}, "请写明其他方式保障的依据"),
        ({"note": ""}, "请写明退回的理由"),
        ({"version": 7}, "他人"),
        ({"outcome": "ruled_in", "note": ""}, "没有改动"),
        ({"outcome": "x"}, "x"),
    ],
)
def test_a_ruling_that_is_not_whole_is_refused(reference, rule_again, changes, sentence):
    ruling = RulingFactory()
    assert sentence in rule_again(ruling, **changes).text
    assert Household.objects.get().stage == "to_renovate"


@pytest.fixture
def correct_meeting(sign_in, bureau_lead):
    def post(meeting, **changes):
        address = reverse("inspections:meeting_correct", args=[meeting.pk])
        return sign_in(bureau_lead).post(address, meeting_data(meeting, **changes))

    return post


def test_a_meetings_date_and_number_reach_every_household(reference, correct_meeting):
    meeting = MeetingFactory(document_number="阎脱贫组发〔2020〕8 号")
    rulings = [RulingFactory(meeting=meeting), RulingFactory(meeting=meeting)]
    response = correct_meeting(
        meeting, held_on="2020-04-25", document_number="阎脱贫组发〔2020〕9 号"
    )
    assert response.status_code == 302
    for ruling in rulings:
        ruling.refresh_from_db()
        assert ruling.event.happened_on == dt.date(2020, 4, 25)
        assert ruling.event.detail["文号"] == "阎脱贫组发〔2020〕9 号"
        assert ruling.household.events.standing().filter(kind="ruled_in").count() == 1
    assert set(Household.objects.values_list("stage", flat=True)) == {"to_renovate"}
    entry = Entry.objects.get(act="meeting_corrected")
    assert entry.before == {"会议日期": "2020-04-20", "文号": "阎脱贫组发〔2020〕8 号"}


def test_a_meeting_in_the_future_is_refused(reference, correct_meeting):
    assert "会议日期不能晚于今天" in correct_meeting(MeetingFactory(), held_on="2999-01-01").text


def test_a_stale_meeting_is_refused(reference, correct_meeting):
    assert "他人" in correct_meeting(MeetingFactory(), version=9).text


def test_a_meetings_scan_is_replaced_and_the_old_one_kept(
    reference, correct_meeting, sign_in, supervisor, recorder
):
    meeting = RulingFactory().meeting
    held_on = {"held_on": meeting.held_on.isoformat()}
    first, second = (SimpleUploadedFile("m.pdf", b"%PDF-1.4 " + name) for name in (b"1", b"2"))
    assert correct_meeting(meeting, document=first, **held_on).status_code == 302
    assert not ReplacedDocument.objects.exists()
    assert correct_meeting(meeting, document=second, version=2, **held_on).status_code == 302
    kept = ReplacedDocument.objects.get()
    address = reverse("inspections:replaced_document", args=[kept.pk])
    assert b"".join(sign_in(supervisor).get(address).streaming_content) == b"%PDF-1.4 1"
    assert sign_in(recorder).get(address).status_code == 404
    current = reverse("inspections:ruling_document", args=[meeting.pk])
    assert b"".join(sign_in(supervisor).get(current).streaming_content) == b"%PDF-1.4 2"
    # A new scan says nothing of the household: its event stays.
    assert not Ruling.objects.get().event.household.events.filter(superseded=True).exists()


def test_a_meetings_page_offers_corrections_to_the_bureaus_lead_alone(
    sign_in, bureau_lead, bureau_clerk
):
    meeting = RulingFactory().meeting
    address = reverse("inspections:ruling_detail", args=[meeting.pk])
    assert "更正会议信息" in sign_in(bureau_lead).get(address).text
    assert "更正" not in sign_in(bureau_clerk).get(address).text


STEPS = [
    f"{kind}:{outcome}"
    for kind, outcomes in (("inspected", ("safe", "suspected")), ("appraised", "abcd"))
    for outcome in outcomes
] + [kind.value for kind in EventKind if kind not in {EventKind.INSPECTED, EventKind.APPRAISED}]


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    class_code=st.sampled_from(["ordinary", "registered_poor"]),
    steps=st.lists(st.sampled_from(STEPS), max_size=8),
    chosen=st.integers(0, 3),
    grade=st.sampled_from("abcd"),
)
def test_a_correction_is_as_if_it_had_been_recorded_so_at_first(
    reference, class_code, steps, chosen, grade
):
    """Wherever it stands among what is possible: the corrected summary, or a refusal that changes nothing."""
    household = HouseholdFactory(class_code=class_code)
    happen(household, "inspected:suspected", "appraised:d")
    for step in steps:
        try:
            happen(household, step)
        except ValidationError:
            continue
    events = list(household.events.standing())
    appraised = [event for event in events if event.kind == EventKind.APPRAISED]
    wrong = appraised[chosen % len(appraised)]
    before = folded(household)
    told = [
        as_event(event)._replace(outcome=grade) if event == wrong else as_event(event)
        for event in events
    ]
    try:
        expected = summarise(told, household.household_class.rules)
    except IllegalEvent:
        expected = None
    locked = lock_household(household.pk)
    facts = {"happened_on": wrong.happened_on, "outcome": Grade(grade)}
    if expected is None:
        with pytest.raises(ValidationError, match="不能更正"):
            put_in_place(wrong, locked, EventKind.APPRAISED, "", by=None, **facts)
    else:
        put_in_place(wrong, locked, EventKind.APPRAISED, "", by=None, **facts)
    stored = Household.objects.get(pk=household.pk)
    now_stored = Summary(stored.verdict, stored.stage, stored.grade)
    assert now_stored == (expected or before)
    assert now_stored == folded(stored)
