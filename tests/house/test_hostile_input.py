"""Whatever stands in an address or a form, at every address: it stays data, and nobody is shown a fault of ours.

Every name that any page or view uses is sent to every address at once, by somebody whom the address is for. A mark in
each text shows where it went: into a statement's parameters, never into its words; into a page as text, never into a
header of its own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel
from werkzeug.test import TestResponse

import accredit.web
from tests.house import access_matrix
from tests.house.access_matrix import OPENS, Row, Stage
from tests.house.test_routes import everything

# A walk over every address takes longer than another test may.
pytestmark = [pytest.mark.xdist_group("access-matrix"), pytest.mark.timeout(600)]

MARK = "zq7x"
# Whoever may do most comes first: what is refused at the door is not read.
WHO = ("co-ordinator", "administrator", "supervisor", "the young person", "operator", "stranger")
# Each costs a walk over the whole service: one of a kind.
TEXTS = [
    pytest.param(f"{MARK}' OR '1'='1", id="WI19 a quote"),
    pytest.param(f'{MARK}"; DROP TABLE person; --', id="WI19 a second statement"),
    pytest.param(f"-1 OR {MARK}", id="WI19 a number that is none"),
    pytest.param(f"{MARK}\r\nX-Injected: {MARK}\r\n\r\n<p>", id="WI22 a line of its own in the head"),
    pytest.param(f"{MARK}\u010d\u010aX-Injected: {MARK}", id="WI22 letters that lose their upper half"),
    pytest.param(f"{MARK}\x1b[31m\x00\u2028\u202e\ud7ff\ufffe", id="WI27 characters that cannot be kept"),
    pytest.param(f"{{{{7*7}}}}{MARK}{{% for x in y %}}${{7*7}}#{{7*7}}<%= 7*7 %>", id="WI06 the signs of templates"),
    pytest.param(f"../../../../etc/passwd\x00{MARK}/%2e%2e/..\\..\\{MARK}", id="WI20 a way out of the folder"),
]
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"
SHAPES: dict[str, dict[str, Any]] = {
    "an object": {"json": {"name": {"a": ["b"]}, "enrolment": {"$ne": None}}},
    "a list": {"json": [["name", "x"]]},
    "a number": {"data": b"7", "content_type": "application/json"},
    "broken JSON": {"data": b'{"name": ', "content_type": "application/json"},
    "names with brackets": {"data": {"name[]": "x", "name[a][b]": "y", "entry[0]": "z", "": "q"}},
    "bytes that are no text": {"data": b"name=%ff%fe%00&entry=\xff\xc0", "content_type": FORM},
    "parts without an end": {"data": b"--x\r\nContent-Disposition: form-data", "content_type": f"{PARTS}; boundary=x"},
    "parts without a boundary": {"data": b"--x\r\n", "content_type": PARTS},
    "XML": {"data": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "content_type": "application/xml"},
    "a letter set that nobody has": {"data": b"name=x", "content_type": f"{FORM}; charset=klingon"},
}  # fmt: skip
EVERYWHERE = {"an object", "a number", "names with brackets", "bytes that are no text", "parts without an end"}
"""What may differ from one view to the next; the others end in what all of them share, and are tried at every tenth."""


@cache
def names_in_code() -> frozenset[str]:
    """Return every name that a view asks an address or a form for."""
    found = set()
    for path in Path(accredit.web.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                asked = ast.unparse(node.func)
                first = node.args[0]
                if re.match(r"request\.(args|form|values)\.get", asked) and isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return frozenset(found)


@pytest.fixture(scope="module")
def names(stage: Stage) -> list[str]:
    """Return the names of all fields of all pages that anybody sees, and what views ask for besides."""
    found = set(names_in_code()) | set(everything(stage.world))
    for who in ("stranger", "the young person", "supervisor", "co-ordinator", "administrator", "operator"):
        for each in stage.answers(who):
            if each.answer.mimetype == "text/html":
                found |= set(re.findall(r'<(?:input|select|textarea|button)[^>]*? name="([^"]+)"', each.answer.text))
    return sorted(found)


def readers(stage: Stage) -> Iterator[tuple[Row, str]]:
    """Yield every address with somebody who may use it."""
    written = access_matrix.written()
    for row in stage.rows:
        cells = written.get(row.table, {}).get(row.name, {})
        who = next((column for column in WHO if cells.get(column) == OPENS), None)
        if who is not None:
            yield row, who


@contextmanager
def statements(stage: Stage) -> Iterator[list[str]]:
    """Collect the words of every statement, without what is bound to it."""
    found: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if MARK in statement:
            found.append(statement)

    engine = stage.world.database.engine
    sa.event.listen(engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        sa.event.remove(engine, "before_cursor_execute", look)


def asked(stage: Stage, who: str, row: Row, path: str, **sent: Any) -> tuple[TestResponse | None, str]:
    """Return an answer and what is wrong with it."""
    try:
        answer = stage.ask(who, row.method, path, **sent)
    except Exception as error:  # noqa: BLE001  # any at all is the fault that is looked for
        return None, f"{row.name} as {who}: {type(error).__name__} {str(error)[:120]}"
    broken = answer.status_code >= 500 and row.rule.rule != "/readyz"
    return answer, f"{row.name} as {who}: {answer.status_code}" if broken else ""


def test_enough_is_tried(stage: Stage, names: list[str]) -> None:
    # Otherwise the tests below would pass on names that nobody reads.
    assert len(names) > 80
    assert {"code", "next", "page"} <= set(names) | {"page"}
    assert sum(1 for _ in readers(stage)) > 150


@pytest.mark.parametrize("text", TEXTS)
def test_it_stays_data(stage: Stage, names: list[str], text: str) -> None:
    faults = []
    with stage.on_the_day(), stage.taken_back() as again, statements(stage) as found:
        for row, who in readers(stage):
            path = stage.world.path(row.rule)
            fields = dict.fromkeys(names, text)
            sent = {"query_string": fields} if row.method == "GET" else {"data": fields}
            answer, fault = asked(stage, who, row, path, **sent)
            again()
            faults += [fault] if fault else []
            faults += [f"{row.name}: {statement[:200]}" for statement in found]
            found.clear()
            if answer is not None:
                faults += [f"{row.name}: {fault}" for fault in told(answer)]
    assert faults == []


def told(answer: TestResponse) -> Iterator[str]:
    """Yield what an answer does with the text that it must not."""
    if "X-Injected" in answer.headers:
        yield "a header of somebody else's"
    if any("\r" in value or "\n" in value for _, value in answer.headers):
        yield "a line in a header"
    if f"49{MARK}" in answer.get_data().decode("utf-8", "replace"):
        yield "a template of somebody else's"
    if b"root:x:" in answer.get_data():
        yield "a file of the machine's"


@pytest.mark.attack("WI20", "WI22")
@pytest.mark.parametrize(
    "text",
    [f"..%2f..%2f{MARK}", f"{MARK}%0d%0aX-Injected:%20x", f"{MARK}%00.pdf"],
)
def test_an_address_stays_an_address(stage: Stage, text: str) -> None:
    faults = []
    with stage.on_the_day(), stage.taken_back() as again, statements(stage) as found:
        for row, who in readers(stage):
            if row.rule.arguments:
                answer, fault = asked(stage, who, row, re.sub(r"<[^>]+>", text, row.rule.rule))
                again()
                faults += [fault] if fault else []
                faults += [f"{row.name}: {statement[:200]}" for statement in found]
                found.clear()
                faults += [f"{row.name}: {fault}" for fault in told(answer)] if answer is not None else []
    assert faults == []


@pytest.mark.attack("WI27")
@pytest.mark.parametrize("shape", SHAPES)
def test_another_shape_than_expected_is_no_fault_of_ours(stage: Stage, shape: str) -> None:
    faults = []
    forms = [(row, who) for row, who in readers(stage) if row.method != "GET"]
    with stage.on_the_day(), stage.taken_back() as again:
        for row, who in forms if shape in EVERYWHERE else forms[::10]:
            faults.append(asked(stage, who, row, stage.world.path(row.rule), **SHAPES[shape])[1])
            again()
    assert [fault for fault in faults if fault] == []


@pytest.mark.attack("WZ05")
def test_fields_that_nobody_offered_change_nothing(stage: Stage) -> None:
    """Whoever adds a role, a school, a status or an approver to a form gets what the form alone gives."""
    sly = {
        "is_operator": "y",
        "organisation_id": str(stage.world.cast.other_organisation_id),
        "status": "approved",
        "approved_by": str(stage.world.cast.nia.id),
        "decided_by": str(stage.world.cast.nia.id),
        "is_test": "y",
        "issued_at": "2020-01-01",
        "source": "import",
        "recognised_at": "2020-01-01",
    }
    offered = set(names_in_code())
    assert not offered & set(sly)
    form = everything(stage.world)
    differs = []
    with stage.on_the_day(), stage.taken_back() as again:
        for row, who in readers(stage):
            if row.method == "POST" and row.access.permissions:
                path = stage.world.path(row.rule)
                outcomes = []
                for data in (form, {**form, **sly}):
                    answer = stage.ask(who, row.method, path, data=data)
                    outcomes.append((answer.status_code, contents(stage)))
                    again()
                differs += [row.name] if outcomes[0] != outcomes[1] else []
    assert differs == []


def contents(stage: Stage) -> dict[str, int]:
    """Count the rows of each table, with what was set in the columns that somebody would like to set."""
    wanted = ("is_operator", "status", "recognised_at", "source", "organisation_id")
    found = {}
    with stage.world.database.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            columns = [table.c[name] for name in wanted if name in table.c]
            rows = connection.execute(sa.select(*columns, sa.func.count()).group_by(*columns)).all() if columns else ()
            found[table.name] = hash(tuple(sorted(map(repr, rows))))
    return found
