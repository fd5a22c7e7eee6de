"""Term tables: their form, and what may never be in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accredit.kit.linkeddata import terms
from accredit.kit.linkeddata.terms import Entry, Scope

TEXT = """\
context https://x.example/c
sha256 00
@protected
# a remark
Badge https://x.example/#Badge
 name https://x.example/name type=@id container=@set
 tags https://x.example/tags container=@list
  inner https://x.example/inner
sec https://x.example/sec# prefix
empty https://x.example/empty scope=null
"""


def test_reads_nested_scopes() -> None:
    table = terms.parse(TEXT)
    assert (table.url, table.sha256) == ("https://x.example/c", "00")
    assert table.scope.is_protected
    badge = table.scope.entries["Badge"]
    assert badge.scope is not None
    assert badge.opens_scope
    assert not badge.scope.is_protected
    assert badge.scope.entries["name"] == Entry("https://x.example/name", type="@id", container="@set")
    assert badge.scope.entries["tags"].scope == Scope({"inner": Entry("https://x.example/inner")})
    assert table.scope.entries["sec"].is_prefix
    empty = table.scope.entries["empty"]
    assert empty.opens_scope
    assert empty.scope is None


@pytest.mark.parametrize(
    "line",
    [
        "name https://x.example/name colour=red",
        "a https://x.example/ container=@index",
        "   deep https://x.example/deep",
    ],
    ids=["an unknown option", "a container that no credential uses", "a line too deep"],
)
def test_refuses_a_line_that_does_not_follow_the_form(line: str) -> None:
    with pytest.raises(ValueError, match=r"unknown option|unknown container|out of place"):
        terms.parse(f"context https://x.example/c\nsha256 00\na https://x.example/a\n{line}\n")


def test_the_pinned_contexts_are_these() -> None:
    assert sorted(terms.pinned()) == [
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        "https://w3id.org/security/data-integrity/v1",
        "https://w3id.org/security/data-integrity/v2",
        "https://w3id.org/security/jwk/v1",
        "https://w3id.org/security/multikey/v1",
        "https://w3id.org/security/suites/ed25519-2020/v1",
        "https://www.w3.org/2018/credentials/v1",
        "https://www.w3.org/ns/cid/v1",
        "https://www.w3.org/ns/credentials/status/v1",
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/did/v1",
    ]


def _scopes(scope: Scope) -> Iterator[Scope]:
    yield scope
    for entry in scope.entries.values():
        if entry.scope is not None:
            yield from _scopes(entry.scope)


@pytest.mark.parametrize("url", sorted(terms.pinned()))
def test_no_pinned_context_gives_a_meaning_to_unknown_terms(url: str) -> None:
    assert all(scope.vocab is None for scope in _scopes(terms.pinned()[url].scope))


@pytest.mark.parametrize("url", sorted(terms.pinned_for_conformance()))
def test_every_table_keeps_to_what_the_mapper_knows(url: str) -> None:
    for scope in _scopes(terms.pinned_for_conformance()[url].scope):
        for name, entry in scope.entries.items():
            assert not any(mark in name for mark in "@:/")
            assert entry.container in terms.CONTAINERS
            # `@value`, `@context` and the others have no second name, so the mapper may look for them as they are.
            assert not entry.iri.startswith("@") or entry.iri in ("@id", "@type")
            assert entry.type is None or not entry.type.startswith("@") or entry.type in ("@id", "@vocab", "@json")


def test_the_older_bytes_of_a_changed_context_only_lack_terms() -> None:
    older, newer = terms.load(terms.OLDER_OB_3_0_3).scope, terms.load("ob-3.0.3").scope
    assert set(newer.entries) - set(older.entries) == {"endorsementJwt", "jti"}
    assert all(newer.entries[name] == entry for name, entry in older.entries.items())
