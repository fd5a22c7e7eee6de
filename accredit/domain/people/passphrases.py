"""Which passwords are taken, and how one is kept; nothing is ever asked of a service elsewhere.

- It has at least 12 characters and at most 1,024 bytes; nothing of it is cut off, no kind of character is needed.
- It is compared in one Unicode form (NFKC), so that the same keys open the account on every keyboard.
- It does not stand in the lists of stolen passwords, nor is it made from them, from keys side by side, from dates, or
  from the reader's own name, address or school (NIST SP 800-63B §3.1.1.2).
- It is kept as an Argon2 hash.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from zxcvbn import zxcvbn  # type: ignore[import-untyped]

from accredit.errors import RuleBroken

SHORTEST = 12
MOST_BYTES = 1_024
# Ten thousand million guesses: beyond the lists and everything that is built from them.
LEAST_GUESSES = 10**10
# The work of the estimate grows with the square of what it looks at, and more says nothing more.
LOOKED_AT = 72


def normalised(text: str) -> str:
    """Return a password in the form that is hashed. Raises `RuleBroken` ``password-long``."""
    # Measured before the work of normalising, which may make one character eighteen, and again after it.
    if len(text) > MOST_BYTES:
        raise RuleBroken("password-long", most=MOST_BYTES)
    form = unicodedata.normalize("NFKC", text)
    if len(form.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise RuleBroken("password-long", most=MOST_BYTES)
    return form


def check(text: str, *, about: Iterable[str] = ()) -> str:
    """Return a password fit to be hashed; ``about`` are the words that anybody who knows the reader would try.

    Raises `RuleBroken`: ``password-long``, ``password-short``, ``password-common``.
    """
    form = normalised(text)
    if len(form) < SHORTEST:
        raise RuleBroken("password-short", least=SHORTEST)
    words = {word for phrase in about for word in (phrase, *re.split(r"[\W_]+", phrase)) if len(word) >= 3}
    # What is left of an all too long password must be strong by itself, so the rest can be left out.
    if int(zxcvbn(form[:LOOKED_AT], user_inputs=sorted(words))["guesses"]) < LEAST_GUESSES:
        raise RuleBroken("password-common")
    return form


def hashed(text: str, *, about: Iterable[str] = ()) -> str:
    """Return the Argon2 hash of a password. Raises what `check` raises."""
    return PasswordHasher().hash(check(text, about=about))
