"""Write the vectors of the kit that have no folder of their own: ``.venv/bin/python -m tests.vectors.make``.

The keys are made from the numbers 1, 2 and 7 as seeds: test keys, known to everybody, on the list of keys that the
key ring refuses. Everything here is deterministic, and a test holds the files to it: a file that changes means that
somebody's certificate would no longer verify.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from accredit.kit.ledger import merkle, tiles
from accredit.kit.ledger.checkpoint import Checkpoint, sign_checkpoint
from accredit.kit.ledger.cosignature import CosignerKey, cosign
from accredit.kit.ledger.signed_note import Ed25519Key, parse
from accredit.kit.ledger.tlog_proof import TlogProof
from accredit.kit.linkeddata import rdfc10
from accredit.kit.openbadges import png, svg
from accredit.kit.vc import (
    did_key,
    ecdsa_2019,
    ecdsa_sd_2023,
    eddsa_rdfc_2022,
    multibase,
    status_list,
    timestamps,
    vc_jwt,
)
from accredit.kit.vc.json_web_signature import es256_signer
from accredit.kit.vc.multikey import KeyKind
from tests.unit.kit.linkeddata.test_rdfc10 import SHAPES
from tests.unit.kit.openbadges.test_files import PNG, SVG
from tests.unit.kit.vc import selective_disclosure
from tests.unit.kit.vc import token_examples as tokens
from tests.unit.kit.vc import vc_examples as examples

FOLDER = Path(__file__).parent / "kit"
ORIGIN = "accredit.example/ledger"
WITNESS = "witness.example"
Vector = dict[str, Any]


def _deterministic(kind: KeyKind, seed: int = 1) -> Callable[[bytes], bytes]:
    curve, digest, size = {
        KeyKind.P256: (ec.SECP256R1(), SHA256(), 32),
        KeyKind.P384: (ec.SECP384R1(), SHA384(), 48),
    }[kind]
    secret = ec.derive_private_key(seed, curve)

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(secret.sign(message, ec.ECDSA(digest, deterministic_signing=True)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return sign


def ecdsa(suite: str, kind: KeyKind) -> Vector:
    """A badge under a proof of the P-256 or P-384 key of seed 1, which is its own issuer."""
    public, _ = examples.curve_signer(kind, 1)
    document = examples.badge() | {"issuer": {**examples.badge()["issuer"], "id": did_key.did_for(public)}}
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": timestamps.write(examples.CREATED),
        "verificationMethod": did_key.verification_method_for(public),
        "proofPurpose": "assertionMethod",
    }
    if suite == ecdsa_2019.JCS:
        proof = {"@context": document["@context"], **proof}
    data = ecdsa_2019.hash_data(document, proof, kind=kind)
    proof["proofValue"] = multibase.encode_base58(_deterministic(kind)(data))
    return {"hashData": data.hex(), "signed": {**document, "proof": proof}}


def shown_in_part() -> Vector:
    """A badge of the P-256 key of seed 1 without the evidence it was issued with, under a derived proof."""
    public, _ = examples.curve_signer(KeyKind.P256, 1)
    shown = examples.badge() | {"issuer": {**examples.badge()["issuer"], "id": did_key.did_for(public)}}
    whole = {**shown, "evidence": [{"type": ["Evidence"], "name": name} for name in ("Training", "Practice")]}
    proof = selective_disclosure.new_proof(did_key.verification_method_for(public))
    parts = selective_disclosure.disclose(
        whole,
        shown,
        proof=proof,
        issuer=(public, _deterministic(KeyKind.P256)),
        proof_key=(examples.curve_signer(KeyKind.P256, 7)[0], _deterministic(KeyKind.P256, 7)),
        is_mandatory=lambda line: "#issuer>" in line or "#validFrom>" in line,
    )
    return {
        "whole": whole,
        "statements": selective_disclosure.statements(whole),
        "signed": {**shown, "proof": {**proof, "proofValue": parts.value()}},
    }


def older_proof() -> Vector:
    """A badge of the older data model under a proof of the older type."""
    document = examples.badge()
    document["@context"] = [
        "https://www.w3.org/2018/credentials/v1",
        examples.OB,
        "https://w3id.org/security/suites/ed25519-2020/v1",
    ]
    document["issuer"]["id"] = did_key.did_for(examples.public(1))
    document["issuanceDate"] = document.pop("validFrom")
    proof = {
        "type": "Ed25519Signature2020",
        "created": timestamps.write(examples.CREATED),
        "verificationMethod": did_key.verification_method_for(examples.public(1)),
        "proofPurpose": "assertionMethod",
    }
    data = eddsa_rdfc_2022.hash_data(document, proof)
    proof["proofValue"] = multibase.encode_base58(examples.private(1).sign(data))
    return {"hashData": data.hex(), "signed": {**document, "proof": proof}}


def token() -> Vector:
    """A badge as a token by the P-256 key of seed 7, and tokens that must be refused, with the code of each."""
    sign = es256_signer(tokens.curve_secret())
    genuine = vc_jwt.encode(examples.badge(), kid=tokens.KID, alg="ES256", sign=sign)
    header, body, signature = genuine.split(".")
    refused = {
        "signature_invalid": f"{header}.{body}.{signature[::-1][:85]}A",
        "token_base64": f"{genuine}=",
        "token_parts": f"{genuine}.",
        "duplicate_json_key": tokens.signed('{"alg":"ES256","alg":"none"}', tokens.payload()),
        "alg_not_allowed": tokens.signed({"alg": "none", "kid": tokens.KID}, tokens.payload()),
        "crit_not_allowed": tokens.token(header={"crit": ["b64"], "b64": False}),
        "wrong_typ": tokens.token(header={"typ": "at+jwt"}),
        "iss_mismatch": tokens.token(iss="did:web:attacker.example"),
        "jti_mismatch": tokens.token(jti="urn:uuid:00000000-0000-4000-8000-000000000000"),
        "nbf_mismatch": tokens.token(nbf=tokens.SECONDS - 1),
        "not_a_credential": tokens.signed({"alg": "ES256", "kid": tokens.KID}, {"iss": "x"}),
    }
    return {"kid": tokens.KID, "token": genuine, "refused": refused}


def shapes() -> Vector:
    """Graphs with blank nodes and their canonical N-Quads."""
    return {name: {"quads": quads, "canonical": rdfc10.canonicalise(quads).decode()} for name, quads in SHAPES.items()}


def status() -> Vector:
    """A status list with known bits. What gzip writes may differ; what it holds may not."""
    bits = [0, 7, 8, 94567, 131071]
    return {"set": bits, "sha256": hashlib.sha256(status_list.decode(status_list.encode(bits)).data).hexdigest()}


def ledger() -> Vector:
    """A log of seven hundred leaves: roots, proofs, a tile, a checkpoint with a cosignature, a receipt."""
    entries = [f"entry {number}".encode() for number in range(700)]
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    hashes = merkle.hashes_from_leaves(leaves)
    log, witness = examples.private(1), examples.private(2)
    checkpoint = Checkpoint(origin=ORIGIN, size=700, root=merkle.root_of(leaves))
    note = parse(sign_checkpoint(checkpoint, log.sign, examples.public(1).raw))
    line = cosign(note.text, WITNESS, witness.sign, examples.public(2).raw, time=1_795_176_000)
    cosigned = note.with_signatures([line])
    proofs = [(index, size) for size in (1, 2, 3, 255, 256, 257, 511, 700) for index in (0, size // 2, size - 1)]
    return {
        "entries": "entry 0 to entry 699",
        "logKey": str(Ed25519Key(ORIGIN, examples.public(1).raw)),
        "witnessKey": str(CosignerKey(WITNESS, examples.public(2).raw)),
        "roots": {str(size): merkle.root_of(leaves[:size]).hex() for size in (0, 1, 2, 3, 255, 256, 257, 511, 700)},
        "inclusion": [[index, size, _hex(merkle.inclusion_proof(hashes, index, size))] for index, size in proofs],
        "consistency": [
            [old, new, _hex(merkle.consistency_proof(hashes, old, new))]
            for old, new in ((1, 2), (3, 256), (256, 257), (255, 700))
        ],
        "partialTile": [
            ref.path + " " + hashlib.sha256(tiles.tile(hashes, ref)).hexdigest() for ref in tiles.tiles_of(700)
        ],
        "checkpoint": cosigned.encode(),
        "receipt": TlogProof(
            index=123, hashes=tuple(merkle.inclusion_proof(hashes, 123, 700)), checkpoint=cosigned
        ).write(),
    }


def _hex(hashes: list[bytes]) -> list[str]:
    return [each.hex() for each in hashes]


def baked() -> Vector:
    """Pictures with a signed badge in them, as base64."""
    text = json.dumps(
        eddsa_rdfc_2022.add_proof(
            copy.deepcopy(examples.badge()),
            sign=examples.private(1).sign,
            verification_method=examples.key(1).id,
            created=examples.CREATED,
        ),
        separators=(",", ":"),
    )
    files = {"png": png.bake(PNG, text), "svg": svg.bake(SVG, text)}
    return {"text": text, **{kind: base64.b64encode(data).decode() for kind, data in files.items()}}


def every() -> Iterator[tuple[str, Vector]]:
    """Make every vector, with the name of its file."""
    for suite in (ecdsa_2019.RDFC, ecdsa_2019.JCS):
        for kind in (KeyKind.P256, KeyKind.P384):
            yield f"{suite}-{kind.name.lower()}", ecdsa(suite, kind)
    yield ecdsa_sd_2023.NAME, shown_in_part()
    yield "ed25519-signature-2020", older_proof()
    yield "token-es256", token()
    yield "canonical-graphs", shapes()
    yield "status-list", status()
    yield "ledger", ledger()
    yield "baked", baked()


def written(vector: Vector) -> str:
    """Write a vector as its file has it."""
    return json.dumps(vector, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file_name, made in every():
        (FOLDER / f"{file_name}.json").write_text(written(made), encoding="utf-8")
        sys.stdout.write(f"{file_name}\n")
