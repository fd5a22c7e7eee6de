"""The first operator: one code from the console, one account, nobody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from accredit.domain.audit.rules import SERVICE
from accredit.domain.people import first_operator, queries
from accredit.domain.people import operations as people
from accredit.domain.people.models import FirstOperatorCode
from accredit.errors import AccreditError, RuleBroken
from accredit.storage import Database
from tests.factories import NOW, PEPPER

PASSWORD = "walrus pencil yonder figment"


def make(database: Database) -> str:
    with database.transaction() as db:
        return first_operator.make_code(db, pepper=PEPPER, now=NOW)


def use(database: Database, code: str, email: str = "ops@example.org", **changes: object) -> None:
    values: dict[str, object] = {"password": PASSWORD, "now": NOW, **changes}
    with database.transaction() as db:
        first_operator.use_code(db, code=code, email=email, pepper=PEPPER, **values)  # type: ignore[arg-type]


def operators(database: Database) -> list[str]:
    with database.reading() as db:
        return [account.email for account in queries.operators(db)]


def test_the_code_makes_one_operator_and_is_gone(database: Database) -> None:
    code = make(database)
    use(database, code.upper().replace("-", " "))
    assert operators(database) == ["ops@example.org"]
    with database.reading() as db:
        assert db.get(FirstOperatorCode, 1) is None
    with pytest.raises(RuleBroken, match="first-operator-code"):
        use(database, code, "second@example.org")
    with pytest.raises(RuleBroken, match="operator-exists"):
        make(database)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        pytest.param({"code": "aaaa-aaaa-aaaa-aaaa"}, "first-operator-code", id="another code"),
        pytest.param({"code": ""}, "first-operator-code", id="no code"),
        pytest.param({"now": NOW + timedelta(days=1, seconds=1)}, "first-operator-code", id="a day later"),
        pytest.param({"now": NOW - timedelta(hours=1)}, "first-operator-code", id="by a clock that was put back"),
        pytest.param({"password": "short"}, "password-short", id="a short password"),
        pytest.param({"email": "ops at example"}, "email-format", id="no address"),
    ],
)
def test_what_does_not_fit_makes_nobody_and_leaves_the_code(
    sqlite_database: Database, changed: dict[str, object], rule: str
) -> None:
    code = make(sqlite_database)
    with pytest.raises(RuleBroken) as refused:
        use(sqlite_database, **{"code": code, **changed})  # type: ignore[arg-type]
    assert refused.value.rule == rule
    assert operators(sqlite_database) == []
    use(sqlite_database, code)
    assert operators(sqlite_database) == ["ops@example.org"]


def test_a_new_code_replaces_the_one_before(sqlite_database: Database) -> None:
    first, second = make(sqlite_database), make(sqlite_database)
    with pytest.raises(RuleBroken, match="first-operator-code"):
        use(sqlite_database, first)
    use(sqlite_database, second)


def test_a_code_is_of_no_use_once_somebody_runs_the_service(sqlite_database: Database) -> None:
    code = make(sqlite_database)
    with sqlite_database.transaction() as db:
        people.add_account(db, email="console@example.org", is_operator=True, actor=SERVICE, now=NOW)
    with pytest.raises(RuleBroken, match="operator-exists"):
        use(sqlite_database, code)
    assert operators(sqlite_database) == ["console@example.org"]


def test_the_code_is_kept_nowhere(sqlite_database: Database) -> None:
    code = make(sqlite_database)
    with sqlite_database.reading() as db:
        row = db.get(FirstOperatorCode, 1)
    assert row is not None
    assert code.replace("-", "").encode() not in row.code_hash


@pytest.mark.attack("WA34")
def test_wa34_two_who_claim_a_fresh_service_at_once_get_one_operator(database: Database) -> None:
    code, start = make(database), Barrier(4)

    def claim(number: int) -> str | None:
        start.wait()
        try:
            use(database, code, f"ops{number}@example.org")
        except AccreditError as refused:
            return refused.code
        return None

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(claim, range(4)))
    assert sorted(answers, key=str) == [None, *["first-operator-code"] * 3]
    assert len(operators(database)) == 1
