"""The demo's way to safety: all that issue and rule know on it is there to be seen, and stands by the rules."""

from collections import Counter

from django.core.files.base import ContentFile
from PIL import Image

from households.enums import EventKind, Stage
from households.models import Household, SafetyEvent
from households.search import search
from inspections.appraisal import rounds
from inspections.causes import cause_of, prefetches
from inspections.enums import AppraisalState, WarningSource
from inspections.models import (
    Appraisal,
    Inspection,
    Photo,
    Ruling,
    RulingMeeting,
    WarningPhoto,
)
from inspections.papers import check_paper
from inspections.photos import used_elsewhere
from rectification.documents import AT_THE_END, missing, required
from rectification.enums import AcceptanceResult, DocumentKind, Fact, Moment, RenovationState
from rectification.models import Acceptance, Renovation, RenovationDocument, RenovationPhoto
from rectification.problems.facts import FINDERS
from rectification.renovating import photo_obstacles
from reports.demo.shown import SHOWN
from reports.enums import ListKind
from reports.lists.rows import rows_of_region
from tests.reports.conftest import UNTIL
from yanliang.accounts.permissions import may_warn

ONCE_FINISHED = {RenovationState.FINISHED, RenovationState.ACCEPTED, RenovationState.REWORK}


def warned():
    return SafetyEvent.objects.standing().filter(kind=EventKind.WARNED)


def named(name: str) -> Household:
    return Household.objects.get(head_name=name)


class TestWay:
    def test_work_is_photographed_as_the_rules_ask(self, district):
        states = Counter()
        for renovation in Renovation.objects.prefetch_related("photo_links__photo"):
            links = renovation.photo_links.all()
            moments = {link.moment for link in links}
            states[renovation.state] += 1
            if renovation.state in ONCE_FINISHED:
                assert photo_obstacles(renovation) == []
            if renovation.state == RenovationState.PLANNED:
                assert moments == set()
            assert Moment.AFTER not in moments or renovation.finished_on
            for link in links:
                day = link.photo.taken_at.date()
                assert link.photo.household_id == renovation.household_id
                if link.moment == Moment.BEFORE:
                    assert day <= renovation.started_on
                else:
                    assert day >= renovation.started_on
                if link.moment == Moment.AFTER:
                    assert day <= renovation.finished_on
        assert states[RenovationState.STARTED]
        assert states[RenovationState.ACCEPTED]
        shown = Counter(RenovationPhoto.objects.values_list("moment", flat=True))
        assert set(shown) == set(Moment)

    def test_photos_share_few_files_and_yet_are_each_households_own(self, district):
        shared = Photo.objects.filter(file__startswith="photos/demo/")
        assert shared.exists()
        # So many pictures there are, however large the district.
        assert len(list((district / "photos/demo").glob("*.jpg"))) == 56
        for photo in shared:
            with Image.open(district / photo.file.name) as picture:
                assert picture.size == (photo.width, photo.height)
            assert (district / photo.thumbnail.name).is_file()
            assert not used_elsewhere(photo)

    def test_nearly_every_visit_has_its_photos_and_a_few_show_another_house(self, district):
        shared = list(FINDERS[Fact.PHOTO_SHARED](UNTIL, None))
        assert 2 <= len(shared) <= 4
        assert any("另一街办的农户" in finding.description for finding in shared)
        visits = Inspection.objects.standing().values("household").distinct().count()
        assert len(list(FINDERS[Fact.NO_PHOTO](UNTIL, None))) < visits / 50

    def test_most_files_are_whole_and_some_are_not(self, district):
        whole, lacking = 0, 0
        for renovation in Renovation.objects.exclude(state=RenovationState.PLANNED):
            papers = renovation.documents.standing()
            present = [paper.kind for paper in papers]
            assert len(present) == len(set(present))
            assert set(present) <= set(required(renovation.mode))
            if set(missing(renovation.mode, present)) <= set(AT_THE_END):
                whole += 1
            else:
                lacking += 1
            is_accepted = renovation.state == RenovationState.ACCEPTED
            assert is_accepted or DocumentKind.COMPLETION not in present
        assert whole > lacking > 0
        for name in set(RenovationDocument.objects.values_list("file", flat=True)):
            check_paper(ContentFile((district / name).read_bytes(), name))

    def test_danger_is_photographed_and_reported_by_who_may(self, district):
        labels = set(WarningSource.labels)
        assert warned().count() > 3
        for event in warned().select_related("recorded_by"):
            assert event.detail["来源"] in labels
            assert event.detail["险情"]
            assert may_warn(event.recorded_by)
            photos = [link.photo for link in event.warning_photos.select_related("photo")]
            assert photos
            for photo in photos:
                assert photo.household_id == event.household_id
                assert photo.taken_at <= event.recorded_at
        assert Photo.objects.filter(warning_links__isnull=False).count() == (
            WarningPhoto.objects.count()
        )

    def test_some_of_the_warned_are_appraised_again_and_some_wait(self, district):
        households = Household.objects.filter(events__in=warned())
        appraised = [each for each in households if max(rounds(each).values(), default=0) > 1]
        again = {each.stage for each in appraised if each.grade != "none"}
        assert Stage.APPRAISED_SAFE in again
        assert again - {Stage.APPRAISED_SAFE}
        waiting = households.awaiting_appraisal().prefetch_related(*prefetches())
        assert waiting
        for household in waiting:
            cause = cause_of(household)
            assert cause.reasons[0].startswith("新险情")
            assert cause.photo_ids

    def test_poor_work_is_found_after_an_acceptance(self, district):
        [event] = [each for each in warned() if each.detail["来源"] == WarningSource.QUALITY.label]
        before = event.household.events.standing().get(position=event.position - 1)
        assert before.kind == EventKind.ACCEPTANCE_PASSED
        assert event.household.stage == Stage.SUSPECTED
        assert event.household.renovations.get().state == RenovationState.ACCEPTED

    def test_wrong_results_are_replaced_and_kept(self, district):
        replaced = Appraisal.objects.filter(state=AppraisalState.REPLACED)
        assert replaced.count() > 1
        for old in replaced.select_related("event", "replaced_by__event"):
            new = old.replaced_by
            assert old.event.superseded
            assert not new.event.superseded
            assert new.event.position == old.event.position
            assert new.event.source == f"inspections.appraisal:{new.pk}"
            assert (new.organisation, new.report_number) == (old.organisation, old.report_number)
            assert new.grade != old.grade
            assert new.correction_reason
            assert new.recorded_at > old.recorded_at
            new.full_clean()
            assert list(rounds(new.household).values()) == [1]

    def test_one_ruling_is_put_right(self, district):
        ruling = Ruling.objects.get(version=2)
        old, new = ruling.household.events.filter(position=ruling.event.position).order_by("pk")
        assert new == ruling.event
        assert old.superseded
        assert old.kind != new.kind == ruling.outcome
        assert old.source == new.source == f"inspections.rulingmeeting:{ruling.meeting_id}"
        assert Ruling.objects.exclude(pk=ruling.pk).filter(version=1).exists()

    def test_reports_and_minutes_are_scanned(self, district):
        results = Appraisal.objects.recorded()
        scanned = results.exclude(report="")
        assert results.count() > scanned.count() > results.count() / 3
        for name in {*scanned.values_list("report", flat=True)}:
            check_paper(ContentFile((district / name).read_bytes(), name))
        assert RulingMeeting.objects.exists()
        for meeting in RulingMeeting.objects.all():
            # Without a name it would be the folder itself.
            assert (district / meeting.document.name).is_file()

    def test_one_acceptance_is_withdrawn_with_its_form(self, district):
        wrong = Acceptance.objects.get(voided_at__isnull=False)
        assert wrong.event.superseded
        assert wrong.voided_at > wrong.recorded_at
        right = wrong.renovation.acceptances.standing().get(result=AcceptanceResult.PASSED)
        assert right.event.position == wrong.event.position + 1
        assert right.recorded_at > wrong.voided_at
        form = RenovationDocument.objects.get(voided_at__isnull=False)
        assert form.renovation == wrong.renovation
        assert form.kind == DocumentKind.COMPLETION
        assert form.void_reason == wrong.void_reason
        present = wrong.renovation.documents.standing().values_list("kind", flat=True)
        assert DocumentKind.COMPLETION in present

    def test_rare_names_stand_on_lists_of_villages_with_an_account(self, district):
        for name in ("张䶮", "李𠮷", "王㐂"):
            [household] = search(Household.objects.all(), name)
            assert household.region.short_name == "关山村"
            group = household.household_class.group
            rows = rows_of_region(ListKind.RENOVATED, group, household.region_id)
            assert name in {row.values[2] for row in rows}
        assert {shown.name for shown in SHOWN.values()} <= set(
            Household.objects.values_list("head_name", flat=True)
        )
