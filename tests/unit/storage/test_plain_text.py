"""Text as people look for it is the same in Python, in SQLite and in PostgreSQL."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from accredit.storage import Database
from accredit.storage.plain_text import Plain, holds, holds_every_word, plain

NAMES = {
    "Siân Gwenllïan Dŵr": "sian gwenllian dwr",
    "ÉMILE O'Neill-Żak": "emile o'neill-zak",
    "Strauß": "strauss",
    "ﬁne": "fine",
    "Ngô Văn Đạt": "ngo van đat",
    "": "",
    "100%_\\": "100%_\\",
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=lambda text: text or "nothing")
def test_a_text_is_the_same_everywhere(text: str, expected: str, database: Database) -> None:
    assert plain(text) == expected
    with database.reading() as db:
        assert db.execute(sa.select(Plain(sa.literal(text)))).scalar_one() == expected


def test_nothing_stays_nothing(database: Database) -> None:
    with database.reading() as db:
        assert db.execute(sa.select(Plain(sa.cast(sa.null(), sa.String)))).scalar_one() is None


@pytest.mark.parametrize(
    ("wanted", "text", "expected"),
    [
        pytest.param("sian", "Siân Dŵr", True, id="without marks"),
        pytest.param("DŴR", "Siân Dwr", True, id="with marks that are not there"),
        pytest.param("%", "Siân", False, id="a sign that stands for anything elsewhere"),
        pytest.param("%", "100%", True, id="that sign itself"),
        pytest.param("_", "Siân", False, id="a sign that stands for one letter elsewhere"),
    ],
)
def test_a_word_is_found(wanted: str, text: str, expected: bool, database: Database) -> None:
    with database.reading() as db:
        assert bool(db.execute(sa.select(holds(wanted, sa.literal(text)))).scalar_one()) is expected


def test_each_word_is_somewhere(database: Database) -> None:
    columns = (sa.literal("Siân Dŵr"), sa.literal("12A"))
    with database.reading() as db:
        for text, expected in (("dwr 12a", True), ("dwr 12b", False), ("", True)):
            assert bool(db.execute(sa.select(holds_every_word(text, *columns))).scalar_one()) is expected
