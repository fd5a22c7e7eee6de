"""The register of issuers elsewhere: who may sign it, how long it counts, and that an old one never comes back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accredit.domain.verification import operations, registering
from accredit.domain.verification import registry as registers
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.registering import DatabaseOutside
from accredit.domain.verification.registry import NO_REGISTRY
from accredit.domain.verification.rules import CheckId, Reason, Verdict
from accredit.errors import NotReady, RuleBroken
from accredit.jobs.register import Register
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.vc import did_key
from accredit.storage import Database
from tests.unit.domain.verification.issuer_elsewhere import Issuer
from tests.unit.kit.vc import vc_examples as examples

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NAME = "register.example.org"
KEY = Ed25519Key(NAME, examples.public(21).raw)
PUBLIC = examples.public(5)
STRANGER = Issuer(did=did_key.did_for(PUBLIC), fragment=PUBLIC.multibase)


def edition(
    version: int = 3, *, days: int = 30, issued: datetime = NOW - timedelta(days=1), **members: Any
) -> dict[str, Any]:
    return {
        "format": "accredit.issuers/v1",
        "name": "Register of peer support",
        "version": version,
        "issued": f"{issued:%Y-%m-%dT%H:%M:%SZ}",
        "expires": f"{issued + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}",
        "issuers": [entry()],
    } | members


def entry(**members: Any) -> dict[str, Any]:
    return {
        "id": STRANGER.did,
        "name": "School of Elsewhere",
        "confirmed_by": "Register of peer support",
        "channel": "telephone",
        "confirmed_on": "2026-09-01",
    } | members


def signed(told: dict[str, Any] | None = None, *, seed: int = 21) -> bytes:
    public = examples.public(seed).raw
    return registers.sign(
        registers.write(told or edition()), name=NAME, sign=examples.private(seed).sign, public_key=public
    )


def accept(database: Database, note: bytes, *, now: datetime = NOW) -> None:
    with database.transaction() as db:
        registering.accept(db, note, keys=[KEY], now=now)


def in_force(database: Database, *keys: Ed25519Key) -> registers.Registry:
    with database.reading() as db:
        return registering.in_force(db, keys or [KEY])


def rule(ask: Any) -> str:
    with pytest.raises(RuleBroken) as caught:
        ask()
    return caught.value.rule


def test_an_edition_says_whom_somebody_confirmed_and_how() -> None:
    found = registers.read(signed(), [KEY])
    who = found.find(STRANGER.did)
    assert who is not None
    assert (who.name, who.channel, who.confirmed_on.isoformat()) == ("School of Elsewhere", "telephone", "2026-09-01")
    assert found.is_fresh(NOW)
    assert found.find("did:web:school.example.org") is None


@pytest.mark.attack("VI07")
@pytest.mark.parametrize(
    "note",
    [
        pytest.param(signed().replace(b"School of Elsewhere", b"School of Nowhere!!"), id="altered"),
        pytest.param(signed(seed=22), id="signed by somebody else under its name"),
        pytest.param(signed().rpartition(b"\n\n")[0] + b"\n", id="not signed"),
        pytest.param(registers.write(edition()).encode(), id="bare"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"", id="empty"),
        pytest.param(b"x" * 2_000_000, id="two megabytes"),
    ],
)
def test_vi07_a_register_that_no_pinned_key_signed_is_refused_and_the_last_one_stays(
    sqlite_database: Database, note: bytes
) -> None:
    accept(sqlite_database, signed())
    assert rule(lambda: accept(sqlite_database, note)) == "registry-signature"
    assert in_force(sqlite_database).version == 3


@pytest.mark.attack("VI07")
def test_vi07_an_older_edition_never_comes_back(sqlite_database: Database) -> None:
    accept(sqlite_database, signed(edition(3)))
    accept(sqlite_database, signed(edition(4, issuers=[])))
    assert rule(lambda: accept(sqlite_database, signed(edition(3)))) == "registry-rolled-back"
    assert rule(lambda: accept(sqlite_database, signed(edition(4)))) == "registry-forked"
    found = in_force(sqlite_database)
    assert (found.version, dict(found.issuers)) == (4, {})
    accept(sqlite_database, signed(edition(4, issuers=[])))


@pytest.mark.attack("VI07")
def test_vi07_an_edition_outside_its_time_is_refused(sqlite_database: Database) -> None:
    late = NOW + timedelta(days=29)
    assert rule(lambda: accept(sqlite_database, signed(), now=late)) == "registry-expired"
    early = NOW - timedelta(days=2)
    assert rule(lambda: accept(sqlite_database, signed(), now=early)) == "registry-in-the-future"
    assert in_force(sqlite_database) == NO_REGISTRY


@pytest.mark.attack("VI07")
def test_vi07_a_stranger_is_green_by_a_register_only_while_it_counts(sqlite_database: Database) -> None:
    accept(sqlite_database, signed())
    data = json.dumps(STRANGER.sign(STRANGER.badge())).encode()

    def told(*keys: Ed25519Key, now: datetime = NOW) -> tuple[Verdict, Reason | None]:
        with sqlite_database.reading() as db:
            outside = DatabaseOutside(db, keys=keys, errand=None)
            report = operations.verify(data, now=now, sources=DatabaseSources(db), outside=outside)
        return report.verdict, report.reason

    assert told(KEY) == (Verdict.GENUINE, None)
    assert told(KEY, now=NOW + timedelta(days=29)) == (Verdict.CANNOT_CONFIRM, Reason.REGISTRY_NOT_FRESH)
    # The operator took the key away: nothing that it signed counts any more.
    assert told() == (Verdict.GENUINE_ISSUER_NOT_RECOGNISED, Reason.ISSUER_NOT_RECOGNISED)


def test_names_of_the_register_are_not_to_be_taken(sqlite_database: Database) -> None:
    accept(sqlite_database, signed())
    public = examples.public(6)
    mill = Issuer(did=did_key.did_for(public), fragment=public.multibase, seed=6)
    data = json.dumps(mill.sign(mill.badge(name="Schооl of Elsewhere"))).encode()
    with sqlite_database.reading() as db:
        outside = DatabaseOutside(db, keys=[KEY], errand=None)
        report = operations.verify(data, now=NOW, sources=DatabaseSources(db), outside=outside)
    found = report.check(CheckId.RECOGNISED)
    assert found is not None
    assert found.facts["looks_like"] == "School of Elsewhere"


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(edition() | {"format": "accredit.issuers/v2"}, id="another format"),
        pytest.param(edition() | {"more": 1}, id="a member more"),
        pytest.param({name: each for name, each in edition().items() if name != "expires"}, id="no end"),
        pytest.param(edition(0), id="no version"),
        pytest.param(edition() | {"version": True}, id="a version that is no number"),
        pytest.param(edition(days=401), id="too long a life"),
        pytest.param(edition(days=0), id="no life"),
        pytest.param(edition(issuers=[entry(), entry()]), id="an issuer twice"),
        pytest.param(edition(issuers={}), id="no list"),
        pytest.param(edition(issuers=[entry(id="school.example.org")]), id="a host"),
        pytest.param(edition(issuers=[entry(id="did:web:localhost")]), id="this machine"),
        pytest.param(edition(issuers=[entry(id="https://school.example.org")]), id="an address without a path"),
        pytest.param(edition(issuers=[entry(channel="By Telephone!")]), id="a channel of many words"),
        pytest.param(edition(issuers=[entry(confirmed_on="lately")]), id="a day that is none"),
        pytest.param(edition(issuers=[entry(name=" ")]), id="no name"),
        pytest.param(edition(issuers=[entry(also_for=["", 1])]), id="ids that are none"),
        pytest.param(edition(issuers=[entry(logo="https://x.example/")]), id="a member more of an issuer"),
        pytest.param(edition(issuers=[{"id": STRANGER.did}]), id="an issuer without a name"),
    ],
)  # fmt: skip
def test_what_is_written_otherwise_is_not_signed(told: dict[str, Any]) -> None:
    assert rule(lambda: signed(told)) == "registry-malformed"


def test_the_worker_takes_the_file_into_force_when_it_changes(sqlite_database: Database, tmp_path: Path) -> None:
    file = tmp_path / "register.txt"
    register = Register.of(file, [str(KEY)])
    register.take_into_force(sqlite_database, now=NOW)
    assert in_force(sqlite_database) == NO_REGISTRY
    file.write_bytes(signed(edition(3)))
    register.take_into_force(sqlite_database, now=NOW)
    file.write_bytes(signed(edition(2)))
    register.take_into_force(sqlite_database, now=NOW)
    assert in_force(sqlite_database).version == 3
    file.write_bytes(signed(edition(4)))
    for _ in range(2):
        register.take_into_force(sqlite_database, now=NOW)
    assert in_force(sqlite_database).version == 4


def test_a_key_that_cannot_be_read_stops_the_start() -> None:
    with pytest.raises(NotReady) as caught:
        registering.pinned(["nonsense"])
    assert caught.value.code == "registry-key"
