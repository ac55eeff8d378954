"""The district's week: while it is open the sum, the text and what is in the way; afterwards the sealed report."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from households.models import Region
from reports.models import DistrictReport, DistrictWeek
from reports.thursday.aggregating import District, OfficeStanding, district_of
from reports.thursday.district import obstacles
from reports.thursday.district_forms import (
    DistrictForm,
    ForwardForm,
    ReasonForm,
    initial_of,
    stand_in_name,
)
from reports.thursday.district_preview import previewed
from reports.thursday.drafting import district_draft, part_from, text_digest
from reports.thursday.locking import STILL_OPEN
from reports.views.asked import asked_district, asked_week
from reports.views.district_faces import report_faces, sum_faces
from reports.views.week_board import following
from reports.weekly.narrative import Part
from reports.weekly.weeks import Week, this_week
from yanliang.accounts.permissions import may_export, may_lock_week, may_review_week

#: In the list of what is in the way, the reason for locking again is not yet asked for.
NOT_ASKED_YET = "（待填写）"


def district_week_url(thursday: dt.date) -> str:
    return f"{reverse('reports:district_week')}?{urlencode({'week': thursday})}"


def district_week_of(region: Region, thursday: dt.date) -> DistrictWeek | None:
    weeks = DistrictWeek.objects.filter(region=region, thursday=thursday)
    return weeks.select_related("edited_by").first()


@login_required
@require_GET
def district_week(request: HttpRequest) -> HttpResponse:
    """The page of one week."""
    region = asked_district(request, request.GET)
    return show_week(request, region, asked_week(request.GET) or this_week())


def show_week(
    request: HttpRequest,
    region: Region,
    week: Week,
    *,
    typed: DistrictForm | None = None,
    refused: Sequence[str] = (),
    redrafted: bool = False,
    forms: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page as the week stands now.

    `typed` is what somebody typed and nobody saved, `refused` what was in the way of their act; `redrafted` puts a
    fresh draft into the boxes. `forms` are refused forms of the acts upon a locked report, by their names here.
    """
    saved = district_week_of(region, week.thursday)
    context = {
        "region": region,
        "week": week,
        "following": following(week),
        "district_week": saved,
        "refused": refused,
        "may_review": may_review_week(request.user),
        "may_lock": may_lock_week(request.user),
        "may_export": may_export(request.user),
    }
    if saved is None or saved.state in STILL_OPEN:
        context |= open_context(request, region, week, saved, typed, redrafted=redrafted)
    else:
        context |= sealed_context(request, saved, typed) | (forms or {})
    return render(request, "reports/district_week.html", context, status=status)


def open_context(
    request: HttpRequest,
    region: Region,
    week: Week,
    saved: DistrictWeek | None,
    typed: DistrictForm | None,
    *,
    redrafted: bool,
) -> dict[str, Any]:
    """The sum as it stands, the boxes of the text, what is in the way of locking."""
    district = district_of(region, week.thursday, saved)
    standing = saved or DistrictWeek(region=region, thursday=week.thursday, version=0)
    has_sum = bool(district.accepted or district.stand_ins)
    draft = district_draft(district.weekly.figures, district.gaps()) if has_sum else ()
    kept = tuple(part_from(*part) for part in standing.parts)
    written = typed.parts if typed and typed.has_text else kept
    parts = draft if redrafted and has_sum else written or draft
    form = DistrictForm(
        initial=initial_of(
            parts,
            seen=standing.version,
            seen_digest=district.digest,
            # What is not saved counts as typed, so that no other act drops it.
            shown="" if typed and typed.has_text else text_digest(parts),
        )
        | {"reason": typed.data.get("reason", "") if typed else ""}
        | {"without_missing": typed.data.get("without_missing", "") if typed else ""}
    )
    content = None
    if has_sum:
        reason = standing.correction_reason
        content = previewed(standing, district, parts, reason, request.user)
    return {
        "is_open": True,
        "district": district,
        "form": form,
        "boxes": list(zip(form.part_fields, other_texts(parts, kept, typed), strict=True))
        if parts
        else [],
        "is_draft": not kept or redrafted,
        "redrafted": redrafted and has_sum,
        "has_moved_on": bool(kept) and standing.drafted_for != district.digest,
        "parts": parts,
        "gaps": gap_rows(district, typed),
        "in_the_way": obstacles(
            standing,
            district,
            parts,
            without_missing=False,
            reason=standing.correction_reason or NOT_ASKED_YET,
        ),
        "asks_reason": bool(standing.revision) and not standing.correction_reason,
        **(sum_faces(request, content) if content else {}),
    }


def other_texts(
    shown: Sequence[Part], kept: Sequence[Part], typed: DistrictForm | None
) -> list[str]:
    """Beside each box what it does not show: the saved text, or what was typed before a redraft; "" where the same."""
    others = kept
    if typed and typed.has_text and typed.parts != tuple(shown):
        others = typed.parts
    if not others:
        return [""] * len(shown)
    return [
        "" if mine == other else "\n".join(other.paragraphs)
        for mine, other in zip(shown, others, strict=True)
    ]


def gap_rows(
    district: District, typed: DistrictForm | None
) -> list[tuple[OfficeStanding, str, str]]:
    """Offices without an accepted submission: each with the name of its field and what was typed into it."""
    return [
        (
            each,
            stand_in_name(each.office.code),
            typed.stand_in_reason(each.office.code) if typed else "",
        )
        for each in district.offices
        if not each.is_accepted
    ]


def sealed_context(
    request: HttpRequest, week: DistrictWeek, typed: DistrictForm | None
) -> dict[str, Any]:
    """The sealed report, and the forms of what can still be done; `typed` came too late and is shown to be kept."""
    report = DistrictReport.objects.select_related(
        "week", "locked_by", "forwarding__forwarded_by"
    ).get(week=week, revision=week.revision)
    initial = {"seen": week.version}
    return {
        "is_open": False,
        "report": report,
        "too_late": typed.parts if typed else (),
        "unlock_form": ReasonForm(initial=initial, label="解锁", auto_id="unlock_%s"),
        "forward_form": ForwardForm(initial=initial, auto_id="forward_%s"),
        "correct_form": ReasonForm(initial=initial, label="更正", auto_id="correct_%s"),
        **report_faces(request, report),
    }
