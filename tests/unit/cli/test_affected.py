"""The drill for a breach: from a file of leaked numbers to a letter for each school."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner, Result

from accredit import migrations
from accredit.cli.affected import affected_command
from accredit.domain.people.models import YoungPerson
from accredit.domain.transparency import operations as transparency
from accredit.kit import typed_code
from accredit.storage import Database, identity, new_id
from tests.cast import Cast, make_cast
from tests.factories import HOST, NOW
from tests.populated import Year, populate

LEARNED = "2026-11-23T09:30:00"


@pytest.fixture
def cast(sqlite_database: Database) -> Cast:
    with sqlite_database.transaction() as db:
        identity.claim(db, base_url=f"https://{HOST}", did_host=HOST, demonstration=False, now=NOW)
        transparency.ensure_log(db, origin=f"{HOST}/ledger")
        return make_cast(db)


@pytest.fixture
def year(sqlite_database: Database, cast: Cast, tmp_path: Path) -> Year:
    return populate(sqlite_database, cast, tmp_path)


def run(database: Database, monkeypatch: pytest.MonkeyPatch, *arguments: str, given: str = "") -> Result:
    command.stamp(migrations.configuration(database), "head")
    for name, value in {
        "BASE_URL": f"https://{HOST}",
        "SECRET_KEY": "s" * 40,
        "PEPPER": "p" * 40,
        "DATABASE_URL": f"sqlite:///{database.engine.url.database}",
    }.items():
        monkeypatch.setenv(f"ACCREDIT_{name}", value)
    return CliRunner().invoke(affected_command, list(arguments), input=given)


@pytest.mark.attack("DP24")
def test_every_number_leads_to_the_young_person_and_each_school_gets_its_letter(
    sqlite_database: Database, cast: Cast, year: Year, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stray = new_id()
    numbers = [
        f"urn:uuid:{year.credential_id}",
        typed_code.show(year.code).lower(),
        str(year.issuance_id),
        str(year.approved_id),
        year.break_id.hex,
        str(cast.olu.id),
        str(stray),
        "Ama Sample",
    ]
    leaked = tmp_path / "numbers.txt"
    leaked.write_text("\n".join([*numbers, numbers[0], ""]), encoding="utf-8")
    letters = tmp_path / "letters"
    done = run(sqlite_database, monkeypatch, str(leaked), "--letters", str(letters), "--known-since", LEARNED)
    assert done.exit_code == 0, done.output
    assert "8 numbers: 3 young people at 2 schools." in done.output
    assert f"2 lead to nobody: erased, of another service, or no number of a person:\n        {stray}" in done.output
    valley, park = sorted(letters.iterdir(), key=lambda path: "park" in path.name)
    assert [each.stat().st_mode & 0o777 for each in (valley, park)] == [0o600, 0o600]
    to_park, to_valley = park.read_text(encoding="utf-8"), valley.read_text(encoding="utf-8")
    assert f"- {cast.ama.name} (3101), Year 12" in to_park
    assert f"- {cast.ben.name}" in to_park
    assert cast.cai.name not in to_park
    assert "The time for it ends on 26 November 2026, 09:30" in to_park
    assert cast.olu.name in to_valley
    assert cast.ama.name not in to_valley


@pytest.mark.attack("DP24")
def test_a_number_of_every_kind_of_row_leads_to_its_person(
    sqlite_database: Database, cast: Cast, year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accredit.domain.retention.queries import belongings

    with sqlite_database.reading() as db:
        found = belongings(db, cast.ama.id)
    assert found is not None
    given = "\n".join(map(str, [*found.ids, *found.issuances]))
    done = run(sqlite_database, monkeypatch, "-", given=given)
    assert done.output.startswith(f"{len(found.ids) + len(found.issuances)} numbers: 1 young person at 1 school.")
    assert "lead to nobody" not in done.output


def test_a_list_that_leads_to_nobody_says_so(
    sqlite_database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_database.reading() as db:
        assert db.get(YoungPerson, cast.ama.id) is not None
    done = run(sqlite_database, monkeypatch, "-", given="x\n\ny\n")
    assert (done.exit_code, done.output.splitlines()[0]) == (0, "2 numbers: 0 young people at 0 schools.")
