"""Where PyLD, pyoxigraph and jsonld.js answer differently: the smallest example of each (docs/conformance.md).

A difference that is gone fails here: then its paragraph goes, and so does what `known_differences` leaves out for it.
What we say stands beside what they say; where it is a refusal, it is because of the difference.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld

from accredit.kit.linkeddata import LinkedDataError, canonicalise, rdfc10

from .known_differences import plain, same_in_pyld, same_mapping_in_pyoxigraph, same_names_in_pyoxigraph
from .official_contexts import OfficialContexts, canonical_by_pyoxigraph
from .peers import NODE

URDNA2015 = {"algorithm": "URDNA2015", "inputFormat": "application/n-quads", "format": "application/n-quads"}
V1 = "https://www.w3.org/2018/credentials/v1"
V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
SCHEMA = "https://schema.org/"
Document = dict[str, Any]


@pytest.fixture(scope="module")
def official(shared: Path) -> OfficialContexts:
    return OfficialContexts(shared / "standards" / "vectors" / "contexts")


def badge(**members: Any) -> Document:
    return {"@context": [V2, OB], "id": "urn:x:1", "type": ["VerifiableCredential"], **members}


def named(value: Any) -> Document:
    return badge(name=value)


def ours(document: Document) -> str:
    """Return our N-Quads, or the code of our refusal."""
    try:
        return canonicalise(document).decode("utf-8")
    except LinkedDataError as refused:
        return refused.code


def theirs(document: Document, official: OfficialContexts) -> str:
    """Return what pyoxigraph maps a document to, under our names."""
    try:
        return rdfc10.canonicalise(official.pyoxigraph(document)).decode("utf-8")
    except SyntaxError as refused:
        return str(refused)


# ── PyLD 3.3

PYLD: dict[str, tuple[Document, str, str]] = {
    "a control character is written as it is": (named("\x0b"), r'"\u000B"', '"\x0b"'),
    "a form feed is written as it is": (named("\f"), r'"\f"', '"\f"'),
    "delete is written as it is": (named("\x7f"), r'"\u007F"', '"\x7f"'),
    "a double is rounded to the even digit": (named(1000000000000000.5), '"1.000000000000001E15"', '"1.0E15"'),
    "an IRI keeps what no IRI may hold": (badge(evidence={"id": 'https://x.example/"'}), "relative_iri", 'example/">'),
    "an IRI with odd white space is dropped": (badge(evidence={"id": "https://x.example/\u00a0"}), "relative_iri", ""),
    "what is relative gets a base of PyLD's own": (badge(evidence={"id": "x"}), "relative_iri", "example.org/base/x>"),
    "a language of two words is written": (named({"@value": "x", "@language": "c y"}), "invalid_language", '"x"@c y'),
    "an unknown member is dropped": (badge(grade="A*"), "unsigned_data", ""),
    "null is dropped": (named(None), "null_value", ""),
}


@pytest.mark.parametrize("name", PYLD)
def test_pyld_differs(name: str, official: OfficialContexts) -> None:
    document, we_say, it_says = PYLD[name]
    assert we_say in ours(document)
    assert it_says in official.pyld(document)
    assert ours(document) != official.pyld(document)


@pytest.mark.parametrize("name", [name for name in PYLD if "written as it is" in name])
def test_a_comparison_with_pyld_leaves_it_out(name: str) -> None:
    assert not same_in_pyld(ours(PYLD[name][0]))


def test_pyld_drops_one_of_two_values_that_differ_in_direction_only(official: OfficialContexts) -> None:
    document = named([{"@value": "x", "@direction": "rtl"}, {"@value": "x", "@direction": "ltr"}])
    assert ours(document).count(f"<{SCHEMA}name>") == 2
    assert official.pyld(document).count(f"<{SCHEMA}name>") == 1


def test_pyld_counts_a_quad_twice_in_which_a_node_refers_to_itself() -> None:
    # The hash of such a node holds its one quad once (RDFC-1.0 §4.6); pyoxigraph and the W3C suite agree with us.
    text = "_:n1 <urn:x:p> _:n0 .\n_:n2 <urn:x:p> _:n2 .\n"
    found = rdfc10.canonicalise([("_:n1", "<urn:x:p>", "_:n0", ""), ("_:n2", "<urn:x:p>", "_:n2", "")]).decode()
    assert found == canonical_by_pyoxigraph(text)
    assert found != jsonld.normalize(text, URDNA2015)
    assert not same_in_pyld(found)


def test_pyld_knows_the_algorithm_under_its_older_name_only(official: OfficialContexts) -> None:
    with pytest.raises(jsonld.JsonLdError):
        jsonld.normalize(named("x"), {"algorithm": "RDFC-1.0", "documentLoader": official.load})


# ── pyoxigraph 0.5

PROOF_CONTEXTS = ("https://w3id.org/security/data-integrity/v2", "https://w3id.org/security/multikey/v1")
OXIGRAPH: dict[str, tuple[Document, str, str]] = {
    "a direction is dropped": (
        named({"@value": "x", "@language": "cy", "@direction": "rtl"}),
        '"x"^^<https://www.w3.org/ns/i18n#cy_rtl>',
        '"x"@cy',
    ),
    "an integer of twenty digits becomes a double": (named(10**20), f'"{10**20}"', '"1.0E20"'),
    "a double keeps seventeen digits": (
        named(1.7976931348623157e308),
        '"1.797693134862316E308"',
        '"1.7976931348623157E308"',
    ),
    "of two types with terms of their own only one counts": (
        {**badge(targetName="x"), "type": ["Alignment", "Result"]},
        "targetName",
        "",
    ),
    "a property's own terms may not stand over protected ones": (
        {"@context": [V2, *PROOF_CONTEXTS], "...": {"cnf": "x"}},
        "<https://www.iana.org/assignments/jwt#cnf>",
        "Overriding the protected term",
    ),
    "a type's terms reach into properties with terms of their own": (
        {
            "@context": [V1, OB.replace("3.0.3", "3.0.1")],
            "type": "VerifiableCredential",
            "credentialSchema": {"type": "AchievementSubject", "activityEndDate": "2026-01-01"},
        },
        "<https://www.w3.org/2001/XMLSchema#date>",
        "<http://www.w3.org/2001/XMLSchema#date>",
    ),
    "an IRI with a bracket is dropped": (badge(evidence={"id": "https://x.example/["}), "example/[>", ""),
    "an IRI with a lone percent sign is dropped": (badge(evidence={"id": "https://x.example/%"}), "example/%>", ""),
    "an IRI with two hashes is dropped": (badge(evidence={"id": "https://x.example/#a#b"}), "#a#b>", ""),
    "an IRI with a control character of the second kind is dropped": (
        badge(evidence={"id": "https://x.example/\x80"}),
        "example/\x80>",
        "",
    ),
    "an IRI with a private character is dropped": (badge(evidence={"id": "https://x.example/\ue000"}), "\ue000>", ""),
    "members of JSON are sorted by code point": (
        named({"@value": {"\ufb33": 1, "😀": 2}, "@type": "@json"}),
        '{\\"😀\\":2,\\"\ufb33\\":1}',
        '{\\"\ufb33\\":1,\\"😀\\":2}',
    ),
    "an unknown member is dropped": (badge(grade="A*"), "unsigned_data", ""),
    "null is dropped": (named(None), "null_value", ""),
}


@pytest.mark.parametrize("name", OXIGRAPH)
def test_pyoxigraph_differs(name: str, official: OfficialContexts) -> None:
    document, we_say, it_says = OXIGRAPH[name]
    assert we_say in ours(document)
    assert it_says in theirs(document, official)
    assert ours(document) != theirs(document, official)


@pytest.mark.parametrize("name", [name for name in OXIGRAPH if "types" in name or "terms" in name])
def test_a_comparison_with_pyoxigraph_leaves_it_out(name: str) -> None:
    assert not same_mapping_in_pyoxigraph(OXIGRAPH[name][0])


def test_a_comparison_with_pyoxigraph_takes_directions_and_large_integers_away(official: OfficialContexts) -> None:
    document = plain(named([{"@value": "x", "@direction": "rtl"}, 10**20]))
    assert ours(document) == theirs(document, official)


def test_pyoxigraph_names_graphs_in_another_order() -> None:
    # The W3C suite asks for our order; see "rdf-canon" in the table.
    deep: Document = {"proof": {"proof": [{}, {}]}}
    shown = {"type": "VerifiablePresentation", "verifiableCredential": deep}
    quads = ours({
        "@context": [V1, "https://www.w3.org/ns/credentials/status/v1"],
        "type": "VerifiablePresentation",
        "verifiableCredential": {"proof": [shown, {}]},
    })  # fmt: skip
    assert canonical_by_pyoxigraph(quads) != quads
    assert not same_names_in_pyoxigraph(quads)


def test_pyoxigraph_counts_once_a_link_that_stands_in_two_graphs() -> None:
    # Two quads are two mentions of the node (RDFC-1.0 §4.8.3, step 3.1); rdf-canonize and PyLD agree with us.
    links = [("_:n0", "_:n2", ""), ("_:n0", "_:n2", "<urn:g>"), ("_:n1", "_:n0", "")]
    links += [("_:n1", "_:n3", ""), ("_:n1", "_:n3", "<urn:g>")]
    quads = [(subject, "<urn:p>", value, graph) for subject, value, graph in links]
    found = rdfc10.canonicalise(quads).decode()
    text = "".join(" ".join(part for part in quad if part) + " .\n" for quad in quads)
    assert found == jsonld.normalize(text, URDNA2015)
    assert found != canonical_by_pyoxigraph(text)
    assert not same_names_in_pyoxigraph(found)


# ── jsonld.js 9.0, in safe mode

JSONLD_JS: dict[str, tuple[Document, str, str]] = {
    "a tiny number becomes zero": (named(1e-7), "ambiguous_number", '"0"'),
    "an integer that no double holds is rounded": (named(2**53 + 1), "ambiguous_number", '"9007199254740992"'),
    "an IRI with a brace is escaped": (badge(evidence={"id": "https://x.example/{"}), "relative_iri", r"\u007B"),
    "what is no character is written": (named("\ufffe"), "ambiguous_character", "\ufffe"),
    "null passes": (named(None), "null_value", ""),
    "a list in a list passes": (named([["x"]]), "nested_array", '"x"'),
    "a member by its IRI passes": (badge(**{f"{SCHEMA}name": "x"}), "iri_as_term", '"x"'),
    "an index passes": (badge(**{"@index": "x"}), "unsupported_keyword", ""),
    "one of two directions is dropped": (
        named([{"@value": "x", "@direction": "rtl"}, {"@value": "x", "@direction": "ltr"}]),
        "_ltr>",
        "_rtl>",
    ),
}
_SCRIPT = """
import fs from 'node:fs';
import jsonld from 'jsonld';
const {documents, contexts} = JSON.parse(fs.readFileSync(0));
const documentLoader = async url => ({contextUrl: null, document: contexts[url], documentUrl: url});
const options = {algorithm: 'RDFC-1.0', format: 'application/n-quads', safe: true, base: null,
  rdfDirection: 'i18n-datatype', documentLoader};
const found = {};
for (const [name, document] of Object.entries(documents)) found[name] = await jsonld.canonize(document, options);
process.stdout.write(JSON.stringify(found));
"""


@pytest.fixture(scope="module")
def by_jsonld_js(official: OfficialContexts) -> dict[str, str]:
    if not (NODE / "node_modules" / "jsonld").is_dir():
        pytest.skip("NOT CHECKED against jsonld.js: run tools/setup.sh dev with node 20 or later")
    given = {"documents": {name: case[0] for name, case in JSONLD_JS.items()}, "contexts": official.by_url}
    run = subprocess.run(
        ["node", "--input-type=module", "-e", _SCRIPT],
        cwd=NODE,
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, str] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("name", JSONLD_JS)
def test_jsonld_js_differs(name: str, by_jsonld_js: dict[str, str]) -> None:
    document, we_say, it_says = JSONLD_JS[name]
    assert we_say in ours(document)
    assert it_says in by_jsonld_js[name]
    assert ours(document) != by_jsonld_js[name]
