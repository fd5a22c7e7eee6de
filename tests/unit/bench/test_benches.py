"""Each bench measures what it says: right outcomes, real sizes, and the baselines of its kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from accredit.bench import catalogue, credentials, harness, logs, pyld_peer, signing
from accredit.bench.harness import Bench
from accredit.cli import bench as command
from accredit.kit.linkeddata import canonicalise
from accredit.kit.vc import eddsa_rdfc_2022

RAW = {
    "bake": set(),
    "canonicalise": set(),
    "class_list": set(),
    "issue": {"raw_ed25519_sign"},
    "issue_checked": {"raw_sign_and_verify"},
    "ledger": {"raw_sha256"},
    "status": {"raw_gunzip"},
    "verify": {"raw_ed25519_verify"},
}
WITH_PYLD = {"canonicalise", "issue", "issue_checked", "verify"}


def _small_ledger() -> Bench:
    return logs.ledger(leaves=300, sizes=(10, 300, 70_000))


MAKERS: dict[str, Callable[[], Bench]] = {**catalogue.BENCHES, "ledger": _small_ledger}


@pytest.fixture(autouse=True)
def few_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight documents of each kind are enough to see whether the outcome is right."""
    for name in ("of_one_achievement", "of_full_size", "of_many"):
        build = getattr(credentials, name)
        monkeypatch.setattr(credentials, name, partial(build, 8))


@pytest.mark.parametrize("name", sorted(catalogue.BENCHES))
def test_a_bench_answers_as_agreed_and_finds_nothing_wrong(name: str) -> None:
    found = harness.run(MAKERS[name](), rounds=2, seconds=0.002)
    assert found["bench"] == name
    assert found["ours"]["errors"] == 0
    assert found["ours"]["per_cpu_s"] > 0
    assert found["baselines"].keys() >= RAW[name]
    assert len(found["runs"]) == 2
    if name in WITH_PYLD:
        assert found["baselines"].keys() | found["missing"].keys() >= {"pyld"}
    assert found["bench"] in command.in_words(found)


@pytest.mark.attack("LG21")
def test_a_receipt_of_a_large_log_costs_hardly_more_than_one_of_a_small_log() -> None:
    facts = logs.ledger(leaves=1, sizes=(300, 70_000)).facts
    assert (facts["receipt_hashes_at_300"], facts["receipt_hashes_at_70000"]) == (9, 17)
    assert facts["receipt_tiles_read_at_70000"] <= 2 * 4
    assert facts["receipt_peak_bytes_at_70000"] < 2 * facts["receipt_peak_bytes_at_300"] + 50_000


def test_every_bench_is_covered_here() -> None:
    assert RAW.keys() == catalogue.BENCHES.keys()


def test_verify_sets_the_general_path_beside_pyld_and_our_own_shape_beside_the_bare_signature() -> None:
    pytest.importorskip("pyld")
    found = harness.run(signing.verify(), rounds=1, seconds=0.002)
    assert found["beside"] == {"raw_ed25519_verify": "ours", "pyld": "general", "pyld_tuned": "general"}


def test_credentials_are_of_the_size_that_others_were_measured_with() -> None:
    sizes = [len(canonicalise(each)) for each in credentials.of_one_achievement()]
    assert all(15_000 < size < 19_000 for size in sizes)


def test_a_cohort_shares_its_achievement_and_nobody_else_does() -> None:
    def achievements(documents: tuple[dict[str, Any], ...]) -> set[str]:
        return {json.dumps(each["credentialSubject"]["achievement"]) for each in documents}

    assert len(achievements(credentials.of_one_achievement())) == 1
    assert len(achievements(credentials.of_many())) == 8
    assert len({each["id"] for each in credentials.of_one_achievement()}) == 8


def test_pyld_makes_the_very_proof_that_we_make() -> None:
    peers = pyld_peer.load()
    if not peers:
        pytest.skip("PyLD is not installed: nothing to compare the signatures with")
    document = credentials.of_many()[3]
    public = Ed25519PublicKey.from_public_bytes(credentials.key().public_key.raw)
    ours = eddsa_rdfc_2022.add_proof(
        document,
        sign=credentials.sign,
        verification_method=credentials.key().id,
        created=credentials.ISSUED,
    )
    for peer in peers:
        assert peer.issue(document)["proof"]["proofValue"] == _proof(ours)["proofValue"]
        assert peer.verify(ours, public)
        assert not peer.verify({**ours, "name": "Another"}, public)


def _proof(signed: dict[str, Any]) -> dict[str, Any]:
    found = signed["proof"]
    first: dict[str, Any] = found[0] if isinstance(found, list) else found
    return first


def test_without_pyld_the_bench_still_runs_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pyld_peer, "load", tuple)
    found = harness.run(signing.canonicalise(), rounds=1, seconds=0.002)
    assert found["baselines"] == {}
    assert "development dependencies" in found["missing"]["pyld"]


def test_a_verifier_that_notices_nothing_is_called_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "_is_genuine", lambda _: True)
    assert signing.verify().wrong == 8


def test_the_command_prints_one_json_object() -> None:
    result = CliRunner().invoke(command.bench, ["status", "--json", "--rounds", "5", "--seconds", "0.01"])
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert (found["bench"], len(found["runs"])) == ("status", 5)


def test_the_command_speaks_in_words_too() -> None:
    result = CliRunner().invoke(command.bench, ["status", "--rounds", "5", "--seconds", "0.01"])
    assert result.exit_code == 0
    assert "lists decoded per CPU second" in result.stdout
    assert "raw_gunzip" in result.stdout


@pytest.mark.parametrize("arguments", [["nothing"], [], ["status", "--rounds", "4"]], ids=str)
def test_the_command_refuses_what_it_cannot_measure(arguments: list[str]) -> None:
    assert CliRunner().invoke(command.bench, arguments).exit_code == 2


def test_the_command_fails_when_an_outcome_was_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Bench(name="status", unit="lists", ours=harness.Contender(key="ours", work=lambda _: False))
    monkeypatch.setitem(catalogue.BENCHES, "status", lambda: wrong)
    result = CliRunner().invoke(command.bench, ["status", "--rounds", "5", "--seconds", "0.01"])
    assert result.exit_code == 1
    assert "WRONG OUTCOMES" in result.stdout


def test_all_benches_are_written_to_one_page_and_none_is_measured_twice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one = Bench(name="status", unit="lists", ours=harness.Contender(key="ours", work=lambda _: True), about="Lists.")
    two = Bench(name="bake", unit="badges", ours=harness.Contender(key="ours", work=lambda _: True))
    monkeypatch.setattr(command, "BENCHES", {"status": lambda: one, "bake": lambda: two})
    monkeypatch.setattr(command, "NAMES", ["bake", "status"])
    page = tmp_path / "bench.md"
    arguments = ["all", "--write", str(page), "--rounds", "5", "--seconds", "0.01", "--commit", "1234567"]
    assert CliRunner().invoke(command.bench, arguments).exit_code == 0
    first = json.loads(page.with_suffix(".json").read_text())
    assert list(first) == ["bake", "status"]
    assert "## status" in page.read_text()
    assert "1234567" in page.read_text()
    assert CliRunner().invoke(command.bench, arguments).stdout == ""
    assert json.loads(page.with_suffix(".json").read_text()) == first
    assert CliRunner().invoke(command.bench, ["bake", *arguments[1:-1], "7654321"]).exit_code == 0
    then = json.loads(page.with_suffix(".json").read_text())
    assert [then[each]["commit"] for each in ("bake", "status")] == ["7654321", "1234567"]
    assert then["status"] == first["status"]
    assert "at commit 7654321." in page.read_text()
    assert "at commit 1234567." in page.read_text()


def test_all_needs_a_page_to_be_written_to() -> None:
    assert CliRunner().invoke(command.bench, ["all"]).exit_code == 2
