"""Verifiers by others agree with ours, given only the files that we publish.

They ask for addresses under the issuer's host; the loader answers each from the app's own public pages. What else each
of them reads and signs is shown in test_openbadgeslib.py and test_node_verifiers.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from openbadgeslib.ob3.ldp import OB3LdpVerifier
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier

from accredit.domain.issuing import operations as issuing
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.kit.openbadges import detect
from accredit.kit.vc import did_web, timestamps
from accredit.kit.vc.json_web_key import decode_base64url, encode_base64url
from accredit.storage import Database
from tests.cast import Cast
from tests.conformance.peers import DIGITALBAZAAR, DIGITALCREDENTIALS, Peers
from tests.factories import HOST, NOW
from tests.populated import PASSPHRASE, Year, played
from tests.snapshots import Snapshots
from tests.web import ClientFor

LATER = timestamps.write(NOW + timedelta(hours=1))

Download = Callable[[str], bytes]


@pytest.fixture
def year(client_for: ClientFor, sqlite_database: Database, cast: Cast, tmp_path: Path, snapshots: Snapshots) -> Year:
    """Ama holds a signed award."""
    return played(snapshots, sqlite_database, cast, tmp_path)


@pytest.fixture
def download(client_for: ClientFor, year: Year) -> Download:
    """Serve our published files under the issuer's host, and nothing else."""
    stranger = client_for()

    def fetch(url: str) -> bytes:
        parts = urlsplit(url)
        assert (parts.scheme, parts.netloc) == ("https", HOST), url
        answer = stranger.get(parts.path)
        assert answer.status_code == 200, url
        return bytes(answer.data)

    return fetch


@pytest.fixture
def credential(client_for: ClientFor, cast: Cast, year: Year) -> Callable[[str], bytes]:
    """Return a file of Ama's credential by its ending."""
    holder = client_for(cast.ama)
    return lambda kind: bytes(holder.get(f"/credentials/{year.credential_id}.{kind}").data)


def test_credential_verifies_with_keys_and_status_we_publish(
    credential: Callable[[str], bytes], download: Download
) -> None:
    document = json.loads(credential("json"))
    verifier = OB3LdpVerifier.for_issuer_did(document["issuer"]["id"])
    # That verifier takes signed status lists as JWT only; the proof in ours is for our own tests to check.
    found = verifier.verify(document, check_status=True, verify_status_list=False, download=download)
    assert found.issuer.id == document["issuer"]["id"]
    assert found.achievement.id == document["credentialSubject"]["achievement"]["id"]


@pytest.mark.parametrize(
    ("kind", "extract"),
    [("png", OB3Verifier.extract_token_from_png), ("svg", OB3Verifier.extract_token_from_svg)],
    ids=["PNG", "SVG"],
)
def test_baked_badge_is_read_and_verifies(
    credential: Callable[[str], bytes], download: Download, kind: str, extract: Callable[[bytes], str]
) -> None:
    document = extract(credential(kind))
    assert OB3LdpVerifier().verify(document, download=download).issuer.id.startswith("did:web:")


def test_token_verifies_with_keys_and_status_we_publish(credential: Callable[[str], bytes], download: Download) -> None:
    token, document = credential("jwt").decode(), json.loads(credential("json"))
    verifier = OB3Verifier.for_issuer_did(document["issuer"]["id"], download=download)
    found = verifier.verify(token, check_status=True, verify_status_list=False, download=download)
    assert (found.id, found.achievement.id) == (document["id"], document["credentialSubject"]["achievement"]["id"])
    header, payload, signature = token.split(".")
    forged = decode_base64url(payload).replace(b'"name":"Example Park Academy"', b'"name":"Example University"')
    assert forged != decode_base64url(payload)
    with pytest.raises(OB3VerificationError, match="Invalid signature"):
        verifier.verify(".".join((header, encode_base64url(forged), signature)))


def published(document: dict[str, Any], download: Download) -> dict[str, str]:
    """The two files that a verifier of this credential needs, as we serve them now."""
    addresses = (did_web.document_url(document["issuer"]["id"]), document["credentialStatus"]["statusListCredential"])
    return {url: download(url).decode() for url in addresses}


@pytest.mark.suite("Node verifiers")
@pytest.mark.parametrize("kind", ["json", "png", "svg"])
def test_verifiers_of_wallets_find_it_good_and_not_revoked(
    credential: Callable[[str], bytes], download: Download, kind: str
) -> None:
    # They read no pictures, so ours takes the credential out of them.
    document = json.loads(detect.unbake(credential(kind)))
    files = published(document, download)
    with Peers() as peers:
        found = peers.ask(DIGITALBAZAAR, "verify", credential=document, files=files, now=LATER)
        assert (found["verified"], found["statuses"]) == (True, [False]), found["errors"]
        steps = peers.ask(DIGITALCREDENTIALS, "verify", credential=document, files=files, now=LATER)["steps"]
        assert (steps["valid_signature"], steps["revocation_status"]) == (True, True)


def test_changed_name_is_refused(credential: Callable[[str], bytes], download: Download) -> None:
    forged = json.loads(credential("json"))
    forged["credentialSubject"]["identifier"][0]["identityHash"] = "Mallory Forger"
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier().verify(forged, download=download)


def test_revoked_award_is_refused_once_its_list_is_published(
    credential: Callable[[str], bytes],
    download: Download,
    sqlite_database: Database,
    cast: Cast,
    year: Year,
    tmp_path: Path,
) -> None:
    with sqlite_database.transaction() as db:
        issuing.revoke(db, issuance_id=year.issuance_id, reason="Entered twice", actor=cast.nia.actor, now=NOW)
    issuer = open_issuer(sqlite_database, KeyRing.open(tmp_path / "keys", PASSPHRASE))
    assert issuer.sign_lists(signed_before=NOW.replace(year=NOW.year + 1)) == 1
    document = json.loads(credential("json"))
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        OB3LdpVerifier().verify(document, check_status=True, verify_status_list=False, download=download)
    verifier = OB3Verifier.for_issuer_did(document["issuer"]["id"], download=download)
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        verifier.verify(credential("jwt").decode(), check_status=True, verify_status_list=False, download=download)
    files = published(document, download)
    with Peers() as peers:
        assert peers.ask(DIGITALBAZAAR, "verify", credential=document, files=files, now=LATER)["statuses"] == [True]
        steps = peers.ask(DIGITALCREDENTIALS, "verify", credential=document, files=files, now=LATER)["steps"]
        assert (steps["valid_signature"], steps["revocation_status"]) == (True, False)
