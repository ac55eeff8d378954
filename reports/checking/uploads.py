"""What an uploaded file is and by what it can be known, read within bounds and never stored."""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO, Final

from households.roster import containers
from households.roster.reader import Sheet, read_workbook
from households.roster.refusals import RosterRefused

MAX_BYTES: Final = 20 * 1024 * 1024
#: What is read of a part of a document, and of all that a PDF holds packed.
MAX_PART_BYTES: Final = 8 * 1024 * 1024
MAX_PDF_BYTES: Final = 64 * 1024 * 1024

PDF_START: Final = b"%PDF-"
TOO_BIG: Final = "文件超过 20 MB，本系统出具的文件没有这么大。"
REFUSALS: Final = {
    "not_workbook": "这不是 .xlsx、.docx 或 .pdf 文件，无法核对。",
    "encrypted": "文件设了打开密码，读不出来。请取消密码后再上传，或者输入纸面上的校验码。",
    "damaged": "文件已损坏，打不开，无法核对。请向提供文件的人重新索取，或者输入纸面上的校验码。",
    "zip_bomb": "文件解压后异常大，为安全起见不予读取。本系统出具的文件不会这样。",
    "xml_entities": "文件内含外部实体声明，为安全起见不予读取。本系统出具的文件不会这样。",
}
OVERGROWN: Final = "文件的内容远多于本系统出具的文件，不予读取。"
ENCRYPTED_PDF: Final = "PDF 加了密码或权限，读不出其中的校验码。请输入纸面上的校验码。"

HASH: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", re.IGNORECASE)
CODE: Final = re.compile(
    r"校验码[\s：:]*([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4})(?![0-9a-f])", re.IGNORECASE
)
TAG: Final = re.compile(r"<[^>]*>")
PROPERTIES: Final = re.compile(r"docProps/core\.xml")
WORD_PARTS: Final = re.compile(r"docProps/core\.xml|word/(document|footer\d*|header\d*)\.xml")
PDF_STREAM: Final = re.compile(rb"stream\r?\n")
PDF_STREAM_END: Final = b"endstream"


class Unreadable(Exception):
    """The file cannot be looked into; `message` says in Chinese why not."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Upload:
    """A file looked into: its kind (xlsx, xls, ods, docx or pdf), the codes in it, the sheets of a workbook.

    `codes` are whole hashes first, then short codes, in the order in which the file names them.
    """

    kind: str
    codes: tuple[str, ...] = ()
    sheets: tuple[Sheet, ...] = field(default=())


def looked_into(content: bytes) -> Upload:
    """What `content` is, whatever its name says. Raises Unreadable."""
    if content.startswith(PDF_START):
        return Upload("pdf", codes_in(pdf_texts(content)))
    source = BytesIO(content)
    try:
        inspected = containers.inspect(source)
        if inspected.kind == "docx":
            return Upload("docx", codes_in(package_texts(source, WORD_PARTS)))
        sheets = read_workbook(source, inspected)
        properties = package_texts(source, PROPERTIES) if inspected.kind != "xls" else ()
        return Upload(inspected.kind, codes_in([*properties, *sheet_texts(sheets)]), tuple(sheets))
    except RosterRefused as refused:
        raise Unreadable(REFUSALS.get(refused.code, OVERGROWN)) from refused
    except (zipfile.BadZipFile, zlib.error) as error:
        raise Unreadable(REFUSALS["damaged"]) from error


def codes_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Every whole hash, then every short code behind the word 校验码, each once."""
    hashes: dict[str, None] = {}
    codes: dict[str, None] = {}
    for text in texts:
        hashes.update(dict.fromkeys(found.lower() for found in HASH.findall(text)))
        codes.update(dict.fromkeys(found.upper() for found in CODE.findall(text)))
    return (*hashes, *codes)


def sheet_texts(sheets: Iterable[Sheet]) -> Iterator[str]:
    """A line for each row, its texts side by side."""
    for sheet in sheets:
        for row in sheet.rows:
            yield " ".join(cell for cell in row if isinstance(cell, str))


def package_texts(source: BinaryIO, wanted: re.Pattern[str]) -> Iterator[str]:
    """What stands in the parts of a document whose names match, which was found safe to read.

    A word may be cut into several runs, and two words may lie in neighbouring ones: both readings are given.
    """
    with zipfile.ZipFile(source) as archive:
        for part in archive.infolist():
            if wanted.fullmatch(part.filename) and part.file_size <= MAX_PART_BYTES:
                xml = archive.read(part).decode("utf-8", "replace")
                yield TAG.sub(" ", xml)
                yield TAG.sub("", xml)


def pdf_texts(content: bytes) -> Iterator[str]:
    """What a PDF says of itself, plain or packed. Raises Unreadable where it is encrypted."""
    if b"/Encrypt" in content:
        raise Unreadable(ENCRYPTED_PDF)
    yield plain_text(content)
    left, position = MAX_PDF_BYTES, 0
    while left > 0 and (stream := PDF_STREAM.search(content, position)):
        end = content.find(PDF_STREAM_END, stream.end())
        end = end if end >= 0 else len(content)
        packed, position = content[stream.end() : end], end + len(PDF_STREAM_END)
        try:
            unpacked = zlib.decompressobj().decompress(packed, min(left, MAX_PART_BYTES))
        except zlib.error:
            # Pictures and fonts are packed otherwise.
            continue
        left -= len(unpacked)
        yield plain_text(unpacked)


def plain_text(data: bytes) -> str:
    """The ASCII of `data`: a hash is nothing else, also where each character takes two bytes."""
    return data.replace(b"\x00", b"").decode("ascii", "replace")
