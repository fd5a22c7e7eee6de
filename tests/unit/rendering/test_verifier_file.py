"""The single file: what is put into it, and that its script is what its source builds. Its verdicts: tests/browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from accredit.domain.verification import trust
from accredit.domain.verification.rules import CheckId, Reason
from accredit.domain.verification.trust import Trust, TrustedIssuer
from accredit.kit.linkeddata import terms
from accredit.rendering import verifier_file
from accredit.rendering.verifier_words import PAGE

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "verifier"
TRUST = Trust(
    service="https://accredit.example",
    did_prefix="did:web:accredit.example",
    made=datetime(2026, 6, 30, tzinfo=UTC),
    logs=(),
    witnesses=(),
    issuers=(TrustedIssuer(id="did:web:accredit.example:o:x", name="</script><b>Ysgol", recognition=None, keys=()),),
)


@pytest.fixture(scope="module")
def page() -> str:
    return verifier_file.verifier_file(TRUST).decode()


def data_of(page: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_anchors_can_be_read_from_the_file_itself(page: str) -> None:
    assert trust.read(page.encode()) == TRUST
    assert "<b>Ysgol" not in page


def test_the_policy_allows_its_own_script_and_style_and_no_connection(page: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    for tag in ("script", "style"):
        found = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert found is not None
        digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert "connect-src 'none'" in policy[1]
    assert re.findall(r"""(?:src|href)=["'](?!#)""", page.partition("<script")[0]) == []


def test_it_holds_every_word_and_rule_of_the_engine(page: str) -> None:
    facts = data_of(page, "facts")
    assert set(facts["reasons"]) == {each.value for each in Reason} - {Reason.NAME_DIFFERS.value}
    assert facts["checks"] == [each.value for each in CheckId if each is not CheckId.HOLDER]
    assert len(facts["contexts"]) == len(terms.pinned())
    assert set(facts["languages"]) == {"en", "cy"}
    for words in facts["languages"].values():
        assert set(words["reasons"]) >= set(facts["reasons"])
        assert set(words["checks"]) >= set(facts["checks"])
        assert set(words["meanings"]) >= set(facts["checks"])


def test_it_promises_nothing_that_only_the_service_can_do(page: str) -> None:
    words = data_of(page, "facts")["languages"]["en"]
    assert "asked anew" not in words["meanings"][CheckId.STATUS]
    # There is no box for a code here; these answers are the service's alone.
    elsewhere = {Reason.NO_CODE_IN_PICTURE, Reason.BUSY, Reason.READING_FAILED, Reason.LOOK_ALIKE_ADDRESS}
    steps = {reason: step for reason, step in words["stepsFor"].items() if reason not in elsewhere}
    assert [reason for reason, step in steps.items() if "type the code" in step.lower()] == []


def test_every_word_that_the_script_asks_for_is_there() -> None:
    asked = set()
    for path in (SOURCE / "src").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'\bsay\("(\w+)"\)', text)) | set(re.findall(r"\bui\.(\w+)", text))
    assert asked <= set(PAGE) | {"language"}
    assert len(asked) > 20


def test_the_file_is_small(page: str) -> None:
    assert len(page.encode()) < 1_000_000


def test_the_script_is_what_its_source_builds(tmp_path: Path) -> None:
    if shutil.which("node") is None or not (SOURCE / "node_modules").is_dir():
        pytest.skip("SKIPPED LOUDLY: node or verifier/node_modules is missing; run: make verifier")
    built = {tmp_path / "verifier.html": "rendering/verifier.html", tmp_path / "away.js": "web/static/away.js"}
    subprocess.run(["node", "build.mjs", *map(str, built)], cwd=SOURCE, check=True, capture_output=True, timeout=100)
    for path, name in built.items():
        committed = (ROOT / "accredit" / name).read_text(encoding="utf-8")
        assert path.read_text(encoding="utf-8") == committed, "run: make verifier"


def test_its_lock_names_no_host() -> None:
    lock = (SOURCE / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    assert "http" not in lock


def test_its_sources_keep_to_the_size_of_the_house() -> None:
    long = {path.name for path in (SOURCE / "src").glob("*.js") if len(path.read_text().splitlines()) > 400}
    assert long == set()
