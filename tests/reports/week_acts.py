"""What people do with a week, mostly as they should; whether it may succeed is reckoned from the rules alone."""

import datetime as dt

from hypothesis import strategies as st
from hypothesis.stateful import rule

from reports.models import Submission
from reports.thursday import district as bureau
from reports.thursday.aggregating import district_of
from reports.thursday.checks import checks_of
from reports.thursday.drafting import district_draft, office_draft, part_from
from reports.thursday.gathering import standing_of
from reports.thursday.groups import groups_at
from reports.thursday.reviewing import Mark, accept, extend, send_back
from reports.thursday.submitting import Statement, save_text, submit
from tests.reports.week_history import (
    BUREAU,
    CAST,
    DISTRICT,
    GUANSHAN,
    LEAD_OF,
    OFFICES,
    ONE_WEEK,
    WeekHistory,
    mostly,
    offices,
    reasons,
    staleness,
    weeks,
)
from yanliang.periods import cut_off, told_at


class Thursdays(WeekHistory):
    """Every act upon a week."""

    # The office.

    @rule(who=mostly("lead_guanshan", "recorder_guanshan"), distance=weeks, stale=staleness)
    def save(self, who, distance, stale):
        thursday = self.thursday(distance)
        week = self.office_week(GUANSHAN, thursday)
        self.attempt(
            "save",
            who,
            lambda by: save_text(
                self.world.regions[GUANSHAN],
                thursday,
                [part_from("一、本周工作", f"写于{self.clock}")],
                {},
                drafted_for="",
                by=by,
                seen=week.version + 7 * stale,
            ),
            may={"recorder", "office_lead"},
            where=GUANSHAN,
            legal=self.is_open(thursday) and not stale,
        )

    @rule(
        who=st.one_of(st.just(""), st.just(""), st.just(""), st.sampled_from([*CAST])),
        office=offices,
        distance=weeks,
        stale=staleness,
        moved=staleness,
        reason=reasons,
        wrong_zero=staleness,
        answered=st.sampled_from([True] * 9 + [False]),
    )
    def submit(self, who, office, distance, stale, moved, reason, wrong_zero, answered):
        thursday = self.thursday(distance)
        week = self.office_week(office, thursday)
        unchanged = self.is_unchanged(office, thursday)
        with told_at(self.clock):
            standing = standing_of(self.world.regions[office], thursday)
            checks = checks_of(standing)
            said = Statement(
                parts=office_draft(standing.weekly.figures),
                explanations={check.key: "已核实" for check in checks} if answered else {},
                responsible_name="王主任",
                responsible_post="副主任",
                is_zero=unchanged != wrong_zero,
                reason=reason,
            )
        must_explain = any(check.severity == "explain" for check in checks)
        last_moment = max(cut_off(thursday + ONE_WEEK), self.due_of(week))
        legal = (
            self.is_open(thursday)
            and week.state in {"draft", "submitted", "returned"}
            and self.clock > cut_off(thursday - ONE_WEEK)
            and (week.state == "returned" or self.clock <= last_moment)
            and bool(reason.strip() or not week.revision)
            and (answered or not must_explain)
            and not (stale or moved or wrong_zero)
        )
        submission = self.attempt(
            "submit",
            who or LEAD_OF[office],
            lambda by: submit(
                self.world.regions[office],
                thursday,
                said,
                by=by,
                seen=week.version + 7 * stale,
                seen_digest="0" if moved else standing.digest,
            ),
            may={"office_lead"},
            where=office,
            legal=legal,
        )
        if submission:
            self.due[submission.pk] = self.due_of(week)
            assert submission.submitted_at == self.clock
            assert submission.is_zero == unchanged

    # The bureau's word on it.

    def some_submission(self, number: int) -> Submission | None:
        """Counted from the latest."""
        found = list(Submission.objects.order_by("-pk"))
        return found[number % len(found)] if found else None

    @rule(
        who=mostly("clerk", "lead"),
        number=st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5]),
        stale=staleness,
        returning=st.sampled_from([False, False, True]),
        reason=reasons,
    )
    def review(self, who, number, stale, returning, reason):
        submission = self.some_submission(number)
        if submission is None:
            return
        week = self.office_week(submission.region_id, submission.thursday)
        seen = week.version + 7 * stale
        sources = {"submitted", "accepted"} if returning else {"submitted"}
        mark = Mark("all", submission.region_id, 1)
        self.attempt(
            "return" if returning else "accept",
            who,
            lambda by: (
                send_back(submission, reason, [mark], by=by, seen=seen)
                if returning
                else accept(submission, by=by, seen=seen)
            ),
            may=BUREAU,
            where=DISTRICT,
            legal=self.is_open(submission.thursday)
            and submission.revision == week.revision
            and week.state in sources
            and bool(reason.strip() or not returning)
            and not stale,
        )

    @rule(
        who=mostly("clerk", "lead"),
        office=offices,
        distance=weeks,
        hours=st.sampled_from([-2, 1, 5, 30, 200, 700]),
        reason=reasons,
        stale=staleness,
    )
    def extend(self, who, office, distance, hours, reason, stale):
        thursday = self.thursday(distance)
        week = self.office_week(office, thursday)
        until = cut_off(thursday) + dt.timedelta(hours=hours)
        self.attempt(
            "extend",
            who,
            lambda by: extend(
                self.world.regions[office],
                thursday,
                until,
                reason,
                by=by,
                seen=week.version + 7 * stale,
            ),
            may=BUREAU,
            where=DISTRICT,
            legal=self.is_open(thursday)
            and week.state in {"draft", "returned"}
            and until > max(cut_off(thursday), self.clock)
            and until <= cut_off(thursday) + 4 * ONE_WEEK
            and bool(reason.strip())
            and not stale,
        )

    # The district.

    def at_district(self, name, who, act, thursday, *, may, legal, stale=False, **said):
        week = self.district_week(thursday)
        return self.attempt(
            name,
            who,
            lambda by: act(
                self.world.regions[DISTRICT],
                thursday,
                by=by,
                seen=week.version + 7 * stale,
                **said,
            ),
            may=may,
            where=DISTRICT,
            legal=legal and not stale,
        )

    @rule(who=mostly("clerk", "lead"), distance=weeks, stale=staleness)
    def save_district(self, who, distance, stale):
        thursday = self.thursday(distance)
        self.at_district(
            "save_district",
            who,
            bureau.save_text,
            thursday,
            may=BUREAU,
            legal=self.is_open(thursday),
            stale=stale,
            parts=[part_from("一、总体进展", "进展")],
            drafted_for="",
        )

    @rule(who=mostly("lead"), office=offices, distance=weeks, reason=reasons, stale=staleness)
    def stand_in(self, who, office, distance, reason, stale):
        thursday = self.thursday(distance)
        reported = self.office_week(office, thursday).state in {"submitted", "accepted"}
        self.at_district(
            "stand_in",
            who,
            bureau.stand_in,
            thursday,
            may={"bureau_lead"},
            legal=self.is_open(thursday) and not (reported and reason.strip()),
            stale=stale,
            office=self.world.regions[office],
            reason=reason,
        )

    @rule(
        who=mostly("lead"),
        distance=weeks,
        stale=staleness,
        moved=staleness,
        without_missing=st.sampled_from([True] * 5 + [False]),
        reason=reasons,
    )
    def lock(self, who, distance, stale, moved, without_missing, reason):
        thursday = self.thursday(distance)
        week = self.district_week(thursday)
        states = {office: self.office_week(office, thursday).state for office in OFFICES}
        with told_at(self.clock):
            district = district_of(self.world.regions[DISTRICT], thursday, week)
            parts = district_draft(district.weekly.figures, district.gaps())
        report = self.at_district(
            "lock",
            who,
            bureau.lock_week,
            thursday,
            may={"bureau_lead"},
            legal=self.is_open(thursday)
            and "accepted" in states.values()
            and "submitted" not in states.values()
            # Four offices never report.
            and self.clock > cut_off(thursday)
            and without_missing
            and bool(not week.revision or week.correction_reason or reason.strip())
            and not moved,
            stale=stale,
            parts=parts,
            seen_digest="0" if moved else district.digest,
            without_missing=without_missing,
            reason=reason,
        )
        if report:
            live = {
                office: groups_at(office, self.clock)
                for office in week.overrides
                if states[office] != "accepted"
            }
            self.sealed[thursday] = (self.rows_of_week(thursday), report, live)

    @rule(who=mostly("lead"), distance=weeks, reason=reasons, stale=staleness)
    def unlock(self, who, distance, reason, stale):
        thursday = self.thursday(distance)
        state = self.district_week(thursday).state
        self.at_district(
            "unlock",
            who,
            bureau.unlock,
            thursday,
            may={"bureau_lead"},
            legal=state == "locked" and bool(reason.strip()),
            stale=stale,
            reason=reason,
        )

    @rule(
        who=mostly("lead"), distance=weeks, days=st.sampled_from([0, 0, 0, 1, -9]), stale=staleness
    )
    def forward(self, who, distance, days, stale):
        thursday = self.thursday(distance)
        day = (self.clock + dt.timedelta(days=days)).date()
        self.at_district(
            "forward",
            who,
            bureau.forward,
            thursday,
            may={"bureau_lead"},
            legal=self.district_week(thursday).state == "locked" and days == 0,
            stale=stale,
            forwarded_on=day,
            document_number="阎住建函〔2020〕21号",
            recipient="市局",
        )

    @rule(who=mostly("lead"), distance=weeks, reason=reasons, stale=staleness)
    def correct(self, who, distance, reason, stale):
        thursday = self.thursday(distance)
        self.at_district(
            "correct",
            who,
            bureau.correct,
            thursday,
            may={"bureau_lead"},
            legal=self.district_week(thursday).state == "forwarded" and bool(reason.strip()),
            stale=stale,
            reason=reason,
        )

    # What else happens.

    @rule(back=st.sampled_from([False, False, True]))
    def go_on(self, back):
        """The next sensible act of the week, or a step back, so that a history comes somewhere."""
        thursday = self.thursday(0)
        state = self.district_week(thursday).state
        week = {office: self.office_week(office, thursday) for office in OFFICES[:2]}
        if state == "forwarded":
            self.correct("lead", 0, "市局要求", False) if back else self.wait(100)
        elif state == "locked":
            self.unlock("lead", 0, "有误", False) if back else self.forward("lead", 0, 0, False)
        elif waiting := [office for office in week if week[office].state in {"draft", "returned"}]:
            self.submit("", waiting[0], 0, False, False, "首报或重报", False, True)
        elif unread := [office for office in week if week[office].state == "submitted"]:
            newest = Submission.objects.get(week=week[unread[0]], revision=week[unread[0]].revision)
            number = list(Submission.objects.order_by("-pk")).index(newest)
            self.review("clerk", number, False, False, "")
        elif self.clock <= cut_off(thursday):
            self.wait(int((cut_off(thursday) - self.clock) / dt.timedelta(hours=1)) + 1)
        else:
            self.lock("lead", 0, False, False, True, "更正")
