"""Printing for a ceremony: a day's certificates in one file, the papers around them, and what young people say."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from accredit.domain.people import queries as people
from accredit.storage import Database
from tests.cast import Cast
from tests.unit.web.coordinator.school import train
from tests.unit.web.coordinator.test_awarding import award, sign
from tests.web import ClientFor

DAY = "/school/ceremony/2026-06-30"
PAPERS = ("running-order", "script", "slides", "assembly-certificates", "lanyard-cards", "button-badges")


@pytest.fixture
def awarded(app: object, sqlite_database: Database, cast: Cast, client_for: ClientFor) -> Database:
    """Ama is awarded; nothing is signed yet."""
    train(sqlite_database, cast)
    award(client_for(cast.nia), cast)
    return sqlite_database


def _text(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(page.get_textpage().get_text_range() for page in document)


def test_a_day_is_listed_with_its_awards_and_opens(client_for: ClientFor, cast: Cast, awarded: Database) -> None:
    nia = client_for(cast.nia)
    assert "30 June 2026" in nia.get("/school/ceremony").get_data(as_text=True)
    text = nia.get(DAY).get_data(as_text=True)
    assert "Ama" in text
    assert "1 certificate is not signed yet" in text


def test_papers_can_be_printed_before_anything_is_signed_and_certificates_cannot(
    client_for: ClientFor, cast: Cast, awarded: Database
) -> None:
    nia = client_for(cast.nia)
    for paper in PAPERS:
        answer = nia.get(f"{DAY}/{paper}.pdf")
        assert answer.status_code == 200, paper
        assert answer.mimetype == "application/pdf"
        assert answer.headers["Cache-Control"] == "no-store"
    assert nia.get(f"{DAY}/certificates.pdf").status_code == 404


def test_the_group_prints_from_one_pdf_in_form_order(
    client_for: ClientFor, cast: Cast, awarded: Database, tmp_path: Path
) -> None:
    """P16.1."""
    sign(awarded, tmp_path)
    answer = client_for(cast.nia).get(f"{DAY}/certificates.pdf")
    assert answer.status_code == 200
    assert "Ama" in _text(answer.data)
    assert "certificates-2026-06-30.pdf" in answer.headers["Content-Disposition"]


def test_the_ceremony_list_says_who_asked_not_to_be_called(
    client_for: ClientFor, cast: Cast, awarded: Database
) -> None:
    """P16.3."""
    client_for(cast.ama).post("/my/name/ceremony", data={"called": "no"})
    nia = client_for(cast.nia)
    assert "No, hand it over quietly" in nia.get(DAY).get_data(as_text=True)
    assert "Please do not call up" in _text(nia.get(f"{DAY}/running-order.pdf").data)
    # There is nobody left to read out.
    assert nia.get(f"{DAY}/script.pdf").status_code == 404
    client_for(cast.ama).post("/my/name/ceremony", data={"called": "yes"})
    assert "Please do not call up" not in _text(nia.get(f"{DAY}/running-order.pdf").data)


def test_a_co_ordinator_writes_down_how_a_name_is_said(client_for: ClientFor, cast: Cast, awarded: Database) -> None:
    nia, address = client_for(cast.nia), f"/school/people/{cast.ama.id}/change"
    with awarded.reading() as db:
        ama = people.young_person(db, cast.ama.id)
    said = {"printed_name": ama.printed_name, "known_as": ama.known_as, "version": str(ama.version)}
    assert nia.post(address, data={**said, "name_said": "AH-ma", "is_quiet": "y"}).status_code == 303
    assert 'value="AH-ma"' in nia.get(address).get_data(as_text=True)
    assert "AH-ma" in _text(nia.get(f"{DAY}/running-order.pdf").data)
    with awarded.reading() as db:
        ama = people.young_person(db, cast.ama.id)
    assert ama.name_said == "AH-ma"
    assert not ama.is_called_up


@pytest.mark.parametrize("day", ["2026-06-29", "2026-6-30", "2026-02-30", "yesterday"])
def test_a_day_without_awards_is_not_found(client_for: ClientFor, cast: Cast, awarded: Database, day: str) -> None:
    nia = client_for(cast.nia)
    assert nia.get(f"/school/ceremony/{day}").status_code == 404
    assert nia.get(f"/school/ceremony/{day}/slides.pdf").status_code == 404


def test_another_school_sees_nothing_of_it(client_for: ClientFor, cast: Cast, awarded: Database) -> None:
    oz = client_for(cast.oz)
    assert "30 June 2026" not in oz.get("/school/ceremony").get_data(as_text=True)
    assert oz.get(DAY).status_code in {403, 404}
    assert oz.get(f"{DAY}/running-order.pdf").status_code in {403, 404}
