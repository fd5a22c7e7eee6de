"""What we write ourselves keeps to the language list: programme templates, the demonstration, and every page."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from accredit.domain.credentials.rules import SCOPE_LINE, TARIFF_LINE
from accredit.domain.programmes import wording
from accredit.domain.programmes.language_list import Action, Place
from accredit.domain.programmes.rules import Definition
from accredit.domain.programmes.templates import TEMPLATES

ACCREDIT = Path(__file__).resolve().parents[2] / "accredit"
# Sentences of our own that a list of words misreads, by exact match.
OURS = {
    SCOPE_LINE,
    TARIFF_LINE,
    # A file is damaged, never a person.
    "This file is damaged or not complete",
    "Please do not rely on it. Ask the person for the original, or ask the organisation. The person may not know: "
    "files get damaged, and copies get changed on the way.",
    # What Google and Microsoft call it, on the page for whoever sets a school's sign-in up.
    "Client id",
    "Client secret",
    "Give the client id",
    "Give the client secret",
    # Told to whoever runs the service.
    "A key does not open: ACCREDIT_KEY_PASSPHRASE is another one than it was, or the file is damaged. Put the "
    "passphrase right or bring the file back from its backup, and start the worker again. Its journal names the file.",
    # It says what an award is not.
    "This is not a DBS check, a safeguarding clearance, a reference or a regulated qualification.",
    "The signature proves that the organisation said this; the organisation vouches for the facts. This is not a DBS "
    "check, a safeguarding clearance, a reference or a regulated qualification",
}
# What each nation's schools call it, so that a page can say so to them; never about anybody.
NATIONS = {"SEND", "ALN", "ASN", "SEN"}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES.keys())
def test_a_template_has_nothing_to_be_remarked_upon(template: Definition) -> None:
    assert wording.remarks_on(template) == ()


def test_no_page_uses_a_word_that_a_school_could_not_publish() -> None:
    said = {text: found for text in _pages() if (found := _refused(text)) and text not in OURS | NATIONS}
    assert said == {}


def test_every_exemption_is_still_needed() -> None:
    assert {text for text in OURS - {SCOPE_LINE, TARIFF_LINE} if not _refused(text)} == set()
    assert OURS - {SCOPE_LINE, TARIFF_LINE} <= set(_pages())


def test_the_demonstration_keeps_to_the_list() -> None:
    said = {text: found for text in _demonstration() if (found := wording.remarks(text, Place.TITLE))}
    assert said == {}


def _refused(text: str) -> list[str]:
    return [each.word for each in wording.remarks(text, Place.TEXT) if each.action is Action.REFUSE]


def _pages() -> Iterator[str]:
    with (ACCREDIT / "locale" / "messages.pot").open("rb") as opened:
        for message in read_po(opened):
            yield from message.id if isinstance(message.id, tuple | list) else (str(message.id),)


def _demonstration() -> Iterator[str]:
    """Yield what the invented school writes: its titles, names and the columns of its records."""
    for file in (ACCREDIT / "demo").rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        documented = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
                yield node.value
    for export in sorted((files("accredit.demo") / "data").iterdir(), key=lambda each: each.name):
        rows = csv.DictReader(export.read_text(encoding="utf-8-sig").splitlines())
        for row in rows:
            yield from (row[column] or "" for column in ("Programme", "Activity type", "Adult's role") if column in row)
