"""Every single leaf of a full credential: change it, and it is green no more (attacks.md VC01)."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from accredit.domain.verification import operations
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Reason, Verdict
from tests.unit.domain.verification.story import Issued, Story

Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not isinstance(value, dict | list):
        yield path
    for step, child in children:
        yield from leaves(child, (*path, step))


def changed(document: Any, path: Path, change: Any) -> Any:
    copied = copy.deepcopy(document)
    node = copied
    for step in path[:-1]:
        node = node[step]
    if change is None:
        del node[path[-1]]
    else:
        node[path[-1]] = change(node[path[-1]])
    return copied


def altered(value: Any) -> Any:
    return not value if isinstance(value, bool) else f"{value}1"


def test_vc01_no_changed_leaf_is_green(quick_story: Story, issued: Issued) -> None:
    every = list(leaves(issued.document))
    assert len(every) > 100
    wrong: list[tuple[Path, str, Verdict]] = []
    with quick_story.database.reading() as db:
        sources = DatabaseSources(db)
        for path in every:
            for name, change in (("altered", altered), ("removed", None)):
                data = json.dumps(changed(issued.document, path, change)).encode()
                verdict = operations.verify(data, now=quick_story.now, sources=sources).verdict
                # A context that is not ours cannot be read at all; everything else was altered.
                allowed = {Verdict.NOT_GENUINE} | ({Verdict.UNREADABLE} if path[0] == "@context" else set())
                if (change is None and path[-1] == "type") or path[0] == "type":
                    allowed.add(Verdict.CANNOT_CONFIRM)
                if verdict not in allowed:
                    wrong.append((path, name, verdict))
    assert wrong == []


@pytest.mark.parametrize(
    ("addition", "reason"),
    [
        pytest.param({"grade": "A*"}, Reason.UNSIGNED_DATA, id="VL01 an unknown term"),
        pytest.param({"description": None}, Reason.UNSIGNED_DATA, id="a null"),
        pytest.param({"validUntil": "2026-02-30T00:00:00Z"}, Reason.OPEN_BADGES_RULES, id="VL21 no such date"),
        pytest.param({"proof": []}, Reason.PROOF_MISSING, id="VC23 an empty list of proofs"),
        pytest.param({"proof": [{}]}, Reason.PROOF_MALFORMED, id="VC23 an empty proof"),
    ],
)
def test_an_addition_is_not_genuine(
    quick_story: Story, issued: Issued, addition: dict[str, Any], reason: Reason
) -> None:
    data = json.dumps(issued.document | addition).encode()
    with quick_story.database.reading() as db:
        report = operations.verify(data, now=quick_story.now, sources=DatabaseSources(db))
    assert (report.verdict, report.reason) == (Verdict.NOT_GENUINE, reason)
    assert report.claims is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", Reason.NO_CREDENTIAL, id="an empty file"),
        pytest.param(b"hello", Reason.NO_CREDENTIAL, id="a note"),
        pytest.param(b"{}", Reason.NO_CREDENTIAL, id="an empty object"),
        pytest.param(b'{"proof": 1, "proof": 2}', Reason.DUPLICATE_JSON_KEY, id="VJ11 a name twice"),
        pytest.param(b'{"proof": NaN}', Reason.MALFORMED, id="a number that is none"),
        pytest.param(b'{"proof": ' + b"[" * 100 + b"]" * 100 + b"}", Reason.TOO_COMPLEX, id="nested too deeply"),
        pytest.param(b"{" + b" " * 1_000_001 + b"}", Reason.TOO_LARGE, id="VX06 over a megabyte"),
        pytest.param(b"\x89PNG\r\n\x1a\n", Reason.MALFORMED, id="VX08 a picture cut short"),
        pytest.param(b"%PDF-1.7 nothing", Reason.MALFORMED, id="a broken PDF"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg"/>', Reason.NO_CREDENTIAL, id="a drawing without one"),
        pytest.param(
            b'{"@context":["https://evil.example/v1"],"type":["OpenBadgeCredential"],"issuer":"https://a.example"}',
            Reason.CONTEXT_NOT_PINNED,
            id="VL06 an unknown context",
        ),
    ],
)
def test_what_holds_no_credential_is_unreadable(quick_story: Story, data: bytes, reason: Reason) -> None:
    with quick_story.database.reading() as db:
        report = operations.verify(data, now=quick_story.now, sources=DatabaseSources(db))
    assert (report.verdict, report.reason, report.exit_code) == (Verdict.UNREADABLE, reason, 5)
