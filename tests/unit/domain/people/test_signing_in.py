"""E-mailed codes and passwords, on both databases."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from accredit.domain.audit.rules import SERVICE
from accredit.domain.people import operations as people
from accredit.domain.people import queries, sign_ins, signing_in
from accredit.domain.people.models import SignInCode
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Database
from tests.factories import NOW, PEPPER

EMAIL, BROWSER = "sam@example.org", "the secret of one browser"


@pytest.fixture
def account_id(database: Database) -> UUID:
    with database.transaction() as db:
        return people.add_account(db, email=EMAIL, actor=SERVICE, now=NOW)


def ask(database: Database, *, email: str = EMAIL, browser: str = BROWSER, after: timedelta = timedelta()) -> str:
    with database.transaction() as db:
        _, code = signing_in.make_code(db, email=email, browser_secret=browser, pepper=PEPPER, now=NOW + after)
        return code


def use(
    database: Database, code: str, *, browser: str = BROWSER, pepper: bytes = PEPPER, after: timedelta = timedelta()
) -> UUID | None:
    with database.transaction() as db:
        return signing_in.use_code(db, code=code, browser_secret=browser, pepper=pepper, now=NOW + after)


def test_code_signs_in_once(database: Database, account_id: UUID) -> None:
    code = ask(database)
    assert use(database, code) == account_id
    assert use(database, code) is None


@pytest.mark.parametrize(
    ("spoil", "works"),
    [
        pytest.param({}, True, id="the right browser in time"),
        pytest.param({"after": timedelta(minutes=10)}, True, id="the tenth minute still counts"),
        pytest.param({"after": timedelta(minutes=10, seconds=1)}, False, id="after ten minutes it is over"),
        pytest.param({"browser": "another browser"}, False, id="another browser cannot use it"),
        pytest.param({"pepper": b"another service"}, False, id="hashes of another service do not fit"),
    ],
)
def test_when_a_code_works(database: Database, account_id: UUID, spoil: dict[str, object], works: bool) -> None:
    code = ask(database)
    assert (use(database, code, **spoil) == account_id) is works  # type: ignore[arg-type]


def test_fifth_wrong_try_uses_it_up(database: Database, account_id: UUID) -> None:
    code = ask(database)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    assert [use(database, wrong) for _ in range(4)] == [None] * 4
    assert use(database, code) == account_id
    code = ask(database)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    assert [use(database, wrong) for _ in range(5)] == [None] * 5
    assert use(database, code) is None


def test_leading_zeros_are_digits_too(database: Database, account_id: UUID) -> None:
    with database.transaction() as db:
        _, code = signing_in.make_code(
            db, email=EMAIL, browser_secret=BROWSER, pepper=PEPPER, now=NOW, draw=lambda _most: 7
        )
    assert code == "00000007"
    assert use(database, "7") is None
    assert use(database, "0000 0007") == account_id


def test_nobody_has_the_address_and_no_code_of_it_works(database: Database, account_id: UUID) -> None:
    with database.transaction() as db:
        whose, code = signing_in.make_code(
            db, email="nobody@example.org", browser_secret=BROWSER, pepper=PEPPER, now=NOW
        )
    assert whose is None
    assert use(database, code) is None


def test_old_codes_are_forgotten(database: Database, account_id: UUID) -> None:
    ask(database, email="nobody@example.org", browser="an old browser")
    ask(database, after=timedelta(minutes=11))
    with database.reading() as db:
        assert len(db.exec(select(SignInCode)).all()) == 1


def test_new_password_is_an_argon2_hash_and_ends_every_sign_in(database: Database, account_id: UUID) -> None:
    with database.transaction() as db:
        before = queries.account(db, account_id)
        assert before is not None
        key = before.fs_uniquifier
        signing_in.set_password(db, account_id=account_id, text="a long walk along the river")
    with database.reading() as db:
        after = queries.account(db, account_id)
    assert after is not None
    assert after.password is not None
    assert PasswordHasher().verify(after.password, "a long walk along the river")
    assert after.fs_uniquifier != key


def test_short_password_is_refused(database: Database, account_id: UUID) -> None:
    with pytest.raises(RuleBroken, match="password-short"), database.transaction() as db:
        signing_in.set_password(db, account_id=account_id, text="elevenchars")


def test_account_that_is_not_there_has_no_password(database: Database) -> None:
    with pytest.raises(NotFound), database.transaction() as db:
        sign_ins.end_every_one(db, account_id=UUID(int=7))
