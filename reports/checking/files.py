"""The answer to an uploaded file: the very file that was handed out, a changed one, or none of ours."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from reports.checking.documents import Found, documents_with, found_of, issued_as
from reports.checking.figures import Comparison, compare
from reports.checking.uploads import Unreadable, Upload, looked_into
from reports.models import DistrictReport, FrozenList, IssuedFile, Submission
from reports.thursday.paper import Paper
from reports.thursday.papers import paper_of_report, paper_of_submission

HIDDEN = "存档中有这份文件，但不在您的查看范围内。"
PRINTED_LIST = "文件带有这份清单的校验码。清单的打印件不逐份登记，内容请对照存档核对。"
UNKNOWN = "不是本系统出具的文件，或者文件中的校验页已被删除。"


class Outcome(StrEnum):
    IDENTICAL = "identical"
    CHANGED = "changed"
    UNKNOWN = "unknown"
    HIDDEN = "hidden"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Answer:
    """What is to be said of a file; `issued` where these bytes were handed out, `comparison` of a workbook."""

    outcome: Outcome
    sentence: str
    found: Found | None = None
    issued: IssuedFile | None = None
    comparison: Comparison | None = None


def checked(content: bytes, staff) -> Answer:
    """Compare `content` with what was handed out and with what is sealed, as far as `staff` may see it."""
    seen, others = issued_as(hashlib.sha256(content).hexdigest(), staff)
    if seen:
        issued = seen[0]
        found = found_of(issued.report or issued.submission)
        return Answer(Outcome.IDENTICAL, "与出具的文件完全一致。", found, issued)
    if others:
        return Answer(Outcome.HIDDEN, HIDDEN)
    try:
        upload = looked_into(content)
    except Unreadable as unreadable:
        return Answer(Outcome.UNREADABLE, unreadable.message)
    for code in upload.codes:
        documents, hidden = documents_with(code, staff)
        if documents:
            return changed(upload, documents[0])
        if hidden:
            return Answer(Outcome.HIDDEN, HIDDEN)
    if upload.codes:
        return Answer(
            Outcome.UNKNOWN, f"不是本系统出具的文件：文件中的校验码 {upload.codes[0]} 不在存档中。"
        )
    return Answer(Outcome.UNKNOWN, UNKNOWN)


def changed(upload: Upload, found: Found) -> Answer:
    """A file that bears the code of a document, but is not as it was handed out."""
    if isinstance(found.document, FrozenList):
        return Answer(Outcome.CHANGED, PRINTED_LIST, found)
    comparison = None
    if found.is_intact and upload.sheets:
        comparison = compare(upload.sheets, paper_of(found.document))
    sentence = f"是这份文件的改动版本，{told_of(upload, comparison)}"
    return Answer(Outcome.CHANGED, sentence, found, comparison=comparison)


def paper_of(document: Submission | DistrictReport) -> Paper:
    """What was sealed, as it goes into a file."""
    if isinstance(document, DistrictReport):
        return paper_of_report(document)
    return paper_of_submission(document)


def told_of(upload: Upload, comparison: Comparison | None) -> str:
    if comparison is None:
        kind = {"pdf": "PDF", "docx": "Word"}.get(upload.kind, "这种")
        return f"与出具时不完全相同；{kind} 文件不能逐格比对，请以存档为准。"
    if not comparison.compared:
        return "工作表的名称都改过，无法逐格比对，请以存档为准。"
    if comparison.total:
        return f"有 {comparison.total:,} 处数字与存档不同。"
    if comparison.missing:
        return "留下的各表数字与存档一致，但缺少工作表。"
    return f"表中 {comparison.compared:,} 格数字全部与存档一致，改动在别处（文字、格式，或者只是另存过）。"
