"""The table on screen, and the markup of head and body that the PDF shares with it.

Cells are joined as plain strings: a template include for each of 2,600 cells takes a second.
"""

from collections.abc import Collection
from html import escape
from typing import NamedTuple

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from yanliang.tables.table import NUMERIC, Cell, Column, Kind, Row, Table, display

FLAGS = {"": "", "warning": " tb-warning", "muted": " tb-muted"}


class Chooser(NamedTuple):
    """Boxes before the rows: those with a key in `keys` can be ticked for the form `form`, as its field `row`.

    `named_by` is the column that a screen reader calls the row by.
    """

    form: str
    keys: Collection[str]
    named_by: str

    def box(self, row: Row) -> str:
        if row.key not in self.keys:
            return "<td></td>"
        name = escape(str(row.cell(self.named_by).value))
        return (
            f'<td class="tb-middle"><input type="checkbox" class="form-check-input" '
            f'form="{escape(self.form)}" name="row" value="{escape(row.key)}" '
            f'aria-label="选择 {name}"></td>'
        )


class Marker(NamedTuple):
    """A box in every cell that holds a whole number; a ticked one sends `section|row's key|column's key` as `name`.

    `ticked` are such values that are ticked already.
    """

    name: str
    section: str
    ticked: Collection[str] = ()

    def box(self, row: Row, column: Column, label: str, content: str) -> str:
        """The cell's `content` with its box; `label` says to a screen reader which row it is."""
        value = f"{self.section}|{row.key}|{column.key}"
        checked = " checked" if value in self.ticked else ""
        return (
            f'<label class="tb-mark"><input type="checkbox" class="form-check-input" '
            f'name="{escape(self.name)}" value="{escape(value)}"{checked} '
            f'aria-label="标记 {escape(label)} {escape(column.label)}"><span>{content}</span></label>'
        )


def render_html(
    table: Table,
    request: HttpRequest | None = None,
    *,
    table_id: str = "table",
    show_title: bool = True,
    show_signatures: bool = False,
    chooser: Chooser | None = None,
    marker: Marker | None = None,
) -> SafeString:
    """Return the table as a section of a page.

    `table_id` must be the table's own where a page shows several. A page that prints the title
    itself passes `show_title=False`; the caption for screen readers stays.
    """
    return render_to_string(
        "tables/_table.html",
        {
            "table": table,
            "table_id": table_id,
            "head": header_markup(table, hints=table_id, boxes=chooser is not None),
            "body": body_markup(table, notes=table_id, chooser=chooser, marker=marker),
            "show_title": show_title,
            "show_signatures": show_signatures,
        },
        request,
    )


def header_markup(table: Table, *, hints: str = "", boxes: bool = False) -> SafeString:
    """Return the lines of the header; `hints` is the id prefix of the tooltips, none without it.

    `boxes` leaves room for the boxes of a `Chooser`.
    """
    lines = []
    for line in table.header_lines:
        cells = []
        if boxes and not lines:
            cells.append(f'<th scope="col" rowspan="{table.depth + table.numbered}">选</th>')
        for cell in line:
            spans = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
            if cell.colspan > 1:
                spans += f' colspan="{cell.colspan}"'
            scope = "colgroup" if cell.column.children else "col"
            label = escape(cell.column.label)
            if hints and cell.column.hint:
                # Tooltips open away from the nearer edge, or they would widen the page.
                far = cell.position * 2 >= len(table.leaves)
                label = _hint(label, cell.column.hint, f"{hints}-{cell.line}-{cell.position}", far)
            cells.append(f'<th scope="{scope}"{spans}{_first(cell.position)}>{label}</th>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    if table.numbered:
        numbers = "".join(
            f"<td{_first(position)}>{'' if leaf.number is None else leaf.number}</td>"
            for position, leaf in enumerate(table.leaves)
        )
        lines.append(f'<tr class="tb-numbers">{numbers}</tr>')
    return mark_safe("\n".join(lines))


def body_markup(
    table: Table,
    *,
    links: bool = True,
    notes: str = "",
    chooser: Chooser | None = None,
    marker: Marker | None = None,
) -> SafeString:
    """Return the rows, on paper without `links`; `notes` is the id prefix of the cell notes.

    Without the prefix no notes are drawn.
    """
    first, *others = table.leaves
    lines = []
    for index, row in enumerate(table.rows):
        label = _content(row.cell(first.key), first.kind, links, notes and f"{notes}-r{index}-0")
        cells = [f'<th scope="row" class="tb-first tb-level-{min(row.level, 3)}">{label}</th>']
        for position, column in enumerate(others, start=1):
            cell = row.cell(column.key)
            note_id = f"{notes}-r{index}-{position}" if notes and cell.note else ""
            content = _content(cell, column.kind, links, note_id)
            if marker and isinstance(cell.value, int):
                content = marker.box(row, column, str(row.cell(first.key).value), content)
            cells.append(f'<td class="{_alignment(cell, column)}">{content}</td>')
        box = chooser.box(row) if chooser else ""
        lines.append(f"<tr{_row_class(row)}>{box}{''.join(cells)}</tr>")
    return mark_safe("\n".join(lines))


def _content(cell: Cell, kind: Kind, links: bool, note_id: str) -> str:
    content = display(cell.value, kind)
    if isinstance(cell.value, str):
        content = escape(content)
    if links and cell.href:
        content = f'<a href="{escape(cell.href)}">{content}</a>'
    if cell.flag == "warning":
        # Colour alone would say nothing to some readers.
        content += '<span aria-hidden="true">!</span><span class="visually-hidden">需要注意</span>'
    if note_id and cell.note:
        content = f"{content} {_hint('注', cell.note, note_id, far=True)}"
    return content


def _hint(label: str, hint: str, element_id: str, far: bool) -> str:
    side = " tb-tip-far" if far else ""
    return (
        f'<button type="button" class="tb-hint" aria-describedby="{escape(element_id)}">{label}'
        f'</button><span role="tooltip" class="tb-tip{side}" id="{escape(element_id)}">'
        f"{escape(hint)}</span>"
    )


def _first(position: int) -> str:
    return ' class="tb-first"' if position == 0 else ""


def _row_class(row: Row) -> str:
    return "" if row.kind == "detail" else f' class="tb-{row.kind}"'


def _alignment(cell: Cell, column: Column) -> str:
    if cell.value is None or (column.kind in NUMERIC and isinstance(cell.value, str)):
        side = "tb-middle"
    elif column.kind in NUMERIC:
        side = "tb-figure"
    else:
        side = "tb-middle" if column.kind in ("date", "code") else "tb-text"
    return side + FLAGS[cell.flag]
