"""Sealing a document: the bytes that are kept, their SHA-256, and the short code that stands on paper."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

#: Characters of the short code that stands on paper: 48 bits of the hash.
CODE_LENGTH = 12


def canonical(data: Mapping[str, Any]) -> bytes:
    """The bytes that the hash of a document covers."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of(data: Mapping[str, Any]) -> str:
    """The SHA-256 that a document with this content bears."""
    return hashlib.sha256(canonical(data)).hexdigest()


def sealed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The two fields of a document with this content, as `SealedDocument` stores them."""
    content = canonical(data)
    return {
        "content": zlib.compress(content, 6),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def unpacked(content: bytes) -> dict[str, Any]:
    return json.loads(zlib.decompress(content))


def code_of(sha256: str) -> str:
    """The short code printed on a document: three groups of four."""
    digits = sha256[:CODE_LENGTH].upper()
    return "-".join(digits[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def digits_of(code: str) -> str:
    """The beginning of the hash that a short code stands for, typed with or without its dashes, in any width."""
    return normalize("NFKC", code).replace("-", "").replace(" ", "").strip().lower()
