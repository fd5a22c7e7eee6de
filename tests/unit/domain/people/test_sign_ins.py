"""Sign-ins that the service keeps, on both databases."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import SERVICE, Tag
from accredit.domain.people import operations as people
from accredit.domain.people import passkeys, sign_ins, signing_in
from accredit.domain.people.device_keys import Place
from accredit.domain.people.models import Invitation, PasskeyChallenge, SignIn, SignInCode
from accredit.domain.people.rules import SignInWay
from accredit.domain.people.sign_ins import Browser, Device, System
from accredit.errors import NotFound
from accredit.storage import Database
from tests.factories import NOW, PEPPER


@pytest.fixture
def account_id(database: Database) -> UUID:
    with database.transaction() as db:
        return people.add_account(db, email="sam@example.org", actor=SERVICE, now=NOW)


def begin(database: Database, account_id: UUID, *, after: timedelta = timedelta()) -> tuple[UUID, str]:
    with database.transaction() as db:
        device = Device(browser=Browser.FIREFOX, system=System.WINDOWS)
        return sign_ins.begin(db, account_id=account_id, way=SignInWay.PASSPHRASE, device=device, now=NOW + after)


def is_on(database: Database, account_id: UUID, secret: str, *, after: timedelta = timedelta()) -> bool:
    with database.reading() as db:
        return sign_ins.current(db, account_id=account_id, secret=secret, now=NOW + after) is not None


@pytest.mark.parametrize(
    ("after", "goes_on"),
    [
        pytest.param(timedelta(), True, id="WA15 at once"),
        pytest.param(timedelta(hours=12), True, id="WA15 the twelfth hour still counts"),
        pytest.param(timedelta(hours=12, seconds=1), False, id="WA15 after twelve hours it is over"),
        pytest.param(timedelta(hours=-13), False, id="WA15 a clock that was put back keeps nothing awake"),
    ],
)
def test_how_long_a_sign_in_lasts(database: Database, account_id: UUID, after: timedelta, goes_on: bool) -> None:
    _, secret = begin(database, account_id)
    assert is_on(database, account_id, secret, after=after) is goes_on


def test_the_secret_is_kept_as_a_hash_and_belongs_to_one_account(database: Database, account_id: UUID) -> None:
    _, secret = begin(database, account_id)
    with database.transaction() as db:
        other = people.add_account(db, email="nia@example.org", actor=SERVICE, now=NOW)
        row = db.exec(select(SignIn)).one()
    assert secret.encode() not in row.secret_hash
    assert not is_on(database, other, secret)
    assert not is_on(database, account_id, secret[:-1])
    assert not is_on(database, account_id, "")


def test_wa10_showing_again_who_one_is_exchanges_the_secret(database: Database, account_id: UUID) -> None:
    sign_in_id, before = begin(database, account_id)
    later = NOW + timedelta(minutes=20)
    with database.transaction() as db:
        after = sign_ins.renew(db, sign_in_id=sign_in_id, proved=True, now=later)
    assert not is_on(database, account_id, before)
    with database.reading() as db:
        found = sign_ins.current(db, account_id=account_id, secret=after, now=later)
    assert found is not None
    assert (found.came_at, found.proved_at) == (NOW, later)


@pytest.mark.parametrize(
    ("minutes", "fresh"),
    [
        pytest.param(10, True, id="WA16 ten minutes are fresh"),
        pytest.param(10.1, False, id="WA16 more than ten are not"),
        pytest.param(-11, False, id="WA16 a proof from the future is none"),
    ],
)
def test_how_long_a_proof_holds(minutes: float, fresh: bool) -> None:
    assert sign_ins.is_proved(NOW, now=NOW + timedelta(minutes=minutes)) is fresh
    assert not sign_ins.is_proved(None, now=NOW)


def test_one_is_ended_and_the_others_go_on(database: Database, account_id: UUID) -> None:
    first, second = begin(database, account_id), begin(database, account_id, after=timedelta(minutes=1))
    with database.transaction() as db:
        assert [each.id for each in sign_ins.of_account(db, account_id, now=NOW)] == [second[0], first[0]]
        sign_ins.end_one(db, account_id=account_id, sign_in_id=first[0], actor=SERVICE, now=NOW)
    assert not is_on(database, account_id, first[1])
    assert is_on(database, account_id, second[1])
    with database.reading() as db:
        assert db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_SIGN_INS_ENDED)).one().details == {
            "ended": 1
        }


def test_nobody_ends_the_sign_in_of_another(database: Database, account_id: UUID) -> None:
    sign_in_id, secret = begin(database, account_id)
    with database.transaction() as db:
        other = people.add_account(db, email="nia@example.org", actor=SERVICE, now=NOW)
    with pytest.raises(NotFound), database.transaction() as db:
        sign_ins.end_one(db, account_id=other, sign_in_id=sign_in_id, actor=SERVICE, now=NOW)
    with database.transaction() as db:
        sign_ins.leave(db, account_id=other, sign_in_id=sign_in_id)
        assert sign_ins.end_others(db, account_id=other, kept=None, actor=SERVICE, now=NOW) == 0
    assert is_on(database, account_id, secret)


def test_wa12_every_one_is_ended_but_the_one_at_hand(database: Database, account_id: UUID) -> None:
    all_of_them = [begin(database, account_id) for _ in range(3)]
    with database.transaction() as db:
        kept = all_of_them[1][0]
        assert sign_ins.end_others(db, account_id=account_id, kept=kept, actor=SERVICE, now=NOW) == 2
    assert [is_on(database, account_id, secret) for _, secret in all_of_them] == [False, True, False]


def test_a_sign_in_that_was_just_ended_is_not_renewed(database: Database, account_id: UUID) -> None:
    sign_in_id, _ = begin(database, account_id)
    with database.transaction() as db:
        sign_ins.end_every_one(db, account_id=account_id)
    with pytest.raises(NotFound), database.transaction() as db:
        sign_ins.renew(db, sign_in_id=sign_in_id, proved=True, now=NOW)


def test_what_is_long_over_is_forgotten(database: Database, account_id: UUID) -> None:
    begin(database, account_id)
    begin(database, account_id, after=timedelta(hours=13))
    with database.reading() as db:
        assert len(db.exec(select(SignIn)).all()) == 1


def test_wa12_what_a_restored_backup_brings_back_is_ended(database: Database, account_id: UUID) -> None:
    _, secret = begin(database, account_id)
    with database.transaction() as db:
        signing_in.make_code(db, email="sam@example.org", browser_secret="x", pepper=PEPPER, now=NOW)
        passkeys.ask(db, account_id=None, place=Place(host="a.example", origin="https://a.example"), now=NOW)
        sign_ins.forget_all(db)
        assert all(db.exec(select(model)).all() == [] for model in (SignIn, SignInCode, PasskeyChallenge, Invitation))
    assert not is_on(database, account_id, secret)


WINDOWS, PHONE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"


@pytest.mark.parametrize(
    ("said", "device"),
    [
        pytest.param(f"{WINDOWS} Chrome/130 Safari/537.36 Edg/130", (Browser.EDGE, System.WINDOWS), id="Edge"),
        pytest.param(f"{WINDOWS} Chrome/130 Safari/537.36", (Browser.CHROME, System.WINDOWS), id="Chrome"),
        pytest.param(f"{WINDOWS} Gecko/20100101 Firefox/131", (Browser.FIREFOX, System.WINDOWS), id="Firefox"),
        pytest.param(f"{PHONE} Version/18.0 Safari/604.1", (Browser.SAFARI, System.IPHONE), id="Safari on a telephone"),
        pytest.param(f"{PHONE} CriOS/130 Safari/604.1", (Browser.CHROME, System.IPHONE), id="Chrome on an iPhone"),
        pytest.param(
            "Mozilla/5.0 (X11; CrOS x86_64) Chrome/130 Safari", (Browser.CHROME, System.CHROMEBOOK), id="Chromebook"
        ),
        pytest.param("", (Browser.OTHER, System.OTHER), id="one that says nothing"),
    ],
)
def test_two_words_are_kept_of_a_device(said: str, device: tuple[Browser, System]) -> None:
    assert sign_ins.device_of(said) == Device(browser=device[0], system=device[1])
