"""Mail: at least once, under one Message-ID, and emptied once it is sent."""

from __future__ import annotations

import smtplib
import socket
import ssl
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from pydantic import SecretStr, ValidationError

from accredit.config import Settings
from accredit.domain.notifications import operations as notifications
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.people.rules import check_email
from accredit.errors import RuleBroken
from accredit.jobs.handlers import Desk
from accredit.jobs.mail import ConsoleTransport, Post, SmtpTransport, transport_for
from accredit.jobs.reconciler import Reconciler
from accredit.storage import Database
from accredit.storage.fault_points import PowerCut, arrange

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Mailbox:
    """A way out that keeps what it is given, or is out of order."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.is_away = False

    def send(self, message: EmailMessage) -> None:
        if self.is_away:
            raise ConnectionRefusedError
        self.received.append(message)


def _post(database: Database, mailbox: Mailbox) -> Post:
    return Post(database, mailbox, sender="accredit@school.example", host="accredit.example", clock=lambda: NOW)


def _queued(database: Database) -> UUID:
    with database.transaction() as db:
        return notifications.queue_mail(
            db, to_address="nia@school.example", subject="Côd", text="Your code is 123456", now=NOW
        )


def test_a_message_is_sent_once_and_then_emptied(database: Database) -> None:
    mail_id, mailbox = _queued(database), Mailbox()
    post = _post(database, mailbox)
    assert post.send(mail_id)
    assert not post.send(mail_id)
    (message,) = mailbox.received
    assert message["To"] == "nia@school.example"
    assert message["Message-ID"] == f"<{mail_id}@accredit.example>"
    with database.reading() as db:
        row = db.execute(sa.select(OutgoingMail)).scalar_one()
    assert (row.to_address, row.subject, row.text, row.sent_at) == (None, None, None, NOW)


def test_power_cut_after_sending_repeats_the_message_under_the_same_id(database: Database) -> None:
    mail_id, mailbox = _queued(database), Mailbox()
    post = _post(database, mailbox)
    arrange("S7.after_send:raise")
    with pytest.raises(PowerCut):
        post.send(mail_id)
    arrange("")
    assert post.send(mail_id)
    assert len({message["Message-ID"] for message in mailbox.received}) == 1


def test_mail_that_a_server_refused_is_sent_by_a_later_sweep(database: Database) -> None:
    _queued(database)
    mailbox = Mailbox()
    mailbox.is_away = True
    later = NOW + timedelta(minutes=6)
    reconciler = Reconciler(database, Desk(issuer=None, post=_post(database, mailbox)), lambda: later)
    reconciler.sweep()
    assert mailbox.received == []
    mailbox.is_away = False
    reconciler.sweep()
    reconciler.sweep()
    assert len(mailbox.received) == 1


def test_an_address_that_a_server_refuses_does_not_hold_up_the_others(database: Database) -> None:
    class Choosy(Mailbox):
        def send(self, message: EmailMessage) -> None:
            if not self.received and not self.is_away:
                self.is_away = True
                raise smtplib.SMTPRecipientsRefused({})
            self.received.append(message)

    _queued(database), _queued(database)
    mailbox = Choosy()
    Reconciler(database, Desk(issuer=None, post=_post(database, mailbox)), lambda: NOW + timedelta(minutes=6)).sweep()
    assert len(mailbox.received) == 1


@pytest.mark.parametrize(
    "fault", [smtplib.SMTPNotSupportedError(), UnicodeEncodeError("ascii", "é", 0, 1, "ordinal not in range")]
)
def test_a_message_that_cannot_be_written_does_not_hold_up_the_others(database: Database, fault: Exception) -> None:
    class Strict(Mailbox):
        def send(self, message: EmailMessage) -> None:
            if message["To"] == "nía@school.example":
                raise fault
            self.received.append(message)

    with database.transaction() as db:
        notifications.queue_mail(db, to_address="nía@school.example", subject="Côd", text="A code", now=NOW)
    _queued(database)
    mailbox = Strict()
    Reconciler(database, Desk(issuer=None, post=_post(database, mailbox)), lambda: NOW + timedelta(minutes=6)).sweep()
    assert len(mailbox.received) == 1


def test_mail_that_could_not_be_sent_for_a_day_is_emptied(database: Database) -> None:
    mail_id, mailbox = _queued(database), Mailbox()
    later = NOW + timedelta(hours=25)
    Reconciler(database, Desk(issuer=None, post=_post(database, mailbox)), lambda: later).sweep()
    assert mailbox.received == []
    with database.reading() as db:
        row = db.execute(sa.select(OutgoingMail)).scalar_one()
        assert notifications.unsent(db, mail_id) is None
    assert (row.to_address, row.text, row.sent_at) == (None, None, None)


def test_fresh_mail_is_left_to_its_promise(database: Database) -> None:
    _queued(database)
    mailbox = Mailbox()
    Reconciler(database, Desk(issuer=None, post=_post(database, mailbox)), lambda: NOW).sweep()
    assert mailbox.received == []


class _Collect(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.subjects: list[str] = []

    def handle_message(self, message: object) -> None:
        self.subjects.append(str(message["Subject"]))  # type: ignore[index]


@pytest.mark.enable_socket
def test_a_message_reaches_a_real_mail_server(sqlite_database: Database, tmp_path: Path) -> None:
    handler = _Collect()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        settings = _settings(tmp_path, mail="smtp", smtp_host="127.0.0.1", smtp_port=port)
        post = Post(
            sqlite_database,
            SmtpTransport(settings),
            sender="accredit@school.example",
            host="accredit.example",
            clock=lambda: NOW,
        )
        assert post.send(_queued(sqlite_database))
    finally:
        controller.stop()
    assert len(handler.subjects) == 1


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("name", "trusted", "arrives"),
    [("localhost", True, True), ("localhost", False, False), ("elsewhere.example", True, False)],
    ids=["its own certificate", "an authority that nobody knows", "another's certificate"],
)
def test_encrypted_mail_goes_only_to_the_server_that_was_meant(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, trusted: bool, arrives: bool
) -> None:
    authority, handler = trustme.CA(), _Collect()
    (authority if trusted else trustme.CA()).cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, tls_context=context)
    controller.start()
    settings = _settings(tmp_path, mail="smtp", smtp_host="localhost", smtp_port=port, smtp_starttls=True)
    post = Post(
        sqlite_database, SmtpTransport(settings), sender="a@school.example", host="a.example", clock=lambda: NOW
    )
    try:
        with nullcontext() if arrives else pytest.raises(ssl.SSLCertVerificationError):
            post.send(_queued(sqlite_database))
    finally:
        controller.stop()
    assert len(handler.subjects) == arrives


def test_no_password_travels_in_the_clear_to_another_machine(tmp_path: Path) -> None:
    told = {"mail": "smtp", "smtp_user": "accredit", "smtp_password": SecretStr("secret")}
    with pytest.raises(ValidationError, match="ACCREDIT_SMTP_STARTTLS=true"):
        _settings(tmp_path, smtp_host="mail.school.example", **told)
    assert _settings(tmp_path, smtp_host="mail.school.example", smtp_starttls=True, **told).smtp_starttls
    assert _settings(tmp_path, smtp_host="localhost", **told).smtp_host == "localhost"


def test_the_console_says_that_nothing_left(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    transport = transport_for(_settings(tmp_path))
    assert isinstance(transport, ConsoleTransport)
    message = EmailMessage()
    message.set_content("Your code is 123456")
    transport.send(message)
    assert "NOT SENT" in capsys.readouterr().err


def _settings(folder: Path, **more: object) -> Settings:
    return Settings.model_validate(
        {
            "base_url": "https://accredit.example",
            "secret_key": SecretStr("s" * 32),
            "pepper": SecretStr("p" * 32),
            "keys_dir": folder,
            **more,
        }
    )


HOSTILE = "Ama\r\nBcc: everybody@example.org"


@pytest.mark.attack("WI13")
@pytest.mark.parametrize(
    "address",
    [
        "nia@example.org\r\nBcc: all@example.org", "nia@example.org\nX: y", "nia@example.org, all@example.org",
        "nia@example.org%0aBcc:all@example.org", "Nia <nia@example.org>", '"a\r\nb"@example.org', "nia@example.org\x00",
        "=?utf-8?q?a=0d=0abcc=3aall?=@example.org",
    ],
)  # fmt: skip
def test_no_address_holds_a_second_one(address: str) -> None:
    with pytest.raises(RuleBroken, match="email-format"):
        check_email(address)


@pytest.mark.attack("WI13")
def test_a_line_of_its_own_in_a_header_is_never_sent(database: Database) -> None:
    with database.transaction() as db:
        mail_id = notifications.queue_mail(
            db, to_address="nia@school.example", subject=f"{HOSTILE} invites you", text="x", now=NOW
        )
    mailbox = Mailbox()
    with pytest.raises(ValueError, match="linefeed"):
        _post(database, mailbox).send(mail_id)
    assert mailbox.received == []


@pytest.mark.attack("WI13")
@pytest.mark.parametrize(
    "name",
    [
        "Bcc: everybody@example.org", "=?utf-8?q?a=0D=0ABcc:_all@example.org?=", "a" * 900, "Ysgol Ŵy 学校 " * 30,
        "accredit <security@accredit.example>",
    ],
)  # fmt: skip
def test_whatever_a_school_is_called_one_letter_goes_to_one_reader(database: Database, name: str) -> None:
    with database.transaction() as db:
        mail_id = notifications.queue_mail(
            db, to_address="nia@school.example", subject=f"{name} invites you", text=f"{name}\n.\n", now=NOW
        )
    mailbox = Mailbox()
    assert _post(database, mailbox).send(mail_id)
    (sent,) = mailbox.received
    # As a server reads it, and not as we meant it.
    read = message_from_bytes(sent.as_bytes(policy=SMTP), policy=default)
    assert sorted({*read.keys(), "Content-Transfer-Encoding"}) == sorted({*sent.keys(), "Content-Transfer-Encoding"})
    assert [str(read["To"]), read["Bcc"], read["Cc"]] == ["nia@school.example", None, None]
    assert str(read["From"]) == "accredit@school.example"
    assert read.get_content().startswith(name)
