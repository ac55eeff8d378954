"""How a household's stage, verdict and grade look on every page."""

from django import template
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


@register.filter
def stage_badge(stage: str) -> SafeString:
    """The stage as a coloured badge with its name in it."""
    return BADGES[stage]
