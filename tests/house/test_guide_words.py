"""What the guides tell people to press stands on a page: each of its words in italics is one of ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDES = {name: ROOT / "docs" / "guides" / f"{name}.md" for name in ("school", "young-person")}
IN_ITALICS = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")


@pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)
def test_every_word_in_italics_is_on_a_page(guide: Path) -> None:
    pages = "\n".join(
        path.read_text(encoding="utf-8")
        for folder, kind in (("templates", "*.html"), ("accredit", "*.py"))
        for path in (ROOT / folder).rglob(kind)
    )
    told = {said.rstrip(".") for said in IN_ITALICS.findall(guide.read_text(encoding="utf-8"))}
    assert len(told) > 30
    assert {said for said in told if said not in pages} == set()


@pytest.mark.parametrize(("guide", "fewest"), [("school", 5), ("young-person", 3)])
def test_every_picture_is_there_and_says_what_it_shows(guide: str, fewest: int) -> None:
    path_of = GUIDES[guide]
    pictures = re.findall(r'<img src="([^"]+)" width="\d+" alt="([^"]+)">', path_of.read_text(encoding="utf-8"))
    assert len(pictures) > fewest
    assert [path for path, alt in pictures if not (path_of.parent / path).is_file() or len(alt) < 20] == []
