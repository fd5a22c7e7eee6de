"""The JWT form of a credential: handed to its holder, and checked like every other form."""

from __future__ import annotations

import io
import json

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.issuing.models import Issuance
from accredit.domain.verification.rules import Verdict
from accredit.kit.vc import json_web_key, vc_jwt
from accredit.kit.vc.json_web_key import decode_base64url, encode_base64url
from accredit.storage import Database
from tests.cast import Cast
from tests.populated import Year
from tests.web import Browser, ClientFor


@pytest.fixture
def token(client_for: ClientFor, cast: Cast, year: Year) -> str:
    """Ama's credential in its JWT form, as she gets it."""
    answer = client_for(cast.ama).get(f"/credentials/{year.credential_id}.jwt")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.headers["Content-Disposition"].endswith("-credential.jwt")
    return str(answer.text)


def test_the_token_says_what_the_document_says(client_for: ClientFor, cast: Cast, year: Year, token: str) -> None:
    document = json.loads(client_for(cast.ama).get(f"/credentials/{year.credential_id}.json").data)
    proof = document.pop("proof")
    assert vc_jwt.unverified(token).document == document
    assert proof


def test_the_token_verifies_with_the_key_we_publish(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year, token: str
) -> None:
    issuer = vc_jwt.unverified(token).issuer
    did = stranger.get(f"/o/{issuer.rsplit(':', 1)[1]}/did.json").get_json(force=True)
    (method,) = [each for each in did["verificationMethod"] if each["type"] == "JsonWebKey"]
    assert method["id"] in did["assertionMethod"]
    assert json_web_key.algorithms_of(json_web_key.decode(method["publicKeyJwk"])) == {"ES256"}
    assert "https://w3id.org/security/jwk/v1" in did["@context"]


def test_pasted_uploaded_and_sent_it_is_genuine(stranger: Browser, token: str) -> None:
    uploaded = {"file": (io.BytesIO(token.encode()), "credential.jwt")}
    for answer in (
        stranger.post("/verify", data={"text": f"\n {token}\n"}),
        stranger.post("/verify", data=uploaded, content_type="multipart/form-data"),
    ):
        assert "verdict--genuine" in answer.text
        assert "Ama Sample" in answer.text
    for content_type in ("text/plain", "application/vc+jwt", "application/octet-stream"):
        report = stranger.post("/api/verify", data=token, content_type=content_type).get_json()
        assert (report["verdict"], report["reason"]) == (Verdict.GENUINE, None)
        assert report["claims"]["printed_name"] == "Ama Sample"


def test_a_changed_token_is_red_and_nothing_of_it_is_shown(stranger: Browser, token: str) -> None:
    header, payload, signature = token.split(".")
    forged = decode_base64url(payload).replace(b"Ama Sample", b"Mallory Forger")
    answer = stranger.post("/verify", data={"text": f"{header}.{encode_base64url(forged)}.{signature}"})
    assert "verdict--not-genuine" in answer.text
    assert "Mallory" not in answer.text


def test_page_offers_it_beside_the_other_files(client_for: ClientFor, cast: Cast, year: Year, token: str) -> None:
    for path in ("/my/certificates", f"/credentials/{year.credential_id}"):
        assert f"{year.credential_id}.jwt" in client_for(cast.ama).get(path).text
    assert client_for(cast.ama).get(f"/my/certificates/{year.credential_id}.jwt").text == token
    assert client_for(cast.nia).get(f"/school/certificates/{year.award_id}.jwt").text == token


def test_a_certificate_from_before_there_was_this_form_says_so(
    client_for: ClientFor, sqlite_database: Database, cast: Cast, year: Year
) -> None:
    with sqlite_database.transaction() as db:
        db.execute(sa.update(Issuance).where(col(Issuance.id) == year.issuance_id).values(signed_jwt=None))
    holder, oz = client_for(cast.ama), client_for(cast.oz)
    told = holder.get(f"/credentials/{year.credential_id}.jwt")
    assert told.status_code == 404
    assert "made before there was a JWT form" in told.text
    assert "JWT form" not in oz.get(f"/credentials/{year.credential_id}.jwt").text
    assert f"{year.credential_id}.jwt" not in holder.get(f"/credentials/{year.credential_id}").text
    page = holder.get(f"/credentials/{year.credential_id}", headers={"Accept": "application/vc+jwt, text/html;q=0.5"})
    assert page.mimetype == "text/html"
