"""``accredit verify ADDRESS#DIGITS --trust FILE``: a scanned QR code, read where nobody answers."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from accredit.cli.verify import verify
from accredit.clock import utc_now
from accredit.domain.issuing.rules import Purpose
from accredit.domain.organisations.queries import Recognition
from accredit.domain.organisations.rules import Channel
from accredit.domain.verification import trust
from accredit.domain.verification.trust import Trust, TrustedIssuer, TrustedKey
from accredit.domain.verification.ways_in import of_text
from accredit.kit import typed_code
from accredit.kit.vc import offline_statement
from accredit.kit.vc.offline_statement import Statement
from tests.unit.kit.vc import vc_examples as examples

ISSUER = "did:web:accredit.example:o:northfield"
CODE = typed_code.make(lambda _number: 7)


def _address(seed: int = 31, code: str = CODE) -> str:
    statement = Statement(
        issuer=ISSUER,
        credential_id=UUID(int=7),
        code=CODE,
        name="Siân Sample",
        organisation="Northfield School",
        award="Peer Supporter",
        awarded_on=date(2026, 6, 30),
        modules=8,
        minutes=1_590,
        adults=3,
        stated_at=datetime(2026, 7, 1, tzinfo=UTC),
    )
    digits = offline_statement.encode(statement, public_key=examples.public(seed), sign=examples.private(seed).sign)
    return f"HTTPS://ACCREDIT.EXAMPLE/V/{code}#{digits}"


@pytest.fixture
def anchors(tmp_path: Path) -> Path:
    keys = tuple(
        TrustedKey(
            id=f"{ISSUER}#{purpose.value}-1",
            purpose=purpose,
            public_key=examples.public(seed),
            created=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for purpose, seed in ((Purpose.ASSERTION, 30), (Purpose.OFFLINE, 31))
    )
    recognised = Recognition(channel=Channel.TELEPHONE, confirmed_on=date(2026, 3, 2))
    issuer = TrustedIssuer(id=ISSUER, name="Northfield School", recognition=recognised, keys=keys)
    made = Trust(
        service="https://accredit.example",
        did_prefix="did:web:accredit.example",
        made=(utc_now() - timedelta(hours=1)).replace(microsecond=0),
        logs=(),
        witnesses=(),
        issuers=(issuer,),
    )
    file = tmp_path / "trust.json"
    file.write_bytes(trust.write(made))
    return file


def _run(*arguments: str) -> Result:
    cleared = {name: None for name in os.environ if name.startswith("ACCREDIT_")}
    return CliRunner().invoke(verify, [*arguments, "--json"], env=cleared)


def test_it_was_real_and_whether_it_holds_is_not_known(anchors: Path) -> None:
    done = _run(_address(), "--trust", str(anchors))
    told = json.loads(done.stdout)
    assert (done.exit_code, told["verdict"], told["reason"]) == (4, "CANNOT_CONFIRM", "status_not_fresh")
    assert told["claims"]["printed_name"] == "Siân Sample"


@pytest.mark.parametrize(
    ("address", "code", "reason"),
    [
        pytest.param(_address(seed=30), 4, "issuer_key_unreachable", id="by the key for awards"),
        pytest.param(_address(seed=32), 4, "issuer_key_unreachable", id="by a key that nobody named"),
        pytest.param(_address(code=typed_code.make(lambda _number: 8)), 1, "claims_differ", id="behind another code"),
        pytest.param(_address()[:-3], 5, "malformed", id="cut short"),
        pytest.param(_address().partition("#")[0], 4, "fetching_is_off", id="without digits"),
    ],
)
def test_what_does_not_hold_says_nothing_of_anybody(anchors: Path, address: str, code: int, reason: str) -> None:
    done = _run(address, "--trust", str(anchors))
    told = json.loads(done.stdout)
    assert (done.exit_code, told["reason"]) == (code, reason)
    assert "Sample" not in done.stdout


def test_where_the_service_answers_only_the_code_is_read() -> None:
    arrival = of_text(_address(), hosts=["accredit.example"])
    assert arrival.code is not None
    assert typed_code.read(arrival.code) == CODE
