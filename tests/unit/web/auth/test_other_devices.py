"""IN05: whoever an account belongs to is told of a sign-in on another device."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col
from time_machine import Traveller

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.notifications.models import OutgoingMail
from accredit.storage import Database
from tests.unit.web.auth.test_staff_sign_in import NIA, PASSWORD
from tests.unit.web.auth.test_staff_sign_in import passwords as passwords  # noqa: PLC0414  # a fixture
from tests.web import ClientFor

pytestmark = pytest.mark.attack("IN05")

AT_SCHOOL = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEWER = AT_SCHOOL.replace("140", "151")
ELSEWHERE = (
    "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/151.0 Mobile Safari/537.36"
)


def letters(client_for: ClientFor, database: Database, device: str, password: str = PASSWORD) -> list[OutgoingMail]:
    """Sign Nia in with a device, in a browser that was never here; return the letters that were written of it."""
    with database.reading() as db:
        before = set(db.execute(sa.select(col(OutgoingMail.id))).scalars())
    client_for().post("/sign-in", data={"email": NIA, "password": password}, headers={"User-Agent": device})
    with database.reading() as db:
        every = db.execute(sa.select(OutgoingMail)).scalars().all()
    return [each for each in every if each.id not in before]


def test_another_device_is_told_once_and_the_first_and_the_same_are_not(
    client_for: ClientFor, passwords: None, sqlite_database: Database, today: Traveller
) -> None:
    assert letters(client_for, sqlite_database, AT_SCHOOL) == []
    assert letters(client_for, sqlite_database, NEWER) == []
    (letter,) = letters(client_for, sqlite_database, ELSEWHERE)
    assert letter.to_address == NIA
    assert letter.text is not None
    assert "Chrome on Android, 30 June 2026, 15:03" in letter.text
    assert "https://accredit.example/account" in letter.text
    # No code, no link that does anything: whoever reads it by mistake can do nothing with it.
    assert "?" not in letter.text.partition("https://")[2].partition("\n")[0]
    assert letters(client_for, sqlite_database, ELSEWHERE) == []
    assert letters(client_for, sqlite_database, AT_SCHOOL) == []
    today.shift(timedelta(days=200))
    assert letters(client_for, sqlite_database, ELSEWHERE) == []
    assert len(letters(client_for, sqlite_database, AT_SCHOOL)) == 1


def test_a_wrong_password_on_another_device_is_no_sign_in(
    client_for: ClientFor, passwords: None, sqlite_database: Database
) -> None:
    letters(client_for, sqlite_database, AT_SCHOOL)
    assert letters(client_for, sqlite_database, ELSEWHERE, password="not the right one") == []


def test_of_a_device_two_words_are_written_down_and_nothing_else(
    client_for: ClientFor, passwords: None, sqlite_database: Database
) -> None:
    letters(client_for, sqlite_database, ELSEWHERE)
    with sqlite_database.reading() as db:
        event = db.execute(sa.select(AuditEvent).where(col(AuditEvent.tag) == Tag.STAFF_SIGNED_IN)).scalar_one()
    assert event.details == {"browser": "chrome", "system": "android"}
