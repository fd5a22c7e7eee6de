"""``accredit publish``: what a plain web host needs to stand in for the service, and what others make of it."""

from __future__ import annotations

import functools
import json
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import time_machine
from click.testing import CliRunner, Result

from accredit.cli.publish import publish
from accredit.cli.verify import verify
from accredit.domain.verification import trust
from accredit.kit.ledger import static_log
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.vc import data_integrity, did_web, multikey, status_list
from accredit.kit.vc.verification_key import VerificationKey
from accredit.storage import Database
from tests import without_us
from tests.unit.cli.test_verify import SECRET
from tests.unit.domain.verification.story import ORIGIN
from tests.without_us import Kept


@pytest.fixture(scope="module")
def kept(sqlite_schema: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    path = folder / "accredit.sqlite"
    path.write_bytes(sqlite_schema.read_bytes())
    found = without_us.keep(Database(f"sqlite:///{path}"), folder)
    for name, data in {**found.files, "credential.evidence": found.evidence}.items():
        (folder / name).write_bytes(data)
    return found


def run(kept: Kept, *arguments: str) -> Result:
    environment = {
        "ACCREDIT_BASE_URL": "https://accredit.example",
        "ACCREDIT_SECRET_KEY": SECRET,
        "ACCREDIT_PEPPER": SECRET,
        "ACCREDIT_DATABASE_URL": str(kept.story.database.engine.url),
    }
    with time_machine.travel(kept.now, tick=False):
        return CliRunner().invoke(publish, arguments, env=environment)


@pytest.fixture(scope="module")
def folder(kept: Kept, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder after one run."""
    found = tmp_path_factory.mktemp("published") / "site"
    done = run(kept, str(found))
    assert done.exit_code == 0, done.output
    return found


@pytest.fixture(scope="module")
def host(folder: Path) -> Iterator[str]:
    """A plain web server for the folder, and nothing of ours running."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def get(host: str, path: str) -> bytes:
    with urlopen(host + path, timeout=10) as answer:
        found: bytes = answer.read()
    return found


def there(host: str, address: str) -> Any:
    """Fetch an address that a signed document names, from the host that stands in."""
    assert address.startswith("https://accredit.example/")
    return json.loads(get(host, address.removeprefix("https://accredit.example")))


def test_the_addresses_in_a_credential_go_on_answering(kept: Kept, host: str) -> None:
    document = kept.document
    issuer = document["issuer"]["id"]
    identity = there(host, did_web.document_url(issuer))
    assert identity["id"] == issuer
    keys = {
        each["id"]: VerificationKey(
            id=each["id"], controller=each["controller"], public_key=multikey.decode(each["publicKeyMultibase"])
        )
        for each in identity["verificationMethod"]
        if "publicKeyMultibase" in each
    }
    (proof,) = data_integrity.verify(document, resolve=keys.get, now=kept.now, expected_controller=issuer)
    assert proof.verification_method in identity["assertionMethod"]
    entry = status_list.parse_entry(document["credentialStatus"])
    published = there(host, entry.list_url)
    data_integrity.verify(published, resolve=keys.get, now=kept.now, expected_controller=issuer)
    assert status_list.read_list(published, entry).is_set(entry.index)
    achievement = document["credentialSubject"]["achievement"]
    assert there(host, achievement["id"])["name"] == achievement["name"]


def test_the_command_line_verifies_with_what_is_fetched_from_there(kept: Kept, host: str, tmp_path: Path) -> None:
    entry = kept.document["credentialStatus"]["statusListCredential"].rpartition("/")[2]
    for name, path in (("anchors", "/accredit-verify.html"), ("lists", f"/status/{entry}-lists.json")):
        (tmp_path / name).write_bytes(get(host, path))
    (tmp_path / "certificate.pdf").write_bytes(kept.files["certificate.pdf"])
    arguments = [str(tmp_path / "certificate.pdf"), "--trust", str(tmp_path / "anchors"), "--json"]
    with time_machine.travel(kept.now, tick=False):
        attached = CliRunner().invoke(verify, arguments, env={"ACCREDIT_DATABASE_URL": None})
        newer = CliRunner().invoke(
            verify, [*arguments, "--list", str(tmp_path / "lists")], env={"ACCREDIT_DATABASE_URL": None}
        )
    assert (attached.exit_code, json.loads(attached.stdout)["verdict"]) == (0, "GENUINE")
    assert (newer.exit_code, json.loads(newer.stdout)["reason"]) == (3, "revoked")


def test_the_ledger_is_whole_there(kept: Kept, host: str) -> None:
    anchors = trust.read(get(host, "/accredit-trust.json"))

    def read(path: str) -> bytes | None:
        try:
            return get(host, f"/ledger/{path}")
        except OSError:
            return None

    found = static_log.examine(read, log_keys=list(anchors.logs), expected_origin=ORIGIN)
    assert found.findings == ()
    assert found.size
    assert all(isinstance(key, Ed25519Key) for key in anchors.logs)


def test_people_find_a_front_page_in_either_language(kept: Kept, host: str) -> None:
    for folder in ("", f"o/{kept.document['issuer']['id'].rpartition(':')[2]}/"):
        english, welsh = (get(host, f"/{folder}{page}").decode() for page in ("", "cy.html"))
        assert ('<html lang="en">' in english, '<html lang="cy">' in welsh) == (True, True)
        assert '<a href="cy.html" lang="cy" hreflang="cy">Cymraeg</a>' in english
        assert '<a href="index.html" lang="en" hreflang="en">English</a>' in welsh
        assert "Written on 2026-06-30." in english
        assert "Written on" not in welsh


def test_nobody_is_named_in_any_file(folder: Path, kept: Kept) -> None:
    names = ("Ama", "Sample", "Nia", "Enghraifft", "Sam Specimen", "Ben", "Beispiel")
    code = re.compile(rb"/v/[A-Z0-9]", re.IGNORECASE)
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "accredit-verify.html":
            data = path.read_bytes()
            assert not [name for name in names if re.search(rf"\b{name}\b".encode(), data)], path
            assert not code.search(data), path
    assert kept.document["id"].encode() not in b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())


def test_running_again_changes_nothing_and_a_check_agrees(kept: Kept, folder: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}
    assert "0 of them new or changed" in run(kept, str(folder)).output
    assert before == {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before}
    checked = run(kept, str(folder), "--check")
    assert (checked.exit_code, checked.output) == (0, "The folder is as the record is.\n")


def test_a_check_names_what_is_missing_or_altered_and_the_next_run_puts_it_right(kept: Kept, tmp_path: Path) -> None:
    place = tmp_path / "site"
    run(kept, str(place))
    (place / "keys.toml").write_text("# nothing\n")
    (place / "index.html").unlink()
    (place / ".keys.toml.half").write_bytes(b"cut")
    told = run(kept, str(place), "--check")
    assert told.exit_code == 1
    assert "keys.toml is not as it would be written now." in told.output
    assert "index.html is missing." in told.output
    assert "2 of them new or changed" in run(kept, str(place)).output
    assert not (place / ".keys.toml.half").exists()
    assert run(kept, str(place), "--check").exit_code == 0


def test_every_link_of_its_front_page_leads_somewhere(host: str) -> None:
    page = get(host, "/").decode()
    links = re.findall(r'href="([^"]+)"', page)
    assert len(links) > 5
    for link in links:
        assert get(host, f"/{link}")
    slug = re.search(r'href="(o/[^/]+)/did.json"', page)
    assert slug is not None
    assert "profile.json" in get(host, f"/{slug[1]}").decode()
