"""System checks of this app: what `manage.py check` says before the first PDF fails."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register

from yanliang.tables.pdf import missing_parts


@register("tables")
def check_pdf_parts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn of each system library or font without which a PDF is slow, wrong or impossible."""
    return [Warning(sentence, id="tables.W001") for sentence in missing_parts()]
