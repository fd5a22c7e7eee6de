"""What young people read asks for no more than six years of school, page by page, and has no long sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from tests.house.reading_age import read, sentences_of, syllables

ROOT = Path(__file__).resolve().parents[2]
GRADE, LONGEST = 6.0, 25
FUNCTIONS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PAGES = [
    *sorted(ROOT.glob("templates/learner/*.html")),
    ROOT / "templates/auth/own_devices.html",
    ROOT / "templates/learner/take.txt",
    ROOT / "templates/layouts/young.html",
    ROOT / "templates/components/talk.html",
]
CODE = [*sorted(ROOT.glob("accredit/web/learner/*.py")), ROOT / "accredit/web/auth/own_devices.py"]
PAPERS = [ROOT / "docs/privacy/notice-young-people.md", ROOT / "docs/guides/young-person.md"]


def said(path: Path) -> list[str]:
    """Return the English texts of a page, of code or of a paper; tables and headings of papers are left out."""
    if path.suffix == ".md":
        lines = path.read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line.strip() and not line.startswith(("|", "#", "<"))]
    method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
    found = [message for _line, message, *_ in extract_from_file(method, path, keywords=FUNCTIONS)]
    return [text for each in found for text in ([each] if isinstance(each, str) else each) if text]


TEXTS = {str(path.relative_to(ROOT)): said(path) for path in (*PAGES, *CODE, *PAPERS)}


@pytest.mark.attack("DP19")
@pytest.mark.parametrize("name", [name for name, texts in TEXTS.items() if texts])
def test_a_text_for_young_people_is_easy_to_read(name: str) -> None:
    reading = read(TEXTS[name])
    assert reading.grade <= GRADE, f"{name} asks for {reading.grade:.1f} years of school"
    long = [each for text in TEXTS[name] for each in sentences_of(text) if len(each.split()) > LONGEST]
    assert long == []


def test_much_is_read() -> None:
    assert sum(read(texts).words for texts in TEXTS.values() if texts) > 2_000


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("page", 1),
        ("listening", 3),
        ("certificate", 4),
        ("supervision", 4),
        ("organisation", 5),
        ("school", 1),
        ("little", 2),
        ("signed", 1),
    ],
)
def test_syllables_are_those_that_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_what_lawyers_write_would_be_noticed() -> None:
    hard = (
        "Notwithstanding the aforementioned provisions, the controller shall retain personal information indefinitely."
    )
    assert read([hard]).grade > 3 * GRADE
