"""A village's register on paper against the same texts put down with no line broken, aligned or ruled."""

from collections.abc import Iterator

from tests.benchmarks.measuring import Comparison
from tests.tables.registers import register_table
from yanliang.tables.pdf_pages import Document, packed
from yanliang.tables.register_pdf import register_pdf
from yanliang.tables.table import DocumentProperties, display

ROWS, ROWS_A_PAGE = 600, 20
CODE, ADDRESS = "7F3A-92C1-04BE", "http://127.0.0.1:8000/lists/7F3A-92C1-04BE/"


def comparisons() -> Iterator[Comparison]:
    table, properties = register_table(ROWS), DocumentProperties()

    def bare_texts() -> bytes:
        document = Document()
        body = document.lettering("song", 9)
        for start in range(0, ROWS, ROWS_A_PAGE):
            shown = [
                f"1 0 0 1 {100 * place} {40 * line} Tm "
                + body.typeface.show(display(row.cell(leaf.key).value, leaf.kind), body.size)
                for line, row in enumerate(table.rows[start : start + ROWS_A_PAGE])
                for place, leaf in enumerate(table.leaves)
            ]
            document.add_page(2000, 1000, [packed(f"BT {body.choice} {' '.join(shown)} ET")])
        return document.finished(properties)

    yield Comparison(
        "清单 PDF，600 行 × 18 列",
        subject=lambda: register_pdf([table], properties=properties, code=CODE, address=ADDRESS),
        reference=bare_texts,
        ratio=5,
        ceiling=1500,
        rounds=9,
    )
