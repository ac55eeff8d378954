"""What every document has that is frozen, hashed and printed with a short code."""

import hashlib
import zlib
from functools import cached_property
from typing import Any, Self

from django.db import models

from reports.sealing import CODE_LENGTH, code_of, digits_of, unpacked
from yanliang.accounts.scoping import RegionScopedQuerySet


class SealedQuerySet(RegionScopedQuerySet):
    def with_code(self, code: str) -> Self:
        """The documents whose hash begins with the short code, typed with or without its dashes."""
        digits = digits_of(code)
        return self.filter(sha256__startswith=digits) if len(digits) >= CODE_LENGTH else self.none()


class SealedDocument(models.Model):
    """`content` is compressed canonical JSON (see `reports.sealing`), `sha256` the hash of that JSON."""

    content = models.BinaryField()
    sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        abstract = True

    @property
    def code(self) -> str:
        """The short code printed on the document."""
        return code_of(self.sha256)

    @cached_property
    def data(self) -> dict[str, Any]:
        """What was sealed, as it was put together."""
        return unpacked(self.content)

    @property
    def is_intact(self) -> bool:
        """Whether the stored copy still has its hash."""
        try:
            return hashlib.sha256(zlib.decompress(self.content)).hexdigest() == self.sha256
        except zlib.error:
            return False
