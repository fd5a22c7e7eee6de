"""WZ30: nothing is written that the audit trail does not tell of: neither by a page nor by an operation."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, col

import accredit.domain
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from tests.house.access_matrix import Stage
from tests.house.test_hostile_input import readers
from tests.house.test_routes import everything, watched_writes

pytestmark = [pytest.mark.attack("WZ30"), pytest.mark.timeout(600)]

DOMAIN = Path(accredit.domain.__file__).parent
# Of whoever looks, not of what is done: how long a sign-in was quiet, that a code was tried, a press of Done.
BESIDE = {"audit_event", "sign_in", "sign_in_code", "passkey_challenge", "second_step", "ledger_leaf", "ledger_record"}
BESIDE |= {"ledger_head", "outgoing_mail", "class_list_columns", "word_card", "own_passkey_challenge"}
MORE_THAN_ONE = {
    "POST /hours/approve": "each entry is an act of its own",
    "POST /hours": "each entry is an act of its own",
}


def test_every_page_that_writes_tells_of_it_once(stage: Stage) -> None:
    """Each form is sent by whom it is for, with everything filled in; what it changed has exactly one event."""
    form, faults, effective = everything(stage.world), [], 0
    with stage.on_the_day(), watched_writes(stage.world.database) as written, stage.taken_back() as again:
        # What was written is taken back each time, so this is how it is before every one.
        rows, events = contents(stage), len(trail(stage))
        for row, who in readers(stage):
            if row.method == "GET":
                continue
            written.clear()
            stage.ask(who, row.method, stage.world.path(row.rule), data=form)
            if not written:
                continue
            changed, told = contents(stage) != rows, trail(stage)[events:]
            again()
            effective += changed
            if changed and not told:
                faults.append(f"{row.name} as {who} changed something, and nobody is told")
            if len(told) > 1 and row.name not in MORE_THAN_ONE and len({each[0] for each in told}) == 1:
                faults.append(f"{row.name} as {who} is told more than once: {told}")
    assert faults == []
    assert effective >= 20, effective


def contents(stage: Stage) -> dict[str, int]:
    """Return a digest of every table that holds what people did."""
    with stage.world.database.engine.connect() as connection:
        return {
            table.name: hash(tuple(sorted(map(repr, connection.execute(sa.select(table))))))
            for table in SQLModel.metadata.sorted_tables
            if table.name not in BESIDE
        }


def trail(stage: Stage) -> list[tuple[Tag, UUID | None]]:
    """Return every event, oldest first."""
    with stage.world.database.reading() as db:
        wanted = sa.select(col(AuditEvent.tag), col(AuditEvent.subject_id)).order_by(sa.text("audit_event.rowid"))
        # That somebody looked tells of the page they were answered with, not of what they wrote.
        return [(tag, subject) for tag, subject in db.execute(wanted) if tag is not Tag.YOUNG_PERSON_LOOKED_AT]


def functions() -> dict[str, list[tuple[str, ast.FunctionDef]]]:
    """Return every function of the domain by its name, with its module."""
    found: defaultdict[str, list[tuple[str, ast.FunctionDef]]] = defaultdict(list)
    for path in sorted(DOMAIN.rglob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name].append((path.relative_to(DOMAIN).with_suffix("").as_posix(), node))
    return found


def called_in(function: ast.FunctionDef) -> set[str]:
    """Return the names of all functions that one calls."""
    return {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
    }


def writes(function: ast.FunctionDef) -> bool:
    """Say whether a function itself writes rows."""
    verbs = {"add", "add_all", "delete", "insert", "update"}
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in verbs
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"db", "sa"}
        for node in ast.walk(function)
    )


def tells(function: ast.FunctionDef) -> bool:
    """Say whether a function itself records an event."""
    return "audit.record(" in ast.unparse(function)


def closure(start: set[str], every: dict[str, list[tuple[str, ast.FunctionDef]]]) -> set[str]:
    """Return the names that call one of ``start``, directly or through others."""
    found = set(start)
    while True:
        more = {name for name, each in every.items() if any(called_in(node) & found for _, node in each)} - found
        if not more:
            return found
        found |= more


def test_every_operation_with_an_actor_tells_of_what_it_writes() -> None:
    """Whoever is named as the one who acts is named in the trail."""
    every = functions()
    telling = closure({name for name, each in every.items() if any(tells(node) for _, node in each)}, every)
    writing = closure({name for name, each in every.items() if any(writes(node) for _, node in each)}, every)
    silent = [
        f"{module}.{name}"
        for name, each in every.items()
        for module, node in each
        if not name.startswith("_")
        and "actor" in {argument.arg for argument in node.args.kwonlyargs}
        and name in writing - telling
    ]
    assert silent == [], "Record an event in the same transaction, or have what it calls record it."
