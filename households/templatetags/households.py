"""How a household's stage, verdict and grade look on every page."""

from collections.abc import Iterable
from html import escape
from typing import NamedTuple

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from households.enums import Stage

register = template.Library()

COLOURS = {
    Stage.UNCHECKED: "text-bg-light border",
    Stage.SAFE: "text-bg-success",
    Stage.SUSPECTED: "text-bg-danger",
    Stage.APPRAISED_SAFE: "text-bg-success",
    Stage.PENDING_RULING: "text-bg-warning",
    Stage.TO_RENOVATE: "text-bg-warning",
    Stage.RENOVATING: "text-bg-info",
    Stage.REWORK: "text-bg-danger",
    Stage.COMPLETED: "text-bg-info",
    Stage.ACCEPTED: "text-bg-success",
    Stage.SECURED: "text-bg-success",
    Stage.EXEMPT: "text-bg-secondary",
}
BADGES = {
    stage.value: format_html('<span class="badge {}">{}</span>', colours, stage.label)
    for stage, colours in COLOURS.items()
}

#: A line of the register: the address around the household's key, the badge, then the fields of `ListRow`.
ROW = """<tr>
  <td class="nowrap">{4}</td>
  <td class="nowrap"><a href="{0}{3}{1}">{5}</a></td>
  <td class="nowrap">{6}</td>
  <td class="nowrap">{7}</td>
  <td class="nowrap">{8}</td>
  <td class="num">{9}</td>
  <td class="num">{10}</td>
  <td class="num">{11}</td>
  <td class="nowrap">{12}</td>
  <td class="nowrap">{13}</td>
  <td>{2}</td>
  <td class="nowrap">{15}</td>
</tr>"""


@register.filter
def stage_badge(stage: str) -> SafeString:
    """The stage as a coloured badge with its name in it."""
    return BADGES[stage]


@register.simple_tag
def register_rows(rows: Iterable[NamedTuple]) -> SafeString:
    """The lines of the register (`ListRow`), where template cells would take most of the page's time."""
    # One look-up of the address for all lines.
    before, after = reverse("households:household_detail", args=[0]).rsplit("0", 1)
    return SafeString(
        "\n".join(
            ROW.format(before, after, BADGES[row.stage], *[escape(str(cell)) for cell in row])
            for row in rows
        )
    )
