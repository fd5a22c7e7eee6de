"""The conformance mode and the library that the suites of W3C are written with: what one signs, the other verifies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from accredit.kit.vc import status_list
from tests.conformance.conformance_service import CHALLENGE, DOMAIN, ConformanceService, refused, running
from tests.conformance.peers import DIGITALBAZAAR, Peers
from tests.unit.kit.vc.holder_examples import V2, credential

pytestmark = [pytest.mark.suite("Node verifiers")]
MEMBERS: dict[str, Any] = {"id": "urn:uuid:0b34d20a-6666-4222-8333-944455566677", "validFrom": "2026-01-01T00:00:00Z"}


@pytest.fixture(scope="module")
def peers() -> Iterator[Peers]:
    with Peers() as started:
        yield started


@pytest.fixture(scope="module")
def service(peers: Peers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConformanceService]:
    yield from running(tmp_path_factory.mktemp("conformance"))


@pytest.mark.parametrize("base", ["", "/jcs", "/status"])
def test_they_verify_what_we_issue(service: ConformanceService, peers: Peers, base: str) -> None:
    issued = service.issue(credential(**MEMBERS), base)
    files = {}
    if base == "/status":
        list_url = status_list.parse_entry(issued["credentialStatus"]).list_url
        files[list_url] = json.dumps(service.get(list_url).body)
    assert peers.ask(DIGITALBAZAAR, "verify", credential=issued, files=files)["verified"] is True
    altered = {**issued, "validFrom": "2025-01-01T00:00:00Z"}
    assert peers.ask(DIGITALBAZAAR, "verify", credential=altered, files=files)["verified"] is False


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "ecdsa-rdfc-2019"])
def test_we_verify_what_they_issue(service: ConformanceService, peers: Peers, suite: str) -> None:
    kind = "P-256" if suite.startswith("ecdsa") else "Ed25519"
    issued = _issued(peers, suite=suite, kind=kind)
    assert service.verify(issued).status == 200
    refused(service.verify({**issued, "validFrom": "2025-01-01T00:00:00Z"}))


def test_we_verify_what_they_present(service: ConformanceService, peers: Peers) -> None:
    contents = [service.issue(credential(**MEMBERS)), _issued(peers)]
    shown = peers.ask(DIGITALBAZAAR, "present", credential=contents, challenge=CHALLENGE, domain=DOMAIN)
    answer = service.verify_presentation(shown, challenge=CHALLENGE, domain=DOMAIN)
    assert answer.status == 200, answer
    assert len(answer.body["credentialResults"]) == 2
    assert refused(service.verify_presentation(shown, challenge="another", domain=DOMAIN)) == "challenge_mismatch"
    assert refused(service.verify_presentation({**shown, "@context": [V2, V2]}, domain=DOMAIN)) == "context_order"


def _issued(peers: Peers, suite: str = "eddsa-rdfc-2022", kind: str = "Ed25519") -> dict[str, Any]:
    created = "2026-11-20T12:00:00Z"
    document = credential(**MEMBERS)
    found: dict[str, Any] = peers.ask(
        DIGITALBAZAAR, "issue", credential=document, suite=suite, kind=kind, created=created
    )
    return found
