"""What a page and the API tell of a young person, and what they never do (DP01, DP02, DP04, DP07)."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import html5lib
import pytest
import sqlalchemy as sa
import structlog
from sqlmodel import col

from accredit.domain.people.models import Account, Staff, YoungPerson
from accredit.domain.programmes.rules import Definition
from accredit.domain.training.models import TrainingSession
from accredit.storage import Database
from accredit.web.public.code import BY_AWARD, BY_READER
from tests.cast import Cast
from tests.populated import Year
from tests.web import Browser, ClientFor

# Every term beside a fact, and every heading. Something new here is something new that strangers learn.
TERMS = {"Awarded", "Programme", "Who stands behind it", "Recorded as", "Code"}
HEADINGS = {"Genuine", "Trained Peer Supporter", "Peer Supporter", "Keep a note of this check"}
CLAIMS = {
    *("credential_id", "issuer_id", "issuer_name", "award_name", "achievement_name", "description", "narrative"),
    *("printed_name", "awarded_on", "valid_from", "skills", "results", "initials", "defined_by"),
}
OF_SKILLS, OF_RESULTS = {"name", "framework", "url"}, {"name", "value", "status"}


def answers(stranger: Browser, year: Year) -> Iterator[tuple[str, str]]:
    """Give everything a stranger with the code, or without, can be told about the award: bodies and headers."""
    asked = [
        *(stranger.get(path.format(year.code)) for path in ("/v/{}", "/V/{}", "/v/{}/note", "/api/verify/{}")),
        stranger.get(f"/achievements/{year.achievement}"),
        stranger.get(f"/achievements/{year.achievement}", headers={"Accept": "application/ld+json"}),
        stranger.get("/o/example-park-academy"),
        stranger.get("/o/example-park-academy", headers={"Accept": "application/ld+json"}),
        stranger.get("/o/example-park-academy/did.json"),
        stranger.get(f"/status/{year.status_list}"),
        stranger.get("/ledger/checkpoint"),
        stranger.get("/ledger/tile/entries/000.p/1"),
        stranger.get(f"/credentials/{year.credential_id}"),
        stranger.post(f"/v/{year.code}", data={"name": "Somebody Else"}),
        stranger.get("/"),
    ]
    for answer in asked:
        yield answer.request.path, answer.data.decode("utf-8", "replace") + str(answer.headers)


@pytest.mark.attack("DP01")
def test_the_page_shows_what_is_allowed_and_nothing_else(stranger: Browser, year: Year) -> None:
    answer = stranger.get(f"/v/{year.code}")
    root = html5lib.parse(answer.text, namespaceHTMLElements=False)
    facts = next(each for each in root.iter("dl"))
    terms = {"".join(each.itertext()) for each in facts.iter("dt")}
    headings = {"".join(each.itertext()).strip() for name in ("h1", "h2", "h3") for each in root.iter(name)}
    assert terms == TERMS
    assert headings <= HEADINGS
    (title,) = ["".join(each.itertext()) for each in root.iter("title")]
    assert title == f"Genuine: {(headings & {'Trained Peer Supporter', 'Peer Supporter'}).pop()} – accredit"
    previews = {each.get("property"): each.get("content") for each in root.iter("meta") if each.get("property")}
    assert previews == {
        "og:title": "Check a certificate",
        "og:site_name": "accredit",
        "og:description": "Open the page to see if the certificate is genuine.",
    }
    assert not [each for each in root.iter("meta") if (each.get("name") or "").startswith(("twitter", "description"))]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.attack("DP01")
def test_the_api_gives_what_is_allowed_and_nothing_else(stranger: Browser, year: Year) -> None:
    claims = stranger.get(f"/api/verify/{year.code}").get_json()["claims"]
    assert set(claims) == CLAIMS
    assert claims["printed_name"] is None
    assert claims["initials"] == "A. S."
    assert {name for skill in claims["skills"] for name in skill} <= OF_SKILLS
    assert {name for result in claims["results"] for name in result} <= OF_RESULTS


CANARIES = {
    "the name": "Xanthe Quillfeather",
    "the name they go by": "Xanny Quillbird",
    "the form": "13QX",
    "the pupil number": "QX-777-QX",
    "the month of a birthday": "2031-11",
    "a supervisor's name": "Bartholomew Quernstone",
    "a supervisor's job": "Quernkeeper",
    "an e-mail address": "quernstone@quern.example",
    "the place of a session": "Quernhall",
}


@pytest.fixture
def marked(year: Year, cast: Cast, sqlite_database: Database) -> Year:
    """Put a canary into every field that is nobody's business; what was signed stays as it was."""
    with sqlite_database.transaction() as db:
        person = db.execute(sa.select(YoungPerson).where(col(YoungPerson.id) == cast.ama.id)).scalar_one()
        person.printed_name, person.known_as = CANARIES["the name"], CANARIES["the name they go by"]
        person.form, person.school_reference = CANARIES["the form"], CANARIES["the pupil number"]
        person.turns_18 = CANARIES["the month of a birthday"]
        for staff in db.execute(sa.select(Staff)).scalars():
            staff.name, staff.job_title = CANARIES["a supervisor's name"], CANARIES["a supervisor's job"]
        account = db.execute(sa.select(Account).limit(1)).scalar_one()
        account.email = CANARIES["an e-mail address"]
        for session in db.execute(sa.select(TrainingSession)).scalars():
            session.place = CANARIES["the place of a session"]
    return year


@pytest.mark.attack("DP02")
def test_nothing_that_is_nobodys_business_is_in_any_public_answer(stranger: Browser, marked: Year) -> None:
    told = dict(answers(stranger, marked))
    assert len(told) > 10
    for path, text in told.items():
        for what, canary in CANARIES.items():
            assert canary not in text, (path, what)
        # Nor what was signed, without the file.
        for word in ("Ama Sample", "Sam Specimen", "Nia Enghraifft"):
            assert word not in text, (path, word)
    page = next(text for path, text in told.items() if path == f"/v/{marked.code}")
    assert not re.search(r"\b(Year|Blwyddyn) 1\d\b", page)
    assert not re.search(r"SEND|free school|born|birth", page, re.IGNORECASE)


@pytest.mark.attack("DP04")
def test_nothing_is_shared_until_somebody_shares_it(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    for suffix in ("", ".pdf", ".png", ".svg", ".json", ".jwt", ".tlog-proof"):
        assert stranger.get(f"/credentials/{year.credential_id}{suffix}").status_code == 404, suffix
    # The code on the paper is the holder's own key: it opens initials, and nothing opens the name.
    page = stranger.get(f"/v/{year.code}").text
    assert "A. S." in page
    assert "Ama" not in page
    # Whoever was given the file can check it, whatever is shared.
    file = client_for(cast.ama).get(f"/my/certificates/{year.credential_id}.json").data
    checked = stranger.post("/api/verify", data=file).get_json()
    assert (checked["verdict"], checked["claims"]["printed_name"]) == ("GENUINE", "Ama Sample")


@pytest.mark.attack("DP07")
def test_initials_by_the_code_and_the_name_by_the_file(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    by_code = stranger.get(f"/v/{year.code}").text
    assert ("<bdi>A. S.</bdi>" in by_code, "Ama" in by_code) == (True, False)
    file = client_for(cast.ama).get(f"/my/certificates/{year.credential_id}.pdf").data
    given = {"file": (io.BytesIO(file), "x.pdf")}
    by_file = stranger.post("/verify", data=given, content_type="multipart/form-data").text
    assert "<bdi>Ama Sample</bdi>" in by_file
    assert "Is it this person" not in by_file


@pytest.mark.attack("DP07")
def test_a_near_miss_is_answered_as_any_other_miss(stranger: Browser, year: Year) -> None:
    misses = [
        # Each by a reader of their own, for seven are more than one is allowed.
        stranger.post(f"/v/{year.code}", data={"name": name}, environ_base={"REMOTE_ADDR": f"198.51.100.{number}"})
        for number, name in enumerate(
            ("Ama Sampl", "Ama", "Sample", "Amy Sample", "Zzz Qqq", "Ama Sampla ✔", "'; DROP TABLE award; --")
        )
    ]
    assert {(answer.status_code, answer.data, str(answer.headers)) for answer in misses} == {
        (200, misses[0].data, str(misses[0].headers))
    }
    assert "That is not the name on this certificate." in misses[0].text


@pytest.mark.attack("DP07")
def test_names_are_guessed_neither_by_one_reader_nor_by_many(stranger: Browser, year: Year) -> None:
    def guess(number: int, address: str) -> int:
        named = {"name": f"Guess {number}"}
        return stranger.post(f"/v/{year.code}", data=named, environ_base={"REMOTE_ADDR": address}).status_code

    one = [guess(number, "203.0.113.5") for number in range(BY_READER.times + 1)]
    assert one == [200] * BY_READER.times + [429]
    many = [guess(number, f"198.51.100.{number}") for number in range(BY_AWARD.times - BY_READER.times + 1)]
    assert many[-1] == 429
    assert set(many[:-1]) == {200}
    # Beyond that the right name is not confirmed either: the answer must not tell it apart.
    assert stranger.post(f"/v/{year.code}", data={"name": "Ama Sample"}).status_code == 429


@pytest.mark.attack("DP07")
def test_a_typed_name_is_neither_repeated_nor_logged(
    stranger: Browser, year: Year, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with structlog.testing.capture_logs() as logged:
        for name in ("Quillon Featherstone", "Ama Sample"):
            answer = stranger.post(f"/v/{year.code}", data={"name": name})
            assert name not in answer.text
            assert name not in str(answer.headers)
    printed = capfd.readouterr()
    everything = caplog.text + json.dumps(logged, default=str) + printed.out + printed.err
    assert "Quillon" not in everything
    assert "Ama Sample" not in everything


@pytest.mark.parametrize(("tariff_line", "said"), [(True, True), (False, False)], ids=["older", "the youngest"])
def test_the_youngest_are_told_nothing_of_ucas(
    stranger: Browser, year: Year, monkeypatch: pytest.MonkeyPatch, tariff_line: bool, said: bool
) -> None:
    # A programme's definition never changes once somebody was enrolled on it, so it is read differently here.
    read = Definition.from_json.__func__  # type: ignore[attr-defined]  # a class method

    def changed(cls: type[Definition], data: Any) -> Definition:
        definition: Definition = read(cls, data)
        return replace(definition, tariff_line=tariff_line)

    monkeypatch.setattr(Definition, "from_json", classmethod(changed))
    text = stranger.get(f"/v/{year.code}").text
    assert ("UCAS" in text) is said
    assert "This is not a DBS check" in text
