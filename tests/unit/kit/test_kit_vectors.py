"""What the kit wrote once must be read for good; see tests/vectors/kit/README.md. No other vectors are needed here."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import pytest

from accredit.keyring import is_published_test_key
from accredit.kit.ledger import merkle, tiles
from accredit.kit.ledger.checkpoint import open_checkpoint
from accredit.kit.ledger.cosignature import CosignerKey
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.ledger.tlog_proof import verify_receipt
from accredit.kit.linkeddata import rdfc10
from accredit.kit.openbadges import detect
from accredit.kit.vc import data_integrity, did_key, status_list, vc_jwt
from accredit.kit.vc.errors import VcError
from accredit.kit.vc.multikey import KeyKind
from tests.unit.kit.vc import token_examples as tokens
from tests.unit.kit.vc import vc_examples as examples
from tests.vectors.make import FOLDER, ORIGIN, WITNESS, every, written

pytestmark = pytest.mark.suite("own vectors")
ENTRIES = [f"entry {number}".encode() for number in range(700)]
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
PROOFS = [path.stem for path in sorted(FOLDER.glob("e*.json"))]


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def test_making_them_again_gives_the_same_files() -> None:
    made = {name: written(vector) for name, vector in every()}
    assert made == {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_holds_and_no_other_document_under_it(name: str) -> None:
    signed = load(name)["signed"]
    (found,) = data_integrity.verify(signed, resolve=did_key.resolve, now=examples.NOW)
    assert found.controller == signed["issuer"]["id"]
    with pytest.raises(VcError):
        data_integrity.verify({**signed, "id": "urn:x:2"}, resolve=did_key.resolve, now=examples.NOW)


def _decode(token: str) -> vc_jwt.VerifiedToken:
    return vc_jwt.decode(token, resolve=examples.resolver(tokens.curve_key()), now=examples.NOW)


def test_a_token_is_read() -> None:
    vector = load("token-es256")
    assert _decode(vector["token"]).document == examples.badge()


@pytest.mark.parametrize("code", load("token-es256")["refused"])
def test_a_token_is_refused(code: str) -> None:
    with pytest.raises(VcError) as refused:
        _decode(load("token-es256")["refused"][code])
    assert refused.value.code == code


@pytest.mark.parametrize("name", load("canonical-graphs"))
def test_a_graph_has_these_names(name: str) -> None:
    vector = load("canonical-graphs")[name]
    quads = [(quad[0], quad[1], quad[2], quad[3]) for quad in vector["quads"]]
    assert rdfc10.canonicalise(quads[::-1]).decode() == vector["canonical"]


def test_a_status_list_has_these_bits() -> None:
    vector = load("status-list")
    bits = status_list.decode(status_list.encode(vector["set"]))
    assert [index for index in range(bits.length) if bits.is_set(index)] == vector["set"]
    assert hashlib.sha256(bits.data).hexdigest() == vector["sha256"]


def test_a_log_has_these_roots_and_proofs() -> None:
    vector = load("ledger")
    roots = {int(size): bytes.fromhex(root) for size, root in vector["roots"].items()}
    assert roots == {size: merkle.root_of(LEAVES[:size]) for size in roots}
    for index, size, proof in vector["inclusion"]:
        merkle.verify_inclusion(LEAVES[index], index, size, [bytes.fromhex(each) for each in proof], roots[size])
    for old, new, proof in vector["consistency"]:
        hashes = [bytes.fromhex(each) for each in proof]
        merkle.verify_consistency(old, new, hashes, merkle.root_of(LEAVES[:old]), merkle.root_of(LEAVES[:new]))


@pytest.mark.parametrize("line", load("ledger")["partialTile"])
def test_a_log_has_these_tiles(line: str) -> None:
    path, _, digest = line.partition(" ")
    ref = tiles.parse_path(path)
    assert hashlib.sha256(tiles.tile(merkle.hashes_from_leaves(LEAVES), ref)).hexdigest() == digest


def test_a_checkpoint_and_a_receipt_are_read() -> None:
    vector = load("ledger")
    log, witness = Ed25519Key.parse(vector["logKey"]), CosignerKey.parse(vector["witnessKey"])
    checkpoint, _ = open_checkpoint(vector["checkpoint"], [log, witness], expected_origin=ORIGIN)
    assert (checkpoint.size, checkpoint.root) == (700, merkle.root_of(LEAVES))
    found = verify_receipt(
        vector["receipt"], LEAVES[123], log_key=log, expected_origin=ORIGIN, witnesses=[witness], quorum=1
    )
    assert (found.index, found.seen) == (123, {WITNESS: 1_795_176_000})


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_badge_comes_out_of_a_picture(kind: str) -> None:
    vector = load("baked")
    assert detect.unbake(base64.b64decode(vector[kind])) == vector["text"]


def test_their_keys_are_never_used_for_anything_else() -> None:
    public, _ = examples.curve_signer(KeyKind.P256, 1)
    known = [examples.public(1).raw, examples.public(2).raw, tokens.curve_public().raw, public.raw]
    assert all(is_published_test_key(raw) for raw in known)
