"""The weekly e-mail: off until chosen, on Mondays, once, without names, and stopped by one press of a button."""

from __future__ import annotations

import re
import socket
from datetime import UTC, datetime, timedelta
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.organisations import suspending
from accredit.domain.organisations.rules import Role, SuspensionReason
from accredit.domain.people import digests, staffing
from accredit.domain.people.models import WeeklyDigest
from accredit.jobs.digests import Digests
from accredit.jobs.handlers import Desk
from accredit.jobs.mail import Post, SmtpTransport
from accredit.jobs.reconciler import Reconciler
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player
from tests.factories import NOW, PEPPER
from tests.unit.web.coordinator.school import plan_training, train
from tests.web import BASE_URL, ClientFor, make_settings

MONDAY = datetime(2026, 7, 6, 6, tzinfo=UTC)
"""Seven in the morning in London, on the first Monday after the cast's today."""


def choose(database: Database, player: Player, language: str = "en") -> None:
    with database.transaction() as db:
        digests.choose(db, staff_id=player.id, language=language, actor=player.actor, now=NOW)


def queue_due(database: Database, now: datetime = MONDAY) -> int:
    return Digests(database, base_url=BASE_URL, pepper=PEPPER, clock=lambda: now).queue_due()


def letters(database: Database) -> list[OutgoingMail]:
    with database.reading() as db:
        return list(db.exec(select(OutgoingMail)))


def test_nobody_is_written_to_who_did_not_choose_it(sqlite_database: Database, cast: Cast) -> None:
    assert queue_due(sqlite_database) == 0
    assert letters(sqlite_database) == []


def test_it_comes_on_monday_once_and_again_a_week_later(sqlite_database: Database, cast: Cast) -> None:
    choose(sqlite_database, cast.nia)
    assert queue_due(sqlite_database, MONDAY - timedelta(minutes=1)) == 0
    assert [queue_due(sqlite_database), queue_due(sqlite_database, MONDAY + timedelta(days=6))] == [1, 0]
    assert queue_due(sqlite_database, MONDAY + timedelta(days=7)) == 1
    assert {letter.to_address for letter in letters(sqlite_database)} == {"nia@example.org"}


@pytest.mark.attack("DP26")
@pytest.mark.usefixtures("app")
def test_it_counts_what_waits_and_names_nobody(sqlite_database: Database, cast: Cast) -> None:
    train(sqlite_database, cast)
    plan_training(sqlite_database, cast, held_on=NOW.date())
    choose(sqlite_database, cast.nia)
    assert queue_due(sqlite_database) == 1
    (letter,) = letters(sqlite_database)
    text = str(letter.text)
    assert letter.subject == "What waits at Example Park Academy"
    assert "  - 2 ready for an award in Wellbeing Ambassadors\n" in text
    assert "  - 1 register is still to be taken\n" in text
    assert "  - There is only one co-ordinator." in text
    assert f"{BASE_URL}/school/\n" in text
    everybody = (cast.ama, cast.ben, cast.cai, cast.nia, cast.sam, cast.lee)
    assert not [word for player in everybody for word in player.name.split() if word in text]


def test_when_nothing_waits_none_comes(sqlite_database: Database, cast: Cast) -> None:
    choose(sqlite_database, cast.sam)
    assert queue_due(sqlite_database) == 0
    assert letters(sqlite_database) == []


def test_whoever_holds_no_role_any_more_gets_none(sqlite_database: Database, cast: Cast) -> None:
    with sqlite_database.transaction() as db:
        una = factories.add_staff(db, cast.organisation_id, name="Una Uno", email="una@example.org")
        role = factories.give_role(db, una, Role.COORDINATOR, actor=cast.lee.actor)
        digests.choose(db, staff_id=una, language="en", actor=cast.lee.actor, now=NOW)
        staffing.end_role(db, role_id=role, held_until=NOW.date(), actor=cast.lee.actor, now=NOW)
    assert queue_due(sqlite_database) == 0


class _Mailbox(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def handle_message(self, message: Message) -> None:
        content = message.get_payload(decode=True)
        assert isinstance(content, bytes)
        self.texts.append(content.decode())


@pytest.mark.attack("WA12")
def test_nobody_of_a_suspended_organisation_is_told_what_waits(sqlite_database: Database, cast: Cast) -> None:
    choose(sqlite_database, cast.nia)
    with sqlite_database.transaction() as db:
        suspending.suspend(
            db,
            organisation_id=cast.organisation_id,
            reason=SuspensionReason.NOT_THEM,
            actor=cast.operator.actor,
            now=NOW,
        )
    assert queue_due(sqlite_database) == 0
    assert letters(sqlite_database) == []


@pytest.mark.enable_socket
def test_a_real_mail_server_gets_it_and_one_press_ends_it(
    sqlite_database: Database, cast: Cast, client_for: ClientFor
) -> None:
    choose(sqlite_database, cast.nia)
    mailbox = _Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        settings = make_settings(mail="smtp", smtp_host="127.0.0.1", smtp_port=port)
        sweep(sqlite_database, SmtpTransport(settings), MONDAY)
        # The letter is in the queue; without a worker's promise the next sweep takes it up.
        sweep(sqlite_database, SmtpTransport(settings), MONDAY + timedelta(minutes=6))
    finally:
        controller.stop()
    (text,) = mailbox.texts
    link = re.search(rf"{BASE_URL}(/weekly-email/stop/\w+)", text)
    assert link is not None
    nobody = client_for()
    for _ in range(3):
        assert "Stop the weekly e-mail?" in nobody.get(link[1]).text
    assert chosen(sqlite_database, cast.nia)
    assert nobody.post(link[1]).status_code == 303
    assert not chosen(sqlite_database, cast.nia)
    assert "No weekly e-mails come" in nobody.get(link[1]).text
    assert "No weekly e-mails come" in nobody.post(link[1]).text
    with sqlite_database.reading() as db:
        ended = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.DIGEST_STOPPED)).one()
    assert (ended.actor_id, ended.organisation_id) == (cast.nia.id, cast.organisation_id)


def sweep(database: Database, transport: SmtpTransport, now: datetime) -> None:
    post = Post(database, transport, sender="accredit@example.org", host="accredit.example", clock=lambda: now)
    made = Digests(database, base_url=BASE_URL, pepper=PEPPER, clock=lambda: now)
    Reconciler(database, Desk(issuer=None, post=post, digests=made), lambda: now).sweep()


def chosen(database: Database, player: Player) -> bool:
    with database.reading() as db:
        return digests.is_chosen(db, player.id)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("x", id="no token at all"),
        pytest.param("0" * 64, id="a token of nothing"),
        pytest.param("ф" * 64, id="letters that no token has"),
    ],
)
def test_a_link_that_is_not_ours_ends_nothing(token: str, client_for: ClientFor, cast: Cast) -> None:
    assert "No weekly e-mails come" in client_for().get(f"/weekly-email/stop/{token}").text
    assert client_for().post(f"/weekly-email/stop/{token}").status_code == 200


def test_a_changed_link_ends_nothing(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    choose(sqlite_database, cast.nia)
    with sqlite_database.reading() as db:
        row = db.exec(select(WeeklyDigest)).one()
    token = digests.token_of(row.id, pepper=PEPPER)
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
    client_for().post(f"/weekly-email/stop/{wrong}")
    assert chosen(sqlite_database, cast.nia)


def test_each_chooses_for_themselves_on_their_own_page(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    sam = client_for(cast.sam)
    assert "/weekly-email" in sam.get("/account").text
    assert "You get none until you choose it" in sam.get("/weekly-email").text
    sam.post("/weekly-email/choose")
    assert chosen(sqlite_database, cast.sam)
    assert not chosen(sqlite_database, cast.nia)
    assert "Stop the weekly e-mail" in sam.get("/weekly-email").text
    sam.post("/weekly-email/stop")
    assert not chosen(sqlite_database, cast.sam)


@pytest.mark.parametrize("address", ["/school/", "/hours"])
def test_where_a_letter_leads_there_is_a_page(address: str, client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.nia).get(address).status_code == 200
