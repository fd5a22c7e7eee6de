"""The witness over HTTP: a plain WSGI application of three addresses."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request, Response

from accredit import logs
from accredit.clock import utc_now
from accredit.config import key_passphrase
from accredit.errors import NotReady
from accredit.kit.ledger.witness import ADD_CHECKPOINT, MAX_REQUEST_BYTES, SIZE_TYPE, WitnessRefusal
from accredit.witness import house
from accredit.witness.service import Witness

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

logger = structlog.get_logger()

FOLDER: Final = "ACCREDIT_WITNESS_FOLDER"
TEXT: Final = "text/plain; charset=utf-8"


class WitnessApplication:
    """``POST /add-checkpoint``, ``GET /<hash of origin>/checkpoint``, and at ``/`` the witness's own verifier key."""

    def __init__(self, witness: Witness, clock: Callable[[], datetime]) -> None:
        """Join the witness and the clock."""
        self._witness = witness
        self._clock = clock

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.max_content_length = MAX_REQUEST_BYTES
        try:
            answer = self._answer(request)
        except RequestEntityTooLarge:
            answer = _said(413, f"a request has at most {MAX_REQUEST_BYTES} bytes")
        except WitnessRefusal as refusal:
            answer = _refused(refusal)
        except NotReady as error:
            logger.error("nothing cosigned", code=error.code, detail=error.detail)  # noqa: TRY400
            answer = _said(503, "nothing can be stored now, so nothing is cosigned")
        return answer(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path == ADD_CHECKPOINT:
            if request.method != "POST":
                return _said(405, "POST a checkpoint here", Allow="POST")
            return Response(self._witness.add_checkpoint(request.get_data(), now=self._clock()), content_type=TEXT)
        if request.method not in {"GET", "HEAD"}:
            return _said(405, "only read here", Allow="GET, HEAD")
        if request.path == "/":
            return _said(200, str(self._witness.key))
        note = self._witness.checkpoint(request.path)
        if note is None:
            return _said(404, "never cosigned here")
        return Response(note, content_type=TEXT, headers={"Cache-Control": "no-cache"})


def open_witness(folder: Path, passphrase: str) -> Witness:
    """Open the witness of a folder. Raises `NotReady` when its key, list of logs or state is not as it must be."""
    identity = house.identity_of(folder)
    keyring = house.open_keys(folder, identity, passphrase)
    state = house.state_of(folder)
    for origin in house.known_logs(folder):
        state.latest(origin)
    return Witness(
        identity.key,
        lambda message: keyring.sign(identity.key_id, message),
        lambda: house.known_logs(folder),
        state,
    )


def from_environment() -> WitnessApplication:
    """Build the application; what a WSGI server calls."""
    logs.configure()
    return WitnessApplication(open_witness(Path(os.environ[FOLDER]), key_passphrase()), utc_now)


def _refused(refusal: WitnessRefusal) -> Response:
    if refusal.status == 409:
        # tlog-witness: the size alone, so that the log can prove from there at once.
        return Response(f"{refusal.size}\n", status=409, content_type=SIZE_TYPE)
    return _said(refusal.status, refusal.message)


def _said(status: int, sentence: str, **headers: str) -> Response:
    return Response(f"{sentence}\n", status=status, content_type=TEXT, headers=headers)
