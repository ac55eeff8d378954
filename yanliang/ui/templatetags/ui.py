"""Filters and tags of the pages; none of them knows a model."""

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.loader_tags import BLOCK_CONTEXT_KEY

from yanliang.ui import masking

register = template.Library()

register.filter("mask_id", masking.mask_id)
register.filter("mask_phone", masking.mask_phone)


@register.filter
def thousands(value) -> str:
    """12345 → “12,345”; nothing known is “—”."""
    return "—" if value is None else intcomma(value, use_l10n=False)


@register.simple_tag(takes_context=True)
def query_with(context, **changes) -> str:
    """The page's query string with `changes` made; an empty value takes a parameter out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def block_again(context, name: str) -> str:
    """The block `name` a second time on the page: a title is a heading too."""
    return context.render_context[BLOCK_CONTEXT_KEY].get_block(name).render(context)
