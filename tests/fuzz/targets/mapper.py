"""JSON-LD to canonical N-Quads: nothing is lost, nothing depends on the order of members, and others can read it."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from random import Random
from typing import Any

import pyoxigraph

from accredit.kit.linkeddata import LinkedDataError, mapper, rdfc10, strict_json, terms
from accredit.kit.linkeddata.active_context import initial
from accredit.kit.linkeddata.dataset import Quad
from accredit.kit.linkeddata.kept_templates import KeptTemplates
from tests.conformance.generated_documents import Documents
from tests.fuzz import mutations
from tests.fuzz.target import Answer, Target

from .documents import DOCUMENTS
from .documents import NAMES as DOCUMENT_NAMES


@dataclass(frozen=True)
class Read:
    """A document that was accepted, its dataset, and that in canonical form."""

    document: dict[str, Any]
    quads: list[Quad]
    canonical: bytes


def read(data: bytes) -> Read:
    document = strict_json.loads_object(data)
    dataset = mapper.to_dataset(document)
    return Read(document, list(dataset), rdfc10.canonicalise(dataset))


def canonical(document: dict[str, Any]) -> bytes | None:
    """Write a document in its canonical form; None where it is refused."""
    try:
        return rdfc10.canonicalise(mapper.to_dataset(document))
    except LinkedDataError:
        return None


def judge(data: bytes, answer: Answer) -> None:
    if answer.refusal is not None:
        assert answer.refusal.path.startswith(("$", "offset ")), f"a path {answer.refusal.path!r}"
        assert answer.refusal.sentence.endswith(".")
        return
    found: Read = answer.value
    digest = sha256(data).digest()
    assert len(found.quads) == len(set(found.quads)), "a quad stands twice in a dataset"
    _judge_syntax(found.quads)
    # Large documents have been read in time; what follows reads them again several times.
    if len(data) > 40_000:
        return
    assert rdfc10.canonicalise(found.quads) == found.canonical, "quads alone give something else"
    assert canonical(found.document) == found.canonical, "the same document gives something else the second time"
    turned = _turned(found.document)
    assert canonical(turned) in (found.canonical, None), "the order of members matters"
    altered = _altered(found.document, digest, "0")
    if altered is not None:
        assert canonical(altered) != found.canonical, "a value may be another and nobody would notice"
    if digest[0] % 16 == 0:
        afresh = mapper.map_with(initial(terms.pinned()), found.document, mapper.Limits())
        assert sorted(afresh) == sorted(found.quads), "what was mapped before makes a difference"
    if digest[0] % 8 == 1:
        _judge_templates(found, digest)


def _judge_syntax(quads: list[Quad]) -> None:
    """Let another library parse the quads and write them again: not one byte may change."""
    lines = {" ".join(part for part in quad if part) + " .\n" for quad in quads}
    text = "".join(lines)
    parsed = pyoxigraph.parse(text.encode("utf-8"), format=pyoxigraph.RdfFormat.N_QUADS, lenient=True)
    written = pyoxigraph.serialize(parsed, format=pyoxigraph.RdfFormat.N_QUADS)
    assert written is not None
    assert set(written.decode("utf-8").split("\n")) == {line[:-1] for line in lines} | {""}, (
        "read back as something else"
    )


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _turned(value[name]) for name in reversed(value)}
    return [_turned(member) for member in value] if isinstance(value, list) else value


def _altered(document: dict[str, Any], digest: bytes, salt: str) -> dict[str, Any] | None:
    """Copy a document with one value replaced by one that stands nowhere else in it; None where there is no value.

    The name of a blank node is no value, and neither is a context.
    """
    changed = copy.deepcopy(document)
    fresh = digest[:6].hex() + salt
    leaves = [
        (holder, key)
        for holder, key in mutations.places({name: each for name, each in changed.items() if name != "@context"})
        if isinstance(holder[key], (str, int, float))
        and not str(holder[key]).startswith("_:")
        and not _is_context(holder, key)
    ]
    if not leaves:
        return None
    holder, key = leaves[int.from_bytes(digest[8:12], "big") % len(leaves)]
    value = holder[key]
    if isinstance(value, str):
        replaced: Any = f"{value}-{fresh[:7]}"
    elif isinstance(value, bool):
        replaced = fresh
    else:
        number = int(fresh[:8], 16) + len(salt)
        replaced = number if isinstance(value, int) else number + 0.5
    if not any(each is holder for each, _ in mutations.places(changed)) and key in changed:
        changed[key] = replaced
    else:
        holder[key] = replaced
    return changed


def _is_context(holder: Any, key: Any) -> bool:
    return key == "@context" or (
        isinstance(holder, list) and all(each in terms.pinned() for each in holder if isinstance(each, str))
    )


def _judge_templates(found: Read, digest: bytes) -> None:
    """Learn a template from the document and two that differ in one value: what it writes is what would be written."""
    alike = [each for salt in ("11", "22", "33") if (each := _altered(found.document, digest, salt)) is not None]
    expected = [canonical(each) for each in alike]
    if len(alike) < 3 or None in expected:
        return
    kept = KeptTemplates()
    for each in (found.document, *alike):
        kept.learn(each, owner="a")
    for each, written in zip(alike, expected, strict=True):
        assert kept.canonicalise(each, owner="a")[0] == written, "a template writes something else"
    assert kept.canonicalise(found.document, owner="a")[0] == found.canonical, "a template writes something else"


@cache
def names() -> tuple[str, ...]:
    """List the terms of every pinned context, scoped ones included, and what else a member may be called."""
    found: set[str] = set(DOCUMENT_NAMES) | {
        "@graph",
        "@included",
        "@reverse",
        "@list",
        "@set",
        "@index",
        "@nest",
        "cred:id",
    }
    waiting = [table.scope for table in terms.pinned().values()]
    while waiting:
        scope = waiting.pop()
        found |= set(scope.entries)
        waiting += [entry.scope for entry in scope.entries.values() if entry.scope is not None]
    return tuple(sorted(found))


def mutate(data: bytes, chance: Random) -> bytes:
    if chance.random() < 0.1:
        return json.dumps(Documents(chance.randrange(10**9)).make(), ensure_ascii=False).encode()
    changed = mutations.json_tree(data, chance, names=names(), others=OTHERS)
    if chance.random() < 0.05:
        urls = sorted(terms.pinned())
        changed = changed.replace(chance.choice(urls).encode(), chance.choice(urls).encode())
    return changed


def grow(data: bytes, chance: Random) -> bytes:
    return mutations.grown_json(data, chance, others=OTHERS)


def seeds() -> list[bytes]:
    made = [Documents(number).make() for number in range(24)]
    return [json.dumps(document, ensure_ascii=False).encode() for document in (*DOCUMENTS, *made)]


OTHERS = seeds()
TARGET = Target(
    name="mapper",
    reader="`strict_json`, `mapper.to_dataset`, `rdfc10.canonicalise`",
    asks="pyoxigraph parses the quads and writes them byte for byte; the order of members is nothing; one value changed"
    " changes what is signed; a context kept from before, and a template learnt from others, change nothing",
    seeds=seeds,
    read=read,
    refusals=(LinkedDataError,),
    judge=judge,
    mutate=mutate,
    grow=grow,
    blind_share=0.1,
)
