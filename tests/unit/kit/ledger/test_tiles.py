"""Tiles have the names, widths and bytes that tlog-tiles gives them, and give back the tree they were cut from."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accredit.kit.ledger import merkle, tiles
from accredit.kit.ledger.errors import OutOfRange, TileInvalid
from accredit.kit.ledger.tiles import TileRef

LEAVES = [merkle.leaf_hash(at.to_bytes(4, "big")) for at in range(70_000)]


@pytest.mark.parametrize(
    ("ref", "path"),
    [
        (TileRef(level=0, index=0), "tile/0/000"),
        (TileRef(level=0, index=1_234_067), "tile/0/x001/x234/067"),
        (TileRef(level=0, index=1000), "tile/0/x001/000"),
        (TileRef(level=2, index=999, width=1), "tile/2/999.p/1"),
        (TileRef(level=63, index=5, width=255), "tile/63/005.p/255"),
        (TileRef(level=None, index=273, width=112), "tile/entries/273.p/112"),
    ],
)
def test_a_name_is_written_and_read_back(ref: TileRef, path: str) -> None:
    assert ref.path == path
    assert tiles.parse_path(path) == ref


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0", "tile/0/0000", "tile/0/x000/001", "tile/00/001", "tile/64/001", "tile/-1/001", "tile/0/001.p/0",
        "tile/0/001.p/256", "tile/0/001.p/01", "tile/0/001.p/", "tile/0/x001", "/tile/0/001", "tile/0/001/",
        "tile/0/../001", "tile/0/\u0660\u0660\u0661", "tile/0/001\n", "tile/entry/001", "tile/0/" + "x999/" * 6 + "999",
        "tile/0/" + "x999/" * 400 + "999",
    ],
)  # fmt: skip
def test_any_other_spelling_of_a_path_is_refused(path: str) -> None:
    with pytest.raises(TileInvalid, match="path"):
        tiles.parse_path(path)


@given(st.none() | st.integers(0, 63), st.integers(0, (2**63 - 1) // 256), st.integers(1, 256))
def test_every_name_reads_back(level: int | None, index: int, width: int) -> None:
    ref = TileRef(level=level, index=index, width=width)
    assert tiles.parse_path(ref.path) == ref
    assert ref.full.width == 256


@pytest.mark.parametrize(
    "bad",
    [
        {"level": 64, "index": 0},
        {"level": 0, "index": -1},
        {"level": 0, "index": 2**60},
        {"level": 0, "index": 0, "width": 0},
        {"level": 0, "index": 0, "width": 257},
    ],
)
def test_a_tile_that_no_log_has_cannot_be_named(bad: dict[str, int]) -> None:
    with pytest.raises(OutOfRange):
        TileRef(**bad)


def test_seventy_thousand_entries_have_the_tiles_of_the_specification() -> None:
    refs = list(tiles.tiles_of(70_000))
    assert [ref for ref in refs if ref.width != 256] == [
        TileRef(level=0, index=273, width=112),
        TileRef(level=1, index=1, width=17),
        TileRef(level=2, index=0, width=1),
    ]
    assert len(refs) == 274 + 2 + 1
    assert [tiles.partial_width(level, 70_000) for level in range(4)] == [112, 17, 1, 0]


def test_an_empty_log_has_no_tiles() -> None:
    assert list(tiles.tiles_of(0)) == list(tiles.new_bundles(0, 0)) == list(tiles.new_tiles(5, 5)) == []


@given(st.integers(0, 1500), st.integers(0, 1500))
def test_what_growth_adds_to_what_was_there_is_all_there_is(old: int, new: int) -> None:
    old, new = sorted((old, new))
    assert set(tiles.tiles_of(new)) <= set(tiles.tiles_of(old)) | set(tiles.new_tiles(old, new))
    assert not {ref for ref in tiles.tiles_of(old) if ref.width == 256} & set(tiles.new_tiles(old, new))
    bundles = {ref.full for ref in tiles.new_bundles(0, new)}
    assert bundles == {ref.full for ref in [*tiles.new_bundles(0, old), *tiles.new_bundles(old, new)]}


@settings(deadline=None, max_examples=20)
@given(st.sampled_from([1, 255, 256, 257, 512, 700, 65_536, 65_537, 70_000]), st.data())
def test_the_tiles_give_the_same_root_and_proofs_as_the_leaves(size: int, data: st.DataObject) -> None:
    direct = merkle.hashes_from_leaves(LEAVES)
    stored: list[TileRef] = []

    def read(ref: TileRef) -> bytes:
        stored.append(ref)
        return tiles.tile(direct, ref)

    from_tiles = tiles.hashes_from_tiles(read, size)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.inclusion_proof(from_tiles, index, size)
    assert proof == merkle.inclusion_proof(direct, index, size)
    merkle.verify_inclusion(LEAVES[index], index, size, proof, merkle.range_root(from_tiles, 0, size))
    assert len(stored) == len(set(stored)) <= 6
    assert set(stored) <= set(tiles.tiles_of(size))


def test_a_tile_of_a_level_above_holds_hashes_of_full_tiles() -> None:
    upper = tiles.tile(merkle.hashes_from_leaves(LEAVES), TileRef(level=1, index=0, width=2))
    assert upper == merkle.root_of(LEAVES[:256]) + merkle.root_of(LEAVES[256:512])


def test_a_subtree_that_is_not_complete_is_not_read_from_tiles() -> None:
    get_hash = tiles.hashes_from_tiles(lambda ref: bytes(32 * ref.width), 300)
    with pytest.raises(OutOfRange, match="not complete"):
        get_hash(8, 1)


def test_a_tile_cut_short_is_refused() -> None:
    get_hash = tiles.hashes_from_tiles(lambda ref: bytes(32 * ref.width - 1), 300)
    with pytest.raises(TileInvalid, match="bytes"):
        get_hash(0, 299)


def test_a_tile_beyond_the_end_does_not_exist() -> None:
    assert tiles.tile_at(0, 1, 300) == TileRef(level=0, index=1, width=44)
    with pytest.raises(OutOfRange, match="no tile"):
        tiles.tile_at(0, 2, 300)
    with pytest.raises(OutOfRange, match="bundle"):
        tiles.tile(merkle.hashes_from_leaves(LEAVES), TileRef(level=None, index=0))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_a_bundle_reads_back(entries: list[bytes]) -> None:
    data = tiles.encode_bundle(entries)
    assert tiles.decode_bundle(data, len(entries)) == entries
    with pytest.raises(TileInvalid):
        tiles.decode_bundle(data[:-1], len(entries))
    with pytest.raises(TileInvalid):
        tiles.decode_bundle(data + b"\x00", len(entries))


@pytest.mark.parametrize(
    ("entries", "code"),
    [([], "bundle_width"), ([b""] * 257, "bundle_width"), ([b"x" * 65_536], "entry_length")],
    ids=["no entries", "257 entries", "an entry of 65,536 bytes"],
)
def test_a_bundle_is_not_written_with(entries: list[bytes], code: str) -> None:
    with pytest.raises(TileInvalid) as caught:
        tiles.encode_bundle(entries)
    assert caught.value.code == code
