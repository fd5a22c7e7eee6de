"""Nowhere does anybody write about a young person, or a young person about somebody else, in words of their own.

What cannot be typed cannot be told to a machine instead of an adult, and names nobody who was listened to. The few
fields of free text that staff have speak about the school, a programme or a certificate's frame; each is named here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OF_PEOPLE = ("learner", "supervisor")
TEMPLATES = [path for name in OF_PEOPLE for path in sorted((ROOT / "templates" / name).rglob("*.html"))]
TEXTAREA = re.compile(r"<textarea\b", re.IGNORECASE)
LONG_TEXTS = {
    "accredit/web/admin/forms.py": "how an organisation is reached",
    "accredit/web/coordinator/class_list_forms.py": "a class list that is pasted",
    "accredit/web/coordinator/forms.py": "whom young people can talk to at school",
    "accredit/web/coordinator/programme_forms.py": "the wording of a programme",
    "accredit/web/learner/use.py": "a draft whose letters are counted; it is not kept",
}
FIELD = re.compile(r"\bTextAreaField\(")


@pytest.mark.attack("DP03")
@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_page_of_a_young_person_or_supervisor_has_room_for_a_story(path: Path) -> None:
    assert not TEXTAREA.search(path.read_text(encoding="utf-8"))


@pytest.mark.attack("DP03")
def test_every_long_text_is_known_and_none_is_about_a_young_person() -> None:
    modules = sorted((ROOT / "accredit/web").rglob("*.py"))
    found = {str(path.relative_to(ROOT)) for path in modules if FIELD.search(path.read_text(encoding="utf-8"))}
    assert found == set(LONG_TEXTS)
