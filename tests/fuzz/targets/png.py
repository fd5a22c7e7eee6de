"""PNG: what comes out is the one credential in it, and what is baked in comes out again."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from hashlib import sha256
from random import Random

from accredit.kit.openbadges import detect, png
from accredit.kit.openbadges.errors import ContainerUnreadable
from tests.fuzz import mutations
from tests.fuzz.target import MAX_INPUT, Answer, Target

from .texts import CREDENTIALS, a_text, baked

Chunk = tuple[bytes, bytes]
KEYWORD = b"openbadgecredential"
CODES = {
    *(
        "no_credential",
        "open_badges_2",
        "multiple_credentials",
        "credential_compressed",
        "credential_size",
        "credential_encoding",
    ),
    *("png_size", "png_signature", "png_cut", "png_chunk", "png_crc", "png_chunks", "png_trailing", "png_text"),
}
KINDS = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"iTXt", b"tEXt", b"zTXt", b"tIME", b"aaAa", b"0000", b"ITXT")


def chunks(data: bytes) -> list[Chunk] | None:
    """Walk a PNG without believing it: its chunks up to the first that is cut; None where it does not begin as one."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return None
    found = []
    at = 8
    while len(data) - at >= 12:
        length = int.from_bytes(data[at : at + 4], "big")
        if len(data) - at < length + 12:
            break
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def put_together(parts: Sequence[Chunk]) -> bytes:
    framed = (
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def credentials_in(data: bytes) -> list[Chunk]:
    named = (b"iTXt", b"tEXt", b"zTXt")
    return [(kind, content) for kind, content in chunks(data) or () if kind in named and _is_named(content)]


def _is_named(content: bytes) -> bool:
    return content.partition(b"\x00")[0] == KEYWORD and b"\x00" in content


def judge(data: bytes, answer: Answer) -> None:
    assert (detect.kind_of(data) is detect.Kind.PNG) == data.startswith(b"\x89PNG\r\n\x1a\n")
    found = credentials_in(data)
    if answer.refusal is not None:
        assert answer.refusal.code in CODES, f"the code {answer.refusal.code} is not documented"
        _judge_refusal(data, answer.refusal.code, found)
    else:
        assert len(found) == 1, f"a text came out of an image with {len(found)} credentials"
        kind, content = found[0]
        flag_and_method, language, translated, text = content[20:22], *content[22:].split(b"\x00", 2)
        assert (kind, flag_and_method) == (b"iTXt", b"\x00\x00")
        assert answer.value == text.decode("utf-8"), f"another text than the chunk holds ({language!r} {translated!r})"
        assert data.count(answer.value.encode()) >= 1
        assert baked(png.bake, data, "{}")[1] == "already_baked"
        assert put_together(chunks(data) or ()) == data, "an image was accepted that is more than its chunks"


def _judge_refusal(data: bytes, code: str, found: list[Chunk]) -> None:
    if code in ("no_credential", "open_badges_2"):
        assert not found
        text = a_text(sha256(data).digest())
        made, _ = baked(png.bake, data, text)
        assert png.unbake(made) == text, "what was baked in does not come out"
        assert detect.unbake(made) == text
        assert baked(png.bake, made, text)[1] == "already_baked"
        parts = chunks(made) or []
        assert parts[1][0] == b"iTXt"
        assert put_together([parts[0], *parts[2:]]) == data, "baking changed the image itself"
    elif code == "multiple_credentials":
        assert len(found) > 1
    elif code in ("credential_compressed", "credential_size", "credential_encoding", "png_text"):
        assert len(found) == 1
    else:
        # Such a file is refused whatever it holds, so it must be refused when something is to be put in, too.
        assert baked(png.bake, data, "{}")[1] != "baked", "something was baked into a damaged image"


def mutate(data: bytes, chance: Random) -> bytes:
    parts = chunks(data)
    if not parts or chance.random() < 0.2:
        return mutations.any_bytes(data, chance)
    for _ in range(chance.choice((1, 1, 2))):
        _change_chunks(parts, chance)
    whole = put_together(parts)
    return mutations.any_bytes(whole, chance) if chance.random() < 0.1 else whole


def _change_chunks(parts: list[Chunk], chance: Random) -> None:
    # Mostly between the first and the last, where a chunk may be anything.
    between = (1, max(1, len(parts) - 1))
    at = chance.randint(*between) if chance.random() < 0.8 else chance.randrange(len(parts) + 1)
    here = parts[at : at + 1] if at < between[1] or chance.random() < 0.2 else []
    match chance.randrange(7):
        case 0:
            del parts[at : at + 1]
        case 1:
            parts[at:at] = [chance.choice(parts)] if parts else []
        case 2:
            parts[at:at] = [(chance.choice(KINDS), chance.choice(CONTENTS))]
        case 3:
            parts[at : at + 1] = [(chance.choice(KINDS), content) for _, content in here]
        case 4:
            parts[at : at + 1] = [(bytes(chance.choices(range(256), k=4)), content) for _, content in here]
        case 5:
            parts[at : at + 1] = [(kind, mutations.any_bytes(content, chance)) for kind, content in here]
        case _:
            chance.shuffle(parts)


def grow(data: bytes, chance: Random) -> bytes:
    """Make an image of many small chunks, of one large one, or with a text that would expand to very much."""
    parts = chunks(data) or list(PLAIN)
    kind = chance.choice(KINDS)
    match chance.randrange(4):
        case 0:
            extra = [(kind, b"")] * ((MAX_INPUT - len(data)) // 12)
        case 1:
            extra = [(kind, bytes(MAX_INPUT - len(data) - 200))]
        case 2:
            extra = [(b"iTXt", KEYWORD + b"\x00" * chance.randrange(4, 7) + b"a" * (MAX_INPUT - len(data) - 200))]
        case _:
            extra = [(b"zTXt", KEYWORD + b"\x00\x00" + zlib.compress(bytes(90_000_000), 1))]
    at = chance.randrange(len(parts) + 1)
    return put_together([*parts[:at], *extra, *parts[at:]])[:MAX_INPUT]


PLAIN: tuple[Chunk, ...] = (
    (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
    (b"IDAT", zlib.compress(b"\x00\x00\x80\x00")),
    (b"IEND", b""),
)
CONTENTS: tuple[bytes, ...] = (
    *(KEYWORD + b"\x00\x00\x00\x00\x00" + text.encode() for text in CREDENTIALS),
    KEYWORD + b"\x00\x00\x00en\x00badge\x00{}",
    KEYWORD + b"\x00\x01\x00\x00\x00" + zlib.compress(b"{}"),
    KEYWORD + b"\x00\x00\x00\x00\x00\xff\xfe",
    KEYWORD + b"\x00\x00\x00",
    KEYWORD + b"\x00{}",
    KEYWORD,
    b"OpenBadgeCredential\x00\x00\x00\x00\x00{}",
    b"openbadges\x00\x00\x00\x00\x00https://x.example/1",
    b"",
)


def seeds() -> list[bytes]:
    header, *rest = PLAIN
    texts = [put_together([header, (b"iTXt", content), *rest]) for content in CONTENTS]
    plain = put_together(PLAIN)
    return [plain, plain + b"trailing", plain[:-4], *texts, put_together([*PLAIN, (b"iTXt", CONTENTS[0])])]


TARGET = Target(
    name="png",
    reader="`openbadges.png.unbake`",
    asks="another walk over the chunks finds exactly one credential with the same text; what is baked in comes out, "
    "the image around it is unchanged, and a second one is refused",
    seeds=seeds,
    read=png.unbake,
    refusals=(ContainerUnreadable,),
    judge=judge,
    mutate=mutate,
    grow=grow,
    blind_share=0.2,
)
