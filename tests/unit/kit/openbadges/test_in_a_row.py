"""Badges that come in a row and share an achievement: read and written as if each came alone."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from accredit.bench import credentials
from accredit.kit.openbadges import credential
from accredit.kit.openbadges.credential import RowReader
from accredit.kit.openbadges.errors import DocumentInvalid


def _documents() -> list[dict[str, Any]]:
    return copy.deepcopy(list(credentials.of_one_achievement(3)))


def test_each_of_a_row_is_read_as_it_is_read_alone() -> None:
    reader = RowReader()
    for each in [*_documents(), *credentials.of_many(4)]:
        assert reader.read(each) == credential.read(each)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("credentialSubject", "achievement", "name"), None, id="an achievement without a name"),
        pytest.param(("credentialSubject", "achievement", "creditsAvailable"), True, id="a truth for a number"),
        pytest.param(("credentialSubject", "achievement"), "an achievement", id="an achievement that is a text"),
        pytest.param(("credentialSubject", "id"), "somebody", id="a subject whose id is none"),
        pytest.param(("credentialSubject",), None, id="no subject"),
        pytest.param(("validFrom",), "yesterday", id="no date"),
    ],
)
def test_what_is_refused_alone_is_refused_in_a_row(path: tuple[str, ...], value: Any) -> None:
    good, other, bad = _documents()
    # To Python one and true are equal, and a row must not take one for the other.
    for each in (good, other):
        each["credentialSubject"]["achievement"]["creditsAvailable"] = 1
    holder: dict[str, Any] = bad
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    with pytest.raises(DocumentInvalid) as alone:
        credential.read(bad)
    reader = RowReader()
    reader.read(good)
    reader.read(other)
    with pytest.raises(DocumentInvalid) as in_a_row:
        reader.read(bad)
    assert in_a_row.value.problems == alone.value.problems


def test_a_badge_written_around_its_achievement_is_the_badge_to_the_last_byte() -> None:
    for document in (*_documents(), *credentials.of_many(4)):
        read = credential.read(document)
        around = read.document_around(read.subject.achievement.document())
        assert repr(around) == repr(read.document())
