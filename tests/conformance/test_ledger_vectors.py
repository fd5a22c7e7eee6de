"""The ledger against published vectors: transparency-dev's Merkle proofs, C2SP notes, a Tessera log, witnesses.

The vectors are not ours and are not in this repository: set ACCREDIT_SHARED to a folder that holds
`standards/vectors`, or the tests skip and say so.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accredit.kit.ledger import merkle, signed_note, subtree, tiles
from accredit.kit.ledger.checkpoint import Checkpoint, open_checkpoint
from accredit.kit.ledger.cosignature import CosignerKey, cosigned_at
from accredit.kit.ledger.errors import LedgerError, ProofInvalid
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.ledger.tiles import TileRef

from .vectors import VECTORS, cases, load, needed

pytestmark = needed
Record = Callable[[str, object], None]


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _proof(case: dict[str, Any]) -> list[bytes]:
    return [_bytes(each) for each in case["proof"] or []]


@pytest.mark.parametrize("path", cases("merkle, inclusion", "merkle/inclusion"))
def test_inclusion(path: Path) -> None:
    case = load(path)
    call = (_bytes(case["leafHash"]), case["leafIdx"], case["treeSize"], _proof(case), _bytes(case["root"]))
    if case["wantErr"]:
        with pytest.raises(ProofInvalid):
            merkle.verify_inclusion(*call)
    else:
        merkle.verify_inclusion(*call)


@pytest.mark.parametrize("path", cases("merkle, consistency", "merkle/consistency"))
def test_consistency(path: Path) -> None:
    case = load(path)
    call = (case["size1"], case["size2"], _proof(case), _bytes(case["root1"]), _bytes(case["root2"]))
    if case["wantErr"]:
        with pytest.raises(ProofInvalid):
            merkle.verify_consistency(*call)
    else:
        merkle.verify_consistency(*call)


@pytest.mark.parametrize("path", cases("merkle, inclusion in a subtree", "merkle/subtreeinclusion"))
def test_inclusion_in_a_subtree(path: Path) -> None:
    case = load(path)
    place = (case["leafIdx"], case["start"], case["end"])
    call = (_bytes(case["leafHash"]), *place, _proof(case), _bytes(case["root"]))
    if case["wantErr"]:
        with pytest.raises(ProofInvalid):
            subtree.verify_subtree_inclusion(*call)
    else:
        subtree.verify_subtree_inclusion(*call)


@pytest.mark.parametrize("path", cases("merkle, consistency of a subtree", "merkle/subtreeconsistency"))
def test_consistency_of_a_subtree(path: Path) -> None:
    case = load(path)
    place = (case["start"], case["end"], case["size"])
    call = (*place, _proof(case), _bytes(case["root1"]), _bytes(case["root2"]))
    if case["wantErr"]:
        with pytest.raises(ProofInvalid):
            subtree.verify_subtree_consistency(*call)
    else:
        subtree.verify_subtree_consistency(*call)


def _notes() -> dict[str, Any]:
    loaded: dict[str, Any] = load("c2sp/notes.json")
    return loaded


@pytest.mark.suite("c2sp, signed notes")
def test_signed_notes(record_property: Record) -> None:
    notes = _notes()["signed_note"] + _notes()["altered"]
    record_property("cases", len(notes))
    for case in notes:
        try:
            signed_note.verify(case["note"], [Ed25519Key.parse(case["vkey"])])
        except LedgerError:
            assert not case["valid"]
        else:
            assert case["valid"]


def _tessera() -> tuple[Ed25519Key, list[bytes], list[bytes]]:
    known = _notes()["tessera_log"]
    entries = [each.encode() for each in known["entries"]]
    return Ed25519Key.parse(known["vkey"]), entries, [merkle.leaf_hash(each) for each in entries]


@pytest.mark.parametrize("path", cases("c2sp, signed checkpoints", "c2sp/tessera-log", "checkpoint*"))
def test_a_checkpoint_of_a_tessera_log_has_our_root(path: Path) -> None:
    key, _, leaves = _tessera()
    checkpoint, _ = open_checkpoint(path.read_bytes(), [key], expected_origin=key.name)
    assert checkpoint.root == merkle.root_of(leaves[: checkpoint.size])


@pytest.mark.parametrize("path", cases("c2sp, tiles and bundles", "c2sp/tessera-log/tile"))
def test_a_file_of_a_tessera_log_is_our_tile_or_bundle(path: Path) -> None:
    _, entries, leaves = _tessera()
    ref = tiles.parse_path(path.relative_to(VECTORS / "c2sp/tessera-log").as_posix())
    if ref.level is None:
        assert path.read_bytes() == tiles.encode_bundle(entries[: ref.width])
    else:
        assert path.read_bytes() == tiles.tile(merkle.hashes_from_leaves(leaves), ref)


@pytest.mark.suite("c2sp, cosigned checkpoints")
def test_cosigned_checkpoints(record_property: Record) -> None:
    notes = _notes()["cosignature_v1_ed25519"]
    record_property("cases", len(notes))
    for case in notes:
        key = CosignerKey.parse(case["vkey"])
        verified = signed_note.verify((VECTORS / "c2sp" / case["checkpoint_file"]).read_bytes(), [key])
        assert cosigned_at(verified.verified[0][1]) == 0x69546780


@pytest.mark.suite("c2sp, mirror")
def test_the_tiles_of_a_mirror_give_the_root_of_its_checkpoint() -> None:
    (mirror,) = (VECTORS / "c2sp/cosigned-checkpoints/witness/mirror").glob("*/")
    checkpoint = Checkpoint.parse(signed_note.parse((mirror / "checkpoint").read_bytes()).text)

    def read(ref: TileRef) -> bytes:
        return (mirror / ref.path).read_bytes()

    assert merkle.range_root(tiles.hashes_from_tiles(read, checkpoint.size), 0, checkpoint.size) == checkpoint.root
