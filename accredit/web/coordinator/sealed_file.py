"""A file that travels with its own form, so that nothing of it is kept before somebody confirms.

It is compressed and signed for one organisation and one day: what comes back is what was uploaded here, and a class
list left on a screen cannot be sent in again next week.
"""

from __future__ import annotations

import base64
import zlib
from uuid import UUID

from flask import current_app
from itsdangerous import BadSignature, TimestampSigner

from accredit.domain.people.class_list_table import MOST_BYTES
from accredit.errors import Conflict

ONE_DAY_SECONDS = 86_400


def seal(data: bytes, organisation_id: UUID) -> str:
    """Return the file as text for a hidden field."""
    return _signer(organisation_id).sign(base64.urlsafe_b64encode(zlib.compress(data))).decode()


def unseal(text: str, organisation_id: UUID) -> bytes:
    """Return the file. Raises `Conflict` ``plan-out-of-date`` when it was not sealed here, for them, today."""
    try:
        packed = base64.urlsafe_b64decode(_signer(organisation_id).unsign(text, max_age=ONE_DAY_SECONDS))
    except BadSignature as error:
        raise Conflict("plan-out-of-date") from error
    # Bounded, whatever is in it: one byte more than is ever sealed.
    return zlib.decompressobj().decompress(packed, MOST_BYTES + 1)


def _signer(organisation_id: UUID) -> TimestampSigner:
    return TimestampSigner(str(current_app.secret_key), salt=f"class-list:{organisation_id}")
