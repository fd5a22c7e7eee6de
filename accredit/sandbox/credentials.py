"""Files that may carry a credential, opened in the sandbox of this process.

What a child answers is as untrusted as the file: it is held to its form here, and read strictly by whoever asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from accredit.sandbox.sandbox import Cause, Sandbox, Stopped

MAX_CODES = 10
MAX_CODE = 5_000
SMALL_TEXT = 64_000
"""Up to this many bytes a text costs less to read than a child costs to ask: ours have some 8,000."""
files = Sandbox("accredit.sandbox.credential_task:take")
"""The one of this process. It starts with the first file, or when `Sandbox.start` is called."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What came out of a file: a credential's text, or what its QR codes say."""

    text: bytes | None = None
    codes: tuple[str, ...] = ()


class Refused(Exception):
    """The file was looked at and holds nothing of use; ``code`` is the reader's own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def take_out(data: bytes, *, sandbox: Sandbox = files) -> Taken:
    """Return what a file carries. Raises `Refused`, or `Stopped` when there was no answer that could be one."""
    answer = sandbox.run(data)
    try:
        return _taken(answer)
    except (ValueError, RecursionError):
        raise Stopped(Cause.CRASHED) from None


def _taken(answer: bytes) -> Taken:
    kind, rest = answer[:1], answer[1:]
    if kind == b"C" and rest:
        return Taken(text=rest)
    if kind == b"R" and rest.isascii() and len(rest) < 60:
        raise Refused(rest.decode())
    if kind == b"A":
        codes = json.loads(rest)
        if isinstance(codes, list) and all(isinstance(each, str) and len(each) <= MAX_CODE for each in codes):
            return Taken(codes=tuple(codes[:MAX_CODES]))
    raise ValueError("an answer is not in its form")
