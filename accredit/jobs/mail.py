"""Send queued messages: at least once, each under its own stable Message-ID."""

from __future__ import annotations

import smtplib
import ssl
import sys
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol
from uuid import UUID

from accredit.config import Settings
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import SERVICE, Tag
from accredit.domain.notifications import operations as notifications
from accredit.domain.notifications.operations import Message
from accredit.storage import Database
from accredit.storage.fault_points import fault_point

TIMEOUT_SECONDS = 30


class Transport(Protocol):
    """A way out for messages."""

    def send(self, message: EmailMessage) -> None:
        """Hand a message over, or raise."""


class ConsoleTransport:
    """A development stand-in: writes messages where the operator sees them, and says so."""

    def send(self, message: EmailMessage) -> None:
        """Write the message to standard error."""
        text = f"\n--- NOT SENT (ACCREDIT_MAIL=console) ---\n{message}\n---\n"
        sys.stderr.write(text)
        sys.stderr.flush()


class SmtpTransport:
    """The operator's mail server."""

    def __init__(self, settings: Settings) -> None:
        """Take host, port and credentials from the settings."""
        self._settings = settings

    def send(self, message: EmailMessage) -> None:
        """Send one message. Raises `OSError` (whose certificate does not fit, too) or `smtplib.SMTPException`."""
        settings = self._settings
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS) as server:
            if settings.smtp_starttls:
                # smtplib's own default takes any certificate, so that whoever stands between reads each link and code.
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user and settings.smtp_password:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message)


def transport_for(settings: Settings) -> Transport:
    """Return the way out that the settings name."""
    return SmtpTransport(settings) if settings.mail == "smtp" else ConsoleTransport()


class Post:
    """Sends what is queued."""

    def __init__(
        self, database: Database, transport: Transport, *, sender: str, host: str, clock: Callable[[], datetime]
    ) -> None:
        """Join the queue and the way out; ``host`` completes the Message-ID."""
        self._database = database
        self._transport = transport
        self._sender = sender
        self._host = host
        self._clock = clock

    def send(self, mail_id: UUID) -> bool:
        """Send one message if it is still to be sent, then empty it; say whether it was sent now."""
        with self._database.reading() as db:
            message = notifications.unsent(db, mail_id)
        if message is None:
            return False
        now = self._clock()
        fault_point("S7.before_send")
        self._transport.send(self._composed(message, now))
        fault_point("S7.after_send")
        with self._database.transaction() as db:
            notifications.mark_sent(db, mail_id=mail_id, now=now)
            audit.record(db, tag=Tag.MAIL_SENT, actor=SERVICE, now=now, subject=mail_id)
        return True

    def _composed(self, message: Message, now: datetime) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = message.to_address
        # The library decodes an encoded word (RFC 2047) in what it is given, and writes the line end that it may hold:
        # a school's name could add a header of its own (attacks.md WI13).
        mail["Subject"] = message.subject.replace("=?", "= ?")
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{message.id}@{self._host}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        return mail
