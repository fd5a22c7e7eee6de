"""Linked data without surprises: strict JSON, pinned contexts, a mapping that loses nothing, RDFC-1.0.

Nothing is ever fetched, and nothing is ever dropped: what would not be signed is an error.

- `strict_json`: bytes → JSON values
- `terms`, `active_context`, `values`, `mapper`: JSON-LD document → RDF dataset
- `dataset`, `rdfc10`: dataset → canonical N-Quads
- `patterns`, `templates`, `kept_templates`: the same for many documents that differ in a few texts, many times faster
- `inline_contexts`: the little of inline contexts that test suites need
- `jcs`: JSON value → canonical JSON
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accredit.kit.linkeddata import mapper, rdfc10
from accredit.kit.linkeddata.errors import ContextRefused, JsonRefused, LinkedDataError, MappingRefused, TooComplex
from accredit.kit.linkeddata.terms import Table

__all__ = [
    "ContextRefused",
    "JsonRefused",
    "LinkedDataError",
    "MappingRefused",
    "TooComplex",
    "canonicalise",
]


def canonicalise(
    document: Mapping[str, Any],
    *,
    contexts: Mapping[str, Table] | None = None,
    hash_name: str = "sha256",
) -> bytes:
    """Write a JSON-LD document as canonical N-Quads (UTF-8).

    `contexts` are the contexts that the document may name, by default `terms.pinned`; `hash_name` is the hash that
    RDFC-1.0 works with. Raises `ContextRefused`, `MappingRefused` or `TooComplex`.
    """
    return rdfc10.canonicalise(mapper.to_dataset(document, contexts=contexts), hash_name=hash_name)
