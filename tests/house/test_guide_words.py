"""What the school's guide tells people to press stands on a page: each of its words in italics is one of ours."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guides" / "school.md"
IN_ITALICS = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")


def test_every_word_in_italics_is_on_a_page() -> None:
    pages = "\n".join(
        path.read_text(encoding="utf-8")
        for folder, kind in (("templates", "*.html"), ("accredit", "*.py"))
        for path in (ROOT / folder).rglob(kind)
    )
    told = {said.rstrip(".") for said in IN_ITALICS.findall(GUIDE.read_text(encoding="utf-8"))}
    assert len(told) > 30
    assert {said for said in told if said not in pages} == set()


def test_every_picture_is_there_and_says_what_it_shows() -> None:
    pictures = re.findall(r'<img src="([^"]+)" width="\d+" alt="([^"]+)">', GUIDE.read_text(encoding="utf-8"))
    assert len(pictures) > 5
    assert [path for path, alt in pictures if not (GUIDE.parent / path).is_file() or len(alt) < 20] == []
