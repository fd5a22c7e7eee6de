"""VN29: whatever a school writes, making its certificate opens no address and no file; and VN28: nothing else does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import fields
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from accredit.domain.organisations.rules import Details
from accredit.rendering import certificate as module
from accredit.rendering.certificate import certificate_html, certificate_pdf
from tests.unit.rendering.certificates import certificate

CONSTRUCTS = {
    "attachment": '<link rel="attachment" href="{0}">',
    "attachment of a link": '<a rel="attachment" href="{0}">x</a>',
    "style sheet": '<link rel="stylesheet" href="{0}">',
    "import": "<style>@import url({0});</style>",
    "background": '<p style="background: url({0})">x</p>',
    "font": "<style>@font-face {{ font-family: x; src: url({0}) }} body {{ font-family: x }}</style>",
    "picture": '<img src="{0}" alt="x">',
    "object": '<object data="{0}"></object>',
    "embed": '<embed src="{0}">',
    "picture in a drawing": '<svg xmlns="http://www.w3.org/2000/svg"><image href="{0}" width="9" height="9"/></svg>',
    "content": '<style>p::before {{ content: url("{0}") }}</style><p>x</p>',
    "bookmark": '<h1 style="bookmark-label: url({0})">x</h1>',
}
SECRET = "nobody may read this through a certificate"


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """Listen on this machine and note whoever comes."""
    came: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        ended = threading.Event()

        def listen() -> None:
            while not ended.is_set():
                try:
                    visitor, _ = server.accept()
                except TimeoutError:
                    continue
                with visitor:
                    visitor.settimeout(1)
                    came.append(visitor.recv(200))

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x", came
        ended.set()
        thread.join()


@pytest.fixture
def secret(tmp_path: Path) -> str:
    path = tmp_path / "secret.svg"
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><title>{SECRET}</title></svg>')
    return path.as_uri()


def attachments(made: bytes) -> dict[str, bytes]:
    with pikepdf.open(BytesIO(made)) as document:
        return {name: document.attachments[name].get_file().read_bytes() for name in document.attachments}


@pytest.mark.attack("VN29", "WI07")
@pytest.mark.parametrize("construct", CONSTRUCTS.values(), ids=CONSTRUCTS)
def test_vn29_what_a_school_writes_is_text(construct: str, listener: tuple[str, list[bytes]], secret: str) -> None:
    address, came = listener
    plain = set(attachments(certificate_pdf(certificate())))
    for target in (address, secret):
        text = construct.format(target)
        written = certificate(name=text, organisation=text, sentence=text, signatory_name=text, skills=(text,))
        assert text not in certificate_html(written)
        made = certificate_pdf(written)
        assert set(attachments(made)) == plain
        assert not any(SECRET.encode() in content for content in attachments(made).values())
    assert came == []


@pytest.mark.attack("VN29")
@pytest.mark.parametrize("construct", CONSTRUCTS.values(), ids=CONSTRUCTS)
def test_vn29_even_as_markup_it_opens_nothing(
    construct: str, listener: tuple[str, list[bytes]], secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, came = listener
    plain = set(attachments(certificate_pdf(certificate())))
    asked: list[str] = []
    opened = Path.open

    def noting(self: Path, *arguments: Any, **options: Any) -> Any:
        asked.append(str(self))
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", noting)
    for target in (address, secret):
        # As if the first wall, which makes text of everything, had fallen.
        html = module.certificate_html(certificate()).replace("</body>", construct.format(target) + "</body>")
        with monkeypatch.context() as fallen:
            fallen.setattr(module, "certificate_html", lambda *_, html=html, **__: html)
            try:
                made = certificate_pdf(certificate())
            except Exception:  # noqa: BLE001  # no certificate at all is as good an answer
                continue
        assert set(attachments(made)) == plain
        assert SECRET.encode() not in made
    assert came == []
    assert not [path for path in asked if path.endswith("secret.svg")]


@pytest.mark.attack("VN28")
def test_vn28_a_school_sets_no_address_that_the_service_would_ever_open() -> None:
    # What an administrator may write of a school is for people to read; mail servers and witnesses are the operator's.
    told = {each.name for each in fields(Details)}
    own = {"own_line", "head_name", "head_title", "head_since"}
    assert told == {"name", "town", "urn", "charity_number", "ukprn", "contact", "talk_to", *own}
