"""Digests of related resources: written rightly, once each, and right."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from accredit.kit.linkeddata import terms
from accredit.kit.vc import data_model, multibase, related_resource
from accredit.kit.vc.errors import DataModelInvalid
from tests.unit.kit.vc.test_data_model import credential

V2 = "https://www.w3.org/ns/credentials/v2"
ELSEWHERE = "https://school.example/handbook.pdf"
DATA = b"any bytes at all"


def digest(name: str, url: str = V2) -> bytes:
    if url != V2:
        return hashlib.new(name, DATA).digest()
    return next(value for kind, value in related_resource.pinned_digests()[V2] if kind == name)


def sri(name: str, url: str = V2) -> str:
    return f"{name}-{base64.b64encode(digest(name, url)).decode()}"


MULTIHASH = {"sha256": b"\x12\x20", "sha384": b"\x20\x30", "sha512": b"\x13\x40"}
GOOD: dict[str, dict[str, Any]] = {
    "the digest of the published file, as the data model prints it": {
        "digestSRI": "sha384-l/HrjlBCNWyAX91hr6LFV2Y3heB5Tcr6IeE4/Tje8YyzYBM8IhqjHWiWpr8+ZbYU"
    },
    "each hash that integrity metadata knows": {"digestSRI": " ".join(map(sri, MULTIHASH))},
    "a list of digests": {"digestSRI": [sri("sha256"), sri("sha512")]},
    "an older digest beside the right one": {"digestSRI": [sri("sha256", ELSEWHERE), sri("sha256")]},
    "options after a digest": {"digestSRI": sri("sha256") + "?ct=application/ld+json"},
    "a bare digest in base64url": {"digestMultibase": multibase.encode_base64url(digest("sha256"))},
    "a multihash of the shortest": {"digestMultibase": multibase.encode_base58(MULTIHASH["sha256"] + digest("sha256"))},
    "a multihash in base58": {"digestMultibase": multibase.encode_base58(MULTIHASH["sha384"] + digest("sha384"))},
    "a multihash in base64url": {"digestMultibase": multibase.encode_base64url(MULTIHASH["sha512"] + digest("sha512"))},
    "both, and a media type": {
        "digestSRI": sri("sha256"),
        "digestMultibase": multibase.encode_base64url(digest("sha256")),
        "mediaType": "application/ld+json",
    },
    "a resource that nobody here knows": {"id": ELSEWHERE, "digestSRI": sri("sha256", ELSEWHERE)},
}
WRONG = multibase.encode_base64url(hashlib.sha256(b"other").digest())
BAD: dict[str, tuple[Any, str, str]] = {
    "no digest": ({}, "digest_missing", ""),
    "another digest": ({"digestSRI": sri("sha256", ELSEWHERE)}, "digest_mismatch", ".digestSRI"),
    "one right and one wrong": (
        {"digestSRI": sri("sha256"), "digestMultibase": WRONG},
        "digest_mismatch",
        ".digestMultibase",
    ),
    "a digest of another length": ({"digestSRI": "sha384-" + sri("sha256")[7:]}, "digest_malformed", ".digestSRI"),
    "a hash that is too weak": ({"digestSRI": "md5-AAAA"}, "digest_malformed", ".digestSRI"),
    "no base64": ({"digestSRI": "sha256-A"}, "digest_malformed", ".digestSRI"),
    "a number": ({"digestSRI": 5}, "digest_malformed", ".digestSRI"),
    "nothing": ({"digestMultibase": ""}, "digest_malformed", ".digestMultibase"),
    "a number among texts": ({"digestSRI": [sri("sha256"), 5]}, "digest_malformed", ".digestSRI"),
    "no multibase": ({"digestMultibase": "f00"}, "digest_malformed", ".digestMultibase"),
    "a multihash cut short": (
        {"digestMultibase": multibase.encode_base58(MULTIHASH["sha384"] + digest("sha384")[:40])},
        "digest_malformed",
        ".digestMultibase",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_related_resource_is_accepted_with(name: str) -> None:
    data_model.check_credential(credential(relatedResource={"id": V2, **GOOD[name]}))


@pytest.mark.parametrize("name", BAD)
def test_related_resource_is_refused_with(name: str) -> None:
    members, code, where = BAD[name]
    with pytest.raises(DataModelInvalid) as caught:
        data_model.check_credential(credential(relatedResource=[{"id": V2, **members}]))
    assert (caught.value.code, caught.value.path) == (code, f"$.relatedResource[0]{where}")


@pytest.mark.parametrize("resource", [V2, {"digestSRI": sri("sha256")}, {"id": "no url", "digestSRI": sri("sha256")}])
def test_related_resource_is_an_object_with_a_url(resource: Any) -> None:
    with pytest.raises(DataModelInvalid) as caught:
        data_model.check_credential(credential(relatedResource=resource))
    assert (caught.value.code, caught.value.path) == ("related_resource", "$.relatedResource")


def test_a_resource_is_named_once() -> None:
    resource = {"id": V2, "digestSRI": sri("sha256")}
    with pytest.raises(DataModelInvalid) as caught:
        data_model.check_credential(credential(relatedResource=[resource, resource]))
    assert (caught.value.code, caught.value.path) == ("related_duplicate", "$.relatedResource[1]")


def test_every_pinned_context_has_its_digests() -> None:
    digests = related_resource.pinned_digests()
    for url, table in terms.pinned_for_conformance().items():
        assert ("sha256", bytes.fromhex(table.sha256)) in digests[url], url
    assert digests.keys() == terms.pinned_for_conformance().keys()
    older = terms.load(terms.OLDER_OB_3_0_3)
    assert ("sha256", bytes.fromhex(older.sha256)) in digests[older.url]


def test_digests_are_those_of_the_published_files(shared: Path) -> None:
    folder = shared / "standards" / "vectors" / "contexts"
    published = {hashlib.sha256(data).digest(): data for data in (path.read_bytes() for path in folder.iterdir())}
    for found in related_resource.pinned_digests().values():
        for data in [published[value] for kind, value in found if kind == "sha256"]:
            assert {(name, hashlib.new(name, data).digest()) for name in MULTIHASH} <= found
