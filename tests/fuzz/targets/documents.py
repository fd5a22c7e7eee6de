"""Our own documents, to begin from: those of `tests/vectors/data-integrity`, and a badge of the plainest kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.unit.kit.vc import vc_examples

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "data-integrity"

DOCUMENTS: tuple[dict[str, Any], ...] = (
    vc_examples.badge(),
    *(json.loads(path.read_text(encoding="utf-8"))["signed"] for path in sorted(FOLDER.glob("*.json"))),
)


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(_names, value.values()))
    return set().union(*map(_names, value)) if isinstance(value, list) else set()


NAMES: tuple[str, ...] = tuple(
    sorted(_names(list(DOCUMENTS)) | {"a", "", "b", "@context", "@id", "@type", "@value", "@language", "@direction"})
)
"""Member names that are worth trying."""
