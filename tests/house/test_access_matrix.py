"""Every cell of who may do what is written down, is as it is written, and breaks no rule of the house."""

from __future__ import annotations

import pytest

from accredit.domain.organisations.rules import Permission, Role, permissions_of
from accredit.web.access import Audience
from tests.house import access_matrix
from tests.house.access_matrix import COLUMNS, NOTHING, OPENS, OUTSIDE, REFUSED, SIGN_IN, Row, Stage

pytestmark = [pytest.mark.attack("WZ01")]

HOW = (
    "Run `python -m tests.house.access_matrix`: it plays each route as each kind of reader and writes the lines into "
    "tests/house/access and docs/access.md. Then read `git diff tests/house/access`, see that every cell is what you "
    "meant, and commit it with the route. (Does an address hold a new name, say in World.values() of "
    "tests/house/test_routes.py what stands for it.)"
)
ROLES = {"supervisor": Role.SUPERVISOR, "co-ordinator": Role.COORDINATOR, "administrator": Role.ADMINISTRATOR}
WRITTEN = access_matrix.written()


def cells_of(row: Row) -> dict[str, str]:
    return WRITTEN.get(row.table, {}).get(row.name, {})


def test_no_cell_is_unlisted(stage: Stage) -> None:
    listed = {(table, name) for table, lines in WRITTEN.items() for name in lines}
    served = {(row.table, row.name) for row in stage.rows}
    unlisted, gone = sorted(served - listed), sorted(listed - served)
    assert unlisted == [], f"Nobody has said who gets what there. {HOW}"
    assert gone == [], f"These are listed and no longer there. {HOW}"


def test_every_route_says_the_same_of_itself(stage: Stage) -> None:
    changed = {row.name: row.whom for row in stage.rows if cells_of(row).get("for") != row.whom}
    assert changed == {}, f"Their audience is another than the one that was written down. {HOW}"


@pytest.mark.parametrize("column", COLUMNS)
def test_everybody_gets_what_is_written(stage: Stage, column: str) -> None:
    played = stage.play(column)
    differs = {
        row.name: f"written {expected}, got {played[row.name]}"
        for row in stage.rows
        if (expected := cells_of(row).get(column)) != played[row.name]
    }
    assert differs == {}, f"What {column} gets is not what is written. Was it meant? {HOW}"


def test_nobody_of_another_school_gets_anything_that_is_named(stage: Stage) -> None:
    """What an address names is as if it did not exist, for whatever role somebody holds elsewhere."""
    faults = [
        f"{row.name}: {column} {cells_of(row)[column]}"
        for row in stage.rows
        for column in OUTSIDE
        if row.names_a_record
        and row.access.audience is not Audience.PUBLIC
        and cells_of(row).get(column) != _of_strangers_record(row, column)
    ]
    assert faults == []


def _of_strangers_record(row: Row, column: str) -> str:
    who, audience = column.removesuffix(" of another school"), row.access.audience
    role = ROLES.get(who)
    if (who == "program") is not (audience is Audience.CLIENT):
        # No key opens a page, and no cookie what is for programs.
        return SIGN_IN
    if audience is Audience.CLIENT and row.method != "GET":
        # What a program sends is held to the description first, and a form is none; tests/unit/web/api/v1 goes on.
        return OPENS
    admitted = {
        Audience.PERMISSION: role is not None and bool(row.access.permissions & permissions_of([role])),
        Audience.ACCOUNT: role is not None,
        Audience.YOUNG_PERSON: role is None,
        Audience.OPERATOR: False,
    }
    return NOTHING if admitted.get(audience, True) else REFUSED


def test_a_permission_opens_exactly_the_pages_that_ask_for_it(stage: Stage) -> None:
    """Whether a role is let in follows from the rules alone, never from a page."""
    faults = []
    for row in stage.rows:
        for column, role in ROLES.items():
            if row.access.audience is Audience.PERMISSION:
                may = bool(row.access.permissions & permissions_of([role]))
                if (cells_of(row).get(column) == REFUSED) is may:
                    faults.append(f"{row.name}: {column} {cells_of(row).get(column)}")
    assert faults == []


def test_who_runs_the_service_has_no_power_in_a_school(stage: Stage) -> None:
    schools = {row.name: cells_of(row).get("operator") for row in stage.rows if row.access.permissions}
    assert {name: cell for name, cell in schools.items() if cell != REFUSED} == {}


def test_a_stranger_gets_nothing_that_is_not_for_everybody(stage: Stage) -> None:
    closed = {
        row.name: cells_of(row).get("stranger") for row in stage.rows if row.access.audience is not Audience.PUBLIC
    }
    assert {name: cell for name, cell in closed.items() if cell != SIGN_IN} == {}


def test_no_cell_is_a_fault_of_the_service() -> None:
    cells = {
        cell for lines in WRITTEN.values() for line in lines.values() for key, cell in line.items() if key != "for"
    }
    assert cells <= {OPENS, SIGN_IN, REFUSED, NOTHING}


def test_every_permission_opens_something() -> None:
    named = {
        word for lines in WRITTEN.values() for line in lines.values() for word in line["for"].replace(",", "").split()
    }
    assert {permission.value for permission in Permission} <= named


def test_the_readable_table_is_the_same() -> None:
    assert access_matrix.DOCUMENT.read_text("utf-8") == access_matrix.document(WRITTEN), HOW
