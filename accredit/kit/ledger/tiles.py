"""Tiles of a log, as C2SP tlog-tiles v0.1.0 writes them: names, widths, hashes, bundles of entries.

A tile of level L and index N holds up to 256 hashes: those of the complete subtrees of ``256**L`` leaves. A partial
tile has a width of 1 to 255 and is never hashed upward. Reading and writing files is the caller's: a `TileRef` is a
name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from accredit.kit.ledger.errors import OutOfRange, TileInvalid
from accredit.kit.ledger.merkle import HASH_BYTES, MAX_SIZE, GetHash, node_hash

TILE_WIDTH = 256
TILE_BITS = 8
MAX_LEVEL = 63
MAX_ENTRY_BYTES = 65_535
# A proof needs a dozen tiles; reading a whole log through must not end with the whole log in memory.
MAX_KEPT_TILES = 256
# 2**63 leaves are at most seven groups of three digits; a longer path is somebody trying us out.
_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<groups>(?:x[0-9]{3}/){0,6})(?P<last>[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, kw_only=True)
class TileRef:
    """The name of one tile, or (level None) of one bundle of entries; `width` 256 means full."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        """Refuse a name no log can have. Raises OutOfRange."""
        if self.level is not None and not 0 <= self.level <= MAX_LEVEL:
            raise OutOfRange("level", f"a tile's level is 0 to {MAX_LEVEL}, not {self.level}")
        if not 0 <= self.index <= MAX_SIZE // TILE_WIDTH:
            raise OutOfRange("index", f"no log has a tile number {self.index}")
        if not 1 <= self.width <= TILE_WIDTH:
            raise OutOfRange("width", f"a tile holds 1 to {TILE_WIDTH} hashes, not {self.width}")

    @property
    def path(self) -> str:
        """Answer the path below the log's prefix, such as ``tile/0/x001/x234/067.p/112``."""
        digits = f"{self.index:03d}"
        groups = [digits.zfill(-(-len(digits) // 3) * 3)[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join(["x" + group for group in groups[:-1]] + groups[-1:])
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{'entries' if self.level is None else self.level}/{number}{partial}"

    @property
    def full(self) -> TileRef:
        """Answer the name of the full tile that this one grows into."""
        return TileRef(level=self.level, index=self.index)


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Answer the path of a tile of hashes. Raises OutOfRange for a name no log can have."""
    return TileRef(level=level, index=index, width=width).path


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Answer the path of a bundle of entries. Raises OutOfRange for a name no log can have."""
    return TileRef(level=None, index=index, width=width).path


def parse_path(path: str) -> TileRef:
    """Read a tile's path; only the one spelling that `TileRef.path` writes is accepted.

    Raises TileInvalid for anything else: a leading ``x000``, width 0 or 256, a level over 63, other digits.
    """
    found = _PATH.fullmatch(path)
    if found is None:
        raise TileInvalid("path", "not a tile's path")
    level = None if found["level"] == "entries" else int(found["level"])
    index = int(found["groups"].replace("x", "").replace("/", "") + found["last"])
    try:
        ref = TileRef(level=level, index=index, width=int(found["width"] or TILE_WIDTH))
    except OutOfRange as error:
        raise TileInvalid("path", error.message) from error
    # One tile has one address, or caches and the immutable promise would be worth nothing.
    if ref.path != path:
        raise TileInvalid("path", "not the one spelling of this tile's path")
    return ref


def partial_width(level: int, size: int) -> int:
    """Answer the width of the partial tile at `level` for a log of `size`: floor(size / 256^level) mod 256."""
    return (size >> (TILE_BITS * level)) % TILE_WIDTH


def tiles_of(size: int) -> Iterator[TileRef]:
    """Yield every tile of hashes that a log of `size` leaves has, level by level; none for an empty log."""
    yield from new_tiles(0, size)


def new_tiles(old_size: int, new_size: int) -> Iterator[TileRef]:
    """Yield the tiles of hashes that must be written when a log grows from `old_size` to `new_size`.

    Tiles that were full already, and partial ones whose width did not change, are not repeated.
    """
    for level in range(MAX_LEVEL + 1):
        old, new = old_size >> (TILE_BITS * level), new_size >> (TILE_BITS * level)
        if new == 0:
            return
        if new == old:
            continue
        for index in range(old // TILE_WIDTH, -(-new // TILE_WIDTH)):
            yield TileRef(level=level, index=index, width=min(TILE_WIDTH, new - index * TILE_WIDTH))


def new_bundles(old_size: int, new_size: int) -> Iterator[TileRef]:
    """Yield the bundles of entries that must be written when a log grows from `old_size` to `new_size`."""
    if new_size > old_size:
        for index in range(old_size // TILE_WIDTH, -(-new_size // TILE_WIDTH)):
            yield TileRef(level=None, index=index, width=min(TILE_WIDTH, new_size - index * TILE_WIDTH))


def tile_at(level: int, index: int, size: int) -> TileRef:
    """Answer the name of tile `index` of `level` as a log of `size` has it, full or partial.

    Raises OutOfRange when the log has no such tile.
    """
    width = min(TILE_WIDTH, (size >> (TILE_BITS * level)) - index * TILE_WIDTH)
    if width < 1:
        raise OutOfRange("index", f"a log of {size} has no tile {index} at level {level}")
    return TileRef(level=level, index=index, width=width)


def tile(get_hash: GetHash, ref: TileRef) -> bytes:
    """Answer a tile's bytes: `width` hashes of 32 bytes each.

    `get_hash` is as `merkle` describes it: any reader of level-0 hashes will do (`merkle.hashes_from_leaves`), one that
    stores inner nodes is faster.
    """
    if ref.level is None:
        raise OutOfRange("level", "a bundle of entries is made with encode_bundle")
    first = ref.index * TILE_WIDTH
    return b"".join(get_hash(ref.level * TILE_BITS, first + at) for at in range(ref.width))


def split_tile(data: bytes, ref: TileRef) -> list[bytes]:
    """Answer the hashes of a tile that was read. Raises TileInvalid when its length is not that of its name."""
    if len(data) != ref.width * HASH_BYTES:
        raise TileInvalid("tile_length", f"{ref.path} has {len(data)} bytes, not {ref.width * HASH_BYTES}")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def hashes_from_tiles(read_tile: Callable[[TileRef], bytes], size: int) -> GetHash:
    """Answer a `GetHash` over published tiles of a log of `size` leaves; the tiles read last are kept.

    What it answers is only as good as the tiles: compare the root, or a proof made from it, with a checkpoint.
    Raises TileInvalid when a tile has not the length its name says.
    """
    kept: dict[TileRef, list[bytes]] = {}

    def get_hash(level: int, index: int) -> bytes:
        if (index + 1) << level > size:
            raise OutOfRange("index", f"subtree {index} of level {level} is not complete in a log of {size}")
        up, inside = divmod(level, TILE_BITS)
        first = index << inside
        ref = tile_at(up, first // TILE_WIDTH, size)
        if ref not in kept:
            if len(kept) >= MAX_KEPT_TILES:
                del kept[next(iter(kept))]
            kept[ref] = split_tile(read_tile(ref), ref)
        row = kept[ref][first % TILE_WIDTH :][: 1 << inside]
        while len(row) > 1:
            row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        return row[0]

    return get_hash


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Write a bundle: every entry after its length as a big-endian uint16.

    Raises TileInvalid for no entries, more than 256, or one over 65,535 bytes.
    """
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise TileInvalid("bundle_width", f"a bundle holds 1 to {TILE_WIDTH} entries, not {len(entries)}")
    for at, entry in enumerate(entries):
        if len(entry) > MAX_ENTRY_BYTES:
            raise TileInvalid("entry_length", f"entry {at} has {len(entry)} bytes, over {MAX_ENTRY_BYTES}")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """Read a bundle of exactly `width` entries. Raises TileInvalid when it is cut short, or longer than that."""
    entries, at = [], 0
    for number in range(width):
        start = at + 2
        at = start + int.from_bytes(data[at:start], "big")
        if start > len(data) or at > len(data):
            raise TileInvalid("bundle_cut", f"the bundle ends inside entry {number}")
        entries.append(data[start:at])
    if at != len(data):
        raise TileInvalid("bundle_excess", f"{len(data) - at} bytes follow the last of {width} entries")
    return entries
