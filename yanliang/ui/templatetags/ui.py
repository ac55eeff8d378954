"""Filters and tags of the pages; none of them knows a model."""

from html import escape

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.safestring import SafeString

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


@register.simple_tag
def options(choices, chosen) -> SafeString:
    """The options of a <select>, grouped where a choice's label is a list; a template's loop takes far longer."""
    return SafeString("\n".join(option(value, label, chosen) for value, label in choices))


def option(value, label, chosen) -> str:
    if isinstance(label, list | tuple):
        return f'<optgroup label="{escape(value)}">{options(label, chosen)}</optgroup>'
    selected = " selected" if value == chosen else ""
    return f'<option value="{escape(value)}"{selected}>{escape(str(label))}</option>'
