"""Just enough of OLE2 compound files and BIFF8 to know what an .xls holds before it is read.

Formats: [MS-CFB] for sectors and directory, [MS-XLS] for the records.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_FREE = 0xFFFFFFFA
"""Sector numbers from here on are marks, not sectors."""
_FILEPASS = 0x2F
_BOUNDSHEET = 0x85
_FORMULA = 0x06
# Cells with a value: LABELSST, NUMBER, RK, LABEL, FORMULA, BOOLERR, RSTRING.
_CELL_RECORDS = frozenset({0xFD, 0x203, 0x27E, 0x204, _FORMULA, 0x205, 0xD6})
_MULRK = 0xBD


class DamagedFile(Exception):
    """The sectors of the file do not fit together."""


class CompoundFile:
    """The streams of an OLE2 file by name; `DamagedFile` when a chain of sectors is broken."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        if len(self._data) < 512:
            raise DamagedFile
        shift, mini_shift = struct.unpack_from("<HH", self._data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise DamagedFile
        self._sector = 1 << shift
        self._mini_cutoff = struct.unpack_from("<I", self._data, 56)[0]
        self._fat = self._read_fat()
        directory_start = struct.unpack_from("<I", self._data, 48)[0]
        self.streams = dict(self._read_directory(self._chain(directory_start)))
        self._root = self.streams.get("Root Entry", (0, 0))

    def _at(self, sector: int) -> bytes:
        start = (sector + 1) * self._sector
        return self._data[start : start + self._sector]

    def _read_fat(self) -> list[int]:
        numbers = list(struct.unpack_from("<109I", self._data, 76))
        following, left = struct.unpack_from("<II", self._data, 68)
        per_sector = self._sector // 4
        while following < _FREE and left:
            entries = struct.unpack(f"<{per_sector}I", self._full_sector(following))
            numbers.extend(entries[:-1])
            following = entries[-1]
            left -= 1
        fat: list[int] = []
        for number in numbers:
            if number < _FREE:
                fat.extend(struct.unpack(f"<{per_sector}I", self._full_sector(number)))
        return fat

    def _full_sector(self, sector: int) -> bytes:
        data = self._at(sector)
        if len(data) < self._sector:
            raise DamagedFile
        return data

    def _chain(self, start: int) -> bytes:
        parts = []
        sector = start
        while sector < _FREE:
            if sector >= len(self._fat) or len(parts) > len(self._fat):
                raise DamagedFile
            parts.append(self._at(sector))
            sector = self._fat[sector]
        return b"".join(parts)

    @staticmethod
    def _read_directory(entries: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
        for at in range(0, len(entries) - 127, 128):
            length = struct.unpack_from("<H", entries, at + 64)[0]
            if 2 <= length <= 64:
                name = entries[at : at + length - 2].decode("utf-16-le", "replace")
                yield name, struct.unpack_from("<II", entries, at + 116)

    def read(self, name: str) -> bytes:
        """The whole stream `name`."""
        start, size = self.streams[name]
        if size >= self._mini_cutoff:
            return self._chain(start)[:size]
        mini_fat_bytes = self._chain(struct.unpack_from("<I", self._data, 60)[0])
        mini_fat = struct.unpack(f"<{len(mini_fat_bytes) // 4}I", mini_fat_bytes)
        container = self._chain(self._root[0])
        parts = []
        sector = start
        while sector < _FREE:
            if sector >= len(mini_fat) or len(parts) > len(mini_fat):
                raise DamagedFile
            parts.append(container[sector * 64 : sector * 64 + 64])
            sector = mini_fat[sector]
        return b"".join(parts)[:size]


@dataclass
class WorkbookExtent:
    """What the records of a BIFF workbook say: last row and column with a value (from 0), sheets, a password."""

    sheets: int = 0
    last_row: int = 0
    last_column: int = 0
    encrypted: bool = False


def workbook_extent(stream: bytes) -> WorkbookExtent:
    """Walk the records of a Workbook stream once."""
    extent = WorkbookExtent()
    at, end = 0, len(stream) - 4
    header = struct.Struct("<HHHH")
    while at <= end - 4:
        kind, length, row, column = header.unpack_from(stream, at)
        if kind in _CELL_RECORDS or kind == _MULRK:
            if kind == _MULRK and length >= 6:
                column = struct.unpack_from("<H", stream, at + 4 + length - 2)[0]
            if row > extent.last_row:
                extent.last_row = row
            if column > extent.last_column:
                extent.last_column = column
        elif kind == _FILEPASS:
            extent.encrypted = True
            return extent
        elif kind == _BOUNDSHEET:
            extent.sheets += 1
        at += 4 + length
    return extent
