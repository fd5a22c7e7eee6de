"""A young person shows an award to somebody: as much of it as they choose, until they say so."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlmodel import col, select

from accredit.clock import utc_now
from accredit.domain.credentials import hiding, share_keeping
from accredit.domain.credentials.sharing_models import ShareOpening
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.models import Issuance
from accredit.domain.people import consents
from accredit.domain.people.rules import About, Voice
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Reason, Verdict
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import Year
from tests.unit.web.learner.sharing import call, link_on, make_share, newest, work
from tests.web import Browser, ClientFor


@pytest.fixture
def opened(client_for: ClientFor) -> Browser:
    """A stranger's browser."""
    return client_for(None)


@pytest.fixture
def agreed(sqlite_database: Database, cast: Cast) -> None:
    """Ama has said yes to sharing."""
    say(sqlite_database, cast, is_yes=True)


def say(database: Database, cast: Cast, *, is_yes: bool) -> None:
    with database.transaction() as db:
        consents.say(
            db,
            young_person_id=cast.ama.id,
            about=About.SHARING,
            is_yes=is_yes,
            voice=Voice.YOUNG_PERSON,
            actor=cast.ama.actor,
            now=utc_now(),
        )


def test_following_the_link_shows_nothing_and_writes_nothing(
    ama: Browser, opened: Browser, year: Year, agreed: None, sqlite_database: Database, tmp_path: Path
) -> None:
    path = make_share(ama, year, name="full")
    link = link_on(ama, path)
    assert "It is being made" in opened.get(link).text
    work(sqlite_database, tmp_path)
    for method in ("GET", "HEAD"):
        door = opened.open(link, method=method)
        assert door.status_code == 200
        assert "Sample" not in door.text
        assert "Senior" not in door.text
        assert door.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert door.headers["Cache-Control"] == "no-store"
        assert door.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in door.headers
    assert "Nobody has opened it yet" in ama.get(path).text
    page = opened.post(link)
    assert "Ama Sample" in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Cache-Control"] == "no-store"
    opened.post(link)
    with sqlite_database.reading() as db:
        assert [row.opened_on for row in db.exec(select(ShareOpening))] == [NOW.date()]
    assert "30 June 2026" in ama.get("/my/shares").text


def test_ones_own_look_is_not_kept(
    ama: Browser, year: Year, agreed: None, sqlite_database: Database, tmp_path: Path
) -> None:
    path = make_share(ama, year)
    work(sqlite_database, tmp_path)
    assert ama.post(link_on(ama, path)).status_code == 200
    assert "Nobody has opened it yet" in ama.get(path).text


def test_it_ends_at_once_and_says_so_kindly(
    ama: Browser, opened: Browser, year: Year, agreed: None, sqlite_database: Database, tmp_path: Path
) -> None:
    path = make_share(ama, year, name="full")
    link = link_on(ama, path)
    work(sqlite_database, tmp_path)
    file = opened.post(f"{link}/json").data
    assert "Ended" in ama.post(f"{path}/end", follow_redirects=True).text
    for answer in (opened.get(link), opened.post(link), opened.post(f"{link}/json")):
        assert answer.status_code == 410
        assert "This link has ended" in answer.text
        assert "Ama" not in answer.text
    with sqlite_database.reading() as db:
        report = verification.verify(file, now=utc_now(), sources=DatabaseSources(db))
        assert (report.verdict, report.reason) == (Verdict.NOT_CURRENT, Reason.REVOKED)
    assert newest(sqlite_database).contents is None
    assert newest(sqlite_database).link_sealed is None
    assert "You ended it" in ama.get("/my/shares").text
    assert ama.post(f"{path}/end").status_code == 303


def test_one_that_ends_before_it_is_signed_is_never_signed(
    ama: Browser, opened: Browser, year: Year, agreed: None, sqlite_database: Database, tmp_path: Path
) -> None:
    path = make_share(ama, year)
    link = link_on(ama, path)
    ama.post(f"{path}/end")
    assert work(sqlite_database, tmp_path).recorded == 0
    assert opened.get(link).status_code == 410


def test_its_time_is_over_on_the_day_after_the_last(
    ama: Browser, opened: Browser, year: Year, agreed: None, sqlite_database: Database, tmp_path: Path
) -> None:
    path = make_share(ama, year, lasts="two-weeks")
    link = link_on(ama, path)
    assert "14 July 2026" in ama.get(path).text
    work(sqlite_database, tmp_path)
    with time_machine.travel(NOW + timedelta(days=14, hours=8), tick=False):
        assert opened.get(link).status_code == 200
    with time_machine.travel(NOW + timedelta(days=14, hours=9), tick=False):
        assert opened.get(link).status_code == 410
        with sqlite_database.transaction() as db:
            assert share_keeping.keep_in_step(db, now=utc_now()) == 1
            assert share_keeping.keep_in_step(db, now=utc_now()) == 0


def test_the_pin_is_shown_once_and_asked_for(
    ama: Browser, opened: Browser, year: Year, agreed: None, sqlite_database: Database, tmp_path: Path
) -> None:
    path = make_share(ama, year, name="full")
    link = link_on(ama, path)
    work(sqlite_database, tmp_path)
    told = ama.post(f"{path}/pin", data={"wanted": "yes"})
    pin = told.text.split('id="pin-code">')[1][:7]
    assert len(pin.replace(" ", "")) == 6
    assert pin not in ama.get(path).text
    assert 'name="pin"' in opened.get(link).text
    for wrong in ("", "000 000" if pin != "000 000" else "000 001"):
        answer = opened.post(link, data={"pin": wrong})
        assert answer.status_code == 422
        assert "Ama" not in answer.text
    assert opened.post(f"{link}/json").data.startswith(b"<!")
    page = opened.post(link, data={"pin": pin})
    assert "Ama Sample" in page.text
    grant = page.text.split('name="grant" value="')[1].split('"')[0]
    assert json.loads(opened.post(f"{link}/json", data={"grant": grant}).data)["proof"]
    ama.post(f"{path}/pin", data={"wanted": "no"})
    assert "Ama Sample" in opened.post(link).text


def test_after_five_wrong_pins_one_waits(
    ama: Browser, opened: Browser, year: Year, agreed: None, sqlite_database: Database, tmp_path: Path
) -> None:
    path = make_share(ama, year)
    link = link_on(ama, path)
    work(sqlite_database, tmp_path)
    pin = ama.post(f"{path}/pin", data={"wanted": "yes"}).text.split('id="pin-code">')[1][:7]
    for _ in range(5):
        assert opened.post(link, data={"pin": "no"}).status_code == 422
    waits = opened.post(link, data={"pin": pin})
    assert waits.status_code == 429
    assert int(waits.headers["Retry-After"]) > 0


def test_without_agreement_every_link_shows_nothing_at_once(
    ama: Browser, opened: Browser, year: Year, agreed: None, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    link = link_on(ama, make_share(ama, year))
    work(sqlite_database, tmp_path)
    say(sqlite_database, cast, is_yes=False)
    assert opened.post(link).status_code == 410
    assert "You said no to sharing" in ama.get(f"/my/certificates/{year.credential_id}/share").text
    with sqlite_database.transaction() as db:
        assert share_keeping.keep_in_step(db, now=utc_now()) == 1
    say(sqlite_database, cast, is_yes=True)
    assert opened.post(link).status_code == 410


def test_the_first_share_says_yes_to_sharing(ama: Browser, year: Year, cast: Cast, sqlite_database: Database) -> None:
    assert "you say yes to sharing" in ama.get(f"/my/certificates/{year.credential_id}/share").text
    make_share(ama, year)
    with sqlite_database.reading() as db:
        assert consents.may_share(db, cast.ama.id, now=utc_now())


def test_what_becomes_of_the_certificate_becomes_of_its_shares(
    ama: Browser, opened: Browser, year: Year, agreed: None, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    link = link_on(ama, make_share(ama, year))
    work(sqlite_database, tmp_path)
    file = opened.post(f"{link}/json").data

    def change(act: str) -> None:
        with sqlite_database.transaction() as db:
            verb = getattr(issuing, act)
            verb(db, issuance_id=year.issuance_id, reason="asked", actor=cast.nia.actor, now=utc_now())
        with sqlite_database.transaction() as db:
            share_keeping.keep_in_step(db, now=utc_now())

    def reason() -> Reason | None:
        with sqlite_database.reading() as db:
            return verification.verify(file, now=utc_now(), sources=DatabaseSources(db)).reason

    change("suspend")
    assert "shows nothing at the moment" in opened.post(link).text
    assert "on hold" in ama.get("/my/shares").text
    assert reason() is Reason.SUSPENDED
    change("reinstate")
    assert opened.post(link).status_code == 200
    assert "This award is real" in opened.post(link).text or reason() is not Reason.SUSPENDED
    change("revoke")
    assert opened.post(link).status_code == 410
    assert reason() is Reason.REVOKED
    assert "took the certificate back" in ama.get("/my/shares").text


def test_hidden_it_is_as_if_it_had_never_been(
    ama: Browser, opened: Browser, year: Year, agreed: None, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    path = make_share(ama, year)
    link = link_on(ama, path)
    work(sqlite_database, tmp_path)
    with sqlite_database.transaction() as db:
        hiding.hide(db, award_id=year.award_id, is_whole=False, actor=cast.lee.actor, now=utc_now())
    hidden, unknown = opened.get(link), opened.get("/s/" + "x" * 27)
    assert (hidden.status_code, hidden.data) == (404, unknown.data)
    assert "To keep you safe" in ama.get(path).text
    with sqlite_database.transaction() as db:
        hiding.show_again(db, award_id=year.award_id, actor=cast.lee.actor, now=utc_now())
    assert opened.get(link).status_code == 200


def test_called_by_another_name_the_old_one_is_shown_nowhere(
    ama: Browser, opened: Browser, year: Year, agreed: None, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    call(sqlite_database, cast, known_as="Amakins")
    link = link_on(ama, make_share(ama, year, name="known-as"))
    work(sqlite_database, tmp_path)
    assert "Amakins" in opened.post(link).text
    call(sqlite_database, cast, known_as="Adjoa")
    assert opened.post(link).status_code == 410
    with sqlite_database.transaction() as db:
        assert share_keeping.keep_in_step(db, now=utc_now()) == 1
    assert "put right" in ama.get("/my/shares").text


def test_a_share_is_nobody_elses(
    ama: Browser, client_for: ClientFor, year: Year, agreed: None, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    path = make_share(ama, year)
    work(sqlite_database, tmp_path)
    for who in (cast.ben, cast.nia, cast.olu):
        browser = client_for(who)
        assert browser.get(path).status_code in {403, 404}
        for act in ("end", "pin"):
            assert browser.post(f"{path}/{act}", data={"wanted": "yes"}).status_code in {403, 404}
        assert browser.get(f"/my/certificates/{year.credential_id}/share").status_code in {403, 404}
    with sqlite_database.reading() as db:
        own = db.exec(select(Issuance).where(col(Issuance.kind) == "share")).one()
    # Not even by its id, which they cannot know.
    assert client_for(cast.nia).get(f"/credentials/{own.credential_id}").status_code == 404


def test_no_more_than_twenty_are_open(ama: Browser, year: Year, agreed: None) -> None:
    for _ in range(20):
        make_share(ama, year)
    answer = ama.post(
        f"/my/certificates/{year.credential_id}/share",
        data={"name": "initials", "made_for": "work", "lasts": "four-weeks"},
        follow_redirects=True,
    )
    assert "You share 20 things already" in answer.text
