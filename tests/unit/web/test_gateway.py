"""What the gateway holds in memory, and what it keeps: seen from inside, with the real application."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from accredit.web import gateway
from accredit.web.gateway import Answer, Gateway

LOOP = "the gateway's loop"


class _Protocol:
    """One connection: the pieces of its body, and the answer it was given."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces, self.answer = pieces, Answer(0, [], b"")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answer = Answer(status, headers, body)


def _scope(path: str, length: int | None) -> Any:
    told = {"transfer-encoding": "chunked"} if length is None else {"content-length": str(length)}
    headers = {"host": "accredit.example", "content-type": "application/pdf"} | told
    return SimpleNamespace(
        http_version="1.1", server="127.0.0.1:1", client="127.0.0.1:2", scheme="https", method="POST", path=path,
        query_string="", authority=None, headers=headers,
    )  # fmt: skip


def _ask(asked: Gateway, *protocols: _Protocol, path: str, length: int | None) -> None:
    async def all_of_them() -> None:
        await asyncio.gather(*(asked.__rsgi__(_scope(path, length), each) for each in protocols))

    # In a thread of its own: where a browser's tests ran before in the same process, this one has a loop that runs.
    loop = threading.Thread(target=lambda: asyncio.run(all_of_them()), name=LOOP)
    loop.start()
    loop.join()


@pytest.mark.attack("VX30")
def test_vx30_a_body_counts_until_it_was_answered(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "MEMORY", 100)
    held: list[int] = []
    asked = Gateway(app, threads=1)
    called = asked._run

    def looking(environ: dict[str, Any]) -> Answer:
        held.append(asked._held)
        return called(environ)

    monkeypatch.setattr(asked, "_run", looking)
    first, second = _Protocol(b"x" * 90), _Protocol(b"y" * 90)
    _ask(asked, first, second, path="/sign-in", length=90)
    assert max(held) <= 180
    assert sorted(each.answer.status == 503 for each in (first, second)) == [False, True]
    assert asked._held == 0


@pytest.mark.attack("VX30")
def test_vx30_nothing_stays_counted_of_what_broke_off(app: Flask) -> None:
    asked = Gateway(app, threads=1)
    short = _Protocol(b"x" * 10)
    _ask(asked, short, path="/sign-in", length=90)
    assert (short.answer.status, asked._held) == (408, 0)


@pytest.mark.attack("WI24")
@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        pytest.param((b"name=x", b""), 200, id="WI24 chunks with their end"),
        pytest.param((b"name=x", b"", b""), 400, id="WI24 chunks that broke off"),
        pytest.param((b"", b""), 400, id="WI24 chunks that never began"),
    ],
)
def test_wi24_part_of_a_body_is_never_taken_for_all_of_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch, pieces: tuple[bytes, ...], status: int
) -> None:
    asked = Gateway(app, threads=1)
    monkeypatch.setattr(asked, "_run", lambda environ: Answer(200, [], environ["wsgi.input"].read()))
    one = _Protocol(*pieces)
    _ask(asked, one, path="/sign-in", length=None)
    assert (one.answer.status, asked._held) == (status, 0)
    assert one.answer.body == (b"name=x" if status == 200 else b"400\n")


def test_only_an_answer_that_asks_to_come_again_is_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Gateway(app, threads=1)
    while app.extensions["accredit.places"].take():
        pass
    called = asked._run
    monkeypatch.setattr(asked, "_run", lambda _environ: Answer(500, [], b"a fault of this moment"))
    broken = _Protocol()
    _ask(asked, broken, path="/verify", length=100_000)
    monkeypatch.setattr(asked, "_run", called)
    well = _Protocol()
    _ask(asked, well, path="/verify", length=100_000)
    assert broken.answer.status == 500
    assert well.answer.status == 503


def test_what_can_be_recalled_is_answered_without_a_thread(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, object]] = []

    def recall(_environ: Mapping[str, Any], body: bytes) -> Mapping[str, Any]:
        if body == b"broken":
            raise RuntimeError
        return {"recalled": body} if body == b"known" else {}

    asked = Gateway(app, threads=1, recall=recall)

    def run(environ: dict[str, Any]) -> Answer:
        seen.append((threading.current_thread().name.partition("_")[0], environ.get("recalled")))
        return Answer(200, [], environ["wsgi.input"].read())

    monkeypatch.setattr(asked, "_run", run)
    bodies = (b"known", b"other", b"broken")
    for body in bodies:
        one = _Protocol(body)
        _ask(asked, one, path="/api/verify", length=len(body))
        assert one.answer.body == body
    assert seen == [(LOOP, b"known"), ("page", None), ("page", None)]
    assert asked._held == 0


@pytest.mark.attack("VX30")
@pytest.mark.parametrize(
    ("body", "is_refused"),
    [
        pytest.param(b"%PDF-1.7 small", True, id="VX30 a small certificate"),
        pytest.param(b"\x89PNG\r\n\x1a\n small", True, id="VX30 a small picture"),
        pytest.param(b"\xff\xd8\xff small", True, id="VX30 a small photograph"),
        pytest.param(b'<?xml version="1.0"?><svg:svg/>', True, id="VX30 a small drawing"),
        pytest.param(b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n%PDF-1.7', True, id="VX30 in a form"),
        pytest.param(b'{"image": "badge.svg"}', False, id="VX30 a text is read without a place"),
    ],
)
def test_vx30_a_small_file_needs_a_place_as_a_large_one_does(
    app: Flask, monkeypatch: pytest.MonkeyPatch, body: bytes, *, is_refused: bool
) -> None:
    places = app.extensions["accredit.places"]
    asked = Gateway(app, threads=1)
    called = asked._run
    monkeypatch.setattr(
        asked, "_run", lambda environ: called(environ) if "accredit.refused" in environ else Answer(200, [], b"opened")
    )
    quiet = _Protocol(body)
    _ask(asked, quiet, path="/api/verify", length=len(body))
    assert (quiet.answer.status, asked._held) == (200, 0)
    taken = 0
    while places.take():
        taken += 1
    busy = _Protocol(body)
    _ask(asked, busy, path="/api/verify", length=len(body))
    assert taken == 2, "the first left its place"
    assert (busy.answer.status, asked._held) == (503 if is_refused else 200, 0)
