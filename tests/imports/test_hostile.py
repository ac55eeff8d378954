"""Files that are no workbook, or were made to harm: a clear sentence at once, and no memory blow-up."""

import struct
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlwt
from django.conf import settings

from households.roster import limits
from households.roster.reader import open_roster
from households.roster.refusals import RosterRefused

from .sheets import HEADER, judge, read, row, write_ods, write_xls, write_xlsx

SHEET = "xl/worksheets/sheet1.xml"
HEAD_ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>村</t></is></c></row>'


def refusal(path: Path) -> RosterRefused:
    with pytest.raises(RosterRefused) as caught:
        open_roster(path)
    assert "请" in caught.value.message
    return caught.value


def patched(path: Path, target: Path, changes: dict[str, str | bytes]) -> Path:
    """A copy of an .xlsx or .ods with parts replaced or added."""
    with (
        zipfile.ZipFile(path) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for part in source.infolist():
            if part.filename not in changes:
                archive.writestr(part.filename, source.read(part))
        for name, content in changes.items():
            archive.writestr(name, content)
    return target


def sheet_xml(rows: str, before: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{before}'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{HEAD_ROW}{rows}</sheetData></worksheet>"
    )


@pytest.fixture
def plain(tmp_path):
    return write_xlsx(tmp_path / "plain.xlsx", [HEADER, row()])


def with_sheet(plain, xml):
    return patched(plain, plain.with_name("patched.xlsx"), {SHEET: xml})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("花名册.xlsx", "村,户主姓名\n关山村,张三\n".encode()),
        ("花名册.csv", "村,户主姓名\n关山村,张三\n".encode("gbk")),
        ("花名册.xlsx", b"%PDF-1.7\n1 0 obj"),
        ("照片.xls", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("网页.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        ("空.xlsx", b""),
    ],
)
def test_not_a_workbook_by_content(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(path).code == "not_workbook"


def test_other_zip_files_are_no_workbooks(tmp_path):
    path = tmp_path / "文档.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(path).code == "not_workbook"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<x/>")
    assert refusal(path).code == "not_workbook"


def test_a_workbook_under_a_wrong_name_is_read(tmp_path, plain):
    renamed = tmp_path / "花名册.xls"
    renamed.write_bytes(plain.read_bytes())
    assert judge(renamed) == [(2, "new", "")]
    old = write_xls(tmp_path / "花名册.xlsx", [HEADER, row()])
    assert judge(old) == [(2, "new", "")]


def compound_file(path: Path, stream: str) -> Path:
    """A minimal OLE2 file with one named stream."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIII", header, 44, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    fat = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    entries = b""
    for name, kind in (("Root Entry", 5), (stream, 2)):
        text = name.encode("utf-16-le") + b"\0\0"
        entry = bytearray(128)
        entry[: len(text)] = text
        struct.pack_into("<HB", entry, 64, len(text), kind)
        struct.pack_into("<I", entry, 116, 0xFFFFFFFE)
        entries += bytes(entry)
    path.write_bytes(bytes(header) + fat + entries.ljust(512, b"\0"))
    return path


@pytest.mark.parametrize(
    ("stream", "code"),
    [("WordDocument", "not_workbook"), ("EncryptedPackage", "encrypted"), ("Book", "not_workbook")],
)
def test_compound_files_that_are_no_open_workbook(tmp_path, stream, code):
    assert refusal(compound_file(tmp_path / "x.xls", stream)).code == code


def test_xls_with_a_password(tmp_path):
    path = write_xls(tmp_path / "r.xls", [HEADER, row()])
    content = path.read_bytes()
    # The record after the first (BOF) becomes FILEPASS, as Excel writes it there.
    at = content.index(b"\x09\x08\x10\x00\x00\x06") + 20
    path.write_bytes(content[:at] + b"\x2f\x00" + content[at + 2 :])
    assert refusal(path).code == "encrypted"


def test_ods_with_a_password(tmp_path):
    path = write_ods(tmp_path / "r.ods", [HEADER, row()])
    manifest = (
        "<manifest:manifest xmlns:manifest='m'><manifest:encryption-data/></manifest:manifest>"
    )
    locked = patched(path, tmp_path / "locked.ods", {"META-INF/manifest.xml": manifest})
    assert refusal(locked).code == "encrypted"


@pytest.mark.parametrize("cut", [0.3, 0.9])
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_cut_off_while_copying(tmp_path, kind, cut):
    rows = [HEADER, *(row(n) for n in range(1, 60))]
    writer = {"xlsx": write_xlsx, "xls": write_xls, "ods": write_ods}[kind]
    path = writer(tmp_path / f"r.{kind}", rows)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    assert refusal(path).code in ("damaged", "not_workbook")


def test_over_50_mb(tmp_path):
    path = tmp_path / "big.xlsx"
    with path.open("wb") as target:
        target.truncate(limits.MAX_FILE_BYTES + 1)
    error = refusal(path)
    assert (error.code, "50 MB" in error.message) == ("too_big", True)


@pytest.mark.parametrize(
    "part", [SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", "docProps/app.xml"]
)
def test_entities_in_any_part(plain, part):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    path = patched(
        plain, plain.with_name("x.xlsx"), {part: f'<?xml version="1.0"?>{bomb}<x>&b;</x>'}
    )
    assert refusal(path).code == "xml_entities"


def test_entities_in_ods(tmp_path):
    path = write_ods(tmp_path / "r.ods", [HEADER, row()])
    evil = '<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'
    assert refusal(patched(path, tmp_path / "x.ods", {"content.xml": evil})).code == "xml_entities"


def test_utf_16_hides_nothing(plain):
    evil = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'
    assert refusal(with_sheet(plain, evil.encode("utf-16"))).code == "damaged"


def test_zip_bomb_by_its_own_account(plain, monkeypatch):
    monkeypatch.setattr(limits, "MAX_INFLATED_BYTES", 1_000_000)
    assert refusal(with_sheet(plain, sheet_xml(" " * 1_000_000))).code == "zip_bomb"


def test_zip_bomb_that_lies_about_its_size(plain, monkeypatch):
    monkeypatch.setattr(limits, "MAX_INFLATED_BYTES", 1_000_000)
    path = with_sheet(plain, sheet_xml(" " * 5_000_000))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    packed = struct.pack("<I", size)
    while (at := content.find(packed)) >= 0:
        content[at : at + 4] = struct.pack("<I", 1000)
    path.write_bytes(bytes(content))
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo(SHEET).file_size == 1000
    assert refusal(path).code == "zip_bomb"


def test_zip_bomb_by_ratio(plain, monkeypatch):
    monkeypatch.setattr(limits, "SUSPICIOUS_BYTES", 1_000_000)
    assert refusal(with_sheet(plain, sheet_xml(" " * 5_000_000))).code == "zip_bomb"


def test_zip_bomb_in_the_shared_strings(plain, monkeypatch):
    monkeypatch.setattr(limits, "MAX_XML_PART_BYTES", 1_000_000)
    strings = "<sst>" + "".join(f"<si><t>{n}</t></si>" for n in range(80_000)) + "</sst>"
    path = patched(plain, plain.with_name("x.xlsx"), {"xl/sharedStrings.xml": strings})
    assert refusal(path).code == "zip_bomb"


def test_too_many_parts(plain, monkeypatch):
    monkeypatch.setattr(limits, "MAX_ZIP_PARTS", 20)
    path = patched(plain, plain.with_name("x.xlsx"), {f"x{n}.xml": "<x/>" for n in range(20)})
    assert refusal(path).code == "zip_bomb"


@pytest.mark.parametrize(
    ("rows", "code", "where"),
    [
        ('<row r="1048570"><c r="C1048570"><v>1</v></c></row>', "stray_cell", "1048570"),
        ('<row r="2"><c s="1" r="C1048570"><v>1</v></c></row>', "stray_cell", "1048570"),
        ("<row r='2'><c r='C70001'><v>1</v></c></row>", "stray_cell", "70001"),
        ('<row r="2"><c r="XFD2"><v>1</v></c></row>', "too_many_columns", "16384"),
        (f"<row>{'<c/>' * 200}<c><v>1</v></c></row>", "too_many_columns", "201"),
    ],
)
def test_a_stray_value_far_out(plain, rows, code, where):
    error = refusal(with_sheet(plain, sheet_xml(rows)))
    assert (error.code, where in error.message) == (code, True)


def test_a_stray_value_far_out_in_xls(tmp_path):
    workbook = xlwt.Workbook()
    workbook.add_sheet("x").write(65535, 255, "x")
    workbook.save(str(tmp_path / "x.xls"))
    assert refusal(tmp_path / "x.xls").code in ("stray_cell", "too_many_columns")


@pytest.mark.parametrize(
    "repeat",
    ['table:number-columns-repeated="1000000"', 'table:number-rows-repeated="1000000"'],
)
def test_ods_that_repeats_a_value_a_million_times(tmp_path, repeat):
    path = write_ods(tmp_path / "r.ods", [HEADER, row()])
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml").decode()
    element = "table:table-cell" if "columns" in repeat else "table:table-row"
    bomb = content.replace(f"<{element}", f"<{element} {repeat}", 1)
    assert refusal(patched(path, tmp_path / "x.ods", {"content.xml": bomb})).code in (
        "stray_cell",
        "too_many_columns",
    )


def test_too_many_sheets(tmp_path):
    workbook = openpyxl.Workbook()
    for _ in range(limits.MAX_SHEETS):
        workbook.create_sheet()["A1"] = 1
    workbook.save(tmp_path / "x.xlsx")
    assert refusal(tmp_path / "x.xlsx").code == "too_many_sheets"


def test_too_many_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MAX_DATA_ROWS", 10)
    path = write_xlsx(tmp_path / "r.xlsx", [HEADER, *(row(n) for n in range(10))])
    assert refusal(path).code == "too_many_rows"


def test_too_much_text(plain, monkeypatch):
    monkeypatch.setattr(limits, "MAX_CONTENT_BYTES", 100_000)
    cells = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 9000))
    assert refusal(with_sheet(plain, sheet_xml(cells))).code == "too_much_text"


def test_empty_workbook(tmp_path):
    openpyxl.Workbook().save(tmp_path / "x.xlsx")
    assert refusal(tmp_path / "x.xlsx").code == "empty"


def test_no_roster_in_the_workbook(tmp_path):
    path = write_xlsx(tmp_path / "x.xlsx", [["菜名", "价格"], ["油泼面", 12]])
    with pytest.raises(RosterRefused, match="户主姓名") as caught:
        read(path)
    assert caught.value.code == "header_not_found"


def test_formulas_count_by_their_saved_result(plain):
    cells = list(row())
    xml = openpyxl_row(cells) + openpyxl_row(row(2), formula=("<f>1+2</f><v>3</v>", None))
    xml += openpyxl_row(row(3), formula=("<f>1+2</f><v></v>", "公式"))
    xml += openpyxl_row(row(4), formula=('<f t="shared" si="0"/>', "公式"))
    roster, _, judged = read(patched_header(plain, xml))
    assert roster.sheets[0].formulas == 3
    assert [r.codes for r in judged] == [[], [], ["population_invalid"], ["population_invalid"]]
    assert judged[1].values.population == 3
    assert all("公式" in r.sentence for r in judged[2:])


def openpyxl_row(cells, formula=None):
    """One row of sheet XML; `formula` stands instead of the population."""
    number = cells[0] + 1
    written = []
    for index, value in enumerate(cells):
        reference = f"{chr(65 + index)}{number}"
        if formula and HEADER[index] == "家庭人口":
            written.append(f'<c r="{reference}">{formula[0]}</c>')
        else:
            written.append(f'<c r="{reference}" t="inlineStr"><is><t>{value}</t></is></c>')
    return f'<row r="{number}">{"".join(written)}</row>'


def patched_header(plain, rows):
    header = openpyxl_row([0, *HEADER[1:]]).replace("<t>0</t>", "<t>序号</t>")
    return with_sheet(plain, sheet_xml(rows).replace(HEAD_ROW, header))


def peak_memory(path: Path) -> tuple[str, int]:
    """What becomes of the file in a process of its own, and the most memory it took, in MB."""
    program = f"""
        from households.roster.reader import open_roster
        from households.roster.refusals import RosterRefused
        try:
            print(len(open_roster({str(path)!r}).sheets[0].rows))
        except RosterRefused as refused:
            print(refused.code)
        # Not getrusage: that would count what the parent had before the program was replaced.
        status = open("/proc/self/status").read()
        print(int(status.split("VmHWM:")[1].split()[0]) // 1024)
    """
    answer = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    outcome, peak = answer.stdout.split()
    return outcome, int(peak)


def test_a_million_formatted_empty_rows(plain):
    rows = "".join(
        f'<row r="{n}" s="1" customFormat="1"><c r="A{n}" s="1"/></row>'
        for n in range(2, 1_048_571)
    )
    outcome, peak = peak_memory(with_sheet(plain, sheet_xml(rows)))
    assert outcome == "1"
    assert peak < 200


def test_the_farthest_cell_that_is_accepted(plain):
    far = f'<row r="{limits.MAX_ROW_NUMBER}"><c r="CZ{limits.MAX_ROW_NUMBER}"><v>1</v></c></row>'
    outcome, peak = peak_memory(with_sheet(plain, sheet_xml(far)))
    assert outcome == str(limits.MAX_ROW_NUMBER)
    assert peak < 500
