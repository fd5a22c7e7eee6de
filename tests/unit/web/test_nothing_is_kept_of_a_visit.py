"""What is left of a visit: no name, code or document in any log, and nowhere where the visitor came from.

Everything is logged here that can be, down to every statement, as somebody who looks for a fault would have it.
"""

from __future__ import annotations

import io
import logging

import pytest
import sqlalchemy as sa
import structlog

from accredit.domain.people import operations as people
from accredit.kit import typed_code
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW, PEPPER
from tests.populated import Year, played
from tests.snapshots import Snapshots
from tests.unit.web.auth.test_claim import words_on
from tests.web import Browser, ClientFor

VISITOR = "192.0.2.77"
TYPED, EMAIL, PASSWORD = "Zephyrine Quixotica", "zephyrine@example.org", "a secret of Zephyrine"


@pytest.fixture
def year(app: object, sqlite_database: Database, cast: Cast, tmp_path: object, snapshots: Snapshots) -> Year:
    return played(snapshots, sqlite_database, cast, tmp_path)  # type: ignore[arg-type]  # pytest's own path


@pytest.fixture
def slip(sqlite_database: Database, cast: Cast, year: Year) -> str:
    with sqlite_database.transaction() as db:
        return people.make_claim_slip(db, young_person_id=cast.ama.id, pepper=PEPPER, actor=cast.nia.actor, now=NOW)


def visit(stranger: Browser, year: Year, slip: str) -> str:
    """Do what strangers and young people do, right and wrong, from one address; return the words that were given."""
    pdf = stranger.get(f"/files/{year.code}.pdf").data or b"%PDF-1.7"
    for answer in (
        stranger.get(f"/v/{year.code}"),
        stranger.post(f"/v/{year.code}", data={"name": TYPED}),
        stranger.post("/verify", data={"file": (io.BytesIO(pdf), "mine.pdf")}),
        stranger.post("/verify", data={"text": f'{{"name": "{TYPED}"}}'}),
        stranger.post("/api/verify", data=f'{{"name": "{TYPED}"}}', content_type="application/json"),
        stranger.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}),
        stranger.post("/start", data={"code": slip[:-1]}),
        stranger.post("/start", data={"code": slip}),
        given := stranger.post("/start/yours", data={"answer": "yes"}),
        stranger.get("/my"),
        stranger.get("/my/certificates"),
        stranger.get("/no/such/page"),
    ):
        assert answer.status_code < 500, answer.request.path
    return words_on(given.text)


@pytest.fixture
def stranger(client_for: ClientFor, cast: Cast) -> Browser:
    client = client_for()
    client.environ_base["REMOTE_ADDR"] = VISITOR
    return client


@pytest.mark.attack("DP14")
def test_no_log_holds_a_name_a_code_or_a_document(
    stranger: Browser, cast: Cast, year: Year, slip: str, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        caplog.at_level(logging.DEBUG, logger="sqlalchemy.engine"),
        structlog.testing.capture_logs() as journal,
    ):
        words = visit(stranger, year, slip)
    logged = caplog.text + repr(journal)
    assert "young_person" in logged, "statements are logged, so that what they hold would be seen"
    names = (cast.ama.name, cast.nia.name, TYPED, EMAIL, PASSWORD)
    for secret in (*names, words, slip, typed_code.show(slip), "eyJ", "proofValue", VISITOR):
        assert secret not in logged, secret


@pytest.mark.attack("DP16")
def test_no_table_says_where_somebody_came_from(
    stranger: Browser, year: Year, slip: str, sqlite_database: Database
) -> None:
    words = visit(stranger, year, slip)
    with sqlite_database.engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        rows = {name: repr(connection.exec_driver_sql(f'SELECT * FROM "{name}"').fetchall()) for name in tables}
    assert any(str(year.award_id.hex) in of or str(year.award_id) in of for of in rows.values())
    assert [name for name, of in rows.items() if any(text in of for text in (VISITOR, TYPED, PASSWORD, words))] == []
