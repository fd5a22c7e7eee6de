"""What we sign, in the eyes of others: openbadgeslib through a loader of our published files, and the schemas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openbadgeslib.ob3 import OB3VerificationError
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing import status_operations
from accredit.domain.issuing.rules import Purpose
from accredit.domain.verification.queries import DatabaseSources
from accredit.kit.vc import did_web
from tests.unit.domain.verification.story import Issued, Story, did_of


class PublishedFiles:
    """Serves the issuer's document and status list as this service publishes them; everything else is missing."""

    def __init__(self, story: Story, issued: Issued) -> None:
        with story.database.transaction() as db:
            did = did_of(db, story.cast.organisation_id)
            row = issuing.issuance(db, issued.issuance_id)
            status_operations.publish_status_list(db, list_id=row.status_list_id, keyring=story.keyring, now=story.now)
        self.asked: list[str] = []
        url = issued.document["credentialStatus"]["statusListCredential"]
        with story.database.reading() as db:
            found = issuing.current_status_list(db, url.rsplit("/", 1)[1])
            keys = [*(DatabaseSources(db).keys(did) or ())]
            status_key = issuing.signing_key(db, controller=did, purpose=Purpose.STATUS)
        assert found is not None
        assert status_key is not None
        document = did_web.did_document(did, keys)
        self.files = {did_web.document_url(did): json.dumps(document).encode(), url: found.document}

    def __call__(self, url: str, *_: object, **__: object) -> bytes:
        self.asked.append(url)
        return self.files[url]


def test_openbadgeslib_accepts_it_through_a_loader_of_our_published_files(quick_story: Story, issued: Issued) -> None:
    files = PublishedFiles(quick_story, issued)
    found = OB3LdpVerifier().for_issuer_did(issued.document["issuer"]["id"]).verify(issued.data, download=files)
    assert found.id == issued.document["id"]
    assert files.asked == ["https://accredit.example/o/example-park-academy/did.json"]


def test_openbadgeslib_refuses_it_once_a_number_was_changed(quick_story: Story, issued: Issued) -> None:
    files = PublishedFiles(quick_story, issued)
    changed = issued.data.replace(b'"value":"13"', b'"value":"31"')
    assert changed != issued.data
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier().for_issuer_did(issued.document["issuer"]["id"]).verify(changed, download=files)


@pytest.mark.parametrize(
    "schema",
    [
        "ghpages-2024-07-30/achievementcredential.json",
        "purl-copy-2026-06/ob_v3p0_achievementcredential_schema.json",
    ],
    ids=["the strict schema of 2024", "the copy of 2026"],
)
def test_the_published_schemas_accept_it(shared: Path, quick_story: Story, issued: Issued, schema: str) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="NOT CHECKED against the schemas: jsonschema is missing")
    loaded = json.loads((shared / "standards/vectors/ob3/schema" / schema).read_text())
    checker = jsonschema.Draft201909Validator(loaded)
    assert [error.message for error in checker.iter_errors(issued.document)] == []
