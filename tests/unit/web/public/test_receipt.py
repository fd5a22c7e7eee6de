"""The receipt beside every credential: its place in the public log, to be checked by anybody and offline."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest

from accredit.domain.issuing import queries as issuing
from accredit.domain.verification.rules import Verdict
from accredit.kit.ledger.errors import ProofInvalid
from accredit.kit.ledger.merkle import leaf_hash
from accredit.kit.ledger.signed_note import Ed25519Key, parse
from accredit.kit.ledger.tiles import decode_bundle
from accredit.kit.ledger.tlog_proof import TlogProof, verify_receipt
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import HOST
from tests.populated import Year
from tests.web import Browser, ClientFor


def test_the_holder_gets_a_receipt_that_verifies_with_what_is_published(
    client_for: ClientFor, cast: Cast, year: Year, stranger: Browser, sqlite_database: Database
) -> None:
    answer = client_for(cast.ama).get(f"/credentials/{year.credential_id}.tlog-proof")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.headers["Content-Disposition"].endswith("-receipt.tlog-proof")
    with sqlite_database.reading() as db:
        key = Ed25519Key.parse(issuing.log_verifier_key(db) or "")
    index = TlogProof.parse(answer.data).index
    size = parse(stranger.get("/ledger/checkpoint").text).text.splitlines()[1]
    entries = decode_bundle(stranger.get(f"/ledger/tile/entries/000.p/{size}").data, int(size))
    found = verify_receipt(answer.data, leaf_hash(entries[index]), log_key=key, expected_origin=f"{HOST}/ledger")
    assert found.seen == {}
    with pytest.raises(ProofInvalid):
        verify_receipt(answer.data, leaf_hash(entries[index - 1]), log_key=key, expected_origin=f"{HOST}/ledger")


def test_the_page_of_the_credential_leads_to_it(client_for: ClientFor, cast: Cast, year: Year) -> None:
    page = client_for(cast.ama).get(f"/credentials/{year.credential_id}")
    assert f"/credentials/{year.credential_id}.tlog-proof" in page.text


def test_nobody_else_learns_that_there_is_one(stranger: Browser, client_for: ClientFor, cast: Cast, year: Year) -> None:
    path = f"/credentials/{year.credential_id}.tlog-proof"
    assert stranger.get(path).status_code == 404
    for other in (cast.ben, cast.oz):
        assert client_for(other).get(path).status_code == 404


def test_the_certificate_carries_it_beside_the_credential(
    client_for: ClientFor, cast: Cast, year: Year, stranger: Browser
) -> None:
    pdf = client_for(cast.ama).get(f"/credentials/{year.credential_id}.pdf").data
    with pikepdf.open(BytesIO(pdf)) as document:
        attached = {name: document.attachments[name].get_file().read_bytes() for name in document.attachments}
    receipt = client_for(cast.ama).get(f"/credentials/{year.credential_id}.tlog-proof").data
    assert sorted(attached) == ["credential.evidence", "credential.json", "credential.tlog-proof"]
    assert attached["credential.tlog-proof"] == receipt
    report = stranger.post("/api/verify", data=pdf, content_type="application/pdf").get_json()
    assert report["verdict"] == Verdict.GENUINE
