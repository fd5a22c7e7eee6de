"""The Welsh catalogue says all that the English does, and keeps every placeholder and mark-up in its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parents[2] / "accredit/locale"
_FIXED = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|</?\w+[^>]*>|&\w+;")


def _catalogue(path: str) -> Catalog:
    with (FOLDER / path).open("rb") as file:
        return read_po(file, locale="cy")


@pytest.fixture(scope="module")
def welsh() -> Catalog:
    return _catalogue("cy/LC_MESSAGES/messages.po")


def _forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def test_every_text_of_the_pages_is_in_it(welsh: Catalog) -> None:
    assert {message.id for message in welsh} == {message.id for message in _catalogue("messages.pot")}


def test_nothing_is_left_untranslated(welsh: Catalog) -> None:
    assert [message.id for message in welsh if message.id and not all(_forms(message))] == []


def test_counted_texts_have_the_six_forms_of_welsh(welsh: Catalog) -> None:
    assert [message.id for message in welsh if isinstance(message.id, tuple) and len(_forms(message)) != 6] == []


def test_placeholders_and_mark_up_are_those_of_the_english(welsh: Catalog) -> None:
    faults = []
    for message in welsh:
        counted = isinstance(message.id, tuple)
        wanted = sorted(_FIXED.findall(message.id if isinstance(message.id, str) else message.id[-1]))
        for form in _forms(message):
            found = sorted(_FIXED.findall(form))
            # "One", "two" and "none" may be written in words.
            if found != wanted and not (counted and set(found) <= set(wanted)):
                faults.append((message.id, form))
    assert faults == []
