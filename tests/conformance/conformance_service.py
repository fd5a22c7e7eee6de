"""`accredit serve --conformance` as a real process, over HTTPS with a certificate made for the occasion."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.processes import PATIENCE_SECONDS, ROOT, free_port

SUITE_HOLDER = "did:key:z6MkpJySvETLnxhQG9DzEdmKJtysBDjuuTeDfUj1uNNCUqcj"
"""The holder in the vectors of the data model, whose key their suite signs with."""
STALE_DIGESTS = {
    "digestSRI": "sha384-NSOcNpmdIVUxIJGvGUoe22FjTWrXiaXlsZ8q6912LdnR3KraQO2n75Ica4wK4Qeg",
    "digestMultibase": "uJKGMkOmFbVJhEfKTduMC2XCyvRAYLjOVmZWwIH1wQ7k",
}
"""What the suite's "valid" fixtures of 2024 state: the digests that the context had in July 2024, and no longer has."""
DOMAIN, CHALLENGE = "suite.example", "u-challenge"
BASES = ("", "/jcs", "/status", "/enveloped")


class Answer(NamedTuple):
    """What came back: the status, the body as JSON, and the media type."""

    status: int
    body: Any
    media_type: str


def refused(answer: Answer) -> str:
    """Check that an answer is a refusal as the data model describes them, and return its code."""
    assert answer.status == 400, answer
    assert answer.media_type == "application/problem+json"
    details = answer.body["problemDetails"][0]
    assert answer.body["verified"] is False
    assert details["type"].startswith(("https://www.w3.org/", "https://w3id.org/security#"))
    assert details["path"] in details["detail"]
    return str(details["code"])


class ConformanceService:
    """The process, the certificate it shows, and a client that trusts just that."""

    def __init__(self, folder: Path) -> None:
        """Make the certificate; nothing runs yet."""
        self.folder, self.port = folder, free_port()
        self.certificate, self.key = write_certificate(folder)
        self._context = ssl.create_default_context(cafile=str(self.certificate))
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """Return the command line that starts it."""
        files = ["--certificate", str(self.certificate), "--key", str(self.key)]
        return [sys.executable, "-m", "accredit", "serve", "--conformance", *files, "--port", str(self.port)]

    def environment(self, **settings: str) -> dict[str, str]:
        """Return an environment without any settings but these."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("ACCREDIT_")}
        return {**plain, "ACCREDIT_DATABASE_URL": f"sqlite:///{self.folder / 'none.sqlite'}", **settings}

    def start(self) -> None:
        """Start the process and wait until it answers."""
        with (self.folder / "conformance.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(), cwd=ROOT, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError):
                if self.get("/healthz").status == 200:
                    return
            time.sleep(0.1)
        raise AssertionError((self.folder / "conformance.log").read_text()[-3000:])

    def stop(self) -> None:
        """End it and its children at once."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def get(self, path: str) -> Answer:
        """Fetch an address, given with or without the host."""
        return self._ask("GET", path.removeprefix(f"https://localhost:{self.port}"), None)

    def post(self, path: str, body: Any) -> Answer:
        """Send JSON, or bytes as they are, to an address below ``/vc-api``."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._ask("POST", f"/vc-api{path}", data)

    def issue(self, credential: Any, base: str = "", **options: Any) -> Any:
        """Have a credential signed and return it."""
        answer = self.post(f"{base}/credentials/issue", {"credential": credential, "options": options})
        assert answer.status == 201, answer
        return answer.body["verifiableCredential"]

    def verify(self, credential: Any, base: str = "", **options: Any) -> Answer:
        """Have a credential verified."""
        return self.post(f"{base}/credentials/verify", {"verifiableCredential": credential, "options": options})

    def verify_presentation(self, presentation: Any, **options: Any) -> Answer:
        """Have a presentation verified."""
        return self.post("/presentations/verify", {"verifiablePresentation": presentation, "options": options})

    def speaks_plainly(self) -> bool:
        """Tell whether it answers without TLS."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            with contextlib.suppress(OSError):
                return connection.recv(16).startswith(b"HTTP/")
        return False

    def _ask(self, method: str, path: str, data: bytes | None) -> Answer:
        connection = http.client.HTTPSConnection("localhost", self.port, context=self._context, timeout=30)
        try:
            connection.request(method, path, data, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            found = json.loads(answer.read() or b"null")
            return Answer(answer.status, found, answer.headers.get_content_type())
        finally:
            connection.close()


def running(folder: Path) -> Iterator[ConformanceService]:
    """Start one in a folder, give it, and end it; what a fixture yields from."""
    service = ConformanceService(folder)
    service.start()
    yield service
    service.stop()


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """Write a self-signed certificate for this machine, and its key."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)  # noqa: TID251  # a real connection is checked against the real time
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(secret, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files
