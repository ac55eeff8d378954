"""What a file really is, and whether it is safe to read: by content, never by its extension."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import SEEK_END
from typing import BinaryIO
from xml.etree import ElementTree
from xml.parsers import expat

from . import limits, ole2
from .refusals import RosterRefused

_CHUNK = 1024 * 1024
_ODS_MIMETYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_OFFICE_NS = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TABLE_NS = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"

NOT_A_WORKBOOK = "这不是 Excel 工作簿。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。"
ENCRYPTED = (
    "工作簿设了打开密码，读不出来。请在 Excel 中取消密码（文件→信息→保护工作簿），保存后再上传。"
)
DAMAGED = "文件已损坏，打不开。请在 Excel 中打开原件，另存为新的 .xlsx 后再上传。"
_BOMB = "文件解压后异常大，为安全起见不予读取。请把表格复制到新建的工作簿中，保存后再上传。"
_ENTITIES = "文件内含外部实体声明，为安全起见不予读取。请在 Excel 中另存为新的 .xlsx 后再上传。"

# A cell beyond limits.MAX_COLUMNS (CZ) or limits.MAX_ROW_NUMBER that is not an empty, merely formatted one.
_FAR_CELL = re.compile(
    rb' r="((?:[A-Z]{3}|[D-Z][A-Z])\d+|[A-Z]{1,2}(?:\d{6,}|[7-9]\d{4}))"[^>/]*>(?!</)'
)
_VALUE_MARKS = (b"</v", b"</is", b"</f", b":v>", b":is>", b":f>")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_UNNUMBERED_CELL = re.compile(rb"<(?:\w+:)?c(?:\s+(?!r=)[a-z]+=[\"'][^\"']*[\"'])*\s*>")
_FORMULA = re.compile(rb"<f[\s/>]")
_FORMULA_WITHOUT_VALUE = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*'
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_COLUMN_WIDTH = re.compile(rb"<col\s([^>]*)/?>")


@dataclass
class SheetFacts:
    """What the raw XML of a sheet tells beyond its values."""

    xml_rows: int = 0
    """Row elements, formatted empty ones included."""
    formulas: int = 0
    uncached: list[tuple[int, int]] = field(default_factory=list)
    """(row, column) from 0 of formulas whose result was never saved."""
    widths: dict[int, float] = field(default_factory=dict)
    """Column (from 0) → width in characters."""


@dataclass
class Inspected:
    """A file found safe to read. `kind` is xlsx, xls, ods or docx; facts and merges are by part or table name."""

    kind: str
    facts: dict[str, SheetFacts] = field(default_factory=dict)
    merges: dict[str, list[tuple[int, int, int, int]]] = field(default_factory=dict)


def inspect(source: BinaryIO) -> Inspected:
    """Look at the file without building a table of it; `RosterRefused` when it must not be read."""
    size = source.seek(0, SEEK_END)
    if size > limits.MAX_FILE_BYTES:
        raise RosterRefused(
            "too_big",
            f"文件有 {size / 1024 / 1024:.0f} MB，超过 50 MB。请删去图片和空白行，或按村拆成几个文件分别上传。",
        )
    source.seek(0)
    head = source.read(8)
    if head == ole2.SIGNATURE:
        return _inspect_ole2(source)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        try:
            return _inspect_zip(source)
        except (
            zipfile.BadZipFile,
            zlib.error,
            struct.error,
            NotImplementedError,
            OSError,
        ) as error:
            raise RosterRefused("damaged", DAMAGED) from error
    raise RosterRefused("not_workbook", NOT_A_WORKBOOK)


def _inspect_ole2(source: BinaryIO) -> Inspected:
    source.seek(0)
    try:
        compound = ole2.CompoundFile(source.read())
        names = compound.streams.keys()
        if "EncryptedPackage" in names:
            raise RosterRefused("encrypted", ENCRYPTED)
        if "Workbook" not in names:
            if "Book" in names:
                raise RosterRefused(
                    "not_workbook",
                    "这是 Excel 95 或更早的格式。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。",
                )
            raise RosterRefused("not_workbook", NOT_A_WORKBOOK)
        extent = ole2.workbook_extent(compound.read("Workbook"))
    except (ole2.DamagedFile, struct.error) as error:
        raise RosterRefused("damaged", DAMAGED) from error
    if extent.encrypted:
        raise RosterRefused("encrypted", ENCRYPTED)
    check_extent(extent.last_row, extent.last_column)
    return Inspected("xls")


def check_extent(last_row: int, last_column: int, sheet: str = "") -> None:
    """Refuse a sheet whose last cell with a value (row and column from 0) lies too far out."""
    where = f"工作表“{sheet}”" if sheet else "工作表"
    if last_row >= limits.MAX_ROW_NUMBER:
        raise RosterRefused(
            "stray_cell",
            f"{where}第 {last_row + 1} 行还有内容，超出一张表的范围（最多 {limits.MAX_DATA_ROWS} 行）。"
            "请删除最后一户以下的所有行，保存后再上传。",
        )
    if last_column >= limits.MAX_COLUMNS:
        raise RosterRefused(
            "too_many_columns",
            f"{where}第 {last_column + 1} 列还有内容，最多读 {limits.MAX_COLUMNS} 列。"
            "请删除表格右侧多余的列，保存后再上传。",
        )


def _inspect_zip(source: BinaryIO) -> Inspected:
    with zipfile.ZipFile(source) as archive:
        parts = archive.infolist()
    names = {part.filename for part in parts}
    if (
        len(parts) > limits.MAX_ZIP_PARTS
        or sum(p.file_size for p in parts) > limits.MAX_INFLATED_BYTES
    ):
        raise RosterRefused("zip_bomb", _BOMB)
    if any(part.flag_bits & 1 for part in parts):
        raise RosterRefused("encrypted", ENCRYPTED)
    if "xl/workbook.bin" in names:
        raise RosterRefused(
            "xlsb", "这是二进制工作簿（.xlsb）。请在 Excel 中另存为 .xlsx 后再上传。"
        )
    if "xl/workbook.xml" in names:
        inspected = Inspected("xlsx")
    elif "word/document.xml" in names:
        inspected = Inspected("docx")
    elif "content.xml" in names and _is_ods(source, parts):
        inspected = Inspected("ods")
    else:
        raise RosterRefused("not_workbook", NOT_A_WORKBOOK)
    total = 0
    for part in parts:
        total += _inspect_part(source, part, inspected, limits.MAX_INFLATED_BYTES - total)
    if inspected.kind == "ods":
        _inspect_ods(source, {part.filename: part for part in parts}, inspected)
    if inspected.kind == "xlsx":
        inspected.facts = _by_sheet_name(source, inspected.facts)
    return inspected


def _by_sheet_name(source: BinaryIO, facts: dict[str, SheetFacts]) -> dict[str, SheetFacts]:
    """Facts by the sheet's name instead of its part; the parts were found free of entities."""
    with zipfile.ZipFile(source) as archive:
        try:
            workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        except (KeyError, ElementTree.ParseError) as error:
            raise RosterRefused("damaged", DAMAGED) from error
    targets = {node.get("Id"): node.get("Target", "") for node in relations}
    named = {}
    for node in workbook.iter():
        if node.tag.endswith("}sheet"):
            relation = next((v for k, v in node.attrib.items() if k.endswith("}id")), None)
            target = targets.get(relation, "")
            part = target[1:] if target.startswith("/") else f"xl/{target}"
            named[node.get("name", "")] = facts.get(part, SheetFacts())
    return named


def _is_ods(source: BinaryIO, parts: list[zipfile.ZipInfo]) -> bool:
    for part in parts:
        if part.filename == "mimetype":
            return next(_inflate(source, part), b"").startswith(_ODS_MIMETYPE)
    return False


def _inflate(source: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The real content of a part in chunks. zipfile stops at the declared size, other readers may not."""
    source.seek(part.header_offset)
    header = source.read(30)
    if header[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile
    name_length, extra_length = struct.unpack_from("<HH", header, 26)
    position = part.header_offset + 30 + name_length + extra_length
    left = part.compress_size
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError
    inflater = zlib.decompressobj(-15) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0:
        source.seek(position)
        packed = source.read(min(left, _CHUNK))
        if not packed:
            raise zipfile.BadZipFile
        position += len(packed)
        left -= len(packed)
        while inflater is not None and packed:
            chunk = inflater.decompress(packed, _CHUNK)
            packed = inflater.unconsumed_tail
            if chunk:
                yield chunk
            if inflater.eof:
                return
        if inflater is None:
            yield packed


def _inspect_part(
    source: BinaryIO, part: zipfile.ZipInfo, inspected: Inspected, budget: int
) -> int:
    """Stream one part; returns its real size."""
    size = content = 0
    is_xml: bool | None = None
    is_sheet = False
    facts = SheetFacts()
    carried = b""
    for chunk in _inflate(source, part):
        if is_xml is None:
            is_xml = _looks_like_xml(chunk)
        size += len(chunk)
        if size > budget or (
            size > limits.SUSPICIOUS_BYTES and size > limits.MAX_RATIO * max(part.compress_size, 1)
        ):
            raise RosterRefused("zip_bomb", _BOMB)
        if not is_xml:
            continue
        buffer = carried + chunk
        if b"<!" in buffer and (b"<!DOCTYPE" in buffer or b"<!ENTITY" in buffer):
            raise RosterRefused("xml_entities", _ENTITIES)
        if not is_sheet:
            is_sheet = b"sheetData" in buffer
            if inspected.kind != "ods" and not is_sheet and size > limits.MAX_XML_PART_BYTES:
                raise RosterRefused("zip_bomb", _BOMB)
        if b"</" in chunk and (is_sheet or inspected.kind == "ods"):
            content += len(chunk) if b"c>" in chunk or inspected.kind == "ods" else 0
            if content > limits.MAX_CONTENT_BYTES:
                raise RosterRefused(
                    "too_much_text", "工作簿内容过多。请按村拆成几个文件，分别上传。"
                )
        # Cut before a cell so that every cell is looked at whole, once.
        cut = max(buffer.rfind(b"<c "), buffer.rfind(b"<row"), buffer.rfind(b"<!"))
        if cut <= 0:
            cut = max(len(buffer) - 16, 0)
        carried = buffer[cut:] if len(buffer) - cut < _CHUNK else buffer[-16:]
        if is_sheet:
            _inspect_sheet(buffer[:cut], facts)
    if is_sheet:
        _inspect_sheet(carried, facts)
        inspected.facts[part.filename] = facts
    return size


def _looks_like_xml(head: bytes) -> bool:
    """Whether a part starts as XML; UTF-16 is refused, because its marks would escape the search."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or head[:4] in (b"<\x00?\x00", b"\x00<\x00?"):
        raise RosterRefused("damaged", DAMAGED)
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def _inspect_sheet(xml: bytes, facts: SheetFacts) -> None:
    if not facts.xml_rows and b"<cols>" in xml:
        for column in _COLUMN_WIDTH.finditer(xml):
            _note_width(column[1], facts.widths)
    facts.xml_rows += xml.count(b"<row") + xml.count(b":row")
    if not any(mark in xml for mark in _VALUE_MARKS):
        # Formatted empty rows: nothing that a reader would keep.
        return
    if b" r='" in xml:
        xml = xml.replace(b"'", b'"')
    far = _FAR_CELL.search(xml)
    if far is not None:
        row, column = split_reference(far[1].decode("ascii"))
        check_extent(row, column)
    # Cells may do without a reference; then only their number in a row tells how far out they lie.
    plain = xml.count(b"<c") == xml.count(b'<c r="') and b":c" not in xml
    if not plain and _UNNUMBERED_CELL.search(xml):
        for row_xml in xml.split(b"</row>"):
            check_extent(0, len(_CELL.findall(row_xml)) - 1)
    if b"<f" in xml:
        facts.formulas += len(_FORMULA.findall(xml))
        for cell in _FORMULA_WITHOUT_VALUE.finditer(xml):
            facts.uncached.append(split_reference((cell[1] + cell[2]).decode("ascii")))


def _note_width(attributes: bytes, widths: dict[int, float]) -> None:
    values = dict(re.findall(rb'(\w+)="([\d.]+)"', attributes))
    try:
        first, last = int(values[b"min"]), int(values[b"max"])
        width = float(values[b"width"])
    except (KeyError, ValueError):
        return
    for column in range(max(first - 1, 0), min(last, limits.MAX_COLUMNS)):
        widths[column] = width


def split_reference(reference: str) -> tuple[int, int]:
    """“C12” → (11, 2): row and column from 0."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :]) - 1, column - 1


class _OdsTables:
    """Handlers that follow rows and columns through content.xml with its repeats and spans."""

    def __init__(self, inspected: Inspected) -> None:
        self.inspected = inspected
        self.name = ""
        self.row = self.column = 0
        self.row_repeat = 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == f"{_TABLE_NS} table":
            self.name = attributes.get(f"{_TABLE_NS} name", "")
            self.row = 0
        elif tag == f"{_TABLE_NS} table-row":
            self.column = 0
            self.row_repeat = _positive(attributes.get(f"{_TABLE_NS} number-rows-repeated"))
        elif tag in (f"{_TABLE_NS} table-cell", f"{_TABLE_NS} covered-table-cell"):
            repeat = _positive(attributes.get(f"{_TABLE_NS} number-columns-repeated"))
            if f"{_OFFICE_NS} value-type" in attributes:
                check_extent(self.row + self.row_repeat - 1, self.column + repeat - 1, self.name)
            down = _positive(attributes.get(f"{_TABLE_NS} number-rows-spanned"))
            right = _positive(attributes.get(f"{_TABLE_NS} number-columns-spanned"))
            if down > 1 or right > 1:
                self.inspected.merges.setdefault(self.name, []).append(
                    (self.row, self.column, self.row + down - 1, self.column + right - 1)
                )
            self.column += repeat

    def end(self, tag: str) -> None:
        if tag == f"{_TABLE_NS} table-row":
            self.row += self.row_repeat


def _positive(text: str | None) -> int:
    return max(int(text), 1) if text and text.isdecimal() else 1


def _inspect_ods(source: BinaryIO, parts: dict[str, zipfile.ZipInfo], inspected: Inspected) -> None:
    manifest = parts.get("META-INF/manifest.xml")
    if manifest is not None and b"encryption-data" in b"".join(_inflate(source, manifest)):
        raise RosterRefused("encrypted", ENCRYPTED)
    tables = _OdsTables(inspected)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = tables.start
    parser.EndElementHandler = tables.end
    try:
        for chunk in _inflate(source, parts["content.xml"]):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise RosterRefused("damaged", DAMAGED) from error
