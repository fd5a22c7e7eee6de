"""Time-based one-time passwords (RFC 6238): six digits that change every thirty seconds, as authenticator apps show.

- HMAC-SHA-1 over the number of the half-minute (RFC 4226 §5.3, RFC 6238 §4): what every app computes.
- One step to either side is taken too, for clocks that differ and fingers that are slow (RFC 6238 §5.2).
- A step that was used, and every one before it, is never taken again (RFC 6238 §5.2).
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

DIGITS = 6
STEP_SECONDS = 30
DRIFT = 1
SECRET_BYTES = 20  # RFC 4226 §4, R6: as long as the hash.


def new_secret() -> bytes:
    """Return a fresh secret."""
    return secrets.token_bytes(SECRET_BYTES)


def step_at(moment: datetime) -> int:
    """Return the number of the half-minute."""
    return int(moment.timestamp()) // STEP_SECONDS


def code(secret: bytes, step: int) -> str:
    """Return the digits of one step."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    # RFC 4226 §5.3: the last four bits say where the four bytes begin, whose first bit is dropped.
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching_step(secret: bytes, typed: str, *, now: datetime, used: int) -> int | None:
    """Return the step whose code was typed, or None; steps up to ``used`` count no more. Spaces carry nothing."""
    digits = "".join(typed.split())
    here, found = step_at(now), None
    for step in range(here - DRIFT, here + DRIFT + 1):
        # Every step is compared, so that the time says nothing about which one it was.
        fits = hmac.compare_digest(code(secret, step).encode(), digits.encode("utf-8", "replace"))
        if fits and step > used and found is None:
            found = step
    return found


def spelled(secret: bytes) -> str:
    """Return a secret as apps take it from a keyboard: letters and digits in groups of four (RFC 4648 §6)."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address(secret: bytes, *, issuer: str, account: str) -> str:
    """Return the ``otpauth`` address that an app reads from a QR code (Key URI Format)."""
    values = urlencode(
        {"secret": spelled(secret).replace(" ", ""), "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS},
        quote_via=quote,
    )
    return f"otpauth://totp/{quote(f'{issuer}:{account}', safe='')}?{values}"
