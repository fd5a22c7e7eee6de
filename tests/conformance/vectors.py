"""Where the official vectors are, and the files of each family as cases, so that none is passed over.

The vectors are not ours and are not in this repository: set ACCREDIT_SHARED to a folder that holds
`standards/vectors`, or the tests skip and say so.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(os.environ.get("ACCREDIT_SHARED", Path(__file__).parents[2].parent / "shared"))
VECTORS = SHARED / "standards" / "vectors"
PRESENT = VECTORS.is_dir()
needed = pytest.mark.skipif(
    not PRESENT, reason=f"NOT CHECKED against official vectors: there are none at {VECTORS}; set ACCREDIT_SHARED"
)


def load(path: Path | str) -> Any:
    """Read a JSON file by its path, or by its place among the vectors."""
    return json.loads((VECTORS / path).read_text(encoding="utf-8"))


def files(folder: str, *patterns: str) -> list[Path]:
    """Find the files of a folder and of those inside it, by patterns; all of them without one."""
    found = {path for pattern in patterns or ("*",) for path in (VECTORS / folder).rglob(pattern) if path.is_file()}
    return sorted(found)


def cases(suite: str, folder: str, *patterns: str, but: tuple[str, ...] = ()) -> list[Any]:
    """Make one case of each file, counted under `suite`."""
    mark = pytest.mark.suite(suite)
    return [
        pytest.param(path, id=path.relative_to(VECTORS / folder).as_posix(), marks=mark)
        for path in files(folder, *patterns)
        if path.name not in but
    ]


def entries(suite: str, manifest: str, member: str, identifier: str, *, kind: str = "") -> list[Any]:
    """Make one case of each entry of a manifest whose type has `kind` in its name, counted under `suite`."""
    if not PRESENT:
        return []
    return [
        pytest.param(entry, id=entry[identifier], marks=pytest.mark.suite(suite))
        for entry in load(manifest)[member]
        if not kind or f":{kind}" in str(entry["type"])
    ]
