"""No page says a word that no translator was offered: a language of our own marks every word that is translated.

Each page is opened by somebody whom it is for; each form is sent by them with everything and with nothing, and what
they are led to is read too. What a page may say without a mark is data: what stands in the database and in what was
signed, and the few names of `NAMES`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import flask_babel
import pytest
import sqlalchemy as sa
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords
from sqlmodel import SQLModel

import accredit
from accredit.domain.credentials.document import criteria_narrative
from accredit.domain.facilitation.rules import PARTS
from accredit.domain.programmes.templates import TEMPLATES
from accredit.storage import Database
from accredit.web import words
from accredit.web.access import Audience
from tests.house import access_matrix
from tests.house.access_matrix import OPENS, Row, Stage
from tests.house.marked_words import LETTERS, Marking, unmarked
from tests.house.test_routes import everything

ROOT = Path(accredit.__file__).parents[1]
# A page that several of them may open is read with the eyes of the first.
READERS = ("the young person", "co-ordinator", "administrator", "supervisor", "operator", "stranger")
NAMES = (
    "accredit",
    "accredit.example",
    "https://",
    "openid",
    # Frameworks of skills, as those who made them call them.
    "ESCO",
    "Skills Builder Universal Framework 2.0",
    # The headings of the file that a school's own log is.
    "entry, arbor student id, programme, activity type, date, start, minutes, supervising adult, status, decided by, "
    "decided on, reason",
    # WTForms says it in Welsh, so this language of ours cannot mark it.
    "Nid yw hwn yn ddewis dilys",
)
NOT_WORDS = (
    # A date or a month, which Welsh says in its own words.
    r"\d+ \w+ \d{4}|\b[A-Z][a-z]+ \d{4}",
    # Codes of slips and certificates, the secret of a second step, an address.
    r"\b[2-9A-Z]{5}-[2-9A-Z]{5}-[2-9A-Z]{4}\b|\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b|did:web:\S+|/[\w/-]+",
    # What is signed, as it was signed.
    r"Trained in \d+ modules .* Approved by \d+ adults?\.",
)


@dataclass(frozen=True)
class Looked:
    """What a walk in the marked language found: page and text, and every text that a translation was asked for."""

    found: dict[str, str]
    asked: set[str]
    pages: int


@pytest.fixture(scope="module")
def looked() -> Looked:
    """Let everybody open and send all that is for them."""
    marking, pages = Marking(), 0
    found: dict[str, str] = {}
    with pytest.MonkeyPatch.context() as patch, access_matrix.staged() as stage:
        patch.setattr(words, "catalogue", lambda _language: marking)
        patch.setattr(flask_babel.Domain, "get_translations", lambda _domain: marking)
        stage.world.app.extensions["accredit.languages"] = ("cy",)
        known = _data(stage.world.database, everything(stage.world))
        for where, html in _walk(stage):
            pages += 1
            for text in unmarked(html):
                if LETTERS.search(known.sub(" ", text)):
                    found.setdefault(text, where)
    return Looked(found, marking.asked, pages)


def _walk(stage: Stage) -> Iterator[tuple[str, str]]:
    """Yield every page as one reader sees it, with its name."""
    listed, form = access_matrix.written(), everything(stage.world)
    with stage.on_the_day(), stage.taken_back() as again:
        for row in stage.rows:
            if row.access.audience is Audience.CLIENT:
                continue
            reader = _reader(row, listed)
            for sent in ({},) if row.method == "GET" else ({"data": form}, {}):
                path = stage.world.path(row.rule)
                answer = stage.ask(reader, row.method, path, follow_redirects=True, **sent)
                again()
                kept = answer.headers.get("Content-Disposition", "").startswith("attachment")
                if answer.mimetype == "text/html" and not kept:
                    yield f"{row.name}, {reader}, {answer.status_code}", answer.get_data(as_text=True)


def _reader(row: Row, listed: dict[str, dict[str, dict[str, str]]]) -> str:
    cells = listed.get(row.table, {}).get(row.name, {})
    return next((each for each in READERS if cells.get(each) == OPENS), READERS[0])


def _data(database: Database, typed: object) -> re.Pattern[str]:
    """Match what is data: names and phrases of any table, of the programmes to start from, and what is typed here."""
    data = set(_texts(typed))
    with database.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            for row in connection.execute(sa.select(table)):
                data.update(_texts(list(row)))
    for template in TEMPLATES.values():
        data.update(_texts(asdict(template)))
        for level in template.levels:
            data.update(_texts(criteria_narrative(template, level)))
    # The parts of an adult's training are named in what is signed, as modules are.
    data.update(part.title for part in PARTS)
    # The codes of our own lists are data too, and single words of the pages.
    said = NAMES + tuple(each for each in data if len(each) > 2 and re.search(r"[A-Z@\d]|\w \w", each))
    return re.compile("|".join([*map(re.escape, sorted(said, key=len, reverse=True)), *NOT_WORDS]))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str | bytes):
        with suppress(ValueError):
            value = json.loads(value)
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif value is not None and not isinstance(value, bytes):
        yield from (" ".join(line.removeprefix("- ").split()) for line in str(value).splitlines())


def test_many_pages_were_read(looked: Looked) -> None:
    assert looked.pages > 400
    assert len(looked.asked) > 1500


def test_no_page_says_a_word_that_nobody_could_translate(looked: Looked) -> None:
    assert looked.found == {}


def test_every_word_that_pages_ask_for_reaches_the_translators(looked: Looked) -> None:
    """`make translations` finds each: under whatever name a module calls for a translation."""
    tool = (ROOT / "tools/translations.sh").read_text("utf-8")
    keywords = DEFAULT_KEYWORDS | parse_keywords(re.findall(r"-k (\S+)", tool))
    kinds = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
    offered: set[str] = set()
    for folder in ("accredit", "templates"):
        for _file, _line, message, *_rest in extract_from_dir(ROOT / folder, kinds, keywords=keywords):
            offered.update(message if isinstance(message, tuple) else (message,))
    assert looked.asked - offered == set()


def test_no_word_is_asked_for_inside_another_text() -> None:
    """Nothing that collects words for translators looks into an f-string."""
    names = {"_", "_l", "gettext", "lazy_gettext", "ngettext", "lazy_ngettext", "ugettext", "ungettext"}
    hidden = [
        f"{file.relative_to(ROOT)}:{call.lineno}"
        for file in (ROOT / "accredit").rglob("*.py")
        for text in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in names
    ]
    assert hidden == []
