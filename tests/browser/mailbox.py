"""A mail server of the tests: it takes every letter and shows the newest to whom it was sent."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from tests.processes import free_port

PATIENCE_SECONDS = 20


class Mailbox(MessageHandler):
    """Letters in the order they came."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.letters: list[Message] = []

    def handle_message(self, message: Message) -> None:
        """Keep a letter."""
        self.letters.append(message)

    def code_for(self, address: str) -> str:
        """Wait for a sign-in code to ``address``, take the letter out, and return the code."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for letter in self.letters:
                # An invitation has digits, too, but not in its subject.
                code = re.search(r"\b[0-9]{4} ?[0-9]{4}\b", str(letter["Subject"]))
                if code and address in str(letter["To"]):
                    self.letters.remove(letter)
                    return code[0]
            time.sleep(0.05)
        raise AssertionError(f"No letter came for {address}.")

    def letter_to(self, address: str) -> str:
        """Wait for a letter to ``address``, take it out, and return its text."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for letter in self.letters:
                if address in str(letter["To"]):
                    self.letters.remove(letter)
                    text: bytes = letter.get_payload(decode=True)  # type: ignore[assignment]  # it is one part, as text
                    return text.decode()
            time.sleep(0.05)
        raise AssertionError(f"No letter came for {address}.")


@contextmanager
def listening(settings: dict[str, str]) -> Iterator[Mailbox]:
    """Run a mail server, and write into ``settings`` how a service reaches it."""
    mailbox, port = Mailbox(), free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    settings |= {
        "ACCREDIT_MAIL": "smtp",
        "ACCREDIT_MAIL_FROM": "accredit@accredit.example",
        "ACCREDIT_SMTP_HOST": "127.0.0.1",
        "ACCREDIT_SMTP_PORT": str(port),
    }
    try:
        yield mailbox
    finally:
        controller.stop()
