"""A ceremony on Thursday, printed on Wednesday: paper first, its certificate on the day, and no green in between."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pypdfium2
import pytest
import time_machine
import zxingcpp

from accredit.clock import LONDON, utc_now
from accredit.domain.credentials import hiding, paper_ahead, paper_codes
from accredit.domain.credentials import queries as credentials
from accredit.domain.people import operations as people
from accredit.domain.people import queries as people_queries
from accredit.domain.people.operations import PersonEntry
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.kit import typed_code
from accredit.storage import Database
from tests.cast import Cast
from tests.unit.web.coordinator.school import train
from tests.web import Browser, ClientFor

THURSDAY = {"awarded_on": ["9", "7", "2026"]}
DAY = "/school/ceremony/2026-07-09"
ON_THE_DAY = datetime(2026, 7, 9, 0, 0, 1, tzinfo=LONDON)


@pytest.fixture
def nia(app: object, sqlite_database: Database, cast: Cast, client_for: ClientFor) -> Browser:
    """The co-ordinator, who has awarded Ama for Thursday week."""
    train(sqlite_database, cast)
    return awarded(client_for(cast.nia), cast, THURSDAY)


def awarded(client: Browser, cast: Cast, when: Mapping[str, object]) -> Browser:
    address = f"/school/programmes/{cast.programme_id}/award/WA-TRN/give"
    assert client.post(address, data={"enrolments": [str(cast.ama.enrolled)], **when}).status_code == 303
    return client


def award_id(database: Database, cast: Cast) -> UUID:
    with database.reading() as db:
        (line,) = credentials.cohort(db, organisation_id=cast.organisation_id)
    return line.award_id


def on_paper(client: Browser) -> tuple[str, str]:
    """Return the text of the certificates of the day, and the one address in their QR code."""
    answer = client.get(f"{DAY}/certificates.pdf")
    assert answer.status_code == 200
    with pypdfium2.PdfDocument(answer.data) as document:
        text = document[0].get_textpage().get_text_range()
        (code,) = zxingcpp.read_barcodes(document[0].render(scale=3).to_pil())
    return text, code.text


def code_of(database: Database, cast: Cast) -> str:
    with database.reading() as db:
        (view,) = paper_ahead.views(db, [award_id(database, cast)]).values()
    return view.code


def release(database: Database, folder: Path) -> int:
    return open_issuer(database, KeyRing.open(folder / "keys", "correct horse battery staple")).issue_waiting().released


def rename(database: Database, cast: Cast, name: str) -> None:
    with database.transaction(cast.organisation_id) as db:
        ama = people_queries.young_person(db, cast.ama.id)
        people.change_young_person(
            db,
            young_person_id=ama.id,
            expected_version=ama.version,
            entry=PersonEntry(printed_name=name, known_as=ama.known_as, year_group=ama.year_group, form=ama.form),
            actor=cast.nia.actor,
            now=utc_now(),
        )
        people.confirm_printed_name(
            db, young_person_id=ama.id, name=name, actor=cast.nia.actor, now=utc_now() + timedelta(seconds=1)
        )


def test_a_ceremony_on_thursday_is_printed_on_wednesday_and_green_on_thursday(
    nia: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    assert nia.get(f"{DAY}/certificates.pdf").status_code == 404
    assert "You can print before the day" in nia.get(DAY).get_data(as_text=True)
    page = nia.post(f"{DAY}/ahead", follow_redirects=True).get_data(as_text=True)
    assert "1 certificate can be printed now." in page
    text, address = on_paper(nia)
    code = code_of(sqlite_database, cast)
    assert "9 July 2026" in text
    assert typed_code.show(code) in text
    assert address.endswith((f"/V/{typed_code.show(code)}", f"/V/{code}"))
    # Nobody is told that it is genuine before its day, however they ask.
    stranger = client_for()
    for asked in (f"/v/{typed_code.show(code)}", f"/V/{code}"):
        answer = stranger.get(asked)
        assert answer.status_code == 404
        assert "Not yet: from 9 July 2026" in answer.get_data(as_text=True)
        assert "Genuine" not in answer.get_data(as_text=True)
        assert "Ama" not in answer.get_data(as_text=True)
    assert release(sqlite_database, tmp_path) == 0
    with time_machine.travel(ON_THE_DAY, tick=False):
        assert release(sqlite_database, tmp_path) == 1
        found = client_for().get(f"/v/{typed_code.show(code)}")
        assert found.status_code == 200
        assert "Not yet" not in found.get_data(as_text=True)
    with sqlite_database.reading() as db:
        view = credentials.view_of_award(db, award_id(sqlite_database, cast))
    assert view is not None
    assert view.code == code
    assert on_paper(nia)[1] == address


def test_preparing_again_gives_nobody_another_code(nia: Browser, cast: Cast, sqlite_database: Database) -> None:
    nia.post(f"{DAY}/ahead")
    first = code_of(sqlite_database, cast)
    nia.post(f"{DAY}/ahead")
    assert code_of(sqlite_database, cast) == first


def test_paper_of_an_award_that_was_undone_is_nobodys(
    nia: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    nia.post(f"{DAY}/ahead")
    code = code_of(sqlite_database, cast)
    nia.post("/school/certificates/undo", data={"awards": str(award_id(sqlite_database, cast))})
    assert "No certificate found" in client_for().get(f"/v/{code}").get_data(as_text=True)


def test_paper_of_somebody_who_is_hidden_answers_as_if_it_had_never_been(
    nia: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    nia.post(f"{DAY}/ahead")
    code, hidden = code_of(sqlite_database, cast), award_id(sqlite_database, cast)
    with sqlite_database.transaction(cast.organisation_id) as db:
        hiding.hide(db, award_id=hidden, is_whole=True, actor=cast.nia.actor, now=utc_now())
    assert "No certificate found" in client_for().get(f"/v/{code}").get_data(as_text=True)


def test_one_co_ordinator_fixes_a_spelling_before_release_and_reprints_a_slip(
    nia: Browser, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    nia.post(f"{DAY}/ahead")
    address = on_paper(nia)[1]
    rename(sqlite_database, cast, "Ama Mustermann")
    page = nia.get(DAY).get_data(as_text=True)
    assert "Print again for: Ama Mustermann" in page
    text, again = on_paper(nia)
    assert "Ama Mustermann" in text
    assert again == address
    nia.post(f"{DAY}/ahead")
    assert "Print again for" not in nia.get(DAY).get_data(as_text=True)
    with time_machine.travel(ON_THE_DAY, tick=False):
        assert release(sqlite_database, tmp_path) == 1
    with sqlite_database.reading() as db:
        view = credentials.view_of_award(db, award_id(sqlite_database, cast))
    assert view is not None
    assert view.printed_name == "Ama Mustermann"
    # The slip with which she signs in is made anew by the same co-ordinator alone.
    assert "slip" in nia.post(f"/school/people/{cast.ama.id}/slip").get_data(as_text=True)


def test_what_was_put_right_after_printing_is_told_after_release_until_it_is_printed_again(
    nia: Browser, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    nia.post(f"{DAY}/ahead")
    rename(sqlite_database, cast, "Ama Mustermann")
    with time_machine.travel(ON_THE_DAY, tick=False):
        assert release(sqlite_database, tmp_path) == 1
    assert "Print again for: Ama Mustermann" in nia.get(DAY).get_data(as_text=True)
    nia.post(f"{DAY}/ahead")
    assert "Print again for" not in nia.get(DAY).get_data(as_text=True)


def test_only_what_is_for_a_day_to_come_is_printed_ahead(
    app: object, cast: Cast, client_for: ClientFor, sqlite_database: Database
) -> None:
    train(sqlite_database, cast)
    nia = awarded(client_for(cast.nia), cast, {"awarded_on": ["30", "6", "2026"], "when": "later"})
    page = nia.post("/school/ceremony/2026-06-30/ahead", follow_redirects=True).get_data(as_text=True)
    assert "Only what is awarded on a day to come" in page
    assert nia.get("/school/ceremony/2026-06-30/certificates.pdf").status_code == 404


def test_a_code_on_no_paper_comes_on_no_day(nia: Browser, sqlite_database: Database) -> None:
    with sqlite_database.reading() as db:
        assert paper_codes.comes_on(db, "7K3MD9RTWX4HQP") is None


def test_whoever_may_not_award_prints_nothing_ahead(nia: Browser, client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.sam).post(f"{DAY}/ahead").status_code == 403
    assert client_for(cast.oz).post(f"{DAY}/ahead").status_code in {403, 404}
