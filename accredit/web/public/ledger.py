"""The public log, as C2SP tlog-tiles names its files: a checkpoint, and tiles that never change."""

from __future__ import annotations

from flask import Response

from accredit.domain.transparency import queries as log
from accredit.errors import NotFound
from accredit.web.access import public
from accredit.web.database import reading
from accredit.web.public import bp
from accredit.web.public.machine import FOR_EVER, machine_answer


@bp.get("/ledger/checkpoint")
@public
def checkpoint() -> Response:
    """Answer with the latest signed checkpoint, and the lines of the witnesses that cosigned it."""
    with reading(everywhere=True) as db:
        found = log.latest_checkpoint(db)
        note = None if found is None else log.published_note(db, found)
    if note is None:
        raise NotFound("checkpoint")
    # A monitor must see growth at once, so a cache asks again each time.
    return machine_answer(note, "text/plain; charset=utf-8", cache="no-cache")


@bp.get("/ledger/tile/<path:tile_path>")
@public
def tile(tile_path: str) -> Response:
    """Answer with a tile of hashes, or under ``entries/`` a bundle of leaves."""
    with reading(everywhere=True) as db:
        found = log.tile(db, f"tile/{tile_path}")
    # C2SP tlog-tiles: partial tiles of a given width never change either.
    return machine_answer(found, "application/octet-stream", cache=FOR_EVER)
