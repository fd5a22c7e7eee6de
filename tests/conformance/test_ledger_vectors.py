"""The ledger against published vectors: transparency-dev's Merkle proofs, C2SP notes, a Tessera log, witnesses.

The vectors are not ours and are not in this repository: set ACCREDIT_SHARED to a folder that holds
`standards/vectors`, or the tests skip and say so.
"""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from accredit.kit.ledger import merkle, signed_note, subtree, tiles
from accredit.kit.ledger.checkpoint import Checkpoint, open_checkpoint
from accredit.kit.ledger.cosignature import CosignerKey, cosigned_at
from accredit.kit.ledger.errors import LedgerError, ProofInvalid
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.ledger.tiles import TileRef

SHARED = Path(os.environ.get("ACCREDIT_SHARED", Path(__file__).parents[2].parent / "shared"))
VECTORS = SHARED / "standards" / "vectors"
pytestmark = pytest.mark.skipif(
    not VECTORS.is_dir(), reason="NOT CHECKED against published ledger vectors: set ACCREDIT_SHARED to have them"
)


def _cases(family: str) -> list[Any]:
    folder = VECTORS / "merkle" / family
    files = sorted(folder.rglob("*.json"))
    return [pytest.param(json.loads(file.read_text()), id=str(file.relative_to(folder))) for file in files]


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _proof(case: dict[str, Any]) -> list[bytes]:
    return [_bytes(each) for each in case["proof"] or []]


@pytest.mark.parametrize("case", _cases("inclusion"))
def test_inclusion(case: dict[str, Any]) -> None:
    call = (_bytes(case["leafHash"]), case["leafIdx"], case["treeSize"], _proof(case), _bytes(case["root"]))
    if case["wantErr"]:
        with pytest.raises(ProofInvalid):
            merkle.verify_inclusion(*call)
    else:
        merkle.verify_inclusion(*call)


@pytest.mark.parametrize("case", _cases("consistency"))
def test_consistency(case: dict[str, Any]) -> None:
    call = (case["size1"], case["size2"], _proof(case), _bytes(case["root1"]), _bytes(case["root2"]))
    if case["wantErr"]:
        with pytest.raises(ProofInvalid):
            merkle.verify_consistency(*call)
    else:
        merkle.verify_consistency(*call)


@pytest.mark.parametrize("case", _cases("subtreeinclusion"))
def test_inclusion_in_a_subtree(case: dict[str, Any]) -> None:
    place = (case["leafIdx"], case["start"], case["end"])
    call = (_bytes(case["leafHash"]), *place, _proof(case), _bytes(case["root"]))
    if case["wantErr"]:
        with pytest.raises(ProofInvalid):
            subtree.verify_subtree_inclusion(*call)
    else:
        subtree.verify_subtree_inclusion(*call)


@pytest.mark.parametrize("case", _cases("subtreeconsistency"))
def test_consistency_of_a_subtree(case: dict[str, Any]) -> None:
    place = (case["start"], case["end"], case["size"])
    call = (*place, _proof(case), _bytes(case["root1"]), _bytes(case["root2"]))
    if case["wantErr"]:
        with pytest.raises(ProofInvalid):
            subtree.verify_subtree_consistency(*call)
    else:
        subtree.verify_subtree_consistency(*call)


def _notes() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VECTORS / "c2sp" / "notes.json").read_text())
    return loaded


def test_signed_notes() -> None:
    cases = _notes()["signed_note"] + _notes()["altered"]
    assert len(cases) == 4
    for case in cases:
        try:
            signed_note.verify(case["note"], [Ed25519Key.parse(case["vkey"])])
        except LedgerError:
            assert not case["valid"]
        else:
            assert case["valid"]


def test_a_tessera_log_has_our_roots_tiles_and_bundles() -> None:
    log, known = VECTORS / "c2sp" / "tessera-log", _notes()["tessera_log"]
    key, entries = Ed25519Key.parse(known["vkey"]), [each.encode() for each in known["entries"]]
    leaves = [merkle.leaf_hash(each) for each in entries]
    checkpoints = sorted(log.glob("checkpoint*"))
    assert len(checkpoints) == 13
    for file in checkpoints:
        checkpoint, _ = open_checkpoint(file.read_bytes(), [key], expected_origin=key.name)
        assert checkpoint.root == merkle.root_of(leaves[: checkpoint.size])
    found = [file for file in log.rglob("*") if file.is_file() and file.parent.name == "000.p"]
    assert len(found) == 22
    for file in found:
        ref = tiles.parse_path(file.relative_to(log).as_posix())
        if ref.level is None:
            assert file.read_bytes() == tiles.encode_bundle(entries[: ref.width])
        else:
            assert file.read_bytes() == tiles.tile(merkle.hashes_from_leaves(leaves), ref)


def test_cosigned_checkpoints() -> None:
    cases = _notes()["cosignature_v1_ed25519"]
    assert len(cases) == 2
    for case in cases:
        key = CosignerKey.parse(case["vkey"])
        verified = signed_note.verify((VECTORS / "c2sp" / case["checkpoint_file"]).read_bytes(), [key])
        assert cosigned_at(verified.verified[0][1]) == 0x69546780


def test_the_tiles_of_a_mirror_give_the_root_of_its_checkpoint() -> None:
    (mirror,) = (VECTORS / "c2sp/cosigned-checkpoints/witness/mirror").glob("*/")
    checkpoint = Checkpoint.parse(signed_note.parse((mirror / "checkpoint").read_bytes()).text)

    def read(ref: TileRef) -> bytes:
        return (mirror / ref.path).read_bytes()

    assert merkle.range_root(tiles.hashes_from_tiles(read, checkpoint.size), 0, checkpoint.size) == checkpoint.root
