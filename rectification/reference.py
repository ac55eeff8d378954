"""Kinds of problems as they are shipped in fixtures/, loaded by `manage.py load_reference`."""

import json

from households.reference import fixture
from rectification.models import ProblemKind


def load_problem_kinds() -> int:
    """Add the kinds that are not there yet, and return how many are shipped; what the bureau changed stays."""
    kinds = json.loads(fixture("problem_kinds.json").read_text())
    for position, kind in enumerate(kinds, start=1):
        ProblemKind.objects.get_or_create(
            code=kind.pop("code"), defaults={"position": position * 10, **kind}
        )
    return len(kinds)
