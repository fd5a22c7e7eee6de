"""Credentials as texts, to be baked into pictures."""

from __future__ import annotations

import json
from collections.abc import Callable

from accredit.kit.openbadges.errors import ContainerUnreadable

from .documents import DOCUMENTS

CREDENTIALS: tuple[str, ...] = (
    json.dumps(DOCUMENTS[0], ensure_ascii=False),
    json.dumps(DOCUMENTS[-1]),
    '{"name": "Siân <b>]]></b> & \\"Zoë\\" 👩‍🏫"}',
    "{}",
    "{]]>]]]]><![CDATA[}",
    "eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl",
    "a.b.c",
)


def a_text(digest: bytes) -> str:
    """Choose a credential, the same for the same digest, with something of its own in it."""
    text = CREDENTIALS[digest[0] % len(CREDENTIALS)]
    if not text.startswith("{"):
        return text + digest[:8].hex()
    letters = "".join(chr(0x20 + byte) if byte < 0xF0 else chr(0x1F300 + byte) for byte in digest)
    return json.dumps({"text": text, "letters": letters, "number": digest[1]}, ensure_ascii=digest[2] % 2 == 0)


def baked(bake: Callable[[bytes, str], bytes], data: bytes, text: str) -> tuple[bytes, str]:
    """Bake a text into a picture; answer what came of it, and ``baked`` or the code of the refusal."""
    try:
        return bake(data, text), "baked"
    except ContainerUnreadable as refused:
        return b"", refused.code
