"""A file beside the credential in a stranger's PDF, PNG or SVG, taken out in a child, as `credentials` takes that."""

from __future__ import annotations

from accredit.sandbox.sandbox import Sandbox, Stopped

files = Sandbox("accredit.sandbox.attachment_task:take")
"""The one of this process. It starts with the first file."""


def take_out(data: bytes, name: str, *, sandbox: Sandbox = files) -> bytes | None:
    """Return the one attached file of this name; None where there is none, or where there was no answer."""
    try:
        return sandbox.run(name.encode("ascii") + b"\0" + data) or None
    except Stopped:
        # What is attached beside the credential is never needed to call it false, so its absence says nothing.
        return None
