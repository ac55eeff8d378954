"""Which sealed document a code stands for, and what is to be said of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse

from reports.annex2.faces import chinese_date
from reports.models import DistrictReport, FrozenList, IssuedFile, Submission
from reports.weekly.wording import moment_in_words
from yanliang.accounts.permissions import may_see_business, may_see_weeks

Document = FrozenList | Submission | DistrictReport
#: The page that shows each kind of document.
PAGES = {
    FrozenList: "reports:frozen_detail",
    Submission: "reports:submission_detail",
    DistrictReport: "reports:district_report_detail",
}


@dataclass(frozen=True)
class Found:
    """A document that the person may see: its name, how it was sealed, whether it holds, what became of it."""

    document: Document
    name: str
    sealed: str
    is_intact: bool
    standing: tuple[str, ...]
    is_superseded: bool
    url: str

    @property
    def code(self) -> str:
        return self.document.code


def documents_with(code: str, staff) -> tuple[list[Found], bool]:
    """What bears `code` (short, or the whole hash) and may be seen; and whether there is more that may not."""
    found, hidden = [], False
    for model in PAGES:
        bearing = with_relations(model).with_code(code)
        seen = list(bearing.visible_to(staff)) if may_see(model, staff) else []
        found += [found_of(document) for document in seen]
        hidden = hidden or bearing.count() > len(seen)
    return found, hidden


def may_see(model: type[Document], staff) -> bool:
    return may_see_business(staff) if model is FrozenList else may_see_weeks(staff)


def with_relations(model: type[Document]) -> QuerySet:
    related = {
        FrozenList: ("region", "frozen_by"),
        Submission: ("region", "week", "submitted_by"),
        DistrictReport: ("region", "week", "locked_by", "forwarding"),
    }
    return model.objects.select_related(*related[model])


def issued_as(sha256: str, staff) -> tuple[list[IssuedFile], bool]:
    """The files handed out with just these bytes that may be seen; and whether there are others."""
    issued = IssuedFile.objects.filter(sha256=sha256)
    seen = []
    if may_see_weeks(staff):
        seen = list(
            issued.visible_to(staff).select_related(
                "issued_by",
                "submission__region",
                "submission__week",
                "submission__submitted_by",
                "report__region",
                "report__week",
                "report__locked_by",
                "report__forwarding",
            )
        )
    return seen, issued.count() > len(seen)


def found_of(document: Document) -> Found:
    newer = newer_than(document)
    return Found(
        document=document,
        name=name_of(document),
        sealed=sealed_in_words(document),
        is_intact=document.is_intact,
        standing=(*([newer] if newer else []), *standing_of(document)),
        is_superseded=bool(newer),
        url=url_of(document),
    )


def name_of(document: Document) -> str:
    """“西安市阎良区关山街道 2020年4月9日 报告周上报，第 2 次，回执号 …”."""
    if isinstance(document, FrozenList):
        return f"{document}（四清清单，{document.row_count:,} 行）"
    thursday = chinese_date(document.thursday)
    if isinstance(document, Submission):
        return (
            f"{document.region} {thursday}报告周上报，第 {document.revision} 次，"
            f"回执号 {document.receipt}"
        )
    return f"{document.region} {thursday}区级周报，第 {document.revision} 版"


def sealed_in_words(document: Document) -> str:
    if isinstance(document, FrozenList):
        return f"{document.frozen_by} 于 {moment_in_words(document.frozen_at)}冻结"
    if isinstance(document, Submission):
        return f"{document.submitted_by} 于 {moment_in_words(document.submitted_at)}上报"
    return f"{document.locked_by} 于 {moment_in_words(document.locked_at)}锁定"


def newer_than(document: Document) -> str:
    """That a later one took its place; "" where it is the newest."""
    if isinstance(document, FrozenList):
        newest = FrozenList.objects.of(document.region_id, document.kind, document.group).first()
        if newest.number == document.number:
            return ""
        return f"之后又冻结过这份清单，最新为第 {newest.number} 版"
    if document.revision == document.week.revision:
        return ""
    unit = "次上报" if isinstance(document, Submission) else "版"
    return f"已被第 {document.week.revision} {unit}取代，以新的为准"


def standing_of(document: Document) -> Iterator[str]:
    """How far the document's week is, and whether the report went to the city."""
    if isinstance(document, FrozenList):
        return
    if document.revision == document.week.revision:
        yield f"报告周状态：{document.week.get_state_display()}"
    if isinstance(document, DistrictReport):
        forwarding = getattr(document, "forwarding", None)
        if forwarding is None:
            yield "未转报市局"
        else:
            yield (
                f"{chinese_date(forwarding.forwarded_on)}转报{forwarding.recipient}，"
                f"文号 {forwarding.document_number}"
            )


def url_of(document: Document) -> str:
    """The page of the document; "" while there is none."""
    try:
        return reverse(PAGES[type(document)], args=[document.pk])
    except NoReverseMatch:
        return ""
