"""The text that goes with the figures, drafted by the conventions of domain rules §6 and edited by a person."""

from collections.abc import Iterable, Sequence

from reports.sealing import digest_of
from reports.weekly.figures import WeeklyFigures
from reports.weekly.narrative import (
    TITLES,
    Part,
    by_class,
    difficulties,
    draft,
    plan,
    progress,
    rectification,
    standing_work,
)

OFFICE_PARTS = ("一、本周工作", "二、存在问题", "三、下周计划")
DISTRICT_PARTS = TITLES
#: So long a part may be, in characters: about six pages.
LONGEST = 8000


def office_draft(week: WeeklyFigures) -> tuple[Part, ...]:
    """An office's three parts (domain rules §6)."""
    work = (*progress(week), *by_class(week), *rectification(week), *standing_work(week))
    told = (work, tuple(difficulties(week)), tuple(plan(week)))
    return tuple(Part(title, text) for title, text in zip(OFFICE_PARTS, told, strict=True))


def district_draft(week: WeeklyFigures, gaps: Iterable[str]) -> tuple[Part, ...]:
    """The district's six parts; `gaps` are the sentences on who is missing or late, said first of all."""
    first, *others = draft(week)
    return (Part(first.title, (*gaps, *first.paragraphs)), *others)


def as_text(part: Part) -> str:
    """A part as it stands in a text box: a line for each paragraph."""
    return "\n".join(part.paragraphs)


def typed_parts(parts: Iterable[Part]) -> list[list[str]]:
    """The text as a week keeps it while it is being written."""
    return [[part.title, as_text(part)] for part in parts]


def text_digest(parts: Iterable[Part]) -> str:
    """A hash by which a page knows again the text that it showed."""
    return digest_of({"parts": typed_parts(parts)})


def part_from(title: str, text: str) -> Part:
    """A part as somebody wrote it; empty lines are nothing."""
    return Part(title, tuple(line.strip() for line in text.splitlines() if line.strip()))


def faults(parts: Sequence[Part], titles: Sequence[str]) -> list[str]:
    """What keeps a text of parts with these `titles` from being submitted, as sentences."""
    filled = {part.title for part in parts if part.paragraphs}
    found = [f"“{title}”还没有内容。" for title in titles if title not in filled]
    found += [f"“{part.title}”不是周报的部分。" for part in parts if part.title not in titles]
    found += [
        f"“{part.title}”有 {len(as_text(part)):,} 字，最多 {LONGEST:,} 字。"
        for part in parts
        if len(as_text(part)) > LONGEST
    ]
    return found
