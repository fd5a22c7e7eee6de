"""What tests of shares have in common: a young person makes one, the worker signs it, a stranger opens it."""

from __future__ import annotations

import re
from collections.abc import Collection
from io import BytesIO
from pathlib import Path

import pikepdf
from sqlmodel import col, select

from accredit.clock import utc_now
from accredit.domain.credentials.sharing_models import Share
from accredit.domain.people.models import YoungPerson
from accredit.jobs.issuing import Issued, Issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from tests.cast import Cast
from tests.populated import PASSPHRASE, Year
from tests.web import Browser

LINK = re.compile(r"https://[^/\s]+(/s/[\w-]+)")


def make_share(
    browser: Browser,
    year: Year,
    *,
    name: str = "initials",
    said: Collection[str] = (),
    made_for: str = "work",
    lasts: str = "four-weeks",
    of: str | None = None,
) -> str:
    """Make a share as the page does, of the award unless told otherwise; return the path of its own page."""
    form = {"name": name, "said": list(said), "made_for": made_for, "lasts": lasts}
    answer = browser.post(f"/my/certificates/{of or year.credential_id}/share", data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def link_on(browser: Browser, path: str) -> str:
    """Return the link that stands on a share's own page."""
    found = LINK.search(browser.get(path).text)
    assert found is not None
    return found[1]


def make_record(browser: Browser, cast: Cast, database: Database, folder: Path, *, months: bool = False) -> str:
    """Let Ama ask for a record and the signer sign it; return the id of its credential."""
    browser.post(f"/my/record/{cast.ama.enrolled}", data={"months": "yes"} if months else {})
    assert work(database, folder).released == 1
    found = re.search(r'href="/my/record/([0-9a-f-]+)\.pdf"', browser.get("/my/record").text)
    assert found is not None
    return found[1]


def work(database: Database, folder: Path) -> Issued:
    """Let the signer do what waits."""
    return Issuer(database, KeyRing.open(folder / "keys", PASSPHRASE), utc_now).issue_waiting()


def inside(pdf: bytes) -> bytes:
    """Return everything a PDF holds, each stream unpacked, and each text of its tree."""
    with pikepdf.open(BytesIO(pdf)) as document:
        streams = [each.read_bytes() for each in document.objects if isinstance(each, pikepdf.Stream)]
        texts = [str(each).encode() for each in document.objects if isinstance(each, pikepdf.Dictionary)]
    return b"\n".join([*streams, *texts, pdf])


def call(database: Database, cast: Cast, *, known_as: str | None = None, printed_name: str | None = None) -> None:
    """Change what Ama is called in the record."""
    with database.transaction() as db:
        person = db.get(YoungPerson, cast.ama.id)
        assert person is not None
        person.known_as = known_as or person.known_as
        person.printed_name = printed_name or person.printed_name


def newest(database: Database) -> Share:
    """Return the share that was made last."""
    with database.reading() as db:
        found = db.exec(select(Share).order_by(col(Share.made_at).desc(), col(Share.id).desc())).first()
        assert found is not None
        return found
