"""What is packed: our own font and colours, nothing that is the government's alone, nothing from elsewhere."""

from __future__ import annotations

import gzip
import re

import pytest
from fontTools.ttLib import TTFont

from accredit.web.static_files import STATIC, content_hash
from tests.unit.web.gallery_app import make_gallery

STYLES = ["public.css", "school.css"]


@pytest.mark.parametrize("name", STYLES)
def test_styles_load_nothing_from_elsewhere_and_only_what_is_there(name: str) -> None:
    for address in re.findall(r"url\(([^)]*)\)", (STATIC / name).read_text()):
        path, _, version = address.partition("?v=")
        assert version == content_hash(path), f"{address} is stale: run make assets"


@pytest.mark.parametrize("name", STYLES)
def test_the_crown_and_its_font_are_absent(name: str) -> None:
    text = (STATIC / name).read_text().lower()
    assert "gds transport" not in text
    assert "crown" not in text
    assert "lexend" in text


def test_scripts_import_the_packed_files() -> None:
    for address in re.findall(r'from "\./([^"]+)"', (STATIC / "school.js").read_text()):
        path, _, version = address.partition("?v=")
        assert version == content_hash(path)


def test_the_core_font_writes_welsh_and_the_other_one_the_rest() -> None:
    core = TTFont(STATIC / "fonts" / "lexend-core.woff2").getBestCmap()
    more = TTFont(STATIC / "fonts" / "lexend-more.woff2").getBestCmap()
    assert all(ord(letter) in core for letter in "âêîôûŵŷÂÊÎÔÛŴŶïáéíóú½¼¾’“”–")
    assert all(ord(letter) in more for letter in "ŁŻółćẹọṣńāēğ\u0301\u0300\u0323" if ord(letter) not in core)
    assert not core.keys() & more.keys()


def test_licences_are_packed_with_what_they_cover() -> None:
    assert "MIT" in (STATIC / "licences" / "govuk-frontend.txt").read_text()
    assert "SIL Open Font License" in (STATIC / "licences" / "lexend.txt").read_text()


@pytest.mark.parametrize(
    ("name", "accepted", "encoding"),
    [
        pytest.param("public.css", "gzip, br", "gzip", id="a style is compressed"),
        pytest.param("logo.svg", "gzip", "gzip", id="a drawing is compressed"),
        pytest.param("public.css", "identity", None, id="a browser that cannot read it gets it plain"),
        pytest.param("fonts/lexend-core.woff2", "gzip", None, id="a font is compressed already"),
    ],
)
def test_files_are_small_on_the_way(name: str, accepted: str, encoding: str | None) -> None:
    client = make_gallery(None).test_client()
    with client.get(f"/static/{name}", headers={"Accept-Encoding": accepted}) as answer:
        sent = answer.data
        assert answer.headers.get("Content-Encoding") == encoding
    whole = gzip.decompress(sent) if encoding else sent
    assert whole == (STATIC / name).read_bytes()
    assert len(sent) < len(whole) or not encoding


def test_nothing_outside_the_packed_files_is_sent() -> None:
    client = make_gallery(None).test_client()
    assert client.get("/static/../static_files.py", headers={"Accept-Encoding": "gzip"}).status_code == 404
    assert client.get("/static/none.css", headers={"Accept-Encoding": "gzip"}).status_code == 404
