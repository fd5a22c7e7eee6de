"""The log names nobody: neither what is published nor what its leaves commit to."""

from __future__ import annotations

import json
import uuid
from datetime import date

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.people.models import Account, Staff, YoungPerson
from accredit.domain.transparency.models import LedgerRecord
from accredit.domain.transparency.rules import Act, Entry
from accredit.errors import RuleBroken
from accredit.storage import Database
from tests.populated import Year
from tests.web import Browser


@pytest.fixture
def personal(sqlite_database: Database) -> set[str]:
    """Everything by which somebody at the school could be told: names, parts of names, addresses, references."""
    wanted = (
        sa.select(col(YoungPerson.printed_name)),
        sa.select(col(YoungPerson.known_as)),
        sa.select(col(YoungPerson.school_reference)),
        sa.select(col(Staff.name)),
        sa.select(col(Account.email)),
    )
    with sqlite_database.reading() as db:
        found = {text for each in wanted for text in db.execute(each).scalars() if text}
    parts = found | {part for text in found for part in text.split() if len(part) > 2}
    assert len(parts) > 10
    return {part.lower() for part in parts}


@pytest.mark.attack("LG13")
def test_no_statement_that_a_leaf_commits_to_names_anybody(
    sqlite_database: Database, year: Year, personal: set[str]
) -> None:
    with sqlite_database.reading() as db:
        statements = list(db.execute(sa.select(col(LedgerRecord.record))).scalars())
    assert len(statements) > 10
    for each in statements:
        written = json.dumps(each).lower()
        words = set(written.replace('"', " ").replace(",", " ").split())
        assert not {one for one in personal if one in words or (" " in one and one in written) or f"{one}@" in written}


@pytest.mark.attack("LG13")
def test_what_is_published_holds_nothing_but_hashes(stranger: Browser, year: Year, personal: set[str]) -> None:
    note = stranger.get("/ledger/checkpoint").text
    size = note.splitlines()[1]
    tile = stranger.get(f"/ledger/tile/0/000.p/{size}").data
    entries = stranger.get(f"/ledger/tile/entries/000.p/{size}").data
    assert (len(tile), len(entries)) == (32 * int(size), 34 * int(size))
    readable = (note.encode() + tile + entries).lower()
    assert not {each for each in personal if each.encode() in readable and len(each) > 4}


@pytest.mark.attack("LG13")
@pytest.mark.parametrize(
    "record",
    [
        {"name": "Ama Sample"},
        {"by": "ama@example.org"},
        {"remark": "was late again"},
        {"of": [{"who": "Siân"}]},
        {"Ama Sample": 1},
        {"born": "4 May 2010"},
        {"name": "Ama%20Sample"},
    ],
    ids=[
        "a name",
        "an address",
        "a remark",
        "letters beyond ASCII",
        "a name as a key",
        "a date in words",
        "a name with its space escaped",
    ],
)
def test_prose_cannot_enter_a_record(record: dict[str, object]) -> None:
    with pytest.raises(RuleBroken) as refused:
        Entry(act=Act.HOURS_APPROVED, subject_id=uuid.uuid4(), record=record)
    assert refused.value.rule == "text-in-ledger"


def test_ids_digests_dates_and_words_of_fixed_lists_can() -> None:
    record = {
        "id": str(uuid.uuid4()),
        "on": date(2026, 3, 2).isoformat(),
        "at": "2026-03-02T09:30:00Z",
        "key": "did:web:accredit.example:o:school#assertion-1",
        "key-at-a-port": "did:web:localhost%3A8080:o:school#assertion-1",
        "role": "co-ordinator",
        "minutes": 45,
        "is": True,
        "no": None,
        "list": ["WA-PS", "M1"],
    }
    assert Entry(act=Act.HOURS_APPROVED, subject_id=uuid.uuid4(), record=record).record == record
