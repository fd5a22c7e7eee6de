"""What a school's leaver has when the service is gone: the files of one award, and what they bring along.

Everything is made once for a run, by the operations of the product; a day's story costs some seconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf

from accredit.domain.credentials import queries as credentials
from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing import status_operations
from accredit.domain.verification import evidence, handing_out, operations
from accredit.domain.verification.offline_sources import OfflineSources
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.trust import Trust
from accredit.kit.openbadges import png
from accredit.kit.vc import eddsa_jcs_2022
from accredit.kit.vc.json_web_key import decode_base64url, encode_base64url
from accredit.rendering import of_credential
from accredit.storage import Database
from tests.strangers import ENTRY, add_good_words, in_part, stranger
from tests.unit.domain.verification.story import Story, told
from tests.unit.kit.vc import selective_disclosure as sd

LATER = timedelta(minutes=10)


@dataclass
class Kept:
    """One award in every form, evidence and anchors, and the lists of three moments by name."""

    story: Story
    data: bytes
    token: str
    evidence: bytes
    trust: Trust
    files: dict[str, bytes]
    lists: dict[str, bytes] = field(default_factory=dict)
    reports: dict[str, VerificationReport] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """When everything of this is fresh."""
        return self.story.now + LATER

    @property
    def document(self) -> dict[str, Any]:
        """The signed JSON."""
        found: dict[str, Any] = json.loads(self.data)
        return found

    def on_the_page(self, data: bytes) -> VerificationReport:
        """Verify as the service does, with its record."""
        with self.story.database.reading() as db:
            return operations.verify(data, now=self.now, sources=DatabaseSources(db))

    def far_away(self, data: bytes, *, now: datetime | None = None, lists: bytes | None = None) -> VerificationReport:
        """Verify with anchors, evidence and lists alone."""
        sources = OfflineSources(
            self.trust,
            now=now or self.now,
            evidence=[evidence.read(self.evidence)],
            lists=evidence.read_lists(lists) if lists else (),
        )
        return operations.verify(data, now=now or self.now, sources=sources)


def keep(database: Database, folder: Path) -> Kept:
    """Issue Ama's award and take everything away; then pause it, go on, and revoke it, keeping each list."""
    story = told(database, folder)
    issued = story.issue()
    _sign_lists(story, story.now)
    with database.reading() as db:
        view = credentials.view_by_code(db, issued.code)
        assert view is not None
        found = handing_out.evidence_of(db, view.credential_id, now=story.now)
        trust = handing_out.trust_of(db, now=story.now)
        facts = issuing.issuance(db, issued.issuance_id)
    assert found is not None
    assert found.token is not None
    assert trust is not None
    proof = evidence.write(found)
    files = {
        "certificate.pdf": of_credential.certificate_of(
            view, issued.data, base_url="https://accredit.example", evidence=proof
        ),
        "badge.png": of_credential.badge_png_of(view, issued.data, proof),
        "badge.svg": of_credential.badge_svg_of(view, issued.data, proof),
        "credential.json": issued.data,
        "credential.jwt": found.token.encode(),
    }
    kept = Kept(story, issued.data, found.token, proof, trust, files)
    for name, act in (("fresh", None), ("paused", "suspend"), ("again", "reinstate"), ("revoked", "revoke")):
        if act is not None:
            story.change_status(act, issued.issuance_id)
            _sign_lists(story, story.now + LATER / 2)
        with database.reading() as db:
            kept.lists[name] = evidence.write_lists(handing_out.lists_of(db, facts.status_list_id))
        kept.reports[name] = kept.on_the_page(issued.data)
    return kept


def _sign_lists(story: Story, now: datetime) -> None:
    with story.database.transaction() as db:
        for found in handing_out.published_lists(db):
            status_operations.publish_status_list(db, list_id=found.id, keyring=story.keyring, now=now)
        for list_id in issuing.lists_never_signed(db):
            status_operations.publish_status_list(db, list_id=list_id, keyring=story.keyring, now=now)


# ── files that are not as they should be

Change = Callable[[dict[str, Any]], object]


def _altered(change: Change) -> Callable[[Kept], bytes]:
    def make(kept: Kept) -> bytes:
        document = kept.document
        change(document)
        return json.dumps(document, ensure_ascii=False).encode()

    return make


def _put(*path: str | int, value: Any) -> Callable[[Kept], bytes]:
    def change(document: dict[str, Any]) -> None:
        node: Any = document
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = value

    return _altered(change)


def _drop(*path: str | int) -> Callable[[Kept], bytes]:
    def change(document: dict[str, Any]) -> None:
        node: Any = document
        for step in path[:-1]:
            node = node[step]
        del node[path[-1]]

    return _altered(change)


def _key_of_another(kept: Kept) -> bytes:
    other = next(each for each in kept.trust.issuers if each.id != kept.document["issuer"]["id"])
    return _put("proof", 0, "verificationMethod", value=f"{other.id}#assertion-1")(kept)


def _key_never_had(kept: Kept) -> bytes:
    return _put("proof", 0, "verificationMethod", value=f"{kept.document['issuer']['id']}#assertion-9")(kept)


def _context_more(context: object) -> Callable[[Kept], bytes]:
    return _altered(lambda document: document["@context"].append(context))


def _twice_in_pdf(kept: Kept) -> bytes:
    with pikepdf.open(BytesIO(kept.files["certificate.pdf"])) as pdf:
        pdf.attachments["second.json"] = kept.data
        target = BytesIO()
        pdf.save(target)
    return target.getvalue()


def _locked_pdf(kept: Kept) -> bytes:
    with pikepdf.open(BytesIO(kept.files["certificate.pdf"])) as pdf:
        target = BytesIO()
        pdf.save(target, encryption=pikepdf.Encryption(owner="o", user="u", R=6))
    return target.getvalue()


def packed_pdf(kept: Kept) -> bytes:
    """The same certificate as other programs save it: objects packed, the table a stream."""
    with pikepdf.open(BytesIO(kept.files["certificate.pdf"])) as pdf:
        target = BytesIO()
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    return target.getvalue()


def _token_with(kept: Kept, header: Mapping[str, Any] | None = None, claims: Mapping[str, Any] | None = None) -> bytes:
    parts = kept.token.split(".")
    for place, more in ((0, header), (1, claims)):
        if more is not None:
            old = json.loads(decode_base64url(parts[place]))
            parts[place] = encode_base64url(json.dumps({**old, **more}).encode())
    return ".".join(parts).encode()


def _twin(kept: Kept) -> bytes:
    """Turn a signature of ES256 into its twin, n - s, which holds as well."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    head, _, signature = kept.token.rpartition(".")
    raw = decode_base64url(signature)
    s = order - int.from_bytes(raw[32:], "big")
    return f"{head}.{encode_base64url(raw[:32] + s.to_bytes(32, 'big'))}".encode()


FILES = ("certificate.pdf", "badge.png", "badge.svg", "credential.json", "credential.jwt")


def _file(name: str) -> Callable[[Kept], bytes]:
    return lambda kept: kept.files[name]


def _bytes(name: str, change: Callable[[bytes], bytes]) -> Callable[[Kept], bytes]:
    return lambda kept: change(kept.files[name])


def _bitten(data: bytes) -> bytes:
    place = data.index(b"IDAT") + 20
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


GOOD: dict[str, Callable[[Kept], bytes]] = {
    **{name: _file(name) for name in FILES},
    "the certificate, saved anew by another program": packed_pdf,
    "the JSON, written in another way": lambda kept: json.dumps(kept.document, indent=3, sort_keys=True).encode(),
    "a token baked into a picture": lambda kept: png.bake(
        _without_credential(kept.files["badge.png"]), kept.token
    ),
}  # fmt: skip


def _without_credential(picture: bytes) -> bytes:
    place = picture.index(b"iTXt") - 4
    length = int.from_bytes(picture[place : place + 4], "big")
    return picture[:place] + picture[place + 12 + length :]


BROKEN: dict[str, Callable[[Kept], bytes]] = {
    "another name": _put("credentialSubject", "identifier", 0, "identityHash", value="Eve Sample"),
    "more hours": _put("credentialSubject", "narrative", value="Gave 900 hours."),
    "another day": _put("awardedDate", value="2020-01-01T00:00:00Z"),
    "no status any more": _drop("credentialStatus"),
    "no proof": _drop("proof"),
    "a proof that is no proof": _put("proof", value="signed"),
    "another signature": _put("proof", 0, "proofValue", value="z" + "1" * 64),
    "a signature that is no text": _put("proof", 0, "proofValue", value=7),
    "a kind of proof nobody knows": _put("proof", 0, "cryptosuite", value="rot13-2022"),
    "a proof for another purpose": _put("proof", 0, "proofPurpose", value="authentication"),
    "a proof from the future": _put("proof", 0, "created", value="2031-01-01T00:00:00Z"),
    "the key of the other school": _key_of_another,
    "a key the school never had": _key_never_had,
    "a member that means nothing": _put("grade", value="A*"),
    "a member by its address": _put("https://schema.org/award", value="x"),
    "a vocabulary nobody pinned": _context_more("https://x.example/context.json"),
    "a vocabulary inside": _context_more({"grade": "https://x.example/grade"}),
    "a null": _put("description", value=None),
    "a number two readers differ on": _put("credentialSubject", "creditsEarned", value=0.0000001),
    "no name of the award": _drop("credentialSubject", "achievement", "name"),
    "an award without criteria's class": _put("credentialSubject", "achievement", "criteria", value="x"),
    "a date that does not exist": _put("validFrom", value="2026-02-30T00:00:00Z"),
    "another kind of credential": _put("type", value=["VerifiableCredential"]),
    "an endorsement inside that is none": _put("endorsement", value=[{"type": ["EndorsementCredential"]}]),
    "the same member twice": lambda kept: kept.data.replace(b'"type":', b'"name":"x","name":"y","type":', 1),
    "cut in the middle": lambda kept: kept.data[: len(kept.data) // 2],
    "too deep": lambda kept: kept.data.replace(b'"type":', b'"x":' + b"[" * 70 + b"]" * 70 + b',"type":', 1),
    "not UTF-8": lambda kept: kept.data.replace(b"Ama", b"\xff\xfe\xfd", 1),
    "half a character": lambda kept: kept.data.replace(b"Ama", b"\\ud800", 1),
    "an empty file": lambda _kept: b"",
    "a letter": lambda _kept: b"Dear Sir or Madam, she was very good.",
    "an archive": lambda _kept: b"PK\x03\x04" + bytes(200),
    "a receipt of the log": lambda kept: evidence.read(kept.evidence).leaf.receipt.encode(),
    "a badge of the older kind": lambda _kept: b'{"@context": "https://w3id.org/openbadges/v2", "type": "Assertion"}',
    "JSON of something else": lambda _kept: b'{"hello": "world"}',
    "a picture with a bit turned": _bytes("badge.png", _bitten),
    "a picture cut short": _bytes("badge.png", lambda data: data[:-30]),
    "a picture with something behind it": _bytes("badge.png", lambda data: data + b"x"),
    "a drawing with entities": _bytes(
        "badge.svg", lambda data: b'<!DOCTYPE svg [<!ENTITY a "b">]>' + data[data.index(b"<svg"):]
    ),
    "a drawing cut short": _bytes("badge.svg", lambda data: data[:-10]),
    "two credentials in a drawing": lambda kept: kept.files["badge.svg"].replace(
        b"</openbadges:credential>", b"</openbadges:credential><openbadges:credential>{}</openbadges:credential>", 1
    ),
    "a drawing without a credential": lambda kept: b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "two credentials in a certificate": _twice_in_pdf,
    "a locked certificate": _locked_pdf,
    "a certificate cut short": _bytes("certificate.pdf", lambda data: data[: len(data) // 2]),
    "a token that asks for no signature": lambda kept: _token_with(kept, header={"alg": "none"}),
    "a token with a shared secret": lambda kept: _token_with(kept, header={"alg": "HS256"}),
    "a token for something else": lambda kept: _token_with(kept, header={"typ": "at+jwt"}),
    "a token that makes something critical": lambda kept: _token_with(kept, header={"crit": ["exp"]}),
    "a token with another name inside": lambda kept: _token_with(kept, claims={"name": "Something else"}),
    "a token that says two things": lambda kept: _token_with(kept, claims={"jti": "urn:uuid:other"}),
    "a token that ended": lambda kept: _token_with(kept, claims={"exp": 1_700_000_000}),
    "the twin of a token": _twin,
    "a token cut short": lambda kept: kept.token[:-20].encode(),
    "a token with a line behind it": lambda kept: kept.token.encode() + b"\n",
    "a stranger's": stranger(),
    "a stranger's, signed in another way": stranger(eddsa_jcs_2022),
    "a stranger's whose list nobody looks up": stranger(credentialStatus=ENTRY),
    "a stranger's with an entry of another kind": stranger(
        credentialStatus={"id": "https://x.example/1", "type": "1EdTechRevocationList"}
    ),
    "a stranger's with a place that is none": stranger(credentialStatus={**ENTRY, "statusListIndex": "-1"}),
    "a stranger's with a list of messages": stranger(credentialStatus={**ENTRY, "statusPurpose": "message"}),
    "a stranger's, shown in part": in_part(),
    "a stranger's, shown in part with a statement more": in_part(name="More"),
    "a stranger's, with the proof that is the holder's alone": in_part(proof_value=sd.BASE + b"\x85"),
    "a stranger's, shown in part, that breaks off": in_part(proof_value=sd.DERIVED + b"\x85\x58"),
    "a stranger's with good words of others": stranger(change=add_good_words),
    "a stranger's that ended": stranger(validUntil="2026-06-20T00:00:00Z"),
    "a stranger's that has not begun": stranger(validFrom="2027-06-20T00:00:00Z"),
}  # fmt: skip
"""What is handed in instead, by what is wrong with it. Each is made anew from what was kept."""
