"""A table as plain values comes back as it was."""

import json

from tests.tables.samples import sample_table
from yanliang.tables.html import render_html
from yanliang.tables.plain import as_plain, from_plain
from yanliang.tables.table import Fact


def test_a_kept_table_comes_back_the_same():
    table = sample_table(
        signatures=("填报人", Fact("审核人", "王局")), remarks=("新兴街道未报，合计不含其数字。",)
    )
    kept = json.loads(json.dumps(as_plain(table)))
    again = from_plain(kept)
    assert as_plain(again) == kept
    assert again.signature_facts == (Fact("填报人"), Fact("审核人", "王局"))
    assert again.remarks == table.remarks


def test_remarks_and_names_are_on_screen_too(rf):
    table = sample_table(signatures=(Fact("审核人", "王局"),), remarks=("新兴街道未报。",))
    page = render_html(table, rf.get("/"), show_signatures=True)
    assert "新兴街道未报。" in page
    assert "审核人：王局" in page
