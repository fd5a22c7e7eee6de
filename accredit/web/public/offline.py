"""What anybody can take away, so that certificates can be checked when this service is gone."""

from __future__ import annotations

from flask import Response

from accredit.clock import utc_now
from accredit.domain.verification import leaving
from accredit.domain.verification import trust as anchors
from accredit.domain.verification.handing_out import trust_of
from accredit.domain.verification.trust import Trust
from accredit.errors import NotFound
from accredit.rendering.verifier_file import FILE_NAME, verifier_file
from accredit.web.access import public
from accredit.web.database import reading
from accredit.web.public import bp
from accredit.web.public.machine import small_answer


@bp.get(f"/{FILE_NAME}")
@public
def verifier() -> Response:
    """Answer with the single file that checks certificates, to be kept; it is not opened here."""
    answer = small_answer(verifier_file(_trust()), "text/html; charset=utf-8")
    # Its own policy allows its script; ours, on this host, would not, and a page to be kept is kept best as a file.
    answer.headers.set("Content-Disposition", "attachment", filename=FILE_NAME)
    return answer


@bp.get("/accredit-trust.json")
@public
def trust_anchors() -> Response:
    """Answer with the trust anchors alone, for ``accredit verify --trust``."""
    return small_answer(anchors.write(_trust()), "application/json")


def _trust() -> Trust:
    with reading(everywhere=True) as db:
        # As of the beginning of the day, so that one day's copies are alike, and whoever has one is not sent another.
        found = trust_of(db, now=leaving.on_day(utc_now()))
    if found is None:
        raise NotFound("trust-anchors")
    return found
